//! Reads words, what is known of words, and brain signals from the files labs have.
//!
//! What comes out are the nouns of `gyrus-types`: a story whose words have times, and one recording per listener.
//! Signals of electrodes are read from, and written to, EDF files (`gyrus-formats`) in the BIDS layout (`bids`).
//! What every data set has, its files, sizes and hashes, is `gyrus-data`.
//! A malformed file is an error that names the file, the line and the value; a listener without a signal is refused and named.
//!
#![doc = include_str!("../README.md")]

mod alice;
mod alignment;
pub mod bids;
mod error;
mod field_table;
#[cfg(test)]
mod fixture;
mod listener;
mod manifest;
mod parquet;
mod praat;
mod prepared;
mod sample_table;
mod table;
mod target_table;
mod text_columns;
mod textgrid;
mod word_counts;
mod word_vectors;
mod words;

pub use alice::{Alice, Subjects};
pub use alignment::{Alignment, Merge, Sources, UsedSpelling, align};
pub use error::Error;
pub use field_table::{Field, FieldTable, read_fields};
pub use listener::{Listener, Radius, Refusal};
pub use manifest::{Manifest, Signals, Spelling, Story};
pub use parquet::read_parquet;
pub use prepared::{Prepared, prepared};
pub use sample_table::{SampleTable, read_samples};
pub use table::read_table;
pub use target_table::{Target, read_targets};
pub use textgrid::{Label, TextGrid, Tier};
pub use word_counts::read_counts;
pub use word_vectors::{WordVectors, read_vectors};
pub use words::{
    End, Forward, WordFormat, WordTable, check_times, read_forward, read_natural_stories_at, read_words, read_words_as,
    words_beyond,
};
