//! Tables that hold the comparison of layers to layers whose alignment is known.

pub mod bias;
pub mod canaries;
pub mod columns;
pub mod convergence;
pub mod coverage;
mod layers;
pub mod nulls;

/// Bytes for tiles and Gram matrices of one study.
const MEMORY: usize = 64 << 20;
