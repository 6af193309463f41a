//! What a model computes, as a handful of values.
//!
//! The decoder body reads these values and nothing else, so a family of models is data.
//! Throughout, x is the residual stream, `(tokens, width)`.

use crate::alibi::Alibi;
use crate::rotary::Rotary;

/// What a model computes.
#[derive(Debug, Clone, PartialEq)]
pub struct Architecture {
    /// The family's name in `config.json`.
    pub model_type: &'static str,
    /// Number of token ids.
    pub vocabulary: usize,
    /// Numbers in one state.
    pub width: usize,
    /// The most tokens the model reads at once.
    pub limit: usize,
    /// From ids to the input of the first block.
    pub embedding: Embedding,
    /// What differs from block to block; one entry per block.
    pub layers: Vec<Layer>,
    /// How states are normalised.
    pub norm: Norm,
    /// Where the norms of a block stand.
    pub placement: Placement,
    /// The heads.
    pub attention: Attention,
    /// The second half of a block.
    pub feed_forward: FeedForward,
    /// Whether a norm follows the last block.
    pub final_norm: bool,
    /// From final states to logits.
    pub output: Output,
    /// Standard deviation of the weights of an untrained model.
    pub initializer_range: f64,
}

/// From ids to the input of the first block: scale times the row of the table, plus the position's, normalised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Embedding {
    /// Numbers in a row of the table; if not the model's width, a product without bias leads into the first block
    /// and another one out of the last.
    pub width: usize,
    /// Rows are multiplied by this.
    pub scale: f64,
    /// Positions that are added.
    pub positions: Option<Positions>,
    /// Whether a norm follows.
    pub norm: bool,
}

/// Positions that are added to the embedding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Positions {
    /// Row `position + offset` of a learned table.
    Learned {
        /// Rows before the first position's.
        offset: usize,
    },
    /// With p = position + offset and f_i = 10000^(-i / (width / 2 - 1)): sin(p f_i), then cos(p f_i).
    Sinusoidal {
        /// Added to the position.
        offset: usize,
    },
}

/// What differs from block to block.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Queries and keys are turned by their position, if at all.
    pub rotary: Option<Rotary>,
    /// A token sees itself and the `window - 1` tokens before it, all if none.
    pub window: Option<usize>,
    /// Scores are multiplied by this.
    pub scale: f64,
}

/// How a row of numbers is normalised: y = x / sqrt(mean(x^2) + epsilon) (`Rms`) or
/// y = (x - mean(x)) / sqrt(var(x) + epsilon) (`Layer`), then y gain + bias.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Norm {
    /// About zero or about the mean.
    pub kind: NormKind,
    /// Keeps the division finite.
    pub epsilon: f64,
    /// What the result is multiplied by.
    pub gain: Gain,
    /// Whether a bias is added.
    pub bias: bool,
}

/// What a norm divides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormKind {
    /// The root mean square.
    Rms,
    /// The standard deviation, about the mean.
    Layer,
}

/// What a normalised row is multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gain {
    /// Nothing.
    None,
    /// The weight.
    Weight,
    /// One plus the weight.
    OnePlusWeight,
}

/// Where the norms of a block stand; n1, n2 and so on are different norms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// y = x + attention(n1(x)), then y + feed_forward(n2(y)).
    Before,
    /// y = n1(x + attention(x)), then n2(y + feed_forward(y)).
    After,
    /// y = x + n1(attention(x)), then y + n2(feed_forward(y)).
    Outputs,
    /// y = x + n2(attention(n1(x))), then y + n4(feed_forward(n3(y))).
    Both,
    /// y = n1(x) + attention(n1(x)), then n2(y) + feed_forward(n2(y)).
    Residual,
    /// x + attention(n1(x)) + feed_forward(n1(x)).
    ParallelShared,
    /// x + attention(n1(x)) + feed_forward(n2(x)).
    Parallel,
}

/// The heads of a block: of queries q, keys k and values v of each token, each clipped, normalised and turned where
/// the model does so, out_i = sum over j of p_ij v_j with p_i = softmax(cap(scale q_i k_j + bias_j)).
#[derive(Debug, Clone, PartialEq)]
pub struct Attention {
    /// Query heads.
    pub heads: usize,
    /// Key and value heads, each shared by `heads / kv_heads` query heads.
    pub kv_heads: usize,
    /// Dimensions of a head.
    pub head_dim: usize,
    /// Whether queries, keys and values have a bias.
    pub input_bias: bool,
    /// Whether the output product has a bias.
    pub output_bias: bool,
    /// Queries, keys and values are held between minus and plus this.
    pub clip: Option<f64>,
    /// Queries and keys are normalised.
    pub head_norm: Option<HeadNorm>,
    /// Scores fall with distance.
    pub alibi: Option<Alibi>,
    /// cap(s) = c tanh(s / c).
    pub softcap: Option<f64>,
}

/// How queries and keys are normalised before they are turned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadNorm {
    /// The norm.
    pub norm: Norm,
    /// What one mean is taken over, and how gains are shared.
    pub span: Span,
}

/// What the norm of queries, or of keys, takes one mean over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Each head, with one gain `(head_dim)` for all heads.
    Head,
    /// Each head, with a gain of its own, `(heads, head_dim)`.
    OwnHead,
    /// All heads together, with a gain for every number.
    All,
}

/// The second half of a block: W2 activation(W1 x), or W2 (activation(G x) U x) where it is gated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FeedForward {
    /// Numbers inside.
    pub width: usize,
    /// What is done to them.
    pub activation: Activation,
    /// Whether there is a gate.
    pub gated: bool,
    /// Whether its products have a bias.
    pub bias: bool,
}

/// What is done to a number inside the feed-forward half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// x / (1 + exp(-x)).
    Silu,
    /// x Phi(x), Phi the normal distribution.
    Gelu,
    /// x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
    GeluTanh,
    /// max(x, 0).
    Relu,
}

/// From final states to logits: cap(W x + b), cap(s) = c tanh(s / c).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Output {
    /// Whether W is the embedding's table.
    pub tied: bool,
    /// Whether there is a bias.
    pub bias: bool,
    /// The cap c.
    pub softcap: Option<f64>,
}

impl Architecture {
    /// Number of blocks; there is one more state than blocks.
    pub fn n_layers(&self) -> usize {
        self.layers.len()
    }

    /// Numbers in a state of layer `layer`; the last layer's differ from the others' where the embedding's width does.
    pub fn width_of(&self, layer: usize) -> usize {
        if layer == self.n_layers() { self.embedding.width } else { self.width }
    }
}

impl Attention {
    /// Columns of all queries.
    pub(crate) fn query_width(&self) -> usize {
        self.heads * self.head_dim
    }

    /// Columns of all keys, and of all values.
    pub(crate) fn key_width(&self) -> usize {
        self.kv_heads * self.head_dim
    }

    /// Columns of queries, keys and values together.
    pub(crate) fn joined_width(&self) -> usize {
        self.query_width() + 2 * self.key_width()
    }

    /// Query heads that share one key head.
    pub(crate) fn group(&self) -> usize {
        self.heads / self.kv_heads
    }
}
