//! Folds and fits, as a study file and `gyrus encode` name them.

use clap::ValueEnum;
use gyrus_encoding::{DesignParams, Division, FeatureUnit, Gap, Scheme};
use gyrus_ridge::{Criterion, PenaltyGrid, Rule, Sharing};
use serde::{Deserialize, Serialize};

use super::distance::{gap_setting, tell_gap};

/// Folds and fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodingSettings {
    /// How rows are held out.
    #[serde(default)]
    pub scheme: SchemeName,
    /// How training rows are held out once more to choose penalties; as `scheme` unless told otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inner_scheme: Option<SchemeName>,
    /// Outer folds.
    pub folds: usize,
    /// Inner folds.
    pub inner_folds: usize,
    /// What is left out on both sides of every held-out stretch: `16` rows or `"32s"`.
    #[serde(deserialize_with = "gap_setting", serialize_with = "tell_gap")]
    pub gap: Gap,
    /// Times in seconds at which one run ends and the next begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<f64>,
    /// A group for each run, for example the story that it repeats; every run is its own unless told otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Penalties as `A:B:N`.
    pub penalties: String,
    /// What decides between penalties on the inner folds.
    #[serde(default)]
    pub choose_by: ChooseBy,
    /// Which targets share a penalty.
    #[serde(default)]
    pub share: Share,
    /// The unit of the features, and with it of the penalties.
    #[serde(default = "root_mean_variance")]
    pub unit: Unit,
    /// Principal components per layer; without a number the features are used as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub components: Option<usize>,
    /// Rows per held-out block for resampling.
    pub block: usize,
}

fn root_mean_variance() -> Unit {
    Unit::Rms
}

/// A way to hold rows out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SchemeName {
    /// Contiguous stretches.
    #[default]
    Contiguous,
    /// Each run in turn.
    LeaveRunOut,
    /// All runs of each group in turn.
    LeaveGroupOut,
    /// Random single rows, for comparison with papers that used them: scores measure autocorrelation too.
    Shuffled,
}

/// What decides between penalties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChooseBy {
    /// The lowest squared error.
    #[default]
    Error,
    /// The highest Pearson r.
    R,
}

/// Which targets share a penalty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Share {
    /// Each target has a penalty of its own.
    #[default]
    None,
    /// One penalty for all targets of a layer, lag and fold; all of them stand in memory at once.
    All,
    /// One penalty for the targets of each named group; a target without a group has its own. All of them stand in memory
    /// at once.
    Groups,
}

/// The unit of features, and with it of penalties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// As they come.
    Own,
    /// Divided, in each fold, by the root of their mean variance on training rows.
    Rms,
    /// Each divided, in each fold, by its own standard deviation on training rows.
    Columns,
}

impl EncodingSettings {
    /// The folds that are asked for; `seed` decides shuffled ones.
    pub fn division(&self, seed: u64) -> Division {
        self.scheme.division(self.inner_scheme, [self.folds, self.inner_folds], self.gap, seed)
    }

    /// What the plan needs to know; folds and gap are [`Self::division`]'s.
    ///
    /// # Errors
    /// Penalties that are not `A:B:N`.
    pub fn design(&self) -> Result<DesignParams, gyrus_ridge::Error> {
        let penalties: PenaltyGrid = self.penalties.parse()?;
        let (components, unit, block) = (self.components, self.unit.into(), self.block);
        Ok(DesignParams { folds: 0, inner_folds: 0, gap: 0, penalties, components, unit, block })
    }

    /// How penalties are chosen for targets of `groups`, a number for each.
    pub fn rule(&self, groups: &[usize]) -> Rule {
        let sharing = self.share.among(groups);
        Rule { criterion: self.choose_by.into(), sharing, ..Rule::default() }
    }
}

impl Share {
    /// Which of the targets of `groups`, a number for each, share a penalty.
    pub fn among(self, groups: &[usize]) -> Sharing {
        match self {
            Self::None => Sharing::PerTarget,
            Self::All => Sharing::All,
            Self::Groups => Sharing::Groups(groups.to_vec()),
        }
    }
}

impl SchemeName {
    /// The folds of this scheme, and inside their training rows those of `inner`, or of the same scheme: so many outer and
    /// inner `folds` where the schemes do not decide; `seed` decides shuffled ones.
    pub fn division(self, inner: Option<Self>, folds: [usize; 2], gap: Gap, seed: u64) -> Division {
        let [outer, inner] =
            [(self, folds[0]), (inner.unwrap_or(self), folds[1])].map(|(name, n)| name.scheme(n, seed));
        Division { outer, inner, gap }
    }

    /// The scheme with `folds` folds where it does not decide itself; `seed` decides shuffled ones.
    fn scheme(self, folds: usize, seed: u64) -> Scheme {
        match self {
            Self::Contiguous => Scheme::Contiguous { folds },
            Self::LeaveRunOut => Scheme::LeaveOneRunOut,
            Self::LeaveGroupOut => Scheme::LeaveOneGroupOut,
            Self::Shuffled => Scheme::Shuffled { folds, seed },
        }
    }
}

impl From<ChooseBy> for Criterion {
    fn from(name: ChooseBy) -> Self {
        match name {
            ChooseBy::Error => Self::SquaredError,
            ChooseBy::R => Self::Correlation,
        }
    }
}

impl From<Unit> for FeatureUnit {
    fn from(name: Unit) -> Self {
        match name {
            Unit::Own => Self::Own,
            Unit::Rms => Self::RootMeanVariance,
            Unit::Columns => Self::Columns,
        }
    }
}
