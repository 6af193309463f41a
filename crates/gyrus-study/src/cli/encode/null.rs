//! p values of scores: the same models on responses that have been moved within their runs.
//!
//! With controls it is what they leave of the responses that moves. Weights are refitted, so that what was decomposed
//! serves every draw, which then costs a product, or the products of a whole choice of penalties.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use gyrus_encoding::{
    Error, ResidualNull, RowOrder, Runs, benjamini_hochberg, block_permutations, max_statistic, shifts_within_runs,
};
use gyrus_ridge::Rule;
use gyrus_study::{NullPenalties, Table, write_table};
use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate};

use super::model::{Found, Model};
use super::scores::Columns;

/// Which null.
#[derive(Debug, Args)]
#[group(id = "nulls")]
pub struct NullArguments {
    /// The null of the scores: `shifts:N` circular shifts of each run, or `permutations:N` of the blocks of each run.
    #[arg(long, requires = "null_out")]
    null: Option<NullKind>,
    /// Least shift in rows, of `--null shifts:N` and `--power-out`.
    #[arg(long, default_value_t = 1)]
    least_shift: usize,
    /// Least rows of a block, of `--null permutations:N`; longer than the responses' autocorrelation.
    #[arg(long, default_value_t = 20)]
    null_block: usize,
    /// Penalties of moved responses.
    #[arg(long, value_enum, default_value = "stay", requires = "null")]
    null_penalties: NullPenalties,
    /// The table of p values to write: layer, target, lag (with `--lags`), r (mean over folds), p (corrected over
    /// lags), q (of the target's smallest p, over targets).
    #[arg(long, requires = "null")]
    null_out: Option<PathBuf>,
}

/// How responses are moved, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullKind {
    /// Each run goes around by a shift of its own.
    Shifts(usize),
    /// The blocks of each run change places.
    Permutations(usize),
}

impl FromStr for NullKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected `shifts:N` or `permutations:N` with N of at least 1, not `{text}`");
        let (kind, n) = text.split_once(':').ok_or_else(wrong)?;
        match (kind, n.parse()) {
            ("shifts", Ok(n)) if n > 0 => Ok(Self::Shifts(n)),
            ("permutations", Ok(n)) if n > 0 => Ok(Self::Permutations(n)),
            _ => Err(wrong()),
        }
    }
}

/// The orders of rows that are tried, and the p values so far.
#[derive(Debug)]
pub struct Null {
    out: PathBuf,
    orders: Vec<RowOrder>,
    penalties: NullPenalties,
    asked: usize,
    layer: Vec<u32>,
    target: Vec<u32>,
    lag: Option<Vec<f64>>,
    r: Vec<f64>,
    p: Vec<f64>,
}

/// Columns of moved responses that are fitted together.
const TOGETHER: usize = 256;

/// What a draw is fitted on.
#[derive(Debug, Clone, Copy)]
pub struct Fitted<'a> {
    /// The fitted model.
    pub model: &'a Model<'a>,
    /// How its penalties were chosen.
    pub rule: &'a Rule,
    /// Controls, which keep what they explain.
    pub controls: Option<ArrayView2<'a, f64>>,
}

impl NullArguments {
    /// Least shift in rows.
    pub fn least_shift(&self) -> usize {
        self.least_shift
    }

    /// The orders to try, if a null is asked for; `lagged` if p is corrected over lags.
    ///
    /// # Errors
    /// A run is too short to be moved.
    pub fn null(&self, runs: &Runs, seed: u64, lagged: bool) -> Result<Option<Null>, Error> {
        let (Some(kind), Some(out)) = (self.null, &self.null_out) else { return Ok(None) };
        let (asked, orders) = match kind {
            NullKind::Shifts(n) => (n, shifts_within_runs(runs, self.least_shift, n, seed)?),
            NullKind::Permutations(n) => (n, block_permutations(runs, self.null_block, n, seed)?),
        };
        let (layer, target, r, p) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let penalties = self.null_penalties;
        Ok(Some(Null { out: out.clone(), orders, penalties, asked, layer, target, lag: lagged.then(Vec::new), r, p }))
    }
}

impl Null {
    /// That there are fewer orders than were asked for, in words.
    pub fn fewer(&self) -> Option<String> {
        let found = self.orders.len();
        (found < self.asked).then(|| format!("the null has {found} draws and not {}: there are no more", self.asked))
    }

