//! How often the interval of CKA, or of a difference of two, holds the CKA of endlessly many rows.

use anyhow::{Context, Result};
use gyrus_encoding::Estimate;
use gyrus_similarity::{CkaMatrix, CkaPlan};
use ndarray::Array2;
use rayon::prelude::*;

use super::MEMORY;
use super::layers::{PHI, Shape};
use crate::analysis::{coverage_verdict, holds};
use crate::measured::Measured;
use crate::streams::seeds;
use crate::table::Table;

/// Simulated studies per row of the table.
pub const SEEDS: usize = 500;

/// What a row of the table varies.
#[derive(Debug, Clone, Copy)]
struct Cell {
    shape: Shape,
    /// Groups that are left out in turn.
    groups: usize,
}

/// Rows, columns, groups.
const SIZES: [(usize, usize, usize); 3] = [(500, 20, 20), (500, 200, 20), (2000, 20, 20)];

/// Groups of 10 and of 5 rows, where rows are alike over 9.5.
const SHORT: [usize; 2] = [50, 100];

/// What is looked at: two layers, or two pairs of layers whose CKAs are subtracted, by their places in [`layers`].
const WANTED: [(&str, &[(usize, usize)]); 7] = [
    ("0", &[(0, 1)]),
    ("0.1", &[(0, 2)]),
    ("0.5", &[(3, 4)]),
    ("0.9", &[(5, 6)]),
    ("0.1 - 0", &[(0, 2), (0, 1)]),
    ("0.5 - 0.5", &[(3, 4), (3, 7)]),
    ("0.671 - 0.5", &[(3, 6), (3, 4)]),
];

/// The intervals of all that is wanted, with and without a gap.
struct Outcome {
    with_gap: Vec<Estimate>,
    without_gap: Vec<Estimate>,
}

fn cells() -> Vec<Cell> {
    let all = SIZES
        .into_iter()
        .flat_map(|(rows, width, groups)| PHI.map(|phi| Cell { shape: Shape { rows, width, phi }, groups }));
    let short = SHORT.map(|groups| Cell { shape: Shape { rows: 500, width: 20, phi: 0.9 }, groups });
    all.chain(short).collect()
}

/// The CKA of endlessly many rows for each of [`WANTED`].
fn truths() -> [f64; 7] {
    let between = f64::sqrt(0.5 * 0.9);
    [0.0, 0.1, 0.5, 0.9, 0.1, 0.0, between - 0.5]
}

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(studies: usize) -> Result<Table> {
    let mut rows = Vec::new();
    for (i, cell) in cells().into_iter().enumerate() {
        let outcomes = (0..studies).into_par_iter().map(|s| study(cell, s + i * SEEDS));
        let outcomes: Vec<Outcome> = outcomes.collect::<Result<_>>()?;
        rows.extend((0..WANTED.len()).map(|wanted| row(cell, wanted, &outcomes)));
    }
    let settings = vec![
        format!(
            "Layers as for their mean CKA, with the same gap; {studies} studies. Groups of consecutive rows are left out in turn; \
             the interval of CKA is symmetric in Fisher's z (`Estimate::of_correlation`), that of a difference of two CKAs of one \
             X in the difference (`Estimate::symmetric`), with one degree of freedom less than there are groups."
        ),
        "Differences: of Y of .1 and one that X knows nothing of; of two Y that are as like X; of Y whose CKAs with X are .671 \
         and .5."
            .into(),
        "Bias: mean of value minus truth. Coverage in percent with its binomial error; within error: outside 93 to 97, but by no \
         more than 1.96 binomial errors; no gap: coverage of the interval without one."
            .into(),
    ];
    let columns =
        &["rows", "p", "groups", "phi", "gap (rows)", "truth", "bias", "width", "holds", "93 to 97", "no gap: holds"];
    Ok(Table { title: "Coverage of the 95 % interval of CKA", settings, columns, rows })
}

fn row(Cell { shape, groups }: Cell, wanted: usize, outcomes: &[Outcome]) -> Vec<String> {
    let truth = truths()[wanted];
    let with_gap = || outcomes.iter().map(|outcome| outcome.with_gap[wanted]);
    let share = Measured::share(with_gap().map(|interval| holds(interval, truth)));
    let without = Measured::share(outcomes.iter().map(|outcome| holds(outcome.without_gap[wanted], truth)));
    vec![
        shape.rows.to_string(),
        shape.width.to_string(),
        groups.to_string(),
        shape.phi.to_string(),
        shape.gap().to_string(),
        WANTED[wanted].0.to_owned(),
        Measured::of(with_gap().map(|interval| interval.value - truth)).number(4),
        Measured::of(with_gap().map(|interval| interval.high - interval.low)).number(4),
        share.percent(),
        coverage_verdict(share),
        without.percent(),
    ]
}

fn study(cell: Cell, study: usize) -> Result<Outcome> {
    let layers = layers(cell.shape, study)?;
    let plan = CkaPlan::new(MEMORY).with_groups(cell.groups);
    let without_gap = intervals(&plan.run(&layers, &mut |_, _| {})?)?;
    let with_gap = match cell.shape.gap() {
        0 => without_gap.clone(),
        gap => intervals(&plan.with_gap(gap).run(&layers, &mut |_, _| {})?)?,
    };
    Ok(Outcome { with_gap, without_gap })
}

fn layers(shape: Shape, study: usize) -> Result<[Array2<f32>; 8]> {
    let made = shape.layers(seeds(21, study))?;
    let [x, unrelated, y] = [made.x(0.1), made.unrelated(0.1), made.y(0.1)];
    Ok([x, unrelated, y, made.x(0.5), made.y(0.5), made.x(0.9), made.y(0.9), made.other_y(0.5)])
}

fn intervals(found: &CkaMatrix) -> Result<Vec<Estimate>> {
    let errors = found.errors.as_ref().context("the plan has groups")?;
    let degrees = errors.without_group.len() - 1;
    let interval = |(_, pairs): &(&str, &[(usize, usize)])| match **pairs {
        [one, other] => {
            let difference = found.debiased[one] - found.debiased[other];
            Estimate::symmetric(difference, errors.of_difference(one, other), degrees)
        }
        _ => Estimate::of_correlation(found.debiased[pairs[0]], errors.debiased[pairs[0]], degrees),
    };
    Ok(WANTED.iter().map(interval).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_intervals_hold_the_truth_and_without_a_gap_none_that_of_unrelated_layers() -> Result<()> {
        let cell = Cell { shape: Shape { rows: 400, width: 40, phi: 0.8 }, groups: 20 };
        let outcomes = (0..20).map(|s| study(cell, s)).collect::<Result<Vec<_>>>()?;
        let held = |of: fn(&Outcome) -> &Vec<Estimate>, wanted: usize| {
            outcomes.iter().filter(|o| holds(of(o)[wanted], truths()[wanted])).count()
        };
        let all: usize = (0..WANTED.len()).map(|wanted| held(|o| &o.with_gap, wanted)).sum();
        assert!(all > 120 && held(|o| &o.without_gap, 0) < 2, "{all}");
        Ok(())
    }
}
