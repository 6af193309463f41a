//! Over what scores are averaged: each region of the mean recording or each electrode, their mean, and single listeners.

use gyrus_encoding::{Bootstrap, FoldInfluence, FoldScores, Jackknife, JackknifeProfile, Peak, Profile, Weights};
use rayon::prelude::*;

use crate::Error;
use crate::settings::Targets;
use crate::steps::scores::Fitted;

/// The ways in which every score is averaged.
pub struct Averages {
    /// Each region of the mean recording or each electrode alone, then their mean; electrodes are of listeners, who are a
    /// sample.
    places: Vec<Weights>,
    /// Mean over listeners, who are a sample, and their regions.
    listeners: [Weights; 1],
    /// Every target of every listener alone, then each target's mean over listeners who share them.
    each: Vec<Weights>,
    /// Targets of every listener.
    own: Vec<usize>,
    /// A region by itself, and the mean, in the draws of peak layers, which have no jackknife.
    drawn: [Weights; 2],
    bootstrap: Bootstrap,
}

impl Averages {
    /// Those of `like`, one per panel, the group last; `draws` draws follow from `seed`.
    pub fn new(like: &[Fitted], targets: Targets, draws: usize, seed: u64) -> Self {
        let (group, listeners) = split(like);
        let own: Vec<usize> = listeners.iter().map(|listener| listener.scores.penalties().ncols()).collect();
        let regions = group.scores.penalties().ncols();
        let only = (0..regions).map(|region| Weights::only(region, regions, 0));
        let mean = |draws| match targets {
            Targets::Shared => Weights::mean(regions, draws),
            Targets::Own => Weights::own_targets(&own, draws, seed.wrapping_add(1)),
        };
        let all = own.iter().sum();
        let over_listeners = match targets {
            Targets::Shared => (0..regions).map(|t| Weights::same_target(t, own.len(), regions)).collect(),
            Targets::Own => Vec::new(),
        };
        Self {
            places: only.chain([mean(0)]).collect(),
            drawn: [Weights::only(0, 1, draws), mean(draws)],
            listeners: [Weights::own_targets(&own, 0, 0)],
            each: (0..all).map(|target| Weights::only(target, all, 0)).chain(over_listeners).collect(),
            own,
            bootstrap: Bootstrap::new(&group.scores, draws, seed),
        }
    }

    /// Number of regions, and with it the place of their mean.
    pub fn regions(&self) -> usize {
        self.places.len() - 1
    }

    /// Layers, `[layer][listener]`, on the mean recording: each region, then their mean.
    pub fn places(&self, layers: &[Vec<Fitted>]) -> Result<Vec<JackknifeProfile>, Error> {
        let group: Vec<_> = layers.iter().map(|panels| split(panels).0.parts()).collect();
        Ok(JackknifeProfile::new(&group, &self.places)?)
    }

    /// The mean over regions alone of the same.
    pub fn over_regions(&self, layers: &[Vec<Fitted>]) -> Result<JackknifeProfile, Error> {
        let group: Vec<_> = layers.iter().map(|panels| split(panels).0.parts()).collect();
        Ok(JackknifeProfile::new(&group, &self.places[self.regions()..])?.swap_remove(0))
    }

    /// The same, mean over single listeners and their regions.
    pub fn listeners(&self, layers: &[Vec<Fitted>]) -> Result<JackknifeProfile, Error> {
        Ok(of_listeners(layers, &self.listeners)?.swap_remove(0))
    }

    /// The same for every target of every listener, `[listener][target]`, and for each target the mean over listeners; none
    /// where targets are each listener's own.
    pub fn each_listener(
        &self,
        layers: &[Vec<Fitted>],
    ) -> Result<(Vec<Vec<JackknifeProfile>>, Vec<JackknifeProfile>), Error> {
        let mut profiles = of_listeners(layers, &self.each)?.into_iter();
        let each = self.own.iter().map(|targets| profiles.by_ref().take(*targets).collect()).collect();
        Ok((each, profiles.collect()))
    }

    /// The peak layer at each place.
    pub fn peaks(&self, layers: &[Vec<Fitted>]) -> Vec<Peak> {
        let group: Vec<&FoldScores> = layers.iter().map(|panels| &split(panels).0.scores).collect();
        let [one, mean] = &self.drawn;
        // One region at a time: the draws of all would not stand in memory where regions are many.
        let region = |region: usize| {
            let alone: Vec<FoldScores> = group.iter().map(|scores| scores.only(region)).collect();
            self.peak(alone.iter(), one)
        };
        let mut peaks: Vec<Peak> = (0..self.regions()).into_par_iter().map(region).collect();
        peaks.push(self.peak(group.iter().copied(), mean));
        peaks
    }

    fn peak<'s>(&self, layers: impl Iterator<Item = &'s FoldScores>, weights: &Weights) -> Peak {
        Profile::new(layers, &self.bootstrap, std::slice::from_ref(weights))[0].peak()
    }
}

/// Layers, `[layer][listener]`, on all single listeners side by side, averaged in each of the ways of `weights`.
fn of_listeners(layers: &[Vec<Fitted>], weights: &[Weights]) -> Result<Vec<JackknifeProfile>, Error> {
    let joined = layers.iter().map(|panels| {
        let (scores, influences): (Vec<_>, Vec<_>) = split(panels).1.iter().map(Fitted::parts).unzip();
        (FoldScores::side_by_side(&scores), FoldInfluence::side_by_side(&influences))
    });
    let joined: Vec<_> = joined.collect();
    let layers: Vec<_> = joined.iter().map(|(scores, influence)| (scores, influence)).collect();
    Ok(JackknifeProfile::new(&layers, weights)?)
}

/// The mean over twins, each at its own chosen layers; none without twins.
pub fn twin_score<'a>(twins: impl Iterator<Item = &'a JackknifeProfile>) -> Option<Jackknife> {
    Jackknife::mean_of(&twins.map(JackknifeProfile::chosen_score).collect::<Vec<_>>())
}

/// The mean recording, and the single listeners.
pub fn split(panels: &[Fitted]) -> (&Fitted, &[Fitted]) {
    panels.split_last().expect("the mean recording is always there")
}
