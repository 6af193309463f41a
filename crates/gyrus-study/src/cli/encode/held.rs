//! Held-out results of every layer, kept until all layers are known.

use std::collections::BTreeMap;
use std::ops::Range;

use gyrus_encoding::FoldScores;

use super::scores::Columns;

/// Results of all layers, for what is drawn or held against distance.
#[derive(Debug, Default)]
pub struct Held {
    /// By the first target of each part.
    parts: BTreeMap<usize, Part>,
}

/// Some targets at every lag.
#[derive(Debug)]
pub struct Part {
    /// How many.
    targets: usize,
    /// `[layer]`: their results, lag by lag.
    pub layers: Vec<FoldScores>,
    /// Those of the controls alone, where they were fitted.
    controls: Option<FoldScores>,
}

impl Held {
    /// Keeps the results of the next layer for some columns, and those of the controls alone where there are some.
    pub fn push(&mut self, columns: Columns, scores: &FoldScores, controls: Option<&FoldScores>) {
        let new = || Part { targets: columns.targets, layers: Vec::new(), controls: controls.cloned() };
        self.parts.entry(columns.first).or_insert_with(new).layers.push(scores.clone());
    }

    /// Every part in the order of the targets.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.values()
    }

    /// Every layer, and the controls alone, at one lag for all targets.
    pub fn at_lag(&self, lag: usize) -> (Vec<FoldScores>, Option<FoldScores>) {
        let joined = |pick: &dyn Fn(&Part) -> Option<&FoldScores>| {
            let of_part = |part| Some((part, pick(part)?));
            let parts: Vec<(&Part, &FoldScores)> = self.parts().map(of_part).collect::<Option<_>>()?;
            let one = |(part, scores): &(&Part, &FoldScores)| {
                part.columns(lag).map(|column| scores.only(column)).collect::<Vec<_>>()
            };
            let each: Vec<FoldScores> = parts.iter().flat_map(one).collect();
            Some(FoldScores::side_by_side(&each.iter().collect::<Vec<_>>()))
        };
        let layers = self.parts().next().map_or(0, |part| part.layers.len());
        let layer = |layer: usize| joined(&|part| part.layers.get(layer));
        ((0..layers).filter_map(layer).collect(), joined(&|part| part.controls.as_ref()))
    }
}

impl Part {
    /// The columns of a lag.
    pub fn columns(&self, lag: usize) -> Range<usize> {
        lag * self.targets..(lag + 1) * self.targets
    }
}
