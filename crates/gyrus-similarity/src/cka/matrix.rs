//! From what a walk has gathered to the values of all pairs and their errors.

use std::ops::Range;

use ndarray::{Array2, Axis, concatenate, s};

use super::cells::Cells;
use super::far_pairs::FarPairs;
use super::hsic::Sums;
use super::jackknife::Jackknife;
use super::margins::Margins;
use super::walk::{PairSums, Traces};
use super::{CkaErrors, CkaMatrix, stack};

/// Everything that CKA is made of. The first of the subsets are all rows, the others those without each group.
pub(crate) struct Gathered {
    pub(crate) cells: Cells,
    /// `[subset]`.
    pub(crate) far: Vec<FarPairs>,
    /// `[layer]`.
    pub(crate) margins: Vec<Margins>,
    pub(crate) pairs: PairSums,
    /// `[subset][layer]`.
    pub(crate) equal_columns: Option<Vec<Vec<f64>>>,
}

/// Values from some rows.
struct Values {
    debiased: Array2<f64>,
    biased: Array2<f64>,
    sampled: Option<Array2<f64>>,
}

impl Gathered {
    /// The values of all rows, and their errors by leaving out groups.
    pub(crate) fn matrix(&self) -> CkaMatrix {
        let Values { debiased, biased, sampled } = self.values(0);
        let errors = (self.far.len() > 1).then(|| {
            let mut of_debiased = Jackknife::about(debiased.clone());
            let mut of_biased = Jackknife::about(biased.clone());
            let mut of_sampled = sampled.clone().map(Jackknife::about);
            let mut without_group = Vec::new();
            for values in (1..self.far.len()).map(|subset| self.values(subset)) {
                of_debiased.without_group(&values.debiased);
                of_biased.without_group(&values.biased);
                of_sampled.iter_mut().zip(&values.sampled).for_each(|(errors, values)| errors.without_group(values));
                without_group.push(values.debiased);
            }
            CkaErrors {
                debiased: of_debiased.standard_errors(),
                biased: of_biased.standard_errors(),
                sampled: of_sampled.map(|errors| errors.standard_errors()),
                without_group,
            }
        });
        CkaMatrix { debiased, biased, sampled, errors }
    }

    fn values(&self, subset: usize) -> Values {
        let left_out = &self.cells.left_out()[subset];
        let mut far = sums(&self.margins, subset, |m| &m.far_rows);
        far.slice_mut(s![.., left_out.clone()]).fill(0.0);
        let trace = trace(self.pairs.far(), subset);
        let unbiased = Sums { trace: &trace, rows: &far }.unbiased(&self.far[subset]);
        let all = kept(sums(&self.margins, subset, |m| &m.rows), left_out);
        let diagonals = kept(stack(&self.margins, |m| m.diagonal.clone()), left_out);
        let biased = Sums { trace: &self::trace(&self.pairs.all, subset), rows: &all }.biased(&diagonals);
        let widths: Vec<usize> = self.margins.iter().map(|m| m.width).collect();
        let sampled = self.equal_columns.as_ref().map(|equal| unbiased.cka_of_sampled_columns(&equal[subset], &widths));
        Values { debiased: unbiased.cka(), biased: biased.cka(), sampled }
    }
}

/// The products of the pairs of rows that a subset keeps.
fn trace(traces: &Traces, subset: usize) -> Array2<f64> {
    match subset.checked_sub(1) {
        Some(group) => &traces.sum - &traces.with_group[group],
        None => traces.sum.clone(),
    }
}

/// The sums over the rows that a subset keeps, for each row, `(layers, n)`.
fn sums(margins: &[Margins], subset: usize, by_group: impl Fn(&Margins) -> &Array2<f64>) -> Array2<f64> {
    let all = stack(margins, |m| by_group(m).sum_axis(Axis(0)));
    match subset.checked_sub(1) {
        Some(group) => all - stack(margins, |m| by_group(m).row(group).to_owned()),
        None => all,
    }
}

/// The columns of `values` that are not left out.
fn kept(values: Array2<f64>, left_out: &Range<usize>) -> Array2<f64> {
    if left_out.is_empty() {
        return values;
    }
    let (before, after) = (values.slice(s![.., ..left_out.start]), values.slice(s![.., left_out.end..]));
    concatenate(Axis(1), &[before, after]).expect("as many layers on both sides")
}
