//! From a family and a `config.json` to an architecture.

use super::alibi::slopes;
use super::row::{
    ActivationRule, Blocks, EmbeddingScale, Epsilon, Family, FinalNorm, Flag, Form, Inner, Keys, NormRule, Positions,
    RotaryRule, Slopes,
};
use super::unread;
use crate::Error;
use crate::alibi::{Alibi, AlibiRule};
use crate::architecture::{
    self, Activation, Architecture, Attention, Embedding, FeedForward, Gain, Layer, Norm, Output, Placement,
};
use crate::config::Config;

/// The most blocks that are read: a file with more is not a model.
const MOST_LAYERS: usize = 1024;

/// How often Falcon's bias is added: the attention of `transformers` that is written out in full (`eager`) adds it
/// once by itself and once with the mask, the fused one (`sdpa`) with the mask alone.
/// We do as the former, from which reference states are made.
const EAGER_FALCON: f64 = 2.0;

/// An architecture, and the keys of its file that say nothing to us.
pub(crate) struct Described {
    pub(crate) architecture: Architecture,
    /// Names of keys that were not understood and, as far as we know, change nothing.
    pub(crate) unknown_keys: Vec<String>,
}

impl Family {
    /// What `config` describes.
    pub(crate) fn read(&self, config: &Config) -> Result<Described, Error> {
        match self.section {
            None => self.read_section(config),
            Some((name, model_type)) => {
                let section = config.section(name)?.ok_or_else(|| config.refuse(name, "an object"))?;
                if section.text("model_type")?.is_some_and(|found| found != model_type) {
                    return Err(section.refuse("model_type", format!("`{model_type}` in `{name}`")));
                }
                let section = ["tie_word_embeddings", "quantization_config"]
                    .iter()
                    .fold(section, |section, key| section.with(config, key));
                self.read_section(&section)
            }
        }
    }

    fn read_section(&self, config: &Config) -> Result<Described, Error> {
        let architecture = self.architecture(config)?;
        let unknown_keys = unread::check(config, &architecture)?;
        Ok(Described { architecture, unknown_keys })
    }

    fn architecture(&self, config: &Config) -> Result<Architecture, Error> {
        let keys = &self.keys;
        let (width, limit, n_layers) = (keys.width(config)?, keys.limit(config)?, keys.n_layers(config)?);
        let norm = self.norm.read(config, keys.epsilon)?;
        let uses_alibi = self.positions.uses_alibi(config)?;
        let attention = self.attention(config, width, norm, |heads| self.positions.alibi(uses_alibi, heads))?;
        let layers = self.layers(config, &attention, uses_alibi, [n_layers, limit])?;
        let form = self.blocks.read(config)?;
        self.check_fixed(config)?;
        let scaled = layers.iter().filter_map(|layer| layer.rotary.as_ref()?.scaling.limit()).min();
        Ok(Architecture {
            model_type: self.model_type,
            vocabulary: count(config, keys.vocabulary)?,
            width,
            limit: scaled.map_or(limit, |scaled| limit.min(scaled)),
            embedding: self.embedding(config, width)?,
            layers,
            norm,
            placement: form.placement,
            attention,
            feed_forward: self.feed_forward(config, width)?,
            final_norm: match self.final_norm {
                FinalNorm::Always => true,
                FinalNorm::BeforeUnless(key) => {
                    let removed = config.flag(key)?.unwrap_or(false);
                    form.placement == Placement::Before && !removed
                }
            },
            output: Output {
                tied: config.flag(keys.tied.0)?.unwrap_or(keys.tied.1),
                bias: self.head_bias,
                softcap: self.logit_cap.map_or(Ok(None), |rule| cap(config, rule))?,
            },
            initializer_range: {
                let (key, default) = keys.initializer_range;
                if config.value(key).is_some() { config.number_or_zero(key)?.unwrap_or(0.0) } else { default }
            },
        })
    }

