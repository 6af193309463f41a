//! y = x W + b with weights in panels, what follows done while the numbers are still in the nearest memory.
//!
//! Work is cut into rectangles of y; a number of y is always the same sum in the same order,
//! whatever the other rows are and however many threads there are.

use std::ops::Range;

use rayon::prelude::*;

use super::activation::activate;
use super::instructions::{Instructions, Kernel, LANES};
use super::panels::{Panel, Panels};
use super::pool::Pool;
use super::shared::Shared;
use super::tile::{COLUMNS, ROWS, Start, Tile};
use super::turned::turn;
use crate::architecture::Activation;

/// Rows of x that one task lays out at once: with `DEPTH` columns they fill half of a core's own memory.
const BAND: usize = 128;

/// Terms of a sum that are added before the next panel's turn: a panel's part stays in a core's own memory.
const DEPTH: usize = 768;

/// Panels whose sums wait together for the rest of their terms.
const GROUP: usize = 4;

/// Numbers of a tile.
const SUMS: usize = ROWS * COLUMNS;

/// What becomes of x W + b.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Finish {
    /// Nothing more.
    Plain,
    /// It is added to what stands in `out`.
    Added,
    /// activation(y).
    Activated(Activation),
    /// activation(g) u where y = (g, u).
    Gated(Activation),
}

/// A product to be made.
pub(super) struct Product<'a> {
    /// `(rows, inputs)`.
    pub(super) x: &'a [f32],
    pub(super) panels: &'a Panels,
    /// The panels whose columns are written; of a gated product always all.
    pub(super) wanted: Range<usize>,
    pub(super) finish: Finish,
    pub(super) instructions: Instructions,
    pub(super) pool: &'a Pool,
}

impl Product<'_> {
    /// Makes the product, `(rows, width)`.
    pub(super) fn write(&self, out: &mut [f32]) {
        let rows = out.len().checked_div(self.width()).unwrap_or(0);
        assert_eq!(self.x.len(), rows * self.panels.inputs, "a row of the answer for each row");
        let (n_groups, n_bands) = (self.n_panels().div_ceil(self.panels_in_group()), rows.div_ceil(BAND));
        let cuts = cuts(n_bands).min(n_groups);
        let out = Shared::new(out, self.width());
        (0..n_bands * cuts).into_par_iter().for_each(|task| {
            let (band, cut) = (task / cuts, task % cuts);
            let rows = band * BAND..rows.min((band + 1) * BAND);
            self.band(rows, n_groups * cut / cuts..n_groups * (cut + 1) / cuts, &out);
        });
    }

    /// Columns of the answer.
    pub(super) fn width(&self) -> usize {
        if self.gated() { self.panels.outputs / 2 } else { self.panels.outputs }
    }

    fn gated(&self) -> bool {
        matches!(self.finish, Finish::Gated(_))
    }

    /// Panels with a place of their own in the answer.
    fn n_panels(&self) -> usize {
        let n = self.wanted.len();
        if self.gated() { n / 2 } else { n }
    }

    /// How many of them go together.
    fn panels_in_group(&self) -> usize {
        if self.gated() { GROUP / 2 } else { GROUP }
    }

    /// The panels of a group, each gate before what it lets through.
    fn group(&self, group: usize) -> Vec<&Panel> {
        let (panels, n, size) = (&self.panels.panels()[self.wanted.clone()], self.n_panels(), self.panels_in_group());
        let own = group * size..n.min((group + 1) * size);
        if self.gated() {
            own.flat_map(|i| [&panels[i], &panels[n + i]]).collect()
        } else {
            panels[own].iter().collect()
        }
    }

    /// Some rows of some groups of panels.
    fn band(&self, rows: Range<usize>, groups: Range<usize>, out: &Shared<'_>) {
        let inputs = self.panels.inputs;
        let mut left = self.pool.take(rows.len().next_multiple_of(ROWS) * inputs);
        for (strip, left) in left.chunks_exact_mut((ROWS * inputs).max(1)).enumerate() {
            let row = |r: usize| (rows.start + strip * ROWS + r).min(rows.end - 1);
            turn(std::array::from_fn(|r| &self.x[row(r) * inputs..][..inputs]), left, ROWS, self.instructions);
        }
        let mut sums = self.pool.take(rows.len().div_ceil(ROWS) * GROUP * SUMS);
        for group in groups {
            self.rectangle(&self.group(group), rows.clone(), &left, &mut sums, out);
        }
    }

    /// Some rows of one group of panels; `sums` holds those that want more terms, `(strips, GROUP, SUMS)`.
    fn rectangle(&self, panels: &[&Panel], rows: Range<usize>, left: &[f32], sums: &mut [f32], out: &Shared<'_>) {
        let inputs = self.panels.inputs;
        let (left, _) = left.as_chunks::<ROWS>();
        let n_depths = inputs.div_ceil(DEPTH).max(1);
        for part in 0..n_depths {
            let depth = inputs * part / n_depths..inputs * (part + 1) / n_depths;
            let start = if part == 0 { Start::Zero } else { Start::Out };
            for strip in 0..rows.len().div_ceil(ROWS) {
                let left = &left[strip * inputs..][depth.clone()];
                let waiting = if n_depths == 1 { 0 } else { strip };
                let sums = &mut sums[waiting * GROUP * SUMS..][..GROUP * SUMS];
                for (panel, sums) in panels.iter().zip(sums.chunks_exact_mut(SUMS)) {
                    let right = self.panels.weights(panel, depth.start, depth.len());
                    let tile =
                        Tile { left, right, right_stride: panel.padded(), out: sums, out_stride: COLUMNS, start };
                    tile.multiply_any(panel.vectors(), self.instructions);
                }
                if part + 1 == n_depths {
                    let rows = rows.start + strip * ROWS..rows.end.min(rows.start + (strip + 1) * ROWS);
                    self.instructions.run(Finishing { product: self, panels, rows, sums, out });
                }
            }
        }
    }
}

