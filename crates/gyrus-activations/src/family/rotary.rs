//! Rotary positions in both generations of keys: `rope_theta`, `rope_scaling` and `rotary_pct`, or `rope_parameters`.

use super::row::{RotaryKinds, RotaryRule, Share, Skips};
use crate::Error;
use crate::config::Config;
use crate::rotary::{Rotary, Scaling};

const OLD: &str = "rope_scaling";
const NEW: &str = "rope_parameters";
const FULL: &str = "full_attention";
const SLIDING: &str = "sliding_attention";
const ORIGINAL: &str = "original_max_position_embeddings";
const FRACTION: &str = "partial_rotary_factor";

/// How the blocks of a model turn.
pub(super) struct Rotations {
    /// Blocks that see everything.
    pub(super) full: Rotary,
    /// Blocks that see a window.
    pub(super) sliding: Rotary,
}

impl RotaryRule {
    /// What `config` says of heads of `head_dim` dimensions in a model of `limit` tokens.
    pub(super) fn read(&self, config: &Config, head_dim: usize, limit: usize) -> Result<Rotations, Error> {
        let reader = Reader { rule: self, config, head_dim, limit };
        let theta = config.number(self.theta.0)?;
        for other in ["rope_theta", "rotary_emb_base"] {
            let used = theta.unwrap_or(self.theta.1);
            if config.number(other)?.is_some_and(|other| other != used) && other != self.theta.0 {
                return Err(config.refuse(other, format!("`{}`, which is {used}", self.theta.0)));
            }
        }
        match self.kinds {
            RotaryKinds::One => {
                let section = reader.section()?;
                let full = reader.rotary(&section, theta.unwrap_or(self.theta.1), &section)?;
                Ok(Rotations { sliding: full.clone(), full })
            }
            RotaryKinds::Two { sliding, sliding_theta } => {
                let (outer, full, window) = reader.sections()?;
                let sliding_theta = sliding.map_or(Ok(None), |key| config.number(key))?.unwrap_or(sliding_theta);
                Ok(Rotations {
                    full: reader.rotary(&full, theta.unwrap_or(self.theta.1), &outer)?,
                    sliding: reader.rotary(&window, sliding_theta, &outer)?,
                })
            }
        }
    }
}

impl Skips {
    /// Which of `n_layers` blocks turn.
    pub(super) fn read(self, config: &Config, n_layers: usize) -> Result<Vec<bool>, Error> {
        let every = config.count(self.interval.0)?.unwrap_or(self.interval.1);
        match config.flags(self.list)? {
            None => Ok((0..n_layers).map(|layer| (layer + 1) % every != 0).collect()),
            Some(turned) if turned.len() == n_layers => Ok(turned),
            Some(_) => Err(config.refuse(self.list, format!("one for each of the {n_layers} layers"))),
        }
    }
}

struct Reader<'a> {
    rule: &'a RotaryRule,
    config: &'a Config,
    head_dim: usize,
    limit: usize,
}

