//! One file per step of a study; a step takes values and files and leaves files.

pub mod averages;
pub mod canaries;
pub mod ceilings;
pub mod clock;
pub mod dimension;
pub mod encoding;
pub mod extraction;
pub mod figures;
pub mod generalisation;
pub mod heard;
pub mod hierarchy;
pub mod inference;
pub mod lags;
pub mod layers;
pub mod material;
pub mod partition;
pub mod power;
pub mod prose;
pub mod report;
pub mod score_tables;
pub mod scores;
pub mod sections;
pub mod shift_null;
pub mod similarity;
pub mod text;