/// Pieces of a band that may run at the same time: none where there are bands enough for every thread.
fn cuts(n_bands: usize) -> usize {
    let wanted = 4 * rayon::current_num_threads();
    if wanted == 4 || n_bands == 0 { 1 } else { wanted.div_ceil(n_bands) }
}

/// The last step of the sums of some rows and panels, `(GROUP, SUMS)`.
struct Finishing<'a, 'b> {
    product: &'a Product<'a>,
    panels: &'a [&'a Panel],
    rows: Range<usize>,
    sums: &'a mut [f32],
    out: &'a Shared<'b>,
}

impl Kernel for Finishing<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let together = if self.product.gated() { 2 } else { 1 };
        for (panels, sums) in self.panels.chunks(together).zip(self.sums.chunks_exact_mut(together * SUMS)) {
            let (y, u) = sums.split_at_mut(SUMS);
            add_to_rows(y, self.product.panels.biases(panels[0]));
            // All rows at once, so that the many constants of an activation are fetched once.
            match self.product.finish {
                Finish::Plain | Finish::Added => {}
                Finish::Activated(activation) => activate_all::<FUSED>(activation, y),
                Finish::Gated(activation) => {
                    add_to_rows(u, self.product.panels.biases(panels[1]));
                    activate_all::<FUSED>(activation, y);
                    multiply(y, u);
                }
            }
            for (row, y) in self.rows.clone().zip(y.chunks_exact(COLUMNS)) {
                // SAFETY: tasks have different rows or different panels, and this one asks for each part once.
                let out = unsafe { self.out.part(row, panels[0].column, panels[0].columns) };
                match self.product.finish {
                    Finish::Added => add(out, y),
                    _ => copy(out, y),
                }
            }
        }
    }
}

/// x + y, as long as x.
#[inline(always)]
fn add(x: &mut [f32], y: &[f32]) {
    for (x, y) in x.iter_mut().zip(y) {
        *x += y;
    }
}

/// x + y for every row of x, each `COLUMNS` long, if there is a y.
#[inline(always)]
fn add_to_rows(x: &mut [f32], y: Option<&[f32]>) {
    let Some(y) = y else { return };
    for x in x.chunks_exact_mut(COLUMNS) {
        add(&mut x[..y.len()], y);
    }
}

/// x y, as long as x.
#[inline(always)]
fn multiply(x: &mut [f32], y: &[f32]) {
    for (x, y) in x.iter_mut().zip(y) {
        *x *= y;
    }
}

/// y, as long as x, which is short.
#[inline(always)]
fn copy(x: &mut [f32], y: &[f32]) {
    let (wide, rest) = x.as_chunks_mut::<LANES>();
    let (wide_y, _) = y.as_chunks::<LANES>();
    let rest_y = &y[wide.len() * LANES..];
    for (x, y) in wide.iter_mut().zip(wide_y) {
        *x = *y;
    }
    for (x, y) in rest.iter_mut().zip(rest_y) {
        *x = *y;
    }
}