impl Reader<'_> {
    /// The settings of all blocks; `rope_scaling` goes before `rope_parameters`, as in the library.
    fn section(&self) -> Result<Config, Error> {
        let new = self.config.section(NEW)?;
        let section = self.config.section(OLD)?.filter(|old| old.entries().next().is_some()).or(new);
        let section = section.unwrap_or_else(|| self.config.empty());
        let nested = [FULL, SLIDING].into_iter().find(|kind| section.value(kind).is_some());
        match nested {
            Some(_) if section.text("rope_type")?.or(section.text("type")?).is_none() => {
                Err(self.config.refuse(NEW, "the same settings for all layers"))
            }
            _ => Ok(section),
        }
    }

    /// All settings, those of blocks that see everything, and those of blocks with a window.
    fn sections(&self) -> Result<(Config, Config, Config), Error> {
        let outer = self.config.section(NEW)?.unwrap_or_else(|| self.config.empty());
        let of = |kind: &str| Ok::<_, Error>(outer.section(kind)?.unwrap_or_else(|| self.config.empty()));
        let (mut full, sliding) = (of(FULL)?, of(SLIDING)?);
        if let Some(old) = self.config.section(OLD)? {
            full = old.entries().fold(full, |full, (key, _)| full.with(&old, key));
        }
        let kind = outer.text("rope_type")?.or(outer.text("type")?);
        if outer.value(FULL).is_none() && kind.is_some_and(|kind| kind != "default") {
            return Err(self.config.refuse(NEW, format!("objects `{FULL}` and `{SLIDING}`")));
        }
        outer.value("rope_theta");
        Ok((outer, full, sliding))
    }

    /// The rotation that `section` describes; `theta` is its base if the section has none.
    fn rotary(&self, section: &Config, theta: f64, outer: &Config) -> Result<Rotary, Error> {
        let theta = section.number("rope_theta")?.unwrap_or(theta);
        let dimensions = self.dimensions(section)?;
        let scaling = self.scaling(section, outer, dimensions)?;
        for (key, _) in section.unasked().filter(|(key, _)| !matches!(key.as_str(), FULL | SLIDING)) {
            if !EXTRA.contains(&key.as_str()) {
                return Err(section.refuse(key, "no such key in the settings of rotary positions"));
            }
        }
        Ok(Rotary { theta, dimensions, layout: self.rule.layout, scaling })
    }

    fn dimensions(&self, section: &Config) -> Result<usize, Error> {
        let (config, head_dim) = (self.config, self.head_dim);
        let inner = section.number(FRACTION)?;
        let (key, dimensions) = match self.rule.share {
            Share::Whole => {
                for config in [section, config] {
                    if config.number(FRACTION)?.is_some_and(|share| share != 1.0) {
                        return Err(config.refuse(FRACTION, "1 in this family"));
                    }
                }
                ("head_dim", head_dim)
            }
            Share::Fraction(key, default) => {
                let share = inner.or(config.number(key)?).unwrap_or(default);
                for other in [FRACTION, "rotary_pct", "rope_pct"] {
                    if other != key && config.number(other)?.is_some_and(|other| other != share) {
                        return Err(config.refuse(other, format!("the share {share} of `{key}`")));
                    }
                }
                (key, (head_dim as f64 * share) as usize)
            }
            Share::Number(key, default) => (key, config.count(key)?.unwrap_or(default)),
        };
        if dimensions == 0 || dimensions % 2 == 1 || dimensions > head_dim {
            let expected = format!("an even number of at most {head_dim} dimensions, not {dimensions}");
            return Err(config.refuse(key, expected));
        }
        Ok(dimensions)
    }

    fn scaling(&self, section: &Config, outer: &Config, dimensions: usize) -> Result<Scaling, Error> {
        let key = if section.text("rope_type")?.is_some() { "rope_type" } else { "type" };
        section.value("type");
        let found = section.text(key)?.unwrap_or_else(|| "default".into());
        let aliased = self.rule.aliases.iter().find(|(alias, _)| *alias == found);
        let need = |key| section.number(key)?.ok_or_else(|| section.refuse(key, "a positive number"));
        match aliased.map_or(found.as_str(), |(_, kind)| kind) {
            "default" => Ok(Scaling::None),
            "linear" => Ok(Scaling::Linear { factor: need("factor")? }),
            "dynamic" => need("factor").map(|_| Scaling::None),
            "llama3" => Ok(Scaling::Llama3 {
                factor: need("factor")?,
                low: need("low_freq_factor")?,
                high: need("high_freq_factor")?,
                original: self.original(section)? as f64,
            }),
            "yarn" => self.yarn(section, outer),
            "longrope" => self.longrope(section, dimensions),
            _ => Err(section.refuse(key, "`default`, `linear`, `dynamic`, `llama3`, `yarn` or `longrope`")),
        }
    }

    /// The length the model was first trained on: outside the section, in it, the class's own, or the limit.
    fn original(&self, section: &Config) -> Result<usize, Error> {
        let (outside, inside) = (self.config.count(ORIGINAL)?, section.count(ORIGINAL)?);
        Ok(outside.or(self.rule.original).or(inside).unwrap_or(self.limit))
    }

    /// The attention factor is given, or with m(s, k) = 0.1 k ln s + 1 it is m(factor, mscale) / m(factor, mscale_all_dim),
    /// or m(factor, 1).
    fn yarn(&self, section: &Config, outer: &Config) -> Result<Scaling, Error> {
        let original = self.original(section)? as f64;
        let factor = section.number("factor")?.unwrap_or(self.limit as f64 / original);
        let m = |k: f64| if factor <= 1.0 { 1.0 } else { 0.1 * k * factor.ln() + 1.0 };
        let scales = (section.number_or_zero("mscale")?, section.number_or_zero("mscale_all_dim")?);
        let attention = match (section.number("attention_factor")?, scales) {
            (Some(given), _) => given,
            (None, (Some(scale), Some(all))) => m(scale) / m(all),
            (None, _) => m(1.0),
        };
        section.value("truncate");
        Ok(Scaling::Yarn {
            factor,
            fast: section.number_or_zero("beta_fast")?.unwrap_or(32.0),
            slow: section.number_or_zero("beta_slow")?.unwrap_or(1.0),
            original,
            whole: outer.flag("truncate")?.unwrap_or(true),
            attention,
        })
    }

    /// The attention factor is given, or sqrt(1 + ln(factor) / ln(original)).
    fn longrope(&self, section: &Config, dimensions: usize) -> Result<Scaling, Error> {
        let original = self.original(section)?;
        let lengths = |key| {
            let found = section.numbers(key)?.filter(|numbers| numbers.len() == dimensions / 2);
            found.ok_or_else(|| section.refuse(key, format!("{} positive numbers", dimensions / 2)))
        };
        lengths("long_factor")?;
        let factor = section.number("factor")?.unwrap_or(self.limit as f64 / original as f64);
        let natural = || if factor <= 1.0 { 1.0 } else { (1.0 + factor.ln() / (original as f64).ln()).sqrt() };
        let attention = section.number("attention_factor")?.unwrap_or_else(natural);
        Ok(Scaling::Longrope { short: lengths("short_factor")?.into(), original, attention })
    }
}

/// Keys of rotary settings that have no part in some kinds of scaling.
const EXTRA: &[&str] = &[
    ORIGINAL,
    "factor",
    "low_freq_factor",
    "high_freq_factor",
    "attention_factor",
    "beta_fast",
    "beta_slow",
    "mscale",
    "mscale_all_dim",
    "truncate",
    "short_factor",
    "long_factor",
    "short_mscale",
    "long_mscale",
    "finetuned",
    "max_position_embeddings",
];
