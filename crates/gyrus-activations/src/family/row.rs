//! What a row of the table of families says.

use crate::architecture::{Gain, NormKind, Placement, Span};
use crate::rotary::Layout;

/// A family of models.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family {
    /// Its name in `config.json`.
    pub(crate) model_type: &'static str,
    /// The object of `config.json` that describes the text model, where not the whole file does, and its `model_type`.
    pub(crate) section: Option<(&'static str, &'static str)>,
    pub(crate) keys: Keys,
    pub(crate) names: Names,
    pub(crate) embedding_scale: EmbeddingScale,
    pub(crate) positions: Positions,
    pub(crate) norm: NormRule,
    pub(crate) blocks: Blocks,
    pub(crate) windows: Windows,
    pub(crate) scale: Scale,
    pub(crate) input_bias: Flag,
    pub(crate) output_bias: Flag,
    /// Key of the number that queries, keys and values are clipped to.
    pub(crate) clip: Option<&'static str>,
    pub(crate) head_norm: Option<HeadNormRule>,
    /// Key of the cap of scores, and its default.
    pub(crate) score_cap: Option<(&'static str, Option<f64>)>,
    pub(crate) gated: bool,
    pub(crate) feed_forward_bias: Flag,
    pub(crate) final_norm: FinalNorm,
    pub(crate) head_bias: bool,
    /// Key of the cap of logits, and its default.
    pub(crate) logit_cap: Option<(&'static str, Option<f64>)>,
    /// Keys with one value that is computed, as JSON text; they may also be absent.
    pub(crate) fixed: &'static [(&'static str, &'static [&'static str])],
}

/// Names of one key, and what the family's own class takes when it is absent.
pub(crate) type Count = (&'static [&'static str], usize);

/// Keys in `config.json`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keys {
    pub(crate) vocabulary: Count,
    pub(crate) width: Count,
    pub(crate) n_layers: Count,
    pub(crate) limit: Count,
    pub(crate) heads: Count,
    pub(crate) kv_heads: KvHeads,
    pub(crate) head_dim: HeadDim,
    pub(crate) feed_forward: Inner,
    pub(crate) activation: ActivationRule,
    pub(crate) epsilon: Epsilon,
    pub(crate) tied: (&'static str, bool),
    pub(crate) initializer_range: (&'static str, f64),
    /// Key of the width of the embedding where it can differ from the model's.
    pub(crate) embedding_width: Option<&'static str>,
}

/// True or false, always or by a key with its default.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Flag {
    Is(bool),
    Key(&'static str, bool),
}

/// How many key and value heads.
#[derive(Debug, Clone, Copy)]
pub(crate) enum KvHeads {
    /// As many as query heads.
    Heads,
    /// A key; as many as query heads if null, the default if absent.
    Key(&'static str, Option<usize>),
    /// One if the flag is set, else as many as query heads.
    One(Flag),
    /// Falcon's three kinds of blocks.
    Falcon(FalconFlags),
}

/// Which of Falcon's kinds of blocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FalconFlags {
    /// Grouped keys and one or two norms side by side, as in the 40B.
    pub(crate) new: Flag,
    /// One key head, as in the 7B.
    pub(crate) multi_query: Flag,
    /// Both halves side by side.
    pub(crate) parallel: Flag,
    /// Names of the number of key heads.
    pub(crate) kv_heads: &'static [&'static str],
}

/// Dimensions of a head.
#[derive(Debug, Clone, Copy)]
pub(crate) enum HeadDim {
    /// Width over heads, which must divide it.
    Quotient,
    /// A key; the default, or width over heads.
    Key(&'static str, Option<usize>),
}

/// Numbers inside the feed-forward half.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Inner {
    /// A key with its default.
    Key(&'static str, usize),
    /// A key, four times the width if absent.
    KeyOrFourTimes(&'static str),
    /// Four times the width.
    FourTimes,
}

/// What is done inside the feed-forward half.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ActivationRule {
    /// A key with its default.
    Key(&'static str, &'static str),
    /// As `Key`, where `gelu` means the form with a tanh.
    GeluIsTanh(&'static str, &'static str),
    /// Always this one.
    Is(&'static str),
}

/// What keeps the division of a norm finite.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Epsilon {
    Key(&'static str, f64),
    Is(f64),
}

/// What rows of the embedding are multiplied by.
#[derive(Debug, Clone, Copy)]
pub(crate) enum EmbeddingScale {
    One,
    /// The root of the width, if the flag is set.
    Root(Flag),
}

/// How a model knows positions.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Positions {
    /// Row `position + offset` of a learned table.
    Learned {
        offset: usize,
    },
    /// Sines and cosines of `position + offset`.
    Sinusoidal {
        offset: usize,
    },
    Rotary(RotaryRule),
    Alibi(Slopes),
    /// ALiBi, rounded, if the flag is set.
    AlibiOrRotary(Flag, RotaryRule),
}

/// Slopes of ALiBi for a number of heads that is no power of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slopes {
    /// Those of the power below, then every other one of the power above.
    Below,
    /// Every other one of the power above, then the ones between.
    Above,
}

