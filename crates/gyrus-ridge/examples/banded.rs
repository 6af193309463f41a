//! Banded ridge on matrices of raw little-endian f64, row after row.
//!
//! `banded X Y ROWS WIDTHS SHARES GRID OUT` fits bands of WIDTHS (for example 250,50) features to all rows, with the
//! shares in the file SHARES (any number, bands) and the penalties of GRID (A:B:N) tried on 5 contiguous stretches, and
//! writes the losses (targets), the penalties (bands, targets) and the weights (width, targets); it prints wall and CPU
//! seconds of all but the files.
//! `tests/scripts/bench_encode.py` compares the answer with himalaya.

mod clock;
mod raw;

use std::error::Error;
use std::ops::Range;

use clock::Clock;
use gyrus_ridge::{Banded, Bands, Criterion, InnerRows, NestedFold, PenaltyGrid, Search, Shares};
use ndarray::Array2;
use raw::{matrix, values, write};

const INNER: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [x, y, rows, widths, shares, grid, out] = &arguments[..] else {
        return Err("usage: banded X Y ROWS WIDTHS SHARES GRID OUT".into());
    };
    let rows: usize = rows.parse()?;
    let widths = widths.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    let shares = values(shares)?;
    let shares = Array2::from_shape_vec((shares.len() / widths.len(), widths.len()), shares)?;
    let shares = shares.rows().into_iter().map(Shares::new).collect::<Result<_, _>>()?;
    let search = Search { shares, rounds: 0, per_round: 0, seed: 0 };
    let inner = (0..INNER).map(|i| inner_rows(rows, i * rows / INNER..(i + 1) * rows / INNER));
    let fold = NestedFold { training: std::iter::once(0..rows).collect(), inner: inner.collect() };
    let (x, y) = (matrix(x, rows)?, matrix(y, rows)?);
    let clock = Clock::start();
    let banded = Banded::new(x.view(), 0, Bands::side_by_side(&widths)?, &[fold])?;
    let fit = banded.fit(y.view(), &search, &grid.parse::<PenaltyGrid>()?, Criterion::SquaredError)?.remove(0);
    let weights = fit.ridge.weights();
    clock.print();
    write(out, fit.losses.iter().chain(&fit.penalties).chain(&weights))
}

fn inner_rows(rows: usize, held: Range<usize>) -> InnerRows {
    let training = [0..held.start, held.end..rows].into_iter().filter(|rows| !rows.is_empty()).collect();
    InnerRows { training, held_out: vec![held] }
}
