//! The study file, the ordered list of steps, and the cache that finds finished ones again.
//!
//! Data, models and settings come in through one study file; tables, figures and one page leave through one folder.
//! Each step is a function from files to files. Nothing here prints or looks at the clock: the program does.
//!
#![doc = include_str!("../README.md")]

mod activation_files;
mod benchmark_files;
mod cache;
mod cost;
mod desk;
mod error;
mod event;
mod fits_file;
mod fold_table;
mod hash;
mod hierarchy;
mod keep;
mod layer_pairs;
mod leftovers;
mod lock;
mod mapped;
mod matrix_file;
mod matrix_rows;
mod model_files;
mod penalty_groups;
mod piece;
mod reduced_file;
mod report;
mod run;
mod settings;
mod shard;
mod simulated;
mod space;
mod steps;
mod store;
mod summary;
mod tables;
mod word_bits;

pub use activation_files::{ActivationFile, ActivationWriter};
pub use benchmark_files::{BenchmarkFiles, benchmark_items, benchmark_texts};
pub use cache::{Cache, Reason, Stage};
pub use cost::{Cost, size};
pub use error::Error;
pub use event::Event;
pub use fold_table::fold_table;
pub use gyrus_report::Style;
pub use hash::{file_hash, text_hash, transcript_hash};
pub use hierarchy::{Alignment, Depths, Place, TargetDepth, depth_columns};
pub use keep::Keep;
pub use layer_pairs::LayerPairs;
pub use leftovers::{remove_leftovers, remove_own_leftovers};
pub use lock::Lock;
pub use matrix_file::MatrixFile;
pub use matrix_rows::MatrixRows;
pub use model_files::{files_hash, model_files};
pub use penalty_groups::penalty_groups;
pub use report::report;
pub use run::{Options, Outcome, Pieces, run, steps};
pub use settings::{
    ChooseBy, Distance, ElectrodeSettings, ListenersBy, MapName, ModelEntry, NullPenalties, Pooling,
    PreparationSettings, RepeatsBy, ResponsesAre, Responsive, SchemeName, Share, Study, Unit, gap,
};
pub use shard::Shard;
pub use simulated::{CortexSources, SimulatedCortex, SimulatedPodcast};
pub use space::free_space;
pub use steps::simulation::NAME as SIMULATION;
pub use steps::text::bits_per_character;
pub use store::{read_tensors, write_tensors, write_whole};
pub use summary::Summary;
pub use tables::csv;
pub use tables::{Table, write_table};
pub use word_bits::{WordBits, word_bits};
