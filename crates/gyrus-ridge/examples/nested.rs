//! Nested cross-validation from shared moments, on matrices of raw little-endian f64, row after row.
//!
//! `nested X Y ROWS GRID FOLDS RUN OUT` cuts ROWS into FOLDS contiguous stretches, holds the first RUN of them out in
//! turn, chooses among the penalties of GRID (A:B:N) on 5 stretches of the others, and writes r (RUN, targets), then the
//! penalties (RUN, targets), then the weights (RUN, width, targets); it prints wall and CPU seconds of all but the files.
//! `tests/scripts/bench_encode.py` compares the answer with himalaya.

mod clock;
mod raw;

use std::error::Error;
use std::ops::Range;

use clock::Clock;
use gyrus_ridge::{HeldOut, InnerRows, Moments, Nested, NestedFold, PenaltyGrid, Rule};
use ndarray::s;
use raw::{matrix, write};

const INNER: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [x, y, rows, grid, folds, run, out] = &arguments[..] else {
        return Err("usage: nested X Y ROWS GRID FOLDS RUN OUT".into());
    };
    let (rows, folds, run): (usize, usize, usize) = (rows.parse()?, folds.parse()?, run.parse()?);
    let (x, y, grid) = (matrix(x, rows)?, matrix(y, rows)?, grid.parse::<PenaltyGrid>()?);
    let held_out: Vec<Range<usize>> = k_fold(rows, folds).take(run).collect();
    let plan: Vec<NestedFold> = held_out.iter().map(|held| nested_fold(rows, held)).collect();
    let clock = Clock::start();
    let fits = Nested::new(x.view(), 0, &plan)?.fit(y.view(), &grid, &Rule::default())?;
    let (mut r, mut penalties, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for (held, fit) in held_out.into_iter().zip(fits) {
        let moments = Moments::of(x.slice(s![held.clone(), ..]), y.slice(s![held, ..]))?;
        r.extend(HeldOut::of(&fit.ridge, &moments).r());
        penalties.extend(fit.choice.penalties);
        weights.extend(fit.ridge.weights());
    }
    clock.print();
    write(out, r.iter().chain(&penalties).chain(&weights))
}

/// `n` contiguous stretches of the rows, as scikit-learn's KFold cuts them.
fn k_fold(rows: usize, n: usize) -> impl Iterator<Item = Range<usize>> {
    let edge = move |i: usize| i * (rows / n) + i.min(rows % n);
    (0..n).map(move |i| edge(i)..edge(i + 1))
}

/// The rows around a held-out stretch, cut into inner folds.
fn nested_fold(rows: usize, held: &Range<usize>) -> NestedFold {
    let training = [0..held.start, held.end..rows];
    // Positions among the training rows that a stretch of them has on either side of the held-out rows.
    let stretches = |positions: Range<usize>| {
        let before = positions.start.min(held.start)..positions.end.min(held.start);
        let after = positions.start.max(held.start) + held.len()..positions.end.max(held.start) + held.len();
        [before, after].into_iter().filter(|rows| !rows.is_empty()).collect::<Vec<_>>()
    };
    let n = rows - held.len();
    let inner = k_fold(n, INNER).map(|inner| InnerRows {
        training: [stretches(0..inner.start), stretches(inner.end..n)].concat(),
        held_out: stretches(inner),
    });
    NestedFold { inner: inner.collect(), training: training.into_iter().filter(|rows| !rows.is_empty()).collect() }
}
