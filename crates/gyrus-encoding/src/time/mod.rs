//! From words to rows: delays, response models, lags, and what is too slow.

mod delays;
mod drift;
mod evoked;
mod hemodynamics;
mod lagged_sums;
pub(crate) mod lags;
mod lanczos;
mod word_rows;

pub use self::delays::{delayed, finite_impulse_response};
pub use self::drift::{HighPass, Slow};
pub use self::evoked::{evoked_deviations, evoked_lags};
pub use self::hemodynamics::{canonical_response, convolve};
pub use self::lagged_sums::LaggedSums;
pub use self::lags::{LaggedResponses, LaggedTarget, Lags, Outside};
pub use self::lanczos::{lanczos, lanczos_window};
pub use self::word_rows::{Fate, Moment, RowsOfWords, Rule, WordRules};
