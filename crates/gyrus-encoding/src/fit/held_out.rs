//! What was reached on the held-out rows of one fold, block by block, as sums that can be resampled.

use std::ops::Range;

use gyrus_ridge::pearson;
use ndarray::{
    Array1, Array2, Array3, ArrayView1, ArrayView2, ArrayView3, ArrayViewMut1, ArrayViewMut2, Axis, Zip, concatenate, s,
};

/// Per block: rows, then per target the sums of p, y, p^2, y^2 and p y, for predictions p and responses y.
#[derive(Debug, Clone)]
pub(crate) struct Blocks {
    /// Rows of each block, `(blocks)`.
    rows: Array1<f64>,
    /// `(blocks, 5, targets)`.
    sums: Array3<f64>,
}

impl Blocks {
    /// The sums over each of `blocks` of `predicted` and `responses`, both `(rows, targets)` over all rows.
    pub fn of(predicted: ArrayView2<f64>, responses: ArrayView2<f64>, blocks: &[Range<usize>]) -> Self {
        let mut sums = Array3::zeros((blocks.len(), 5, responses.ncols()));
        for (sums, block) in sums.axis_iter_mut(Axis(0)).zip(blocks) {
            let rows = s![block.clone(), ..];
            add(sums, predicted.slice(rows), responses.slice(rows));
        }
        Self { rows: blocks.iter().map(|block| block.len() as f64).collect(), sums }
    }

    /// `rows` of each block, `(blocks)`, and their `sums`, `(blocks, 5, targets)`, as [`Self::rows`] and [`Self::sums`] give
    /// them.
    pub fn from_sums(rows: Array1<f64>, sums: Array3<f64>) -> Self {
        Self { rows, sums: sums.as_standard_layout().into_owned() }
    }

    /// Rows of each block, `(blocks)`.
    pub fn rows(&self) -> ArrayView1<'_, f64> {
        self.rows.view()
    }

    /// Per block and target the sums of p, y, p^2, y^2 and p y, `(blocks, 5, targets)`.
    pub fn sums(&self) -> ArrayView3<'_, f64> {
        self.sums.view()
    }

    /// Those of several stretches of rows, one after the other.
    ///
    /// # Panics
    /// They are of different targets, or there is none.
    pub fn in_turn(stretches: &[Self]) -> Self {
        let rows: Vec<ArrayView1<f64>> = stretches.iter().map(|stretch| stretch.rows.view()).collect();
        let sums: Vec<ArrayView3<f64>> = stretches.iter().map(|stretch| stretch.sums.view()).collect();
        let joined = "stretches of a fold have the same targets";
        Self { rows: concatenate(Axis(0), &rows).expect(joined), sums: concatenate(Axis(0), &sums).expect(joined) }
    }

    /// Number of blocks.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// r of each target over all blocks.
    pub fn r(&self) -> Array1<f64> {
        self.resampled(Array2::ones((1, self.len())).view()).row(0).to_owned()
    }

    /// R^2 = 1 - sum (y - p)^2 / sum (y - mean y)^2 of each target over all blocks; NaN where y is constant.
    pub fn r2(&self) -> Array1<f64> {
        let (n, sums) = (self.rows.sum(), self.sums.sum_axis(Axis(0)));
        let one = |target: usize| {
            let [_, y, pp, yy, py]: [f64; 5] = std::array::from_fn(|kind| sums[[kind, target]]);
            let spread = yy - y * y / n;
            if spread > n * f64::EPSILON * yy { 1.0 - (pp - 2.0 * py + yy) / spread } else { f64::NAN }
        };
        (0..sums.ncols()).map(one).collect()
    }

    /// r of each target with every block counted as often as `counts`, `(draws, blocks)`, says: `(draws, targets)`.
    pub fn resampled(&self, counts: ArrayView2<f64>) -> Array2<f64> {
        let (blocks, kinds, targets) = self.sums.dim();
        let flat = self.sums.view().into_shape_with_order((blocks, kinds * targets)).expect("sums are contiguous");
        let (rows, sums) = (counts.dot(&self.rows), counts.dot(&flat));
        let sums = sums.into_shape_with_order((counts.nrows(), kinds, targets)).expect("a product is contiguous");
        Array2::from_shape_fn((counts.nrows(), targets), |(draw, target)| {
            pearson(rows[draw], std::array::from_fn(|kind| sums[[draw, kind, target]]))
        })
    }

    /// Some targets alone.
    pub fn columns(&self, targets: Range<usize>) -> Self {
        // The sums are read as flat rows, so a cut is laid out anew.
        let sums = self.sums.slice(s![.., .., targets]).as_standard_layout().into_owned();
        Self { rows: self.rows.clone(), sums }
    }

    /// The targets of several listeners side by side.
    pub fn side_by_side(listeners: &[&Self]) -> Self {
        let sums: Vec<ArrayView3<f64>> = listeners.iter().map(|blocks| blocks.sums.view()).collect();
        let rows = listeners.first().map(|first| first.rows.clone()).unwrap_or_default();
        let sums = concatenate(Axis(2), &sums).expect("listeners share their blocks");
        // A join along the last axis may be laid out otherwise; the sums are read as flat rows.
        Self { rows, sums: sums.as_standard_layout().into_owned() }
    }
}

