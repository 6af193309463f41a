//! Gemma: LLaMA's names, gains of one plus the weight, an embedding times the root of the width.

use super::llama::{HEAD_NORM, LLAMA, ROTARY};
use super::row::{
    ActivationRule, Blocks, EmbeddingScale, Family, Flag, Form, HeadDim, Inner, Keys, KvHeads, Names, NormRule,
    Positions, RotaryKinds, RotaryRule, Scale, Windows,
};
use crate::architecture::{Gain, NormKind, Placement};

const BOTH: Form = Form {
    placement: Placement::Both,
    norms: &["input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm"],
};

pub(super) const GEMMA: Family = Family {
    model_type: "gemma",
    keys: Keys {
        vocabulary: (&["vocab_size"], 256_000),
        width: (&["hidden_size"], 3072),
        n_layers: (&["num_hidden_layers"], 28),
        limit: (&["max_position_embeddings"], 8192),
        heads: (&["num_attention_heads"], 16),
        kv_heads: KvHeads::Key("num_key_value_heads", Some(16)),
        head_dim: HeadDim::Key("head_dim", Some(256)),
        feed_forward: Inner::Key("intermediate_size", 24_576),
        activation: ActivationRule::GeluIsTanh("hidden_act", "gelu_pytorch_tanh"),
        tied: ("tie_word_embeddings", true),
        ..LLAMA.keys
    },
    embedding_scale: EmbeddingScale::Root(Flag::Is(true)),
    norm: NormRule { kind: NormKind::Rms, gain: Gain::OnePlusWeight, bias: false, affine: None },
    feed_forward_bias: Flag::Is(false),
    ..LLAMA
};

pub(super) const GEMMA2: Family = Family {
    model_type: "gemma2",
    keys: Keys {
        width: (&["hidden_size"], 2304),
        n_layers: (&["num_hidden_layers"], 26),
        heads: (&["num_attention_heads"], 8),
        kv_heads: KvHeads::Key("num_key_value_heads", Some(4)),
        feed_forward: Inner::Key("intermediate_size", 9216),
        activation: ActivationRule::Key("hidden_activation", "gelu_pytorch_tanh"),
        ..GEMMA.keys
    },
    blocks: Blocks::Always(BOTH),
    windows: Windows::Types { window: ("sliding_window", 4096), every: (None, 2) },
    scale: Scale::Scalar("query_pre_attn_scalar", 256.0),
    score_cap: Some(("attn_logit_softcapping", Some(50.0))),
    logit_cap: Some(("final_logit_softcapping", Some(30.0))),
    ..GEMMA
};

pub(super) const GEMMA3_TEXT: Family = Family {
    model_type: "gemma3_text",
    keys: Keys {
        vocabulary: (&["vocab_size"], 262_208),
        limit: (&["max_position_embeddings"], 131_072),
        ..GEMMA2.keys
    },
    positions: Positions::Rotary(RotaryRule {
        theta: ("rope_theta", 1_000_000.0),
        kinds: RotaryKinds::Two { sliding: Some("rope_local_base_freq"), sliding_theta: 10_000.0 },
        ..ROTARY
    }),
    windows: Windows::Types { window: ("sliding_window", 4096), every: (Some("sliding_window_pattern"), 6) },
    head_norm: Some(HEAD_NORM),
    score_cap: None,
    logit_cap: Some(("final_logit_softcapping", None)),
    ..GEMMA2
};

/// The text part of a model that also sees.
pub(super) const GEMMA3: Family = Family {
    model_type: "gemma3",
    section: Some(("text_config", "gemma3_text")),
    names: Names {
        prefixes: &["model.language_model.", "language_model.model.", "model.", ""],
        heads: &["lm_head", "language_model.lm_head"],
        ..LLAMA.names
    },
    ..GEMMA3_TEXT
};
