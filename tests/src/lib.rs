//! A complete small study, written into a folder that vanishes with it: a model, a story, listeners and settings.
//!
//! The tests that cross crates stand in `tests/`; the program's own tests use the same study.
//! Beside it, what tests of readers need: damaged files, and a count of memory.

mod checkpoint;
mod counting;
mod damage;
mod draws;
mod fuzz;
mod listeners;
mod patients;
mod program;
mod settings;
mod small_study;
mod snapshot;
mod story;
mod tokenizer;

pub use checkpoint::write_checkpoint;
pub use counting::Counting;
pub use draws::Draws;
pub use fuzz::fuzz;
pub use patients::{ELECTRODES, LAG, LAYERS, PATIENTS, distance, tensors};
pub use program::{Answer, Program};
pub use small_study::SmallStudy;
pub use snapshot::{Snapshot, changed, snapshot};

/// What a page shows before its scripts and its packed tables.
pub fn without_scripts(page: &str) -> &str {
    page.split("<script").next().unwrap_or_default()
}
