//! How late an electrode hears, and over how many words it sums up.

use ndarray::{Array1, ArrayView1};

/// s_t = mean over k from 0 to window - 1 of x_(t - latency - k); before the first row there is silence, which is 0.
pub(crate) fn delayed(x: ArrayView1<f64>, latency: usize, window: usize) -> Array1<f64> {
    let window = window.max(1);
    let at = |t: usize, back: usize| t.checked_sub(back).map_or(0.0, |t| x[t]);
    let mut sum = 0.0;
    let step = |t: usize| {
        sum += at(t, latency) - at(t, latency + window);
        sum / window as f64
    };
    (0..x.len()).map(step).collect()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::gaussian::gaussian;

    #[test]
    fn equals_the_sum_by_definition() {
        let x = gaussian(30, 1, &mut StdRng::seed_from_u64(1));
        for (latency, window) in [(0, 1), (3, 1), (0, 4), (2, 5), (40, 2)] {
            let found = delayed(x.column(0), latency, window);
            for t in 0..30 {
                let heard = (0..window).filter(|k| latency + k <= t).map(|k| x[[t - latency - k, 0]]);
                assert_abs_diff_eq!(found[t], heard.sum::<f64>() / window as f64, epsilon = 1e-12);
            }
        }
    }

    #[test]
    fn no_window_is_the_word_itself() {
        assert_eq!(delayed(array![1.0, 2.0].view(), 0, 0), array![1.0, 2.0]);
    }
}
