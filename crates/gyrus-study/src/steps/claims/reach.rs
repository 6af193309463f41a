//! Where in the brain context matters: each target's gain, and the hierarchy at every window.

use std::collections::BTreeMap;

use gyrus_encoding::{Electrode, Estimate, Hierarchy, Levels};
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::steps::hierarchy::{places, with_targets};
use crate::steps::window_targets::WindowTargets;

/// One model at one window, over the targets whose distance from auditory cortex is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowReach {
    /// Name of the model.
    pub model: String,
    /// The window.
    pub window: String,
    /// Whether peak layers follow distance.
    pub alignment: ByRank,
    /// Whether what this window adds to the first follows distance; undefined of the first.
    pub gain: ByRank,
}

/// A rank correlation with distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByRank {
    /// Spearman's rho over targets, with its interval over draws of patients and of their targets.
    pub rho: Estimate,
    /// Two-sided: distances change places within patients.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub p: f64,
}

/// What the last window adds to the first in a region, mean over its targets and all models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionGain {
    /// The region.
    pub region: String,
    /// Its targets.
    pub targets: usize,
    /// Their mean distance in mm, where it is known of all.
    pub distance: Option<f64>,
    /// r at the first window.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub first: f64,
    /// r at the last window.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub last: f64,
    /// The lowest and the highest gain of a model.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub lowest: f64,
    /// See `lowest`.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub highest: f64,
}

/// Each model at each window; nothing where no distance is known.
pub fn reach(desk: &Desk, windows: &[WindowTargets]) -> Vec<WindowReach> {
    let (places, ..) = places(&desk.material.story.listeners, desk.study.targets());
    let (draws, seed) = (desk.study.inference.draws, desk.study.seed.wrapping_add(4));
    let by_rank = |value: &dyn Fn(usize) -> Option<f64>| {
        let electrode = |place: &crate::hierarchy::Place| Electrode {
            patient: place.patient,
            distance: place.distance,
            value: value(place.column).unwrap_or(f64::NAN),
        };
        let hierarchy = Hierarchy::new(&places.iter().map(electrode).collect::<Vec<_>>());
        let rank = |drawn: &Hierarchy| drawn.pooled().spearman;
        ByRank {
            rho: hierarchy.bootstrap(rank, Levels::PatientsAndElectrodes, draws, seed).estimate,
            p: hierarchy.permutation(rank, draws, seed.wrapping_add(1)).p,
        }
    };
    let of = |window: &WindowTargets| {
        let first = first(windows, &window.model)?;
        let gain = |target: usize| Some(window.scores[target]? - first.scores[target]?);
        Some(WindowReach {
            model: window.model.clone(),
            window: window.window.clone(),
            alignment: by_rank(&|target| window.peaks[target]),
            gain: by_rank(&gain),
        })
    };
    if places.is_empty() { Vec::new() } else { models_windows(desk, windows).filter_map(of).collect() }
}

/// The regions in the order in which they are met; nothing of a single window or without regions.
pub fn regions(desk: &Desk, windows: &[WindowTargets]) -> Vec<RegionGain> {
    let counted = with_targets(&desk.material.story.listeners, desk.study.targets());
    let targets = counted.iter().flat_map(|heard| &heard.targets).enumerate();
    let mut order: Vec<&str> = Vec::new();
    let mut members: BTreeMap<&str, Vec<(usize, Option<f64>)>> = BTreeMap::new();
    for (column, target) in targets {
        let Some(region) = target.region.as_deref() else { continue };
        if !members.contains_key(region) {
            order.push(region);
        }
        members.entry(region).or_default().push((column, target.distance));
    }
    let names: Vec<&str> = desk.study.models.iter().map(|model| model.name.as_str()).collect();
    let ends: Vec<_> = names.iter().filter_map(|name| Some((first(windows, name)?, last(windows, name)?))).collect();
    let several = ends.iter().all(|(first, last)| first.window != last.window) && !ends.is_empty();
    let gain = |region: &&str| gain(region, &members[region], &ends);
    if several { order.iter().map(gain).collect() } else { Vec::new() }
}

fn gain(region: &str, members: &[(usize, Option<f64>)], ends: &[(&WindowTargets, &WindowTargets)]) -> RegionGain {
    let mean = |window: &WindowTargets| {
        let scores: Vec<f64> = members.iter().filter_map(|(column, _)| window.scores[*column]).collect();
        scores.iter().sum::<f64>() / scores.len() as f64
    };
    let each: Vec<(f64, f64)> = ends.iter().map(|(first, last)| (mean(first), mean(last))).collect();
    let over = |pick: &dyn Fn(&(f64, f64)) -> f64| each.iter().map(pick).sum::<f64>() / each.len() as f64;
    let gains = each.iter().map(|(first, last)| last - first);
    let distances: Option<Vec<f64>> = members.iter().map(|(_, distance)| *distance).collect();
    RegionGain {
        region: region.to_owned(),
        targets: members.len(),
        distance: distances.map(|all| all.iter().sum::<f64>() / all.len() as f64),
        first: over(&|ends| ends.0),
        last: over(&|ends| ends.1),
        lowest: gains.clone().reduce(f64::min).unwrap_or(f64::NAN),
        highest: gains.reduce(f64::max).unwrap_or(f64::NAN),
    }
}

/// Windows of language models; features of any origin have none.
fn models_windows<'a>(desk: &'a Desk, windows: &'a [WindowTargets]) -> impl Iterator<Item = &'a WindowTargets> {
    windows.iter().filter(|window| desk.study.models.iter().any(|model| model.name == window.model))
}

fn first<'a>(windows: &'a [WindowTargets], model: &str) -> Option<&'a WindowTargets> {
    windows.iter().find(|window| window.model == model)
}

fn last<'a>(windows: &'a [WindowTargets], model: &str) -> Option<&'a WindowTargets> {
    windows.iter().rev().find(|window| window.model == model)
}
