//! How well a language model answers the items of benchmarks, scored as lm-evaluation-harness does.
//!
//! A [`Task`] is a row of a table: it makes of each record of a file an [`Item`], a few texts of which one is right.
//! [`score`] gives every text its log likelihood and says how often the right one is the likeliest; [`rolling`] says how
//! many bits a model needs for whole texts. Nothing here knows tables, training or other models.
//!
#![doc = include_str!("../README.md")]

mod choices;
mod encoded;
mod error;
mod item;
mod json_lines;
mod labels;
mod metrics;
mod prompts;
mod record;
mod rolling;
mod score;
mod task;

pub use error::Error;
pub use item::{Choice, Item, items};
pub use json_lines::read_json_lines;
pub use labels::with_labels;
pub use metrics::{Group, Metric, Score};
pub use record::{Place, Record};
pub use rolling::{Bits, Rolling, rolling};
pub use score::{Answer, Model, Scores, score};
pub use task::{HARNESS, Measure, TASKS, Task};
