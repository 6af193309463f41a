//! Keys of a `config.json` that a family does not read: those that would change the computation are refused,
//! those that cannot are passed over, all others are listed.

use serde_json::Value;

use crate::Error;
use crate::architecture::{Activation, Architecture};
use crate::config::Config;

/// The value with which a key that changes the computation of some family changes nothing.
#[derive(Debug, Clone, Copy)]
enum Neutral {
    /// False or zero.
    Off,
    /// True.
    On,
    /// One.
    One,
    /// The key heads there are.
    KvHeads,
    /// The dimensions there are.
    HeadDim,
    /// The activation there is, by any of its names.
    Activation,
    /// The kinds of blocks there are.
    LayerTypes,
    /// Nothing but null: or anything, where `use_sliding_window` is false.
    Window,
    /// `absolute`, `alibi` or `rotary` where that is what there is.
    PositionKind,
}

/// Keys that change the computation of some family.
const CHANGING: &[(&str, Neutral)] = &[
    ("add_cross_attention", Neutral::Off),
    ("activation", Neutral::Activation),
    ("activation_function", Neutral::Activation),
    ("alibi", Neutral::Off),
    ("apply_residual_connection_post_layernorm", Neutral::Off),
    ("attention_multiplier", Neutral::One),
    ("attn_logit_softcapping", Neutral::Off),
    ("attn_output_gate", Neutral::Off),
    ("clip_qkv", Neutral::Off),
    ("dim_model_base", Neutral::Off),
    ("do_layer_norm_before", Neutral::On),
    ("embedding_multiplier", Neutral::One),
    ("final_logit_softcapping", Neutral::Off),
    ("first_k_dense_replace", Neutral::Off),
    ("head_dim", Neutral::HeadDim),
    ("hidden_act", Neutral::Activation),
    ("hidden_activation", Neutral::Activation),
    ("is_causal", Neutral::On),
    ("is_encoder_decoder", Neutral::Off),
    ("kv_lora_rank", Neutral::Off),
    ("layer_types", Neutral::LayerTypes),
    ("logit_scale", Neutral::One),
    ("logits_scaling", Neutral::One),
    ("moe_intermediate_size", Neutral::Off),
    ("multi_query", Neutral::Off),
    ("mup_base_width", Neutral::Off),
    ("n_routed_experts", Neutral::Off),
    ("no_rope_layer_interval", Neutral::Off),
    ("no_rope_layers", Neutral::Off),
    ("num_experts", Neutral::Off),
    ("num_experts_per_tok", Neutral::Off),
    ("num_key_value_heads", Neutral::KvHeads),
    ("num_kv_heads", Neutral::KvHeads),
    ("num_local_experts", Neutral::Off),
    ("num_nextn_predict_layers", Neutral::Off),
    ("parallel_attn", Neutral::Off),
    ("per_layer_config", Neutral::Off),
    ("position_embedding_type", Neutral::PositionKind),
    ("prefix_lm", Neutral::Off),
    ("qk_layernorm", Neutral::Off),
    ("qk_norm", Neutral::Off),
    ("quantization_config", Neutral::Off),
    ("query_pre_attn_scalar", Neutral::Off),
    ("residual_multiplier", Neutral::One),
    ("scale_attn_by_inverse_layer_idx", Neutral::Off),
    ("scale_attn_weights", Neutral::On),
    ("scale_depth", Neutral::Off),
    ("scale_emb", Neutral::One),
    ("scale_embedding", Neutral::Off),
    ("sliding_window", Neutral::Window),
    ("sliding_window_pattern", Neutral::Off),
    ("use_bidirectional_attention", Neutral::Off),
    ("use_mup", Neutral::Off),
    ("use_parallel_residual", Neutral::Off),
    ("use_post_norm", Neutral::Off),
    ("use_qk_norm", Neutral::Off),
    ("use_sliding_window", Neutral::Off),
    ("word_embed_proj_dim", Neutral::Off),
];

