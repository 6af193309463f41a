//! Products of every row with every other: rows are laid out once, and each layout is multiplied with itself or another.
//!
//! An entry is summed over columns in ascending order, wherever it stands: rows that are the same have the same products
//! to the last bit, and the product of two rows does not depend on which comes first.

mod kernel;
#[cfg(target_arch = "x86_64")]
mod kernel_avx512;
mod packed;
mod spare;
mod tile;

pub(crate) use packed::Packed;
pub(crate) use spare::Spare;
pub(crate) use tile::{Part, TILE, Tile};
