//! The leading eigenvectors of a large symmetric matrix, by subspace iteration from a random start.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::householder::{
    apply_block_householder_sequence_on_the_left_in_place_scratch,
    apply_block_householder_sequence_on_the_left_in_place_with_conj,
};
use faer::linalg::qr::no_pivoting::factor::{qr_in_place, qr_in_place_scratch, recommended_block_size};
use faer::{Conj, Mat, Par};
use ndarray::{Array1, Array2, ArrayView2, s};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};

use crate::error::Error;
use crate::product::product;
use crate::spectrum::Spectrum;

/// How the iteration runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SubspaceIteration {
    /// Vectors beyond those asked for, which carry what stands close behind them.
    pub extra: usize,
    /// The iteration ends when a step adds at most this share of the trace; about twice as much is then left out.
    pub tolerance: f64,
    /// Steps at most.
    pub steps: usize,
    /// Of the random start.
    pub seed: u64,
}

impl Default for SubspaceIteration {
    fn default() -> Self {
        Self { extra: 32, tolerance: 1e-6, steps: 40, seed: 0 }
    }
}

/// Leading eigenvectors, and how good they are.
#[derive(Debug, Clone)]
pub(crate) struct Leading {
    /// One unit vector per row (k, p), the largest eigenvalue first.
    pub(crate) vectors: Array2<f64>,
    /// Their Ritz values (k).
    pub(crate) values: Array1<f64>,
    /// The share of the trace that the last step added.
    pub(crate) gained: f64,
}

impl SubspaceIteration {
    /// About the first `k` eigenvectors of a positive semidefinite G (p, p), fewer where its rank is lower.
    ///
    /// Q <- orth(G Q) until the first k Ritz values, the eigenvalues of Q'GQ, add up to what they did (Halko, Martinsson
    /// and Tropp 2011, algorithm 4.4). Ritz values never exceed the eigenvalues that they stand for, and grow by smaller
    /// and smaller steps.
    ///
    /// # Errors
    /// A decomposition fails.
    pub(crate) fn leading(&self, g: ArrayView2<f64>, k: usize) -> Result<Leading, Error> {
        let p = g.nrows();
        let trace = g.diag().sum();
        let mut rng = StdRng::seed_from_u64(self.seed);
        let start = Array2::from_shape_simple_fn((p, (k + self.extra).min(p)), || StandardNormal.sample(&mut rng));
        let mut ritz = Ritz::of(g, product(g, start.view()).view())?;
        let mut gained = share(ritz.captured(k), trace);
        for _ in 1..self.steps {
            if gained <= self.tolerance {
                break;
            }
            let next = Ritz::of(g, ritz.gq.view())?;
            gained = share(next.captured(k) - ritz.captured(k), trace).max(0.0);
            ritz = next;
        }
        let k = k.min(ritz.spectrum.rank());
        let vectors = product(ritz.spectrum.vectors().slice(s![.., ..k]).t(), ritz.q.t());
        Ok(Leading { vectors, values: ritz.spectrum.values().slice(s![..k]).to_owned(), gained })
    }
}

/// One step: an orthonormal basis Q, G Q, and the eigenvectors of Q'GQ.
struct Ritz {
    q: Array2<f64>,
    gq: Array2<f64>,
    spectrum: Spectrum,
}

impl Ritz {
    /// With a basis of the columns of `y` (p, columns).
    fn of(g: ArrayView2<f64>, y: ArrayView2<f64>) -> Result<Self, Error> {
        let q = orthonormal(y);
        let gq = product(g, q.view());
        let inner = product(q.t(), gq.view());
        let spectrum = Spectrum::of((0.5 * (&inner + &inner.t())).view())?;
        Ok(Self { q, gq, spectrum })
    }

    /// The sum of the first `k` Ritz values.
    fn captured(&self, k: usize) -> f64 {
        self.spectrum.values().iter().take(k).sum()
    }
}