/// Keys of rotary positions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RotaryRule {
    pub(crate) layout: Layout,
    /// Key of the base outside `rope_parameters`, and its default.
    pub(crate) theta: (&'static str, f64),
    pub(crate) share: Share,
    pub(crate) kinds: RotaryKinds,
    /// Blocks without rotation.
    pub(crate) skips: Option<Skips>,
    /// Other names of kinds of scaling.
    pub(crate) aliases: &'static [(&'static str, &'static str)],
    /// The class's own default of `original_max_position_embeddings`.
    pub(crate) original: Option<usize>,
}

/// How many dimensions of a head turn.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Share {
    Whole,
    /// Key of a fraction outside `rope_parameters`, and its default.
    Fraction(&'static str, f64),
    /// Key of a number, and its default.
    Number(&'static str, usize),
}

/// Which blocks turn how.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RotaryKinds {
    /// All alike.
    One,
    /// Blocks with a window have a base of their own: its key, if it has one, and its default.
    Two { sliding: Option<&'static str>, sliding_theta: f64 },
}

/// Blocks without rotation: key of a list, or key and default of an interval.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Skips {
    pub(crate) list: &'static str,
    pub(crate) interval: (&'static str, usize),
}

/// How states are normalised.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NormRule {
    pub(crate) kind: NormKind,
    pub(crate) gain: Gain,
    pub(crate) bias: bool,
    /// Key of a flag, true if absent, without which there are neither gains nor biases.
    pub(crate) affine: Option<&'static str>,
}

/// How blocks are built.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Blocks {
    Always(Form),
    /// By a flag.
    Choice {
        flag: Flag,
        on: Form,
        off: Form,
    },
    Falcon {
        flags: FalconFlags,
        new: Form,
        parallel: Form,
        sequential: Form,
    },
}

/// Where norms stand, and what they are called, in the order of [`Placement`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    pub(crate) placement: Placement,
    pub(crate) norms: &'static [&'static str],
}

/// Which blocks see a window only.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Windows {
    Never,
    /// All blocks: key of the window, and what it is if absent (null means no window).
    All(&'static str, Option<usize>),
    /// By `layer_types`, else all but every n-th; n may have a key.
    Types {
        window: (&'static str, usize),
        every: (Option<&'static str>, usize),
    },
    /// By `layer_types`, else those from `max_window_layers` on, and only if `use_sliding_window`.
    Late {
        window: (&'static str, usize),
        from: (&'static str, usize),
    },
    /// By `layer_types`, else those without rotation, and only if `use_sliding_window`.
    Unturned(&'static str),
    /// By `attention_types` of `global` and `local`: key of the window, and its default.
    Named(&'static str, usize),
}

/// What scores are multiplied by.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scale {
    /// 1 / sqrt(head_dim).
    HeadDim,
    One,
    /// 1 / sqrt(head_dim) if the first flag is set, divided by the number of the block, from 1, if the second one is.
    Flags(Flag, Flag),
    /// 1 / sqrt of a key with its default.
    Scalar(&'static str, f64),
    /// A key, 1 / sqrt(head_dim) if absent.
    Key(&'static str),
}

/// How queries and keys are normalised.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeadNormRule {
    pub(crate) on: Flag,
    pub(crate) span: Span,
    pub(crate) bias: bool,
    pub(crate) query: &'static str,
    pub(crate) key: &'static str,
}

/// Whether a norm follows the last block.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FinalNorm {
    Always,
    /// If the norms of blocks stand before their halves and the key, false if absent, does not remove it.
    BeforeUnless(&'static str),
}

/// Names of weights, without `.weight` and `.bias`. Those of a block stand after the block's own name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    /// What can stand before all names but the head's; the first one if nothing is found.
    pub(crate) prefixes: &'static [&'static str],
    pub(crate) embedding: &'static str,
    /// The learned table of positions.
    pub(crate) positions: &'static str,
    pub(crate) embedding_norm: Option<&'static str>,
    pub(crate) project_in: &'static str,
    pub(crate) project_out: &'static str,
    /// Stands before the index of a block.
    pub(crate) block: &'static str,
    pub(crate) attention: AttentionNames,
    pub(crate) attention_output: &'static str,
    pub(crate) feed_forward: FeedForwardNames,
    pub(crate) feed_forward_output: &'static str,
    pub(crate) final_norm: &'static str,
    pub(crate) heads: &'static [&'static str],
    /// Whether the matrices of blocks are stored `(inputs, outputs)`.
    pub(crate) transposed: bool,
}

/// Queries, keys and values.
#[derive(Debug, Clone, Copy)]
pub(crate) enum AttentionNames {
    Apart([&'static str; 3]),
    /// All queries, all keys, all values.
    Joined(&'static str),
    /// For each key head its queries, its key and its value.
    Grouped(&'static str),
}

/// The first matrix of the feed-forward half.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FeedForwardNames {
    /// One matrix, or the gate above the rest.
    One(&'static str),
    /// Gate and the rest.
    Apart([&'static str; 2]),
}

impl Family {
    /// The names of a block's norms under `placement`.
    pub(crate) fn norms(&self, placement: Placement) -> &'static [&'static str] {
        let forms: &[&Form] = match &self.blocks {
            Blocks::Always(form) => &[form],
            Blocks::Choice { on, off, .. } => &[on, off],
            Blocks::Falcon { new, parallel, sequential, .. } => &[new, parallel, sequential],
        };
        let found = forms.iter().find(|form| form.placement == placement);
        found.map_or(&[], |form| form.norms)
    }
}
