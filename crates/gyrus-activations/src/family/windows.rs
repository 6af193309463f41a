//! Which blocks of a family see a window only.

use super::row::Windows;
use crate::Error;
use crate::config::Config;

const TYPES: &str = "layer_types";
const USED: &str = "use_sliding_window";

impl Windows {
    /// The window of each block; `turned` says which blocks turn queries and keys.
    pub(super) fn read(self, config: &Config, turned: &[bool]) -> Result<Vec<Option<usize>>, Error> {
        let n_layers = turned.len();
        match self {
            Self::Never => Ok(vec![None; n_layers]),
            Self::All(key, default) => {
                let window = if config.is_null(key) { None } else { config.count(key)?.or(default) };
                Ok(vec![window; n_layers])
            }
            Self::Types { window, every } => {
                let every = every.0.map_or(Ok(None), |key| config.count(key))?.unwrap_or(every.1);
                sliding(config, window, |layer| (layer + 1) % every != 0, n_layers)
            }
            Self::Late { window, from } => {
                let start = config.value(from.0).map_or(Some(from.1 as u64), |value| value.as_u64());
                let start = start.ok_or_else(|| config.refuse(from.0, "a number of layers"))?;
                let is_null = config.is_null(window.0);
                let used = config.flag(USED)?.unwrap_or(false) && !is_null;
                let found = sliding(config, window, |layer| used && layer as u64 >= start, n_layers)?;
                unless_unused(config, found, used)
            }
            Self::Unturned(key) => {
                let used = config.flag(USED)?.unwrap_or(false) && config.count(key)?.is_some();
                let found = sliding(config, (key, 1), |layer| used && !turned[layer], n_layers)?;
                unless_unused(config, found, used)
            }
            Self::Named(key, default) => named(config, config.count(key)?.unwrap_or(default), n_layers),
        }
    }
}

/// By `layer_types`, else by `is_sliding`.
fn sliding(
    config: &Config,
    (key, default): (&str, usize),
    is_sliding: impl Fn(usize) -> bool,
    n_layers: usize,
) -> Result<Vec<Option<usize>>, Error> {
    let types = config.texts(TYPES)?;
    let window = config.count(key)?;
    if types.as_ref().is_some_and(|types| types.len() != n_layers) {
        return Err(config.refuse(TYPES, format!("one for each of the {n_layers} layers")));
    }
    let one = |layer: usize| match types.as_ref().map(|types| types[layer].as_str()) {
        None => Ok(is_sliding(layer)),
        Some("sliding_attention") => Ok(true),
        Some("full_attention") => Ok(false),
        Some(_) => Err(config.refuse(TYPES, "`full_attention` or `sliding_attention`")),
    };
    (0..n_layers)
        .map(|layer| match (one(layer)?, config.is_null(key)) {
            (false, _) => Ok(None),
            (true, true) => Err(config.refuse(key, "a window, for there are layers with one")),
            (true, false) => Ok(Some(window.unwrap_or(default))),
        })
        .collect()
}

/// Windows that are listed though they are not used have no meaning.
fn unless_unused(config: &Config, windows: Vec<Option<usize>>, used: bool) -> Result<Vec<Option<usize>>, Error> {
    match windows.iter().any(Option::is_some) && !used {
        true => Err(config.refuse(USED, "true and a window, for there are layers with one")),
        false => Ok(windows),
    }
}

/// `attention_types` is a list of (list of names, how often); `attention_layers` is the list of all names.
fn named(config: &Config, window: usize, n_layers: usize) -> Result<Vec<Option<usize>>, Error> {
    let key = "attention_types";
    let refuse = || config.refuse(key, "pairs of a list of `global` and `local` and how often it is repeated");
    let listed = config.texts("attention_layers")?;
    let mut expanded = Vec::new();
    if let Some(value) = config.value(key).filter(|value| !value.is_null()) {
        for pair in value.as_array().ok_or_else(refuse)? {
            let (names, times) = pair.get(0).zip(pair.get(1)).ok_or_else(refuse)?;
            let names: Option<Vec<&str>> =
                names.as_array().ok_or_else(refuse)?.iter().map(|name| name.as_str()).collect();
            let times = times.as_u64().filter(|times| *times <= n_layers as u64).ok_or_else(refuse)?;
            let names = names.filter(|names| names.len() <= n_layers).ok_or_else(refuse)?;
            (0..times).for_each(|_| expanded.extend(names.iter().map(|name| (*name).to_string())));
        }
    } else {
        expanded = (0..24).map(|layer| ["global", "local"][layer % 2].to_string()).collect();
    }
    let (key, names) = match listed {
        Some(listed) if config.value(key).is_some_and(|value| !value.is_null()) && listed != expanded => {
            return Err(config.refuse("attention_layers", "those of `attention_types`"));
        }
        Some(listed) => ("attention_layers", listed),
        None => (key, expanded),
    };
    if names.len() != n_layers {
        return Err(config.refuse(key, format!("one for each of the {n_layers} layers")));
    }
    let one = |name: &String| match name.as_str() {
        "global" => Ok(None),
        "local" => Ok(Some(window)),
        _ => Err(config.refuse(key, "`global` or `local`")),
    };
    names.iter().map(one).collect()
}
