//! Layers whose CKA is known in closed form.

use anyhow::Result;
use gyrus_simulation::Noise;
use ndarray::Array2;

/// Dimensions that the layers are mixtures of, k.
pub const SHARED: usize = 5;

/// phi of everything that layers are made of.
pub const PHI: [f64; 3] = [0.0, 0.5, 0.9];

/// Number of rows and columns, and phi of everything.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub rows: usize,
    pub width: usize,
    pub phi: f64,
}

/// What the layers of one study are made of: rows Z (n, k) of which X and Y know, others of which only one of them does,
/// and three noises E (n, p). A, B and C (k, p) are the same in all studies, with orthogonal rows of length sqrt(p / k).
#[derive(Debug)]
pub struct Layers {
    shared: Array2<f64>,
    apart: Array2<f64>,
    noise: [Array2<f64>; 3],
    frames: [Array2<f64>; 3],
}

impl Shape {
    /// The least gap whose rows correlate by less than .01.
    pub fn gap(&self) -> usize {
        if self.phi > 0.0 { (0.01_f64.ln() / self.phi.ln()).ceil() as usize } else { 0 }
    }

    /// Layers that `seeds` decide.
    pub fn layers(&self, [shared, apart, one, two, three]: [u64; 5]) -> Result<Layers> {
        let process = Noise::autoregressive(self.phi)?;
        let series = |columns, seed| process.series(self.rows, columns, seed);
        Ok(Layers {
            shared: series(SHARED, shared),
            apart: series(SHARED, apart),
            noise: [one, two, three].map(|seed| series(self.width, seed)),
            frames: [1, 2, 3].map(|seed| frame(self.width, seed)),
        })
    }
}

impl Layers {
    /// X = Z A + s E with s such that its CKA with the Y of the same `alignment` is just that.
    pub fn x(&self, alignment: f64) -> Array2<f32> {
        self.mixture(&self.shared, 0, alignment)
    }

    /// Y = Z B + s E; X and Y of alignments T and U have a CKA of sqrt(T U).
    pub fn y(&self, alignment: f64) -> Array2<f32> {
        self.mixture(&self.shared, 1, alignment)
    }

    /// Another Y, of the same Z by C and with noise of its own.
    pub fn other_y(&self, alignment: f64) -> Array2<f32> {
        self.mixture(&self.shared, 2, alignment)
    }

    /// A layer as noisy as the others of that `alignment`, but of rows of which they know nothing: its CKA with X is 0.
    pub fn unrelated(&self, alignment: f64) -> Array2<f32> {
        self.mixture(&self.apart, 1, alignment)
    }

    fn mixture(&self, rows: &Array2<f64>, which: usize, alignment: f64) -> Array2<f32> {
        let (frame, noise) = (&self.frames[which], &self.noise[which]);
        let s = noise_variance(alignment, frame.ncols()).sqrt();
        (rows.dot(frame) + noise * s).mapv(|x| x as f32)
    }
}

/// The variance s^2 of noise for which CKA is T: ||A'B||_F^2 = p^2 / k and ||A'A + s^2 I||_F^2 = p^2 / k + 2 p s^2 + p s^4, so
/// s^2 = sqrt(1 + (p / k) (1 / T - 1)) - 1.
fn noise_variance(alignment: f64, width: usize) -> f64 {
    (1.0 + width as f64 / SHARED as f64 * (1.0 / alignment - 1.0)).sqrt() - 1.0
}

/// k orthogonal rows (k, p) of length sqrt(p / k), by Gram and Schmidt on independent Gaussians, twice against loss of digits.
fn frame(width: usize, seed: u64) -> Array2<f64> {
    let mut frame = Noise::white().series(SHARED, width, seed);
    for row in 0..SHARED {
        let mut v = frame.row(row).to_owned();
        for other in (0..row).chain(0..row) {
            let other = frame.row(other);
            let along = v.dot(&other) / other.dot(&other);
            v.scaled_add(-along, &other);
        }
        v *= (width as f64 / SHARED as f64 / v.dot(&v)).sqrt();
        frame.row_mut(row).assign(&v);
    }
    frame
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    /// The closed form against covariances by their definition.
    #[test]
    fn layers_are_as_alike_as_they_are_said_to_be() {
        let square = |a: &Array2<f64>| a.iter().map(|x| x * x).sum::<f64>();
        for (width, own, other) in [(20, 0.1, 0.1), (20, 0.9, 0.5), (200, 0.05, 0.5)] {
            let [a, b] = [1, 2].map(|seed| frame(width, seed));
            let covariance = |a: &Array2<f64>, alignment| {
                a.t().dot(a) + Array2::<f64>::eye(width) * noise_variance(alignment, width)
            };
            let norms = square(&covariance(&a, own)).sqrt() * square(&covariance(&b, other)).sqrt();
            assert_abs_diff_eq!(square(&a.t().dot(&b)) / norms, f64::sqrt(own * other), epsilon = 1e-10);
        }
    }

    #[test]
    fn gaps_are_as_long_as_rows_are_alike() {
        let gaps = PHI.map(|phi| Shape { rows: 9, width: 3, phi }.gap());
        assert_eq!(gaps, [0, 7, 44]);
    }
}
