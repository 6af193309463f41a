//! The table of scores: a row for each layer, target, lag and fold.

use gyrus_study::Table;
use ndarray::Array3;

use super::model::Found;

/// The columns of the table.
#[derive(Debug)]
pub struct Scores {
    layer: Vec<u32>,
    target: Vec<u32>,
    lag: Option<Vec<f64>>,
    fold: Vec<u32>,
    r: Vec<f64>,
    /// A column for each band that has a penalty of its own.
    penalties: Vec<(String, Vec<f64>)>,
}

/// Which target at which lag a column of responses is: all targets at the first lag, then at the next.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// The first of the targets.
    pub first: usize,
    /// How many there are.
    pub targets: usize,
    /// The lags.
    pub lags: &'a [f64],
}

impl Columns<'_> {
    /// The target of a column.
    pub fn target(&self, column: usize) -> usize {
        self.first + column % self.targets
    }

    /// The position of a column's lag in the list of lags.
    pub fn lag(&self, column: usize) -> usize {
        column / self.targets
    }
}

impl Scores {
    /// An empty table, with lags where `lagged`, and with a penalty for each of `bands` where there are any.
    pub fn new(lagged: bool, bands: Option<&[String]>) -> Self {
        let penalties = match bands {
            Some(bands) => bands.iter().map(|band| format!("penalty_{band}")).collect(),
            None => vec!["penalty".to_owned()],
        };
        Self {
            layer: Vec::new(),
            target: Vec::new(),
            lag: lagged.then(Vec::new),
            fold: Vec::new(),
            r: Vec::new(),
            penalties: penalties.into_iter().map(|name| (name, Vec::new())).collect(),
        }
    }

    /// Adds what was found for some columns of a layer.
    pub fn push(&mut self, layer: usize, columns: Columns, found: &Found) {
        for ((fold, column), &r) in found.scores.r().indexed_iter() {
            self.layer.push(layer as u32);
            self.target.push(columns.target(column) as u32);
            if let Some(lags) = &mut self.lag {
                lags.push(columns.lags[columns.lag(column)]);
            }
            self.fold.push(fold as u32);
            self.r.push(r);
            for (band, (_, penalties)) in self.penalties.iter_mut().enumerate() {
                penalties.push(found.penalties[[fold, band, column]]);
            }
        }
    }

    /// What is undefined, in words.
    pub fn undefined(&self) -> Option<String> {
        let undefined = self.r.iter().filter(|r| r.is_nan()).count();
        let said = || format!("{undefined} of {} scores are undefined (NaN): nothing varied there", self.r.len());
        (undefined > 0).then(said)
    }

    /// The table.
    pub fn table(&self) -> Table {
        let mut table = Table::new().counts("layer", &self.layer).counts("target", &self.target);
        if let Some(lags) = &self.lag {
            table = table.numbers("lag", lags);
        }
        table = table.counts("fold", &self.fold).numbers("r", &self.r);
        self.penalties.iter().fold(table, |table, (name, penalties)| table.numbers(name, penalties))
    }
}

/// r of every layer, fold, and target at every lag, `(layers, folds, lags x targets)`, for what is asked of layers together.
pub fn put(all: &mut Array3<f64>, layer: usize, columns: Columns, n_targets: usize, found: &Found) {
    for ((fold, column), &r) in found.scores.r().indexed_iter() {
        all[[layer, fold, columns.lag(column) * n_targets + columns.target(column)]] = r;
    }
}