/// Adds the sums over rows of predictions `p` and responses `y`, both `(rows, targets)`, to `sums`, `(5, targets)`.
fn add(mut sums: ArrayViewMut2<f64>, p: ArrayView2<f64>, y: ArrayView2<f64>) {
    for row in p.rows().into_iter().zip(y.rows()) {
        add_row(sums.row_mut(0), row, |p, _| p);
        add_row(sums.row_mut(1), row, |_, y| y);
        add_row(sums.row_mut(2), row, |p, _| p * p);
        add_row(sums.row_mut(3), row, |_, y| y * y);
        add_row(sums.row_mut(4), row, |p, y| p * y);
    }
}

/// Adds what `kind` makes of a prediction and a response of every target to `sum`, `(targets)`.
fn add_row(sum: ArrayViewMut1<f64>, (p, y): (ArrayView1<f64>, ArrayView1<f64>), kind: impl Fn(f64, f64) -> f64) {
    Zip::from(sum).and(p).and(y).for_each(|sum, &p, &y| *sum += kind(p, y));
}

/// r = sum (a - mean a)(b - mean b) / sqrt(sum (a - mean a)^2 sum (b - mean b)^2); NaN if either is constant.
pub fn correlation(a: ArrayView1<f64>, b: ArrayView1<f64>) -> f64 {
    let column = |v: ArrayView1<f64>| {
        let mean = v.mean().unwrap_or(0.0);
        v.mapv(|x| x - mean).insert_axis(Axis(1))
    };
    Blocks::of(column(a).view(), column(b).view(), std::slice::from_ref(&(0..a.len()))).r()[0]
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{array, stack};

    use super::*;

    /// r of the rows of the drawn blocks written out one after the other.
    #[test]
    fn resampling_is_writing_the_rows_again() {
        let p = array![[1.0], [2.0], [0.5], [4.0], [3.0], [3.5]];
        let y = array![[0.0], [1.0], [1.0], [2.0], [5.0], [1.0]];
        let drawn = Blocks::of(p.view(), y.view(), &[0..2, 2..4, 4..6]).resampled(array![[2.0, 0.0, 1.0]].view());
        let again = |v: &Array2<f64>| v.select(Axis(0), &[0, 1, 0, 1, 4, 5]).column(0).to_owned();
        assert_abs_diff_eq!(drawn[[0, 0]], correlation(again(&p).view(), again(&y).view()), epsilon = 1e-12);
    }

    #[test]
    fn listeners_stand_side_by_side() {
        let p = array![[1.0, 2.0], [2.0, 0.0], [0.5, 1.0], [4.0, 4.0]];
        let y = array![[0.0, 3.0], [1.0, 1.0], [1.0, 0.0], [2.0, 2.0]];
        let one = |t: usize| Blocks::of(p.slice(s![.., t..=t]), y.slice(s![.., t..=t]), &[0..2, 2..4]);
        let both = Blocks::of(p.view(), y.view(), &[0..2, 2..4]).r();
        let joined = Blocks::side_by_side(&[&one(0), &one(1)]).r();
        assert_abs_diff_eq!(joined, both, epsilon = 1e-12);
    }

    #[test]
    fn a_constant_is_undefined() {
        assert!(correlation(array![1.0, 2.0, 3.0].view(), array![5.0, 5.0, 5.0].view()).is_nan());
        let far = stack![Axis(0), array![1e9, 1e9 + 1.0], array![1e9 + 3.0, 1e9 + 5.0]];
        assert_abs_diff_eq!(correlation(far.column(0), far.column(1)), 1.0, epsilon = 1e-9);
    }
}