/// `part` of a whole, 0 of nothing.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Q of Y = QR (p, columns), on the calling thread so that its bytes do not depend on how many there are.
fn orthonormal(y: ArrayView2<f64>) -> Array2<f64> {
    let (rows, columns) = y.dim();
    let block = recommended_block_size::<f64>(rows, columns);
    let scratch = qr_in_place_scratch::<f64>(rows, columns, block, Par::Seq, Default::default())
        .or(apply_block_householder_sequence_on_the_left_in_place_scratch::<f64>(rows, block, columns));
    let mut memory = MemBuffer::new(scratch);
    let (mut basis, mut factor) = (Mat::from_fn(rows, columns, |i, j| y[[i, j]]), Mat::zeros(block, columns));
    qr_in_place(basis.as_mut(), factor.as_mut(), Par::Seq, MemStack::new(&mut memory), Default::default());
    let mut q = Mat::<f64>::identity(rows, columns);
    apply_block_householder_sequence_on_the_left_in_place_with_conj(
        basis.as_ref(),
        factor.as_ref(),
        Conj::No,
        q.as_mut(),
        Par::Seq,
        MemStack::new(&mut memory),
    );
    Array2::from_shape_fn((rows, columns), |(i, j)| q[(i, j)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{distance, gaussian};

    /// A positive semidefinite matrix with the eigenvalues `values` and some more that are 0.
    fn with_spectrum(values: &Array1<f64>, p: usize) -> Array2<f64> {
        let v = orthonormal(gaussian(p, values.len(), 11).view());
        (&v * values).dot(&v.t())
    }

    /// The leading vectors span what the exact ones span, and their values are the eigenvalues.
    fn check(values: &Array1<f64>, p: usize, k: usize) -> Result<(), Error> {
        let g = with_spectrum(values, p);
        let iteration = SubspaceIteration { tolerance: 1e-15, steps: 200, ..SubspaceIteration::default() };
        let found = iteration.leading(g.view(), k)?;
        let exact = Spectrum::of(g.view())?;
        assert!(distance(&exact.values().slice(s![..k]).to_owned(), &found.values) < 1e-10);
        let across = found.vectors.dot(&exact.vectors().slice(s![.., ..k]));
        assert!(distance(&Array2::eye(k), &across.dot(&across.t())) < 1e-6);
        assert!(distance(&Array2::eye(k), &found.vectors.dot(&found.vectors.t())) < 1e-12);
        Ok(())
    }

    #[test]
    fn finds_the_leading_vectors() -> Result<(), Error> {
        check(&Array1::logspace(10.0, 6.0, -6.0, 90), 120, 20)?;
        check(&Array1::linspace(90.0, 1.0, 90), 100, 5)?;
        check(&Array1::logspace(10.0, 12.0, 0.0, 60), 70, 40)
    }

    #[test]
    fn a_loose_tolerance_leaves_out_little() -> Result<(), Error> {
        let values = Array1::from_shape_fn(300, |i| 1.0 / (1 + i) as f64);
        let g = with_spectrum(&values, 400);
        let found = SubspaceIteration::default().leading(g.view(), 50)?;
        let (best, captured) = (values.slice(s![..50]).sum(), found.values.sum());
        assert!(captured <= best * (1.0 + 1e-12) && captured > best * (1.0 - 3e-5), "{captured} of {best}");
        assert!(found.gained <= 1e-5);
        Ok(())
    }

    #[test]
    fn no_more_vectors_than_the_rank() -> Result<(), Error> {
        let found = SubspaceIteration::default().leading(with_spectrum(&Array1::ones(4), 30).view(), 10)?;
        assert_eq!(found.values.len(), 4);
        let none = SubspaceIteration::default().leading(Array2::zeros((6, 6)).view(), 3)?;
        assert_eq!((none.values.len(), none.gained), (0, 0.0));
        Ok(())
    }

    #[test]
    fn the_number_of_threads_changes_not_a_bit() -> Result<(), Box<dyn std::error::Error>> {
        let g = with_spectrum(&Array1::linspace(9.0, 1.0, 150), 300);
        let with = |threads| -> Result<_, Box<dyn std::error::Error>> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            Ok(pool.install(|| SubspaceIteration::default().leading(g.view(), 60))?.vectors)
        };
        assert_eq!(with(1)?, with(3)?);
        Ok(())
    }
}
