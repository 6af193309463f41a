//! How well responses could be predicted at best, from repeats or other listeners.

mod ceiling;
mod extrapolation;
mod halves;
pub(crate) mod listeners;
mod repeats;
mod spearman_brown;
pub(crate) mod spread;

pub use self::ceiling::{Ceiling, Normalised};
pub use self::extrapolation::{endless_listeners, group_size_curve};
pub use self::halves::Splits;
pub use self::listeners::{inter_subject_correlation, leave_one_out};
pub use self::repeats::{Response, explainable_variance, split_half_reliability};
pub use self::spearman_brown::spearman_brown;