#[inline(always)]
fn activate_all<const FUSED: bool>(activation: Activation, x: &mut [f32]) {
    for x in x.as_chunks_mut::<LANES>().0 {
        activate::<FUSED>(activation, x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::LinearWeights;
    use crate::host::activation::tests::exact;

    fn numbers(n: usize, seed: f32) -> Vec<f32> {
        (0..n).map(|i| ((i as f32 + seed) * 0.737).sin()).collect()
    }

    struct Case {
        rows: usize,
        weights: LinearWeights,
        finish: Finish,
    }

    fn case(rows: usize, inputs: usize, outputs: usize, finish: Finish) -> Case {
        let values = numbers(inputs * outputs, 0.3);
        let bias = (!outputs.is_multiple_of(3)).then(|| numbers(outputs, 0.9));
        Case {
            rows,
            weights: LinearWeights { values, inputs, outputs, transposed: !rows.is_multiple_of(2), bias },
            finish,
        }
    }

    /// The definition, in f64, of row `row`; `sum` stood in the answer.
    fn definition(case: &Case, x: &[f32], sum: &[f32]) -> Vec<f64> {
        let LinearWeights { values, inputs, outputs, transposed, bias } = &case.weights;
        let weight =
            |o: usize, k: usize| f64::from(if *transposed { values[k * outputs + o] } else { values[o * inputs + k] });
        let bias = |o: usize| bias.as_ref().map_or(0.0, |bias| f64::from(bias[o]));
        let y = |o| (0..*inputs).map(|k| f64::from(x[k]) * weight(o, k)).sum::<f64>() + bias(o);
        let y: Vec<f64> = (0..*outputs).map(y).collect();
        match case.finish {
            Finish::Plain => y,
            Finish::Added => y.iter().zip(sum).map(|(y, sum)| y + f64::from(*sum)).collect(),
            Finish::Activated(activation) => y.iter().map(|y| exact(activation, *y)).collect(),
            Finish::Gated(activation) => {
                let (g, u) = y.split_at(outputs / 2);
                g.iter().zip(u).map(|(g, u)| exact(activation, *g) * u).collect()
            }
        }
    }

    fn run(case: &Case, x: &[f32], instructions: Instructions) -> Vec<f32> {
        let pool = Pool::default();
        let panels = Panels::new(&case.weights, instructions, &pool);
        let wanted = panels.all();
        let product = Product { x, panels: &panels, wanted, finish: case.finish, instructions, pool: &pool };
        let mut out = numbers(case.rows * product.width(), 0.1);
        product.write(&mut out);
        out
    }

    /// Every instruction set against the definition.
    fn check(case: &Case) {
        let inputs = case.weights.inputs;
        let x = numbers(case.rows * inputs, 0.5);
        for instructions in Instructions::all() {
            let found = run(case, &x, instructions);
            let width = found.len() / case.rows;
            let sums = numbers(found.len(), 0.1);
            for (row, found) in found.chunks(width).enumerate() {
                let expected = definition(case, &x[row * inputs..][..inputs], &sums[row * width..]);
                for (found, expected) in found.iter().zip(expected) {
                    let allowed = 1e-6 * (inputs as f64 + expected.abs());
                    assert!((f64::from(*found) - expected).abs() < allowed, "row {row}: {found} {expected}");
                }
            }
        }
    }

    #[test]
    fn all_small_sizes_agree_with_f64() {
        for n in 1..=70 {
            check(&case(n, 71 - n, (n * 29) % 70 + 1, Finish::Plain));
            check(&case((n * 37) % 70 + 1, n, 71 - n, Finish::Added));
        }
    }

    #[test]
    fn all_activations_agree_with_f64() {
        for activation in [Activation::Silu, Activation::Gelu, Activation::GeluTanh, Activation::Relu] {
            for n in [1, 5, 24, 48, 50, 100] {
                check(&case(11, 30, n, Finish::Activated(activation)));
                check(&case(10, 30, 2 * n, Finish::Gated(activation)));
            }
        }
    }

    #[test]
    fn long_sums_and_many_rows_agree_with_f64() {
        for finish in [Finish::Added, Finish::Gated(Activation::Silu)] {
            check(&case(2 * BAND + 3, 2 * DEPTH + 5, 2 * (GROUP * COLUMNS + 40), finish));
        }
    }

    #[test]
    fn no_rows_give_no_rows() {
        assert_eq!(run(&case(0, 8, 8, Finish::Plain), &[], Instructions::widest()), Vec::<f32>::new());
    }

    #[test]
    fn a_row_is_the_same_whatever_the_threads_and_the_other_rows() {
        let (inputs, outputs) = (DEPTH + 9, 300);
        let whole = case(BAND + 13, inputs, outputs, Finish::Gated(Activation::Gelu));
        let x = numbers(whole.rows * inputs, 0.5);
        let expected = run(&whole, &x, Instructions::widest());
        for threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            assert_eq!(pool.install(|| run(&whole, &x, Instructions::widest())), expected, "{threads} threads");
        }
        let transposed = whole.weights.transposed;
        let mut alone = case(1, inputs, outputs, whole.finish);
        alone.weights.transposed = transposed;
        for row in [0, 12, BAND, BAND + 12] {
            let found = run(&alone, &x[row * inputs..][..inputs], Instructions::widest());
            assert_eq!(found, expected[row * outputs / 2..][..outputs / 2], "row {row}");
        }
    }
}
