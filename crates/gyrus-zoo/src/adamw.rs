//! AdamW (Loshchilov and Hutter 2019) on plain numbers, so that its whole state can be saved to the last bit.

use crate::recipe::Training;

/// A weight that is learnt, with the moments of its gradients.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Learnt {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f32>,
    /// Running mean of gradients.
    pub(crate) first: Vec<f32>,
    /// Running mean of squared gradients.
    pub(crate) second: Vec<f32>,
}

/// The length of all gradients together.
pub(crate) fn length(gradients: &[Vec<f32>]) -> f64 {
    gradients.iter().flatten().map(|g| f64::from(*g) * f64::from(*g)).sum::<f64>().sqrt()
}

/// Step t (from 1): with g the gradient, cut to length c,
/// m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
/// w = w - r (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + 1e-8) - r d w, the last term for matrices alone.
pub(crate) fn step(learnt: &mut [Learnt], gradients: &[Vec<f32>], training: &Training, rate: f64, t: u64) {
    let scale = (training.clip / length(gradients)).min(1.0) as f32;
    let [b1, b2] = training.betas;
    let corrected = |beta: f64| 1.0 - beta.powf(t as f64);
    let (first, second) = ((1.0 / corrected(b1)) as f32, (1.0 / corrected(b2)) as f32);
    let (b1, b2, rate) = (b1 as f32, b2 as f32, rate as f32);
    for (weight, gradient) in learnt.iter_mut().zip(gradients) {
        let decay = if weight.shape.len() > 1 { 1.0 - rate * training.weight_decay as f32 } else { 1.0 };
        let moments = weight.first.iter_mut().zip(&mut weight.second);
        for ((w, (m, v)), g) in weight.values.iter_mut().zip(moments).zip(gradient) {
            let g = g * scale;
            *m = b1 * *m + (1.0 - b1) * g;
            *v = b2 * *v + (1.0 - b2) * g * g;
            *w = *w * decay - rate * (*m * first) / ((*v * second).sqrt() + 1e-8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One number by the formula of the paper, in f64, for some gradients in turn.
    fn by_formula(mut w: f64, gradients: &[f64], decay: f64) -> f64 {
        let (mut m, mut v) = (0.0, 0.0);
        for (t, g) in (1..).zip(gradients) {
            m = 0.9 * m + 0.1 * g;
            v = 0.95 * v + 0.05 * g * g;
            let (m, v) = (m / (1.0 - 0.9f64.powi(t)), v / (1.0 - 0.95f64.powi(t)));
            w = w - 0.01 * m / (v.sqrt() + 1e-8) - 0.01 * decay * w;
        }
        w
    }

    fn check(shape: Vec<usize>, clip: f64, seen: [f64; 3], decay: f64) {
        let training = Training {
            length: 1,
            sequences: 1,
            together: 1,
            warm_up: 1,
            last_rate: 0.0,
            betas: [0.9, 0.95],
            weight_decay: 0.1,
            clip,
            log_every: 1,
            save_every: 1,
        };
        let (name, zeros) = (String::new(), vec![0.0]);
        let mut learnt = [Learnt { name, shape, values: vec![2.0], first: zeros.clone(), second: zeros }];
        for (t, g) in (1..).zip([0.5f32, -3.0, 0.25]) {
            step(&mut learnt, &[vec![g]], &training, 0.01, t);
        }
        let expected = by_formula(2.0, &seen, decay);
        assert!((f64::from(learnt[0].values[0]) - expected).abs() < 1e-6, "{learnt:?} {expected}");
    }

    #[test]
    fn steps_are_those_of_the_formula() {
        check(vec![1, 1], 10.0, [0.5, -3.0, 0.25], 0.1);
    }

    #[test]
    fn rows_do_not_decay() {
        check(vec![1], 10.0, [0.5, -3.0, 0.25], 0.0);
    }

    #[test]
    fn long_gradients_are_cut() {
        check(vec![1, 1], 1.0, [0.5, -1.0, 0.25], 0.1);
    }

    #[test]
    fn the_length_is_that_of_all_gradients() {
        assert_eq!(length(&[vec![3.0], vec![0.0, 4.0]]), 5.0);
    }
}
