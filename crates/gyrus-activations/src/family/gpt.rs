//! GPT-2 (with Cerebras-GPT), GPT-J, GPT-Neo, GPT-NeoX (with Pythia) and GPT-BigCode.

use super::llama::{BEFORE, LLAMA, ROTARY};
use super::row::{
    ActivationRule, AttentionNames, Blocks, Epsilon, Family, FeedForwardNames, Flag, Form, HeadDim, Inner, Keys,
    KvHeads, Names, NormRule, Positions, RotaryRule, Scale, Share, Windows,
};
use crate::architecture::{Gain, NormKind, Placement};
use crate::rotary::Layout;

pub(super) const GPT2: Family = Family {
    model_type: "gpt2",
    keys: Keys {
        vocabulary: (&["vocab_size"], 50_257),
        width: (&["n_embd", "hidden_size"], 768),
        n_layers: (&["n_layer", "num_hidden_layers"], 12),
        limit: (&["n_positions", "max_position_embeddings"], 1024),
        heads: (&["n_head", "num_attention_heads"], 12),
        kv_heads: KvHeads::Heads,
        head_dim: HeadDim::Quotient,
        feed_forward: Inner::KeyOrFourTimes("n_inner"),
        activation: ActivationRule::Key("activation_function", "gelu_new"),
        epsilon: Epsilon::Key("layer_norm_epsilon", 1e-5),
        tied: ("tie_word_embeddings", true),
        ..LLAMA.keys
    },
    names: Names {
        prefixes: &["transformer.", ""],
        embedding: "wte",
        positions: "wpe",
        block: "h",
        attention: AttentionNames::Joined("attn.c_attn"),
        attention_output: "attn.c_proj",
        feed_forward: FeedForwardNames::One("mlp.c_fc"),
        feed_forward_output: "mlp.c_proj",
        final_norm: "ln_f",
        transposed: true,
        ..LLAMA.names
    },
    positions: Positions::Learned { offset: 0 },
    norm: NormRule { kind: NormKind::Layer, gain: Gain::Weight, bias: true, affine: None },
    blocks: Blocks::Always(Form { placement: Placement::Before, norms: &["ln_1", "ln_2"] }),
    scale: Scale::Flags(Flag::Key("scale_attn_weights", true), Flag::Key("scale_attn_by_inverse_layer_idx", false)),
    input_bias: Flag::Is(true),
    output_bias: Flag::Is(true),
    gated: false,
    feed_forward_bias: Flag::Is(true),
    ..LLAMA
};

pub(super) const GPTJ: Family = Family {
    model_type: "gptj",
    keys: Keys {
        vocabulary: (&["vocab_size"], 50_400),
        width: (&["n_embd", "hidden_size"], 4096),
        n_layers: (&["n_layer", "num_hidden_layers"], 28),
        limit: (&["n_positions", "max_position_embeddings"], 2048),
        heads: (&["n_head", "num_attention_heads"], 16),
        tied: ("tie_word_embeddings", false),
        ..GPT2.keys
    },
    names: Names {
        attention: AttentionNames::Apart(["attn.q_proj", "attn.k_proj", "attn.v_proj"]),
        attention_output: "attn.out_proj",
        feed_forward: FeedForwardNames::One("mlp.fc_in"),
        feed_forward_output: "mlp.fc_out",
        transposed: false,
        ..GPT2.names
    },
    positions: Positions::Rotary(RotaryRule {
        layout: Layout::Interleaved,
        share: Share::Number("rotary_dim", 64),
        ..ROTARY
    }),
    blocks: Blocks::Always(Form { placement: Placement::ParallelShared, norms: &["ln_1"] }),
    scale: Scale::HeadDim,
    input_bias: Flag::Is(false),
    output_bias: Flag::Is(false),
    head_bias: true,
    ..GPT2
};

pub(super) const GPT_NEO: Family = Family {
    model_type: "gpt_neo",
    keys: Keys {
        width: (&["hidden_size"], 2048),
        n_layers: (&["num_layers", "num_hidden_layers"], 24),
        limit: (&["max_position_embeddings"], 2048),
        heads: (&["num_heads", "num_attention_heads"], 16),
        feed_forward: Inner::KeyOrFourTimes("intermediate_size"),
        ..GPT2.keys
    },
    names: Names {
        attention: AttentionNames::Apart(["attn.attention.q_proj", "attn.attention.k_proj", "attn.attention.v_proj"]),
        attention_output: "attn.attention.out_proj",
        transposed: false,
        ..GPT2.names
    },
    windows: Windows::Named("window_size", 256),
    scale: Scale::One,
    input_bias: Flag::Is(false),
    ..GPT2
};

pub(super) const GPT_NEOX: Family = Family {
    model_type: "gpt_neox",
    keys: Keys {
        vocabulary: (&["vocab_size"], 50_432),
        width: (&["hidden_size"], 6144),
        n_layers: (&["num_hidden_layers"], 44),
        limit: (&["max_position_embeddings"], 2048),
        heads: (&["num_attention_heads"], 64),
        feed_forward: Inner::Key("intermediate_size", 24_576),
        activation: ActivationRule::Key("hidden_act", "gelu"),
        epsilon: Epsilon::Key("layer_norm_eps", 1e-5),
        tied: ("tie_word_embeddings", false),
        ..GPT2.keys
    },
    names: Names {
        prefixes: &["gpt_neox.", ""],
        embedding: "embed_in",
        block: "layers",
        attention: AttentionNames::Grouped("attention.query_key_value"),
        attention_output: "attention.dense",
        feed_forward: FeedForwardNames::One("mlp.dense_h_to_4h"),
        feed_forward_output: "mlp.dense_4h_to_h",
        final_norm: "final_layer_norm",
        heads: &["embed_out", "lm_head"],
        ..LLAMA.names
    },
    positions: Positions::Rotary(RotaryRule {
        theta: ("rotary_emb_base", 10_000.0),
        share: Share::Fraction("rotary_pct", 0.25),
        ..ROTARY
    }),
    blocks: Blocks::Choice {
        flag: Flag::Key("use_parallel_residual", true),
        on: Form { placement: Placement::Parallel, ..BEFORE },
        off: BEFORE,
    },
    scale: Scale::HeadDim,
    input_bias: Flag::Key("attention_bias", true),
    output_bias: Flag::Key("attention_bias", true),
    ..GPT2
};

pub(super) const GPT_BIGCODE: Family = Family {
    model_type: "gpt_bigcode",
    keys: Keys {
        kv_heads: KvHeads::One(Flag::Key("multi_query", true)),
        activation: ActivationRule::Key("activation_function", "gelu_pytorch_tanh"),
        ..GPT2.keys
    },
    names: Names { attention: AttentionNames::Grouped("attn.c_attn"), transposed: false, ..GPT2.names },
    scale: Scale::Flags(Flag::Key("scale_attn_weights", true), Flag::Is(false)),
    ..GPT2
};
