//! How alike sets of representations of the same rows are: linear CKA of all pairs, on plain arrays.
//!
//! Nothing here knows what a row stands for or where a representation comes from.

mod centred;
mod cka;
mod error;
mod gram;
mod tile;

pub use cka::{Cka, CkaMatrix, cka, linear_cka};
pub use error::Error;
