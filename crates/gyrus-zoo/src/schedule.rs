//! The learning rate of each step.

use std::f64::consts::PI;

use crate::recipe::{Model, Training};

/// The learning rate of step t (from 1) of T, with W steps of warm-up, highest rate h and last rate l h:
/// h t / W up to W, then h (l + (1 - l) (1 + cos(pi (t - W) / (T - W))) / 2).
pub(crate) fn learning_rate(training: &Training, model: &Model, step: u64) -> f64 {
    let (t, warm_up, steps) = (step as f64, training.warm_up as f64, model.steps as f64);
    if step <= training.warm_up {
        return model.learning_rate * t / warm_up;
    }
    let fall = (1.0 + (PI * (t - warm_up) / (steps - warm_up)).cos()) / 2.0;
    model.learning_rate * (training.last_rate + (1.0 - training.last_rate) * fall)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_in_a_line_and_falls_as_a_cosine() {
        let training = Training {
            length: 1,
            sequences: 1,
            together: 1,
            warm_up: 10,
            last_rate: 0.2,
            betas: [0.0; 2],
            weight_decay: 0.0,
            clip: 1.0,
            log_every: 1,
            save_every: 1,
        };
        let (name, config) = (String::new(), serde_json::Map::new());
        let model = Model { name, steps: 110, learning_rate: 5.0, also_after: Vec::new(), config };
        for (step, expected) in [(1, 0.5), (5, 2.5), (10, 5.0), (60, 3.0), (110, 1.0)] {
            assert!((learning_rate(&training, &model, step) - expected).abs() < 1e-12, "{step}");
        }
    }
}
