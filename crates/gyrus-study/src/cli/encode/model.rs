//! The model that is fitted: ridge with one penalty, or with one for each band.

use anyhow::bail;
use clap::Args;
use gyrus_encoding::{BandedEncoder, Design, DesignParams, Encoder, Error, FoldScores, Reduced};
use gyrus_ridge::{PenaltyGrid, Rule, Search, Shares, Sharing};
use gyrus_study::{ChooseBy, Share, Unit};
use ndarray::{Array3, ArrayView2, Axis};

use super::targets::TargetTable;

/// What is fitted, and how its penalties are chosen.
#[derive(Debug, Args)]
pub struct ModelArguments {
    /// Penalties A:B:N, N values spaced evenly in the logarithm from A to B.
    #[arg(long, default_value = "1e1:1e10:10")]
    penalties: PenaltyGrid,
    /// What decides between penalties on the inner folds.
    #[arg(long, value_enum, default_value = "error")]
    choose_by: ChooseBy,
    /// Which targets share a penalty.
    #[arg(long, value_enum, default_value = "none")]
    share: Share,
    /// The unit of the features, and with it of the penalties; each band has its own.
    #[arg(long, value_enum, default_value = "own")]
    unit: Unit,
    /// Principal components of the layer and of each band, fitted on training rows [default: the features as they are].
    #[arg(long)]
    components: Option<usize>,
    /// One penalty for the layer and each band instead of one for all (banded ridge).
    #[arg(long, requires = "bands", conflicts_with = "share")]
    banded: bool,
    /// Divisions of the penalty among bands that `--banded` tries first.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..), requires = "banded")]
    shares: u16,
    /// Rounds of `--banded` that look near the best of the round before.
    #[arg(long, default_value_t = 2, requires = "banded")]
    rounds: u16,
}

/// A model whose features are decomposed: it serves any responses.
#[derive(Debug)]
pub enum Model<'a> {
    /// One penalty for all features.
    Ridge(Box<Encoder<'a>>),
    /// One penalty for each band.
    Banded(Box<BandedEncoder<'a>>, Search),
}

/// What a model reaches.
#[derive(Debug)]
pub struct Found {
    /// Held-out results.
    pub scores: FoldScores,
    /// The chosen penalties, `(folds, bands, targets)`; one band for [`Model::Ridge`].
    pub penalties: Array3<f64>,
}

impl ModelArguments {
    /// What the plan needs to know, with held-out blocks of at least `block` rows; folds and gap are said elsewhere.
    pub fn design(&self, block: usize) -> DesignParams {
        DesignParams {
            folds: 0,
            inner_folds: 0,
            gap: 0,
            penalties: self.penalties.clone(),
            components: self.components,
            unit: self.unit.into(),
            block,
        }
    }

    /// Whether all targets must be seen at once.
    pub fn all_together(&self) -> bool {
        self.share != Share::None
    }

    /// Which targets share a penalty, by their groups in `table` where that is asked for.
    ///
    /// # Errors
    /// There is no table, or no group in it.
    pub fn sharing(&self, table: Option<&TargetTable>) -> anyhow::Result<Sharing> {
        let groups = match (self.share, table) {
            (Share::Groups, Some(table)) => table.groups()?,
            (Share::Groups, None) => bail!("`--share groups` needs `--targets-table` with the column `group`"),
            _ => Vec::new(),
        };
        Ok(self.share.among(&groups))
    }

    /// Whether each band has a penalty of its own.
    pub fn is_banded(&self) -> bool {
        self.banded
    }

    /// The model of `bands` on top of `controls`.
    ///
    /// # Errors
    /// A decomposition fails, or there is no band.
    pub fn model<'a>(
        &self,
        design: &'a Design,
        bands: &[Reduced],
        controls: Option<ArrayView2<f64>>,
        seed: u64,
    ) -> Result<Model<'a>, Error> {
        if self.banded {
            let shares = Shares::draw(usize::from(self.shares), bands.len(), seed);
            let (rounds, per_round) = (usize::from(self.rounds), usize::from(self.shares));
            let search = Search { shares, rounds, per_round, seed };
            return Ok(Model::Banded(Box::new(BandedEncoder::new(design, bands, controls)?), search));
        }
        let joint = Reduced::side_by_side(bands).ok_or(gyrus_ridge::Error::EmptyBand { band: 0 })?;
        Ok(Model::Ridge(Box::new(Encoder::new(design, &joint, controls)?)))
    }

    /// By which rule penalties of `targets` targets with this sharing are chosen at each of `n_lags` lags.
    pub fn rule(&self, sharing: &Sharing, targets: usize, n_lags: usize) -> Rule {
        Rule { criterion: self.choose_by.into(), sharing: sharing.copies(targets, n_lags), ..Rule::default() }
    }
}

impl Model<'_> {
    /// What it reaches for `responses`, `(rows, lags x targets)`, lag by lag.
    ///
    /// # Errors
    /// A fit fails.
    pub fn fit(&self, responses: ArrayView2<f64>, rule: &Rule) -> Result<Found, Error> {
        match self {
            Self::Ridge(encoder) => {
                let scores = encoder.encode(responses, rule)?;
                let penalties = scores.penalties().to_owned().insert_axis(Axis(1));
                Ok(Found { scores, penalties })
            }
            Self::Banded(encoder, search) => {
                let found = encoder.encode(responses, search, rule.criterion)?;
                Ok(Found { scores: found.scores, penalties: found.penalties })
            }
        }
    }
}
