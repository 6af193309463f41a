//! The table of model families: what each calls its settings and its weights.
//!
//! A new family is a new row here and, where it computes something new, a new case of an enum in `architecture`.

use crate::Error;
use crate::config::Config;

/// A family of models.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) model_type: &'static str,
    pub(crate) keys: Keys,
    pub(crate) names: Names,
}

/// Keys in `config.json`, each with the value the family's own class takes when the key is absent.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) vocabulary: (&'static str, usize),
    pub(crate) width: (&'static str, usize),
    pub(crate) n_layers: (&'static str, usize),
    pub(crate) limit: (&'static str, usize),
    pub(crate) heads: (&'static str, usize),
    /// As many as heads when absent.
    pub(crate) kv_heads: &'static str,
    /// Width over heads when absent.
    pub(crate) head_dim: &'static str,
    pub(crate) feed_forward: (&'static str, usize),
    pub(crate) activation: (&'static str, &'static str),
    pub(crate) epsilon: (&'static str, f64),
    pub(crate) attention_bias: (&'static str, bool),
    pub(crate) feed_forward_bias: (&'static str, bool),
    pub(crate) tied: (&'static str, bool),
    pub(crate) initializer_range: (&'static str, f64),
}

/// Names of weights, without `.weight` and `.bias`. Those of a block stand after the block's own name.
#[derive(Debug)]
pub(crate) struct Names {
    /// Stands before all names but the head's; some files leave it out.
    pub(crate) prefix: &'static str,
    pub(crate) embedding: &'static str,
    /// Stands before the index of a block.
    pub(crate) block: &'static str,
    pub(crate) attention_norm: &'static str,
    pub(crate) query: &'static str,
    pub(crate) key: &'static str,
    pub(crate) value: &'static str,
    pub(crate) attention_output: &'static str,
    pub(crate) feed_forward_norm: &'static str,
    pub(crate) gate: &'static str,
    pub(crate) up: &'static str,
    pub(crate) down: &'static str,
    pub(crate) final_norm: &'static str,
    pub(crate) head: &'static str,
}

/// Every family that is built.
const FAMILIES: &[Family] = &[Family {
    model_type: "llama",
    keys: Keys {
        vocabulary: ("vocab_size", 32_000),
        width: ("hidden_size", 4096),
        n_layers: ("num_hidden_layers", 32),
        limit: ("max_position_embeddings", 2048),
        heads: ("num_attention_heads", 32),
        kv_heads: "num_key_value_heads",
        head_dim: "head_dim",
        feed_forward: ("intermediate_size", 11_008),
        activation: ("hidden_act", "silu"),
        epsilon: ("rms_norm_eps", 1e-6),
        attention_bias: ("attention_bias", false),
        feed_forward_bias: ("mlp_bias", false),
        tied: ("tie_word_embeddings", false),
        initializer_range: ("initializer_range", 0.02),
    },
    names: Names {
        prefix: "model.",
        embedding: "embed_tokens",
        block: "layers",
        attention_norm: "input_layernorm",
        query: "self_attn.q_proj",
        key: "self_attn.k_proj",
        value: "self_attn.v_proj",
        attention_output: "self_attn.o_proj",
        feed_forward_norm: "post_attention_layernorm",
        gate: "mlp.gate_proj",
        up: "mlp.up_proj",
        down: "mlp.down_proj",
        final_norm: "norm",
        head: "lm_head",
    },
}];

impl Family {
    /// The family that `config` names.
    pub(crate) fn of(config: &Config) -> Result<&'static Self, Error> {
        let found = config.text("model_type")?.ok_or_else(|| config.refuse("model_type", "a family of models"))?;
        FAMILIES.iter().find(|family| family.model_type == found).ok_or_else(|| Error::Family {
            path: config.path().into(),
            found,
            supported: FAMILIES.iter().map(|family| format!("`{}`", family.model_type)).collect::<Vec<_>>().join(", "),
        })
    }
}
