//! How each task puts its questions, word for word as lm-evaluation-harness does.

pub(crate) mod blanks;
pub(crate) mod how_to;
pub(crate) mod ours;
pub(crate) mod questions;
