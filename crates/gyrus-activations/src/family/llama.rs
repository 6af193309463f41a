//! LLaMA and the families that keep its names: Mistral, Qwen, OLMo, Phi, SmolLM, StableLM, StarCoder2.

use super::row::{
    ActivationRule, AttentionNames, Blocks, EmbeddingScale, Epsilon, Family, FeedForwardNames, FinalNorm, Flag, Form,
    HeadDim, HeadNormRule, Inner, Keys, KvHeads, Names, NormRule, Positions, RotaryKinds, RotaryRule, Scale, Share,
    Skips, Windows,
};
use crate::architecture::{Gain, NormKind, Placement, Span};
use crate::rotary::Layout;

/// All dimensions of a head turn, in halves, with base 10,000.
pub(super) const ROTARY: RotaryRule = RotaryRule {
    layout: Layout::Half,
    theta: ("rope_theta", 10_000.0),
    share: Share::Whole,
    kinds: RotaryKinds::One,
    skips: None,
    aliases: &[],
    original: None,
};

pub(super) const BEFORE: Form =
    Form { placement: Placement::Before, norms: &["input_layernorm", "post_attention_layernorm"] };

const OUTPUTS: Form =
    Form { placement: Placement::Outputs, norms: &["post_attention_layernorm", "post_feedforward_layernorm"] };

const LAYER_NORM: NormRule = NormRule { kind: NormKind::Layer, gain: Gain::Weight, bias: true, affine: None };

/// Queries and keys normalised, with the same names in three families.
pub(super) const HEAD_NORM: HeadNormRule = HeadNormRule {
    on: Flag::Is(true),
    span: Span::Head,
    bias: false,
    query: "self_attn.q_norm",
    key: "self_attn.k_norm",
};

pub(super) const LLAMA: Family = Family {
    model_type: "llama",
    section: None,
    keys: Keys {
        vocabulary: (&["vocab_size"], 32_000),
        width: (&["hidden_size"], 4096),
        n_layers: (&["num_hidden_layers"], 32),
        limit: (&["max_position_embeddings"], 2048),
        heads: (&["num_attention_heads"], 32),
        kv_heads: KvHeads::Key("num_key_value_heads", None),
        head_dim: HeadDim::Key("head_dim", None),
        feed_forward: Inner::Key("intermediate_size", 11_008),
        activation: ActivationRule::Key("hidden_act", "silu"),
        epsilon: Epsilon::Key("rms_norm_eps", 1e-6),
        tied: ("tie_word_embeddings", false),
        initializer_range: ("initializer_range", 0.02),
        embedding_width: None,
    },
    names: Names {
        prefixes: &["model.", ""],
        embedding: "embed_tokens",
        positions: "",
        embedding_norm: None,
        project_in: "",
        project_out: "",
        block: "layers",
        attention: AttentionNames::Apart(["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"]),
        attention_output: "self_attn.o_proj",
        feed_forward: FeedForwardNames::Apart(["mlp.gate_proj", "mlp.up_proj"]),
        feed_forward_output: "mlp.down_proj",
        final_norm: "norm",
        heads: &["lm_head"],
        transposed: false,
    },
    embedding_scale: EmbeddingScale::One,
    positions: Positions::Rotary(ROTARY),
    norm: NormRule { kind: NormKind::Rms, gain: Gain::Weight, bias: false, affine: None },
    blocks: Blocks::Always(BEFORE),
    windows: Windows::Never,
    scale: Scale::HeadDim,
    input_bias: Flag::Key("attention_bias", false),
    output_bias: Flag::Key("attention_bias", false),
    clip: None,
    head_norm: None,
    score_cap: None,
    gated: true,
    feed_forward_bias: Flag::Key("mlp_bias", false),
    final_norm: FinalNorm::Always,
    head_bias: false,
    logit_cap: None,
    fixed: &[],
};

pub(super) const MISTRAL: Family = Family {
    model_type: "mistral",
    keys: Keys {
        limit: (&["max_position_embeddings"], 131_072),
        kv_heads: KvHeads::Key("num_key_value_heads", Some(8)),
        feed_forward: Inner::Key("intermediate_size", 14_336),
        ..LLAMA.keys
    },
    windows: Windows::All("sliding_window", Some(4096)),
    input_bias: Flag::Is(false),
    output_bias: Flag::Is(false),
    feed_forward_bias: Flag::Is(false),
    ..LLAMA
};

