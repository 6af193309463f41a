//! The heads of a family's blocks.

use super::row::{Family, HeadDim, HeadNormRule, KvHeads, Scale};
use crate::Error;
use crate::alibi::Alibi;
use crate::architecture::{Attention, Gain, HeadNorm, Norm};
use crate::config::Config;

/// The most heads that are read: a file with more is not a model.
const MOST_HEADS: usize = 1024;

impl Family {
    /// The heads that `config` describes.
    pub(super) fn attention(
        &self,
        config: &Config,
        width: usize,
        norm: Norm,
        alibi: impl FnOnce(usize) -> Option<Alibi>,
    ) -> Result<Attention, Error> {
        let names = self.keys.heads.0;
        let heads = self.keys.heads(config)?;
        if heads > MOST_HEADS {
            return Err(config.refuse(names[0], format!("at most {MOST_HEADS}")));
        }
        let kv_heads = self.keys.kv_heads.read(config, heads)?;
        let head_dim = match self.keys.head_dim {
            HeadDim::Key(key, default) => config.count(key)?.or(default),
            HeadDim::Quotient => None,
        };
        let head_dim = match head_dim {
            Some(head_dim) => head_dim,
            None if width.is_multiple_of(heads) => width / heads,
            None => return Err(config.refuse(names[0], format!("a divisor of the width {width}"))),
        };
        Ok(Attention {
            heads,
            kv_heads,
            head_dim,
            input_bias: self.input_bias.read(config)?,
            output_bias: self.output_bias.read(config)?,
            clip: self.clip.map_or(Ok(None), |key| config.number_or_zero(key))?,
            head_norm: self.head_norm.map_or(Ok(None), |rule| rule.read(config, norm))?,
            alibi: alibi(heads),
            softcap: self.score_cap.map_or(Ok(None), |cap| super::read::cap(config, cap))?,
        })
    }
}

impl KvHeads {
    fn read(self, config: &Config, heads: usize) -> Result<usize, Error> {
        let (key, kv_heads) = match self {
            Self::Heads => return Ok(heads),
            Self::One(flag) => return Ok(if flag.read(config)? { 1 } else { heads }),
            Self::Key(key, _) if config.is_null(key) => return Ok(heads),
            Self::Key(key, default) => (key, config.count(key)?.or(default).unwrap_or(heads)),
            Self::Falcon(flags) => (flags.kv_heads[0], flags.kv_heads(config, heads)?),
        };
        if heads.is_multiple_of(kv_heads) {
            Ok(kv_heads)
        } else {
            Err(config.refuse(key, format!("a divisor of the {heads} heads")))
        }
    }
}

impl HeadNormRule {
    fn read(self, config: &Config, norm: Norm) -> Result<Option<HeadNorm>, Error> {
        let gain = if norm.gain == Gain::None { Gain::Weight } else { norm.gain };
        let norm = Norm { bias: self.bias, gain, ..norm };
        Ok(self.on.read(config)?.then_some(HeadNorm { norm, span: self.span }))
    }
}

impl Scale {
    /// What the scores of block `layer` are multiplied by.
    pub(super) fn read(self, config: &Config, head_dim: usize, layer: usize) -> Result<f64, Error> {
        let plain = 1.0 / (head_dim as f64).sqrt();
        Ok(match self {
            Self::HeadDim => plain,
            Self::One => 1.0,
            Self::Flags(by_dim, by_layer) => {
                let scale = if by_dim.read(config)? { plain } else { 1.0 };
                if by_layer.read(config)? { scale / (layer + 1) as f64 } else { scale }
            }
            Self::Scalar(key, default) => 1.0 / config.number(key)?.unwrap_or(default).sqrt(),
            Self::Key(key) => config.number(key)?.unwrap_or(plain),
        })
    }
}