    fn embedding(&self, config: &Config, width: usize) -> Result<Embedding, Error> {
        let root = match self.embedding_scale {
            EmbeddingScale::One => false,
            EmbeddingScale::Root(flag) => flag.read(config)?,
        };
        Ok(Embedding {
            width: self.keys.embedding_width.map_or(Ok(None), |key| config.count(key))?.unwrap_or(width),
            scale: if root { (width as f64).sqrt() } else { 1.0 },
            positions: match self.positions {
                Positions::Learned { offset } => Some(architecture::Positions::Learned { offset }),
                Positions::Sinusoidal { offset } => Some(architecture::Positions::Sinusoidal { offset }),
                Positions::Rotary(_) | Positions::Alibi(_) | Positions::AlibiOrRotary(..) => None,
            },
            norm: self.names.embedding_norm.is_some(),
        })
    }

    fn layers(
        &self,
        config: &Config,
        attention: &Attention,
        uses_alibi: bool,
        [n_layers, limit]: [usize; 2],
    ) -> Result<Vec<Layer>, Error> {
        let rule = self.positions.rotary();
        let rotations = rule.map(|rule| rule.read(config, attention.head_dim, limit)).transpose()?;
        let rotations = rotations.filter(|_| !uses_alibi);
        let turned = match rule.and_then(|rule| rule.skips) {
            Some(skips) => skips.read(config, n_layers)?,
            None => vec![true; n_layers],
        };
        let windows = self.windows.read(config, &turned)?;
        let rotary = |window: Option<usize>, turned: bool| {
            let both = rotations.as_ref().filter(|_| turned)?;
            Some(if window.is_some() { both.sliding.clone() } else { both.full.clone() })
        };
        let layer = |(i, window): (usize, Option<usize>)| {
            let scale = self.scale.read(config, attention.head_dim, i)?;
            Ok(Layer { rotary: rotary(window, turned[i]), window, scale })
        };
        windows.into_iter().enumerate().map(layer).collect()
    }

    fn feed_forward(&self, config: &Config, width: usize) -> Result<FeedForward, Error> {
        let inner = match self.keys.feed_forward {
            Inner::Key(key, default) => config.count(key)?.unwrap_or(default),
            Inner::KeyOrFourTimes(key) => config.count(key)?.unwrap_or(4 * width),
            Inner::FourTimes => 4 * width,
        };
        Ok(FeedForward {
            width: inner,
            activation: self.keys.activation.read(config)?,
            gated: self.gated,
            bias: self.feed_forward_bias.read(config)?,
        })
    }