pub(super) const QWEN2: Family = Family {
    model_type: "qwen2",
    keys: Keys {
        vocabulary: (&["vocab_size"], 151_936),
        limit: (&["max_position_embeddings"], 32_768),
        kv_heads: KvHeads::Key("num_key_value_heads", Some(32)),
        feed_forward: Inner::Key("intermediate_size", 22_016),
        ..LLAMA.keys
    },
    windows: Windows::Late { window: ("sliding_window", 4096), from: ("max_window_layers", 28) },
    input_bias: Flag::Is(true),
    output_bias: Flag::Is(false),
    feed_forward_bias: Flag::Is(false),
    ..LLAMA
};

pub(super) const QWEN3: Family = Family {
    model_type: "qwen3",
    keys: Keys { head_dim: HeadDim::Key("head_dim", Some(128)), ..QWEN2.keys },
    input_bias: Flag::Key("attention_bias", false),
    output_bias: Flag::Key("attention_bias", false),
    head_norm: Some(HEAD_NORM),
    ..QWEN2
};

pub(super) const OLMO: Family = Family {
    model_type: "olmo",
    keys: Keys { vocabulary: (&["vocab_size"], 50_304), epsilon: Epsilon::Is(1e-5), ..LLAMA.keys },
    norm: NormRule { kind: NormKind::Layer, gain: Gain::None, bias: false, affine: None },
    clip: Some("clip_qkv"),
    feed_forward_bias: Flag::Is(false),
    ..LLAMA
};

pub(super) const OLMO2: Family = Family {
    model_type: "olmo2",
    keys: Keys { epsilon: Epsilon::Key("rms_norm_eps", 1e-5), ..OLMO.keys },
    blocks: Blocks::Always(OUTPUTS),
    head_norm: Some(HeadNormRule { span: Span::All, ..HEAD_NORM }),
    feed_forward_bias: Flag::Is(false),
    ..LLAMA
};

pub(super) const OLMO3: Family = Family {
    model_type: "olmo3",
    positions: Positions::Rotary(RotaryRule {
        theta: ("rope_theta", 500_000.0),
        kinds: RotaryKinds::Two { sliding: None, sliding_theta: 500_000.0 },
        ..ROTARY
    }),
    windows: Windows::Types { window: ("sliding_window", 4096), every: (None, 4) },
    ..OLMO2
};

pub(super) const PHI: Family = Family {
    model_type: "phi",
    keys: Keys {
        vocabulary: (&["vocab_size"], 51_200),
        width: (&["hidden_size"], 2048),
        n_layers: (&["num_hidden_layers"], 24),
        feed_forward: Inner::Key("intermediate_size", 8192),
        activation: ActivationRule::Key("hidden_act", "gelu_new"),
        epsilon: Epsilon::Key("layer_norm_eps", 1e-5),
        ..LLAMA.keys
    },
    names: Names {
        attention_output: "self_attn.dense",
        feed_forward: FeedForwardNames::One("mlp.fc1"),
        feed_forward_output: "mlp.fc2",
        final_norm: "final_layernorm",
        ..LLAMA.names
    },
    positions: Positions::Rotary(RotaryRule { share: Share::Fraction("partial_rotary_factor", 0.5), ..ROTARY }),
    norm: LAYER_NORM,
    blocks: Blocks::Always(Form { placement: Placement::ParallelShared, norms: &["input_layernorm"] }),
    input_bias: Flag::Is(true),
    output_bias: Flag::Is(true),
    head_norm: Some(HeadNormRule {
        on: Flag::Key("qk_layernorm", false),
        span: Span::Head,
        bias: true,
        query: "self_attn.q_layernorm",
        key: "self_attn.k_layernorm",
    }),
    gated: false,
    feed_forward_bias: Flag::Is(true),
    head_bias: true,
    ..LLAMA
};

