//! Made-up representations for this crate's tests.

use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};

/// Independent standard Gaussians (rows, columns).
pub(crate) fn gaussian(rows: usize, columns: usize, seed: u64) -> Array2<f32> {
    let mut rng = StdRng::seed_from_u64(seed);
    Array2::from_shape_simple_fn((rows, columns), || StandardNormal.sample(&mut rng))
}

/// Representations of the given widths that share part of what varies.
pub(crate) fn family(rows: usize, widths: &[usize]) -> Vec<Array2<f32>> {
    let shared = gaussian(rows, 4, 100);
    let one = |(index, &width): (usize, &usize)| {
        shared.dot(&gaussian(4, width, 200 + index as u64)) + gaussian(rows, width, 300 + index as u64) + 0.5
    };
    widths.iter().enumerate().map(one).collect()
}

/// Views of all.
pub(crate) fn views(layers: &[Array2<f32>]) -> Vec<ArrayView2<'_, f32>> {
    layers.iter().map(|layer| layer.view()).collect()
}

/// Columns turned among each other by a few plane rotations; needs 6 columns.
pub(crate) fn turned(x: &Array2<f32>) -> Array2<f32> {
    let mut turned = x.clone();
    for (a, b, angle) in [(0, 1, 0.3_f32), (2, 5, 1.1), (1, 4, 2.5), (0, 3, -0.7)] {
        let (p, q) = (turned.column(a).to_owned(), turned.column(b).to_owned());
        turned.column_mut(a).assign(&(&p * angle.cos() - &q * angle.sin()));
        turned.column_mut(b).assign(&(&p * angle.sin() + &q * angle.cos()));
    }
    turned
}

/// What `of` gives in pools of 1, 2 and 5 threads, checked to be the same.
pub(crate) fn with_any_threads<T: PartialEq + std::fmt::Debug + Send>(of: impl Fn() -> T + Sync) -> T {
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be had");
        pool.install(&of)
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(5));
    one
}