    /// Keys that must have the one value that is computed.
    fn check_fixed(&self, config: &Config) -> Result<(), Error> {
        for (key, allowed) in self.fixed {
            match config.value(key) {
                Some(value) if !value.is_null() && !allowed.contains(&value.to_string().as_str()) => {
                    let expected = if allowed.is_empty() { "nothing".into() } else { allowed.join(" or ") };
                    return Err(config.refuse(key, format!("{expected} in this family")));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Keys {
    fn width(&self, config: &Config) -> Result<usize, Error> {
        count(config, self.width)
    }

    fn limit(&self, config: &Config) -> Result<usize, Error> {
        count(config, self.limit)
    }

    /// Number of query heads.
    pub(super) fn heads(&self, config: &Config) -> Result<usize, Error> {
        count(config, self.heads)
    }

    fn n_layers(&self, config: &Config) -> Result<usize, Error> {
        match count(config, self.n_layers)? {
            n if n > MOST_LAYERS => Err(config.refuse(self.n_layers.0[0], format!("at most {MOST_LAYERS}"))),
            n => Ok(n),
        }
    }
}

/// A count, or its default.
fn count(config: &Config, (names, default): super::row::Count) -> Result<usize, Error> {
    Ok(config.count_of(names)?.unwrap_or(default))
}

/// The cap c of c tanh(s / c): none where the key is null or zero.
pub(super) fn cap(config: &Config, (key, default): (&str, Option<f64>)) -> Result<Option<f64>, Error> {
    if config.value(key).is_some() { config.number_or_zero(key) } else { Ok(default) }
}

impl Flag {
    /// True or false.
    pub(super) fn read(self, config: &Config) -> Result<bool, Error> {
        match self {
            Self::Is(value) => Ok(value),
            Self::Key(key, default) => Ok(config.flag(key)?.unwrap_or(default)),
        }
    }
}

impl Positions {
    fn uses_alibi(&self, config: &Config) -> Result<bool, Error> {
        match self {
            Self::Alibi(_) => Ok(true),
            Self::AlibiOrRotary(flag, _) => flag.read(config),
            Self::Learned { .. } | Self::Sinusoidal { .. } | Self::Rotary(_) => Ok(false),
        }
    }

    fn alibi(&self, used: bool, heads: usize) -> Option<Alibi> {
        let (rule, slopes) = match self {
            Self::Alibi(rule) => (AlibiRule::Plain, slopes(heads, *rule)),
            Self::AlibiOrRotary(..) if used => {
                let slopes = slopes(heads, Slopes::Below).into_iter().map(|slope| EAGER_FALCON * slope);
                (AlibiRule::Bf16Scaled, slopes.collect())
            }
            _ => return None,
        };
        Some(Alibi { slopes, rule })
    }

    fn rotary(&self) -> Option<&RotaryRule> {
        match self {
            Self::Rotary(rule) | Self::AlibiOrRotary(_, rule) => Some(rule),
            Self::Learned { .. } | Self::Sinusoidal { .. } | Self::Alibi(_) => None,
        }
    }
}

impl NormRule {
    fn read(&self, config: &Config, epsilon: Epsilon) -> Result<Norm, Error> {
        let epsilon = match epsilon {
            Epsilon::Key(key, default) => config.number(key)?.unwrap_or(default),
            Epsilon::Is(epsilon) => epsilon,
        };
        let affine = self.affine.map_or(Ok(None), |key| config.flag(key))?.unwrap_or(true);
        Ok(Norm {
            kind: self.kind,
            epsilon,
            gain: if affine { self.gain } else { Gain::None },
            bias: affine && self.bias,
        })
    }
}

impl Blocks {
    fn read(&self, config: &Config) -> Result<Form, Error> {
        match *self {
            Self::Always(form) => Ok(form),
            Self::Choice { flag, on, off } => Ok(if flag.read(config)? { on } else { off }),
            Self::Falcon { flags, new, parallel, sequential } => flags.form(config, [new, parallel, sequential]),
        }
    }
}

impl ActivationRule {
    fn read(self, config: &Config) -> Result<Activation, Error> {
        let (key, default) = match self {
            Self::Key(key, default) | Self::GeluIsTanh(key, default) => (key, default),
            Self::Is(name) => ("", name),
        };
        let name = if key.is_empty() { None } else { config.text(key)? };
        let name = name.unwrap_or_else(|| default.into());
        let name = match self {
            Self::GeluIsTanh(..) if name == "gelu" => "gelu_pytorch_tanh",
            _ => name.as_str(),
        };
        let known = Activation::ALL.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        Activation::named(name).ok_or_else(|| config.refuse(key, known))
    }
}

impl Activation {
    /// Names in `config.json`.
    const ALL: &[(&str, Self)] = &[
        ("silu", Self::Silu),
        ("swish", Self::Silu),
        ("gelu", Self::Gelu),
        ("gelu_python", Self::Gelu),
        ("gelu_new", Self::GeluTanh),
        ("gelu_fast", Self::GeluTanh),
        ("gelu_accurate", Self::GeluTanh),
        ("gelu_pytorch_tanh", Self::GeluTanh),
        ("gelu_python_tanh", Self::GeluTanh),
        ("relu", Self::Relu),
    ];

    /// The activation of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(other, _)| *other == name).map(|(_, activation)| *activation)
    }
}
