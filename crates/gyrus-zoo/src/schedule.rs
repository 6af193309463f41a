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
