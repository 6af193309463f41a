//! Profiles over layers: peaks, centres of mass, choices, and whether they come back.

mod centre_of_mass;
mod peak;
pub(crate) mod profile;
mod rank;
mod rank_test;
mod reliability;
pub(crate) mod selection;
mod trend;

pub use self::centre_of_mass::{centre_of_mass, centres_of_mass};
pub use self::peak::Peak;
pub use self::profile::{Profile, Scored, Weights, average};
pub use self::rank::rank_correlation;
pub(crate) use self::rank::ranks;
pub use self::rank_test::RankTest;
pub use self::reliability::{Reliability, peak_reliability};
pub use self::selection::{chosen_layers, chosen_score};
pub use self::trend::Trend;
