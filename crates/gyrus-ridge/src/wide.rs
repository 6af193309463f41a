//! Features that outnumber the rows, turned without loss to as many axes as there are rows.
//!
//! Ridge does not change when features are rotated, so this is its dual form in other words: every later product and
//! decomposition is of the size of the rows.

use faer::MatRef;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, ShapeBuilder, concatenate, s};

use crate::error::Error;
use crate::product::product;

/// Q (p, n) with orthonormal columns: penalised features P (n, p) become P Q (n, n), and P = P Q Q'.
#[derive(Debug, Clone)]
pub(crate) struct Wide {
    q: Array2<f64>,
}

impl Wide {
    /// The narrowed features [C, P Q], of which the first `n_free`, C, are left alone, and Q, by P' = Q R.
    ///
    /// # Errors
    /// The decomposition gives a value that is not finite.
    pub(crate) fn narrowed(x: Array2<f64>, n_free: usize) -> Result<(Array2<f64>, Self), Error> {
        let penalised = x.slice(s![.., n_free..]).as_standard_layout().into_owned();
        let (n, p) = penalised.dim();
        // Row after row of P is column after column of P'.
        let transposed = MatRef::from_column_major_slice(penalised.as_slice().expect("a standard layout"), p, n);
        let decomposed = transposed.qr();
        let (thin_q, r) = (decomposed.compute_thin_Q(), decomposed.thin_R());
        let q = Array2::from_shape_fn((p, n).f(), |(i, j)| thin_q[(i, j)]);
        let narrow = Array2::from_shape_fn((n, n), |(i, j)| if j <= i { r[(j, i)] } else { 0.0 });
        crate::finite::check("turned features", narrow.view())?;
        let x = concatenate(Axis(1), &[x.slice(s![.., ..n_free]), narrow.view()]).expect("the same rows");
        Ok((x, Self { q }))
    }

    /// Weights of all features (p, t) from those of the narrowed ones.
    pub(crate) fn weights(&self, narrow: ArrayView2<f64>, n_free: usize) -> Array2<f64> {
        let penalised = product(self.q.view(), narrow.slice(s![n_free.., ..]));
        concatenate(Axis(0), &[narrow.slice(s![..n_free, ..]), penalised.view()]).expect("the same targets")
    }

    /// A point among all features (p) from one among the narrowed ones.
    pub(crate) fn offset(&self, narrow: ArrayView1<f64>, n_free: usize) -> Array1<f64> {
        let penalised = self.q.dot(&narrow.slice(s![n_free..]));
        concatenate(Axis(0), &[narrow.slice(s![..n_free]), penalised.view()]).expect("one axis")
    }
}
