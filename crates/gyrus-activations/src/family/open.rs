//! OPT (with Galactica), XGLM, BLOOM, MPT and Falcon.

use super::gpt::GPT2;
use super::llama::{BEFORE, LLAMA, ROTARY};
use super::row::{
    ActivationRule, AttentionNames, Blocks, EmbeddingScale, Epsilon, FalconFlags, Family, FeedForwardNames, FinalNorm,
    Flag, Form, HeadDim, Inner, Keys, KvHeads, Names, NormRule, Positions, Scale, Slopes,
};
use crate::architecture::{Gain, NormKind, Placement};

const FAIRSEQ: Form = Form { placement: Placement::Before, norms: &["self_attn_layer_norm", "final_layer_norm"] };

pub(super) const OPT: Family = Family {
    model_type: "opt",
    keys: Keys {
        vocabulary: (&["vocab_size"], 50_272),
        width: (&["hidden_size"], 768),
        n_layers: (&["num_hidden_layers"], 12),
        limit: (&["max_position_embeddings"], 2048),
        heads: (&["num_attention_heads"], 12),
        feed_forward: Inner::Key("ffn_dim", 3072),
        activation: ActivationRule::Key("activation_function", "relu"),
        epsilon: Epsilon::Is(1e-5),
        initializer_range: ("init_std", 0.02),
        embedding_width: Some("word_embed_proj_dim"),
        ..GPT2.keys
    },
    names: Names {
        prefixes: &["model.", ""],
        embedding: "decoder.embed_tokens",
        positions: "decoder.embed_positions",
        project_in: "decoder.project_in",
        project_out: "decoder.project_out",
        block: "decoder.layers",
        attention_output: "self_attn.out_proj",
        feed_forward: FeedForwardNames::One("fc1"),
        feed_forward_output: "fc2",
        final_norm: "decoder.final_layer_norm",
        ..LLAMA.names
    },
    positions: Positions::Learned { offset: 2 },
    norm: NormRule { affine: Some("layer_norm_elementwise_affine"), ..GPT2.norm },
    blocks: Blocks::Choice {
        flag: Flag::Key("do_layer_norm_before", true),
        on: FAIRSEQ,
        off: Form { placement: Placement::After, ..FAIRSEQ },
    },
    scale: Scale::HeadDim,
    input_bias: Flag::Key("enable_bias", true),
    output_bias: Flag::Key("enable_bias", true),
    feed_forward_bias: Flag::Key("enable_bias", true),
    final_norm: FinalNorm::BeforeUnless("_remove_final_layer_norm"),
    ..GPT2
};

pub(super) const XGLM: Family = Family {
    model_type: "xglm",
    keys: Keys {
        vocabulary: (&["vocab_size"], 256_008),
        width: (&["d_model", "hidden_size"], 1024),
        n_layers: (&["num_layers", "num_hidden_layers"], 24),
        heads: (&["attention_heads", "num_attention_heads"], 16),
        feed_forward: Inner::Key("ffn_dim", 4096),
        activation: ActivationRule::Key("activation_function", "gelu"),
        embedding_width: None,
        ..OPT.keys
    },
    names: Names { embedding: "embed_tokens", block: "layers", final_norm: "layer_norm", ..OPT.names },
    embedding_scale: EmbeddingScale::Root(Flag::Key("scale_embedding", true)),
    positions: Positions::Sinusoidal { offset: 2 },
    norm: GPT2.norm,
    blocks: Blocks::Always(FAIRSEQ),
    input_bias: Flag::Is(true),
    output_bias: Flag::Is(true),
    feed_forward_bias: Flag::Is(true),
    final_norm: FinalNorm::Always,
    ..OPT
};

pub(super) const BLOOM: Family = Family {
    model_type: "bloom",
    keys: Keys {
        vocabulary: (&["vocab_size"], 250_880),
        width: (&["n_embed", "hidden_size"], 64),
        n_layers: (&["n_layer", "num_hidden_layers"], 2),
        limit: (&["seq_length"], 2048),
        heads: (&["n_head", "num_attention_heads"], 8),
        feed_forward: Inner::FourTimes,
        activation: ActivationRule::Is("gelu_new"),
        ..GPT2.keys
    },
    names: Names {
        prefixes: &["transformer.", ""],
        embedding: "word_embeddings",
        embedding_norm: Some("word_embeddings_layernorm"),
        block: "h",
        attention: AttentionNames::Grouped("self_attention.query_key_value"),
        attention_output: "self_attention.dense",
        feed_forward: FeedForwardNames::One("mlp.dense_h_to_4h"),
        feed_forward_output: "mlp.dense_4h_to_h",
        final_norm: "ln_f",
        ..LLAMA.names
    },
    positions: Positions::Alibi(Slopes::Below),
    blocks: Blocks::Choice {
        flag: Flag::Key("apply_residual_connection_post_layernorm", false),
        on: Form { placement: Placement::Residual, ..BEFORE },
        off: BEFORE,
    },
    scale: Scale::HeadDim,
    ..GPT2
};

