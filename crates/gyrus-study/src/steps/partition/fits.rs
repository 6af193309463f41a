//! The models that a partition compares: all bands with the layer, and all of them without each.

use gyrus_encoding::{BandedEncoder, Design, Encoder, FoldInfluence, Reduced};
use gyrus_ridge::{Criterion, Search, Shares};

use crate::Error;
use crate::settings::{EncodingSettings, PartitionSettings};
use crate::steps::clock::Panel;
use crate::steps::scores::Fitted;

/// How models are fitted.
#[derive(Debug, Clone, Copy)]
pub struct Fits<'a> {
    /// Folds and penalties.
    pub design: &'a Design,
    /// Which penalties.
    pub settings: &'a PartitionSettings,
    /// How penalties are chosen.
    pub encoding: &'a EncodingSettings,
    /// Decides the divisions of the penalty that are tried.
    pub seed: u64,
}

impl Fits<'_> {
    /// All of `bands` on top of the controls of `panel`, then all but each.
    ///
    /// # Errors
    /// A fit that fails.
    pub fn all(&self, bands: &[Reduced], panel: &Panel) -> Result<Vec<Fitted>, Error> {
        let without = (0..bands.len()).map(|left_out| {
            let others = bands.iter().enumerate().filter(|(band, _)| *band != left_out);
            others.map(|(_, band)| band.clone()).collect()
        });
        std::iter::once(bands.to_vec()).chain(without).map(|bands: Vec<Reduced>| self.one(&bands, panel)).collect()
    }

    fn one(&self, bands: &[Reduced], panel: &Panel) -> Result<Fitted, Error> {
        let (design, controls, responses) = (self.design, Some(panel.controls.view()), panel.responses.view());
        if self.settings.banded {
            let shares = Shares::draw(self.settings.shares, bands.len(), self.seed);
            let (rounds, per_round) = (self.settings.rounds, self.settings.shares);
            let search = Search { shares, rounds, per_round, seed: self.seed };
            let criterion = Criterion::from(self.encoding.choose_by);
            let found = BandedEncoder::new(design, bands, controls)?.encode(responses, &search, criterion)?;
            let influence = FoldInfluence::banded(design, bands, controls, responses, &found)?;
            return Ok(Fitted { scores: found.scores, influence });
        }
        let joint = Reduced::side_by_side(bands).expect("the layer or a band is always left");
        let rule = self.encoding.rule(&panel.groups);
        let scores = Encoder::new(design, &joint, controls)?.encode(responses, &rule)?;
        let influence = FoldInfluence::of(design, &joint, controls, responses, &scores)?;
        Ok(Fitted { scores, influence })
    }
}