/// Keys that change no state, or only by what the weight files say as well: whether a bias is there.
const INERT: &[&str] = &[
    "_attn_implementation",
    "_attn_implementation_autoset",
    "_commit_hash",
    "_name_or_path",
    "_sliding_window_pattern",
    "architectures",
    "attention_bias",
    "attention_softmax_in_fp32",
    "attn_config",
    "attn_implementation",
    "auto_map",
    "bad_words_ids",
    "begin_suppress_tokens",
    "bias",
    "bias_dropout_fusion",
    "chunk_size_feed_forward",
    "decoder_start_token_id",
    "diversity_penalty",
    "do_sample",
    "dtype",
    "early_stopping",
    "embedding_fraction",
    "exponential_decay_length_penalty",
    "finetuning_task",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "fused_bias_fc",
    "gradient_checkpointing",
    "id2label",
    "init_config",
    "init_device",
    "init_std",
    "initializer_range",
    "is_decoder",
    "label2id",
    "length_penalty",
    "masked_softmax_fusion",
    "max_length",
    "max_window_layers",
    "min_length",
    "mlp_bias",
    "model_type",
    "n_ctx",
    "no_repeat_ngram_size",
    "num_beam_groups",
    "num_beams",
    "num_return_sequences",
    "offset_alibi",
    "output_attentions",
    "output_hidden_states",
    "output_scores",
    "prefix",
    "pretraining_tp",
    "problem_type",
    "pruned_heads",
    "remove_invalid_values",
    "reorder_and_upcast_attn",
    "repetition_penalty",
    "resid_pdrop",
    "return_dict",
    "return_dict_in_generate",
    "scale_attention_softmax_in_fp32",
    "skip_bias_add",
    "skip_bias_add_qkv",
    "slow_but_exact",
    "suppress_tokens",
    "task_specific_params",
    "temperature",
    "tf_legacy_loss",
    "tie_encoder_decoder",
    "tokenizer_class",
    "top_k",
    "top_p",
    "torch_dtype",
    "torchscript",
    "transformers_version",
    "typical_p",
    "use_bfloat16",
    "use_bias",
    "use_cache",
    "use_qkv_bias",
    "verbose",
];

/// The keys of `config` that nothing is known of.
pub(super) fn check(config: &Config, architecture: &Architecture) -> Result<Vec<String>, Error> {
    let mut unknown = Vec::new();
    for (key, value) in config.unasked().map(|(key, value)| (key.as_str(), value)) {
        match CHANGING.iter().find(|(other, _)| *other == key) {
            Some((_, neutral)) => neutral.check(config, key, value, architecture)?,
            None if is_inert(key) => {}
            None => unknown.push(key.into()),
        }
    }
    Ok(unknown)
}

fn is_inert(key: &str) -> bool {
    let (ends, begins) = (["_token_id", "_dropout", "_pdrop", "dropout", "layerdrop"], ["summary_", "classifier_"]);
    INERT.contains(&key)
        || ends.iter().any(|end| key.ends_with(end))
        || begins.iter().any(|begin| key.starts_with(begin))
}

impl Neutral {
    fn check(self, config: &Config, key: &str, value: &Value, architecture: &Architecture) -> Result<(), Error> {
        let attention = &architecture.attention;
        let is = |n: usize| value.as_u64() == Some(n as u64);
        let (passes, expected) = match self {
            Self::Off => (value == false || value.as_f64() == Some(0.0), "no such key".into()),
            Self::On => (value == true, "true".into()),
            Self::One => (value.as_f64() == Some(1.0), "1".into()),
            Self::KvHeads => (is(attention.kv_heads), attention.kv_heads.to_string()),
            Self::HeadDim => (is(attention.head_dim), attention.head_dim.to_string()),
            Self::Activation => {
                let used = architecture.feed_forward.activation;
                let same = |name: &str| Activation::named(name) == Some(used) || is_old_gemma(name, architecture);
                (value.as_str().is_some_and(same), format!("{used:?}"))
            }
            Self::LayerTypes => (fits(value, architecture), "the layers' own kinds".into()),
            Self::Window => (config.flag("use_sliding_window")? == Some(false), "no such key".into()),
            Self::PositionKind => {
                let kind = match (&attention.alibi, &architecture.layers[0].rotary) {
                    (Some(_), _) => "alibi",
                    (None, Some(_)) => "rotary",
                    (None, None) => "absolute",
                };
                (value == kind || value == "rope" && kind == "rotary", format!("`{kind}`"))
            }
        };
        if passes { Ok(()) } else { Err(config.refuse(key, format!("{expected} in this family"))) }
    }
}

/// Gemma's first files say `gelu` and mean the form with a tanh.
fn is_old_gemma(name: &str, architecture: &Architecture) -> bool {
    name == "gelu" && architecture.model_type.starts_with("gemma")
}

/// Whether listed kinds of layers are those that are computed.
fn fits(value: &Value, architecture: &Architecture) -> bool {
    let kind = |window: Option<usize>| if window.is_some() { "sliding_attention" } else { "full_attention" };
    value.as_array().is_some_and(|types| {
        types.len() == architecture.n_layers()
            && types.iter().zip(&architecture.layers).all(|(found, layer)| found == kind(layer.window))
    })
}
