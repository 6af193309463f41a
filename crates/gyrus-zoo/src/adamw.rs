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
