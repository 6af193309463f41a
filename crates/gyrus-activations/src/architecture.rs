//! What a model computes, as a handful of values.
//!
//! The decoder body reads these values and nothing else, so a family of models is data.

use crate::Error;
use crate::config::Config;
use crate::family::Family;
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
    /// Number of blocks; there is one more state than blocks.
    pub n_layers: usize,
    /// The most tokens the model reads at once.
    pub limit: usize,
    /// How it knows where a token stands.
    pub position: Position,
    /// How states are normalised.
    pub norm: Norm,
    /// The heads.
    pub attention: Attention,
    /// The second half of a block.
    pub feed_forward: FeedForward,
    /// Where the output weights are.
    pub output: Output,
    /// Standard deviation of the weights of an untrained model.
    pub initializer_range: f64,
}

/// How a model knows where a token stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Position {
    /// Queries and keys are turned.
    Rotary(Rotary),
}

/// How states are normalised before each half of a block and at the end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Norm {
    /// x / sqrt(mean(x^2) + epsilon) times a gain.
    Rms {
        /// Keeps the division finite.
        epsilon: f64,
    },
}

/// The heads of a block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attention {
    /// Query heads.
    pub heads: usize,
    /// Key and value heads, each shared by `heads / kv_heads` query heads.
    pub kv_heads: usize,
    /// Dimensions of a head.
    pub head_dim: usize,
    /// Scores are multiplied by this.
    pub scale: f64,
    /// Whether queries, keys and values have a bias.
    pub input_bias: bool,
    /// Whether the output product has a bias.
    pub output_bias: bool,
}

/// The second half of a block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FeedForward {
    /// Numbers inside.
    pub width: usize,
    /// What is done to them.
    pub activation: Activation,
    /// Whether its products have a bias.
    pub bias: bool,
}

/// What is done inside the feed-forward half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// g / (1 + exp(-g)) times u, for the products g (gate) and u (up).
    SiluGated,
}

/// Where the output weights are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// The embedding is used again.
    Tied,
    /// They have a matrix of their own.
    Own,
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

    /// Query heads that share one key head.
    pub(crate) fn group(&self) -> usize {
        self.heads / self.kv_heads
    }
}

impl Architecture {
    /// The values that `config` has under the family's keys, its defaults where it has none.
    pub(crate) fn read(config: &Config, family: &Family) -> Result<Self, Error> {
        let keys = &family.keys;
        let count = |(key, default): (&str, usize)| Ok::<_, Error>(config.count(key)?.unwrap_or(default));
        let flag = |(key, default): (&str, bool)| Ok::<_, Error>(config.flag(key)?.unwrap_or(default));
        let limit = count(keys.limit)?;
        let width = count(keys.width)?;
        let attention_bias = flag(keys.attention_bias)?;
        Ok(Self {
            model_type: family.model_type,
            vocabulary: count(keys.vocabulary)?,
            width,
            n_layers: count(keys.n_layers)?,
            limit,
            position: Position::Rotary(Rotary::read(config, limit)?),
            norm: Norm::Rms { epsilon: config.number(keys.epsilon.0)?.unwrap_or(keys.epsilon.1) },
            attention: heads(config, family, width, attention_bias)?,
            feed_forward: FeedForward {
                width: count(keys.feed_forward)?,
                activation: activation(config, family)?,
                bias: flag(keys.feed_forward_bias)?,
            },
            output: if flag(keys.tied)? { Output::Tied } else { Output::Own },
            initializer_range: config.number(keys.initializer_range.0)?.unwrap_or(keys.initializer_range.1),
        })
    }
}

fn heads(config: &Config, family: &Family, width: usize, bias: bool) -> Result<Attention, Error> {
    let keys = &family.keys;
    let heads = config.count(keys.heads.0)?.unwrap_or(keys.heads.1);
    let kv_heads = config.count(keys.kv_heads)?.unwrap_or(heads);
    if !heads.is_multiple_of(kv_heads) {
        return Err(config.refuse(keys.kv_heads, format!("a divisor of the {heads} heads")));
    }
    let head_dim = match config.count(keys.head_dim)? {
        Some(head_dim) => head_dim,
        None if width.is_multiple_of(heads) => width / heads,
        None => return Err(config.refuse(keys.heads.0, format!("a divisor of the width {width}"))),
    };
    if !head_dim.is_multiple_of(2) {
        return Err(config.refuse(keys.head_dim, format!("an even number of dimensions per head, not {head_dim}")));
    }
    let scale = 1.0 / (head_dim as f64).sqrt();
    Ok(Attention { heads, kv_heads, head_dim, scale, input_bias: bias, output_bias: bias })
}

fn activation(config: &Config, family: &Family) -> Result<Activation, Error> {
    let (key, default) = family.keys.activation;
    match config.text(key)?.as_deref().unwrap_or(default) {
        "silu" | "swish" => Ok(Activation::SiluGated),
        _ => Err(config.refuse(key, "`silu`")),
    }
}