    /// Adds the p values of some columns of a layer.
    ///
    /// # Errors
    /// A fit fails.
    pub fn push(
        &mut self,
        layer: usize,
        columns: Columns,
        fitted: Fitted,
        responses: ArrayView2<f64>,
        found: &Found,
    ) -> Result<(), Error> {
        let observed = found.scores.mean();
        let mut null = Array2::zeros((self.orders.len(), observed.len()));
        let left = fitted.controls.map(|controls| ResidualNull::new(controls, responses)).transpose()?;
        let together = fitted.draws_together(self.penalties, observed.len());
        for (orders, mut draws) in self.orders.chunks(together).zip(null.axis_chunks_iter_mut(Axis(0), together)) {
            let moved = orders.iter().map(|order| match &left {
                Some(left) => left.moved(order),
                None => order.apply(responses),
            });
            let moved = moved.collect::<Result<Vec<Array2<f64>>, Error>>()?;
            let views: Vec<ArrayView2<f64>> = moved.iter().map(Array2::view).collect();
            let moved = concatenate(Axis(1), &views).expect("orders keep their rows");
            let scores = fitted.score(moved.view(), self.penalties, found)?;
            for (mut draw, scores) in draws.rows_mut().into_iter().zip(scores.exact_chunks(observed.len())) {
                draw.assign(&scores);
            }
        }
        let families: Vec<usize> = (0..observed.len()).map(|column| columns.target(column)).collect();
        let p = max_statistic(observed.view(), null.view(), &families)?;
        for (column, (r, p)) in observed.iter().zip(&p).enumerate() {
            self.layer.push(layer as u32);
            self.target.push(columns.target(column) as u32);
            if let Some(lags) = &mut self.lag {
                lags.push(columns.lags[columns.lag(column)]);
            }
            self.r.push(*r);
            self.p.push(*p);
        }
        Ok(())
    }

    /// Writes the table.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self) -> Result<(), gyrus_study::Error> {
        let mut table = Table::new().counts("layer", &self.layer).counts("target", &self.target);
        if let Some(lags) = &self.lag {
            table = table.numbers("lag", lags);
        }
        write_table(&self.out, table.numbers("r", &self.r).numbers("p", &self.p).numbers("q", &self.q()))
    }

    /// What is undefined, in words.
    pub fn undefined(&self) -> Option<String> {
        let undefined = self.p.iter().filter(|p| p.is_nan()).count();
        (undefined > 0)
            .then(|| format!("{undefined} of {} p values are undefined (NaN), as their scores are", self.p.len()))
    }

    /// q of each target's smallest p, over the targets of its layer.
    fn q(&self) -> Vec<f64> {
        let mut smallest = std::collections::BTreeMap::new();
        for ((layer, target), p) in self.layer.iter().zip(&self.target).zip(&self.p) {
            let least = smallest.entry((*layer, *target)).or_insert(f64::NAN);
            *least = p.min(*least);
        }
        let mut q = std::collections::BTreeMap::new();
        for layer in 0..=self.layer.last().copied().unwrap_or(0) {
            let of_layer: Vec<_> = smallest.range((layer, 0)..=(layer, u32::MAX)).collect();
            let p: Vec<f64> = of_layer.iter().map(|(_, p)| **p).collect();
            q.extend(of_layer.iter().map(|(key, _)| **key).zip(benjamini_hochberg(&p)));
        }
        self.layer.iter().zip(&self.target).map(|(layer, target)| q[&(*layer, *target)]).collect()
    }
}

impl Fitted<'_> {
    /// Draws of `columns` columns that are fitted side by side: they share what is decomposed. Where one penalty for each
    /// band is looked for anew, what is tried for a target depends on those beside it, so that each draw is alone as the
    /// responses themselves were.
    fn draws_together(&self, penalties: NullPenalties, columns: usize) -> usize {
        match (self.model, penalties) {
            (Model::Banded(..), NullPenalties::Anew) => 1,
            _ => (TOGETHER / columns.max(1)).max(1),
        }
    }

    /// The scores of moved responses, `(rows, draws x columns)`, draw by draw; those of the responses themselves were `found`.
    fn score(&self, moved: ArrayView2<f64>, penalties: NullPenalties, found: &Found) -> Result<Array1<f64>, Error> {
        let columns = found.penalties.len_of(Axis(2));
        let draws = moved.ncols() / columns.max(1);
        let same: Vec<usize> = (0..moved.ncols()).map(|column| column % columns).collect();
        let stay = || found.penalties.select(Axis(2), &same);
        let scores = match (self.model, penalties) {
            (Model::Ridge(encoder), NullPenalties::Stay) => encoder.refit(moved, stay().index_axis(Axis(1), 0))?,
            (Model::Ridge(encoder), NullPenalties::Anew) => {
                let sharing = self.rule.sharing.copies(columns, draws);
                encoder.encode(moved, &Rule { sharing, ..self.rule.clone() })?
            }
            (Model::Banded(encoder, _), NullPenalties::Stay) => encoder.refit(moved, stay().view())?,
            (Model::Banded(encoder, search), NullPenalties::Anew) => {
                encoder.encode(moved, search, self.rule.criterion)?.scores
            }
        };
        Ok(scores.mean())
    }
}