pub(super) const PHI3: Family = Family {
    model_type: "phi3",
    keys: Keys {
        vocabulary: (&["vocab_size"], 32_064),
        width: (&["hidden_size"], 3072),
        limit: (&["max_position_embeddings"], 4096),
        feed_forward: Inner::Key("intermediate_size", 8192),
        epsilon: Epsilon::Key("rms_norm_eps", 1e-5),
        ..LLAMA.keys
    },
    names: Names {
        attention: AttentionNames::Joined("self_attn.qkv_proj"),
        feed_forward: FeedForwardNames::One("mlp.gate_up_proj"),
        ..LLAMA.names
    },
    positions: Positions::Rotary(RotaryRule {
        share: Share::Fraction("partial_rotary_factor", 1.0),
        aliases: &[("su", "longrope"), ("yarn", "longrope")],
        original: Some(4096),
        ..ROTARY
    }),
    windows: Windows::All("sliding_window", None),
    input_bias: Flag::Is(false),
    output_bias: Flag::Is(false),
    feed_forward_bias: Flag::Is(false),
    ..LLAMA
};

pub(super) const SMOLLM3: Family = Family {
    model_type: "smollm3",
    keys: Keys {
        vocabulary: (&["vocab_size"], 128_256),
        width: (&["hidden_size"], 2048),
        n_layers: (&["num_hidden_layers"], 36),
        limit: (&["max_position_embeddings"], 32_768),
        heads: (&["num_attention_heads"], 16),
        kv_heads: KvHeads::Key("num_key_value_heads", Some(4)),
        tied: ("tie_word_embeddings", true),
        ..LLAMA.keys
    },
    positions: Positions::Rotary(RotaryRule {
        theta: ("rope_theta", 2_000_000.0),
        skips: Some(Skips { list: "no_rope_layers", interval: ("no_rope_layer_interval", 4) }),
        ..ROTARY
    }),
    windows: Windows::Unturned("sliding_window"),
    ..LLAMA
};

pub(super) const STABLELM: Family = Family {
    model_type: "stablelm",
    keys: Keys {
        vocabulary: (&["vocab_size"], 50_304),
        width: (&["hidden_size"], 2560),
        limit: (&["max_position_embeddings"], 4096),
        kv_heads: KvHeads::Key("num_key_value_heads", Some(32)),
        head_dim: HeadDim::Quotient,
        feed_forward: Inner::Key("intermediate_size", 6912),
        epsilon: Epsilon::Key("layer_norm_eps", 1e-5),
        ..LLAMA.keys
    },
    positions: Positions::Rotary(RotaryRule { share: Share::Fraction("partial_rotary_factor", 0.25), ..ROTARY }),
    norm: LAYER_NORM,
    blocks: Blocks::Choice {
        flag: Flag::Key("use_parallel_residual", false),
        on: Form { placement: Placement::ParallelShared, norms: &["input_layernorm"] },
        off: BEFORE,
    },
    input_bias: Flag::Key("use_qkv_bias", false),
    output_bias: Flag::Is(false),
    head_norm: Some(HeadNormRule {
        on: Flag::Key("qk_layernorm", false),
        span: Span::OwnHead,
        bias: false,
        query: "self_attn.q_layernorm.norms",
        key: "self_attn.k_layernorm.norms",
    }),
    feed_forward_bias: Flag::Is(false),
    ..LLAMA
};

pub(super) const STARCODER2: Family = Family {
    model_type: "starcoder2",
    keys: Keys {
        vocabulary: (&["vocab_size"], 49_152),
        width: (&["hidden_size"], 3072),
        n_layers: (&["num_hidden_layers"], 30),
        limit: (&["max_position_embeddings"], 4096),
        heads: (&["num_attention_heads"], 24),
        kv_heads: KvHeads::Key("num_key_value_heads", Some(2)),
        feed_forward: Inner::Key("intermediate_size", 12_288),
        activation: ActivationRule::Key("hidden_act", "gelu_pytorch_tanh"),
        epsilon: Epsilon::Key("norm_epsilon", 1e-5),
        tied: ("tie_word_embeddings", true),
        initializer_range: ("initializer_range", 0.018_042),
        ..LLAMA.keys
    },
    names: Names { feed_forward: FeedForwardNames::One("mlp.c_fc"), feed_forward_output: "mlp.c_proj", ..LLAMA.names },
    norm: LAYER_NORM,
    windows: Windows::All("sliding_window", None),
    input_bias: Flag::Key("use_bias", true),
    output_bias: Flag::Key("use_bias", true),
    gated: false,
    feed_forward_bias: Flag::Key("use_bias", true),
    ..LLAMA
};
