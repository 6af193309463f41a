//! How long an operation takes and how large a row is, on the machine of docs/BENCHMARKS.md: operations from
//! `cargo xtask bench scale`, what is counted by models and targets from the steps of `studies/paper.toml`.

/// Seconds of any step: keys, hashes and files.
pub const STEP: f64 = 0.02;

/// Seconds to load a model and reduce what is kept of its states.
pub const MODEL: f64 = 0.1;

/// Processor seconds of one f64 operation in the moments of fits.
pub const MOMENT: f64 = 1.6e-10;

/// Processor seconds of one f64 operation in eigenvalue problems.
pub const EIGEN: f64 = 3.4e-11;

/// Processor seconds of one f64 operation where penalties are tried.
pub const TRIAL: f64 = 1.2e-11;

/// Processor seconds of one f64 operation in the components of a layer.
pub const COMPONENT: f64 = 2.2e-11;

/// Processor seconds of one f64 operation in distances between words.
pub const DISTANCE: f64 = 3.5e-11;

/// Processor seconds of one f32 operation in Gram matrices.
pub const GRAM: f64 = 9.2e-12;

/// Processor seconds of one f32 operation in products of Gram matrices.
pub const PRODUCT: f64 = 1.3e-11;

/// Processor seconds of one f32 number in the Fourier transform of a diagonal of a Gram matrix, for each time that the length can
/// be halved.
pub const TRANSFORM: f64 = 3e-10;

/// Processor seconds of a draw of a model and target in the hierarchy.
pub const HIERARCHY: f64 = 5e-6;

/// Processor seconds of a draw of a model and target in what is found of its fits.
pub const FINDING: f64 = 1.2e-5;

/// Processor seconds of a draw of a model in the claims over models.
pub const CLAIM: f64 = 1e-3;

/// Processor seconds of figures and page.
pub const REPORT: f64 = 3.0;

/// Bytes that similarities take beside the states.
pub const SIMILARITY_MEMORY: u64 = 300 << 20;

/// Bytes of a score of one layer, target and fold, tables and summaries together.
pub const SCORE_BYTES: usize = 14;

/// Bytes of a layer, lag and target.
pub const CELL_BYTES: usize = 20;

/// Bytes of a pair of layers.
pub const PAIR_BYTES: usize = 100;

/// Bytes of figures, page and words.
pub const REPORT_BYTES: usize = 25_000_000;

/// Bytes of a table of models.
pub const SMALL_BYTES: usize = 100_000;

/// Processor seconds of one f32 operation in products of a model.
pub const FLOP: f64 = 1.0e-11;

/// Processor seconds of what is no product, for one token in one block.
pub const TOKEN_LAYER: f64 = 8e-7;

/// Processor seconds of one token in one block of a model `width` numbers wide: 24 width^2 operations of products
/// (Kaplan et al. 2020, section 2.1), and what is no product.
pub fn token_layer(width: usize) -> f64 {
    24.0 * (width as f64).powi(2) * FLOP + TOKEN_LAYER
}