pub(super) const MPT: Family = Family {
    model_type: "mpt",
    keys: Keys {
        vocabulary: (&["vocab_size"], 50_368),
        width: (&["d_model", "hidden_size"], 2048),
        n_layers: (&["n_layers", "num_hidden_layers"], 24),
        limit: (&["max_seq_len"], 2048),
        heads: (&["n_heads", "num_attention_heads"], 16),
        feed_forward: Inner::FourTimes,
        activation: ActivationRule::Is("gelu"),
        ..GPT2.keys
    },
    names: Names {
        prefixes: &["transformer.", ""],
        embedding: "wte",
        block: "blocks",
        attention: AttentionNames::Joined("attn.Wqkv"),
        attention_output: "attn.out_proj",
        feed_forward: FeedForwardNames::One("ffn.up_proj"),
        feed_forward_output: "ffn.down_proj",
        final_norm: "norm_f",
        ..LLAMA.names
    },
    positions: Positions::Alibi(Slopes::Above),
    norm: NormRule { kind: NormKind::Layer, gain: Gain::Weight, bias: false, affine: None },
    blocks: Blocks::Always(Form { placement: Placement::Before, norms: &["norm_1", "norm_2"] }),
    scale: Scale::Key("attn_config.softmax_scale"),
    input_bias: Flag::Is(false),
    output_bias: Flag::Is(false),
    clip: Some("attn_config.clip_qkv"),
    feed_forward_bias: Flag::Is(false),
    fixed: &[
        ("attn_config.attn_type", &["\"multihead_attention\""]),
        ("attn_config.alibi", &["true"]),
        ("attn_config.alibi_bias_max", &["8", "8.0"]),
        ("attn_config.prefix_lm", &["false"]),
        ("attn_config.qk_ln", &["false"]),
        ("attn_config.qk_gn", &["false"]),
        ("attn_config.rope", &["false"]),
        ("attn_config.attn_uses_sequence_id", &["false"]),
        ("attn_config.kv_n_heads", &[]),
        ("attn_config.sliding_window_size", &["-1"]),
        ("expansion_ratio", &["4", "4.0"]),
        ("no_bias", &["true"]),
        ("norm_type", &["\"low_precision_layernorm\"", "\"layernorm\""]),
        ("logit_scale", &["1", "1.0"]),
    ],
    ..GPT2
};

const FALCON_FLAGS: FalconFlags = FalconFlags {
    new: Flag::Key("new_decoder_architecture", false),
    multi_query: Flag::Key("multi_query", true),
    parallel: Flag::Key("parallel_attn", true),
    kv_heads: &["num_kv_heads", "n_head_kv"],
};

pub(super) const FALCON: Family = Family {
    model_type: "falcon",
    keys: Keys {
        vocabulary: (&["vocab_size"], 65_024),
        width: (&["n_embed", "hidden_size"], 4544),
        n_layers: (&["num_hidden_layers", "n_layer"], 32),
        limit: (&["max_position_embeddings"], 2048),
        heads: (&["num_attention_heads", "n_head"], 71),
        kv_heads: KvHeads::Falcon(FALCON_FLAGS),
        head_dim: HeadDim::Quotient,
        feed_forward: Inner::KeyOrFourTimes("ffn_hidden_size"),
        activation: ActivationRule::Key("activation", "gelu"),
        ..GPT2.keys
    },
    names: Names { embedding_norm: None, ..BLOOM.names },
    positions: Positions::AlibiOrRotary(Flag::Key("alibi", false), ROTARY),
    blocks: falcon_blocks(FALCON_FLAGS),
    scale: Scale::HeadDim,
    input_bias: Flag::Key("bias", false),
    output_bias: Flag::Key("bias", false),
    feed_forward_bias: Flag::Key("bias", false),
    ..GPT2
};

/// Falcon before it had that name: 7B and RW.
pub(super) const REFINED_WEB_MODEL: Family = old_falcon(
    "RefinedWebModel",
    FalconFlags {
        multi_query: Flag::Key("multi_query", false),
        parallel: Flag::Key("parallel_attn", false),
        ..FALCON_FLAGS
    },
);

/// Falcon before it had that name: 40B.
pub(super) const REFINED_WEB: Family =
    old_falcon("RefinedWeb", FalconFlags { new: Flag::Key("new_decoder_architecture", true), ..FALCON_FLAGS });

const fn old_falcon(model_type: &'static str, flags: FalconFlags) -> Family {
    Family {
        model_type,
        keys: Keys { kv_heads: KvHeads::Falcon(flags), ..FALCON.keys },
        blocks: falcon_blocks(flags),
        ..FALCON
    }
}

const fn falcon_blocks(flags: FalconFlags) -> Blocks {
    Blocks::Falcon {
        flags,
        new: Form { placement: Placement::Parallel, norms: &["ln_attn", "ln_mlp"] },
        parallel: Form { placement: Placement::ParallelShared, norms: &["input_layernorm"] },
        sequential: BEFORE,
    }
}
