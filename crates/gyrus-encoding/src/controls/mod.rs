//! Shallow features of words and of rows, which stand beside a language model's layers or in their place.
//!
//! Word properties come a row per word of a transcript; a row without a value is NaN and is listed, never dropped.
//! Features without a stimulus come a row per sample, and must predict nothing.

mod column;
mod envelope;
mod frequency;
mod place;
mod property;
mod sources;
mod spelling;
mod static_vectors;
mod stimulus_free;
mod timing;

pub use column::WordColumns;
pub use envelope::{Envelope, envelope_means};
pub use frequency::{FREQUENCY_FLOOR, story_counts, word_frequencies};
pub use place::{places_in_sentence, places_in_story};
pub use property::WordProperty;
pub use sources::{WordSources, word_properties};
pub use spelling::{letters, spoken_syllables, wanted_spellings};
pub use static_vectors::static_vectors;
pub use stimulus_free::{position_features, ramps, smoothed_identity};
pub use timing::{RATE_WINDOW, WordRows, durations, onsets, rates};
