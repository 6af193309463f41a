//! From scores to findings: intervals, nulls, comparisons. The mathematics is `gyrus-encoding`'s; here is only who is compared with whom.

use gyrus_encoding::{
    Bootstrap, Design, Estimate, FoldScores, Profile, Reduced, Scored, Weights, average, baseline, benjamini_hochberg,
    chosen_layers, chosen_score, circular_shifts, p_value, refit, shifted,
};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rayon::prelude::*;

use crate::Error;
use crate::settings::Study;
use crate::steps::extraction::Variant;
use crate::steps::scans::Panel;
use crate::steps::scores::{Predictors, Series};
use crate::summary::{Contribution, ModelSummary, PairSummary, WindowSummary};

/// The controls, and the draws that everything shares.
pub struct Inference<'a> {
    study: &'a Study,
    design: &'a Design,
    /// The mean recording.
    group: &'a Panel,
    bootstrap: Bootstrap,
    regions: usize,
    /// Each region of the mean recording alone, then their mean.
    places: Vec<Weights>,
    /// Mean over listeners and their regions; draws draw listeners too.
    listeners: [Weights; 1],
    /// The controls at each place, and for single listeners.
    controls: Vec<Scored>,
    controls_listeners: Scored,
}

/// A model's answers that are compared with other models' answers.
pub struct Finding {
    /// For the report.
    pub summary: ModelSummary,
    score: Scored,
    score_listeners: Scored,
}

/// A model's answers for single listeners.
struct SingleListeners {
    layers: Vec<Estimate>,
    score: Scored,
    over_controls: Estimate,
    over_twin: Option<Estimate>,
}

/// A model on the mean recording: one profile for each place.
type Places = Vec<Profile>;

impl<'a> Inference<'a> {
    /// Prepares draws from the controls' scores, one per panel, the mean recording last.
    pub fn new(study: &'a Study, design: &'a Design, group: &'a Panel, controls: &[FoldScores]) -> Self {
        let (of_group, of_listeners) = split(controls);
        let draws = study.inference.draws;
        let bootstrap = Bootstrap::new(of_group, draws, study.seed);
        let regions = group.responses.ncols();
        let only = (0..regions).map(|region| Weights::only(region, regions, draws));
        let places: Vec<Weights> = only.chain([Weights::mean(regions, draws)]).collect();
        let seed = study.seed.wrapping_add(1);
        let listeners = [Weights::listeners(of_listeners.len(), regions, draws, seed)];
        let profiles = Profile::new([of_group], &bootstrap, &places);
        let single = Profile::new([&FoldScores::side_by_side(&of_listeners)], &bootstrap, &listeners);
        Self {
            controls: profiles.iter().map(|profile| profile.layer(0)).collect(),
            controls_listeners: single[0].layer(0),
            study,
            design,
            group,
            regions,
            places,
            listeners,
            bootstrap,
        }
    }

    /// The controls on the mean recording: each region, then their mean.
    pub fn controls(&self) -> Vec<Estimate> {
        self.controls.iter().map(|controls| self.estimate(controls)).collect()
    }

    /// The controls, mean over single listeners.
    pub fn controls_listeners(&self) -> Estimate {
        self.estimate(&self.controls_listeners)
    }

    /// Everything about one model; `reduced` are its trained layers at the main window.
    ///
    /// # Errors
    /// A refit of the null that fails.
    pub fn model(&self, name: &str, series: &[Series], reduced: &[Reduced]) -> Result<Finding, Error> {
        let main = self.study.words.main;
        let find = |variant, window, predictors| {
            let is =
                |s: &&Series| (s.model == name) && (s.variant, s.window, s.predictors) == (variant, window, predictors);
            series.iter().find(is).expect("every series was made")
        };
        let joint = find(Variant::Trained, main, Predictors::Joint);
        let alone = find(Variant::Trained, main, Predictors::Layer);
        let twins = Variant::all(self.study.words.twins).skip(1).map(|twin| find(twin, main, Predictors::Joint));
        let twins: Vec<&Series> = twins.collect();
        let windows = self.study.words.windows.iter();
        let windows = windows.map(|window| (*window, find(Variant::Trained, *window, Predictors::Joint)));
        let windows = windows.map(|(window, series)| (window.to_string(), self.mean_profile(series)));

        let group = self.group_profiles(joint);
        let mean = self.over_regions(&group);
        let twin_groups: Vec<Places> = twins.iter().map(|twin| self.group_profiles(twin)).collect();
        let twin_means: Vec<&Profile> = twin_groups.iter().map(|twin| self.over_regions(twin)).collect();
        let (over_controls, over_controls_regions) = self.over_controls(joint, &group, reduced)?;
        let score = mean.chosen_score();
        let single = self.single_listeners(joint, &twins);
        let summary = ModelSummary {
            name: name.into(),
            joint: self.by_layer(&[&group], None),
            added: self.by_layer(&[&group], Some(&self.controls)),
            alone: self.by_layer(&[&self.group_profiles(alone)], None),
            twins: self.by_layer(&twin_groups.iter().collect::<Vec<_>>(), None),
            listeners: single.layers,
            chosen_layers: mean.chosen(),
            score: self.estimate(&score),
            score_listeners: self.estimate(&single.score),
            over_controls,
            over_controls_regions,
            over_controls_listeners: single.over_controls,
            over_twin: twin_score(&twin_means).map(|twin| self.estimate(&score.minus(&twin))),
            over_twin_listeners: single.over_twin,
            twin_over_controls: twin_score(&twin_means)
                .map(|twin| self.estimate(&twin.minus(&self.controls[self.regions]))),
            peaks: group.iter().map(Profile::peak).collect(),
            slope: self.estimate(&mean.slope()?.1),
            windows: self.windows(windows),
        };
        Ok(Finding { summary, score, score_listeners: single.score })
    }

    /// The same questions asked of single listeners, averaged over listeners and their regions.
    fn single_listeners(&self, joint: &Series, twins: &[&Series]) -> SingleListeners {
        let profile = self.listeners_profile(joint);
        let twins: Vec<Profile> = twins.iter().map(|twin| self.listeners_profile(twin)).collect();
        let score = profile.chosen_score();
        SingleListeners {
            layers: (0..profile.n_layers()).map(|layer| self.estimate(&profile.layer(layer))).collect(),
            over_controls: self.estimate(&score.minus(&self.controls_listeners)),
            over_twin: twin_score(&twins.iter().collect::<Vec<_>>()).map(|twin| self.estimate(&score.minus(&twin))),
            score,
        }
    }

    /// Every pair of trained models.
    pub fn pairs(&self, findings: &[Finding]) -> Vec<PairSummary> {
        let pairs: Vec<_> = (0..findings.len()).flat_map(|a| (a + 1..findings.len()).map(move |b| (a, b))).collect();
        let difference = |a: &Scored, b: &Scored| a.minus(b).estimate_among(pairs.len(), &self.bootstrap);
        let pair = |&(a, b): &(usize, usize)| PairSummary {
            a: findings[a].summary.name.clone(),
            b: findings[b].summary.name.clone(),
            difference: difference(&findings[a].score, &findings[b].score),
            difference_listeners: difference(&findings[a].score_listeners, &findings[b].score_listeners),
        };
        pairs.iter().map(pair).collect()
    }

    /// What the layers add to the controls, over regions and in each, with the null of the whole analysis:
    /// recording and controls go around the run together, so that only their tie to the layers is broken;
    /// weights are refitted and layers chosen anew, penalties stay.
    fn over_controls(
        &self,
        joint: &Series,
        group: &Places,
        reduced: &[Reduced],
    ) -> Result<(Contribution, Vec<Contribution>), Error> {
        let (rows, asked) = (self.group.responses.nrows(), &self.study.inference);
        let shifts = circular_shifts(rows, asked.least_shift, asked.shifts, self.study.seed.wrapping_add(2));
        let null = shifts.par_iter().map(|shift| self.shifted_differences(joint, reduced, *shift));
        let null: Vec<Vec<f64>> = null.collect::<Result<_, Error>>()?;
        let contribution = |(place, profile): (usize, &Profile)| {
            let difference = profile.chosen_score().minus(&self.controls[place]);
            let null: Vec<f64> = null.iter().map(|differences| differences[place]).collect();
            let p = p_value(difference.value(), &null);
            Contribution { difference: self.estimate(&difference), p, q: p }
        };
        let mut found: Vec<Contribution> = group.iter().enumerate().map(contribution).collect();
        let mean = found.pop().expect("the mean over regions comes last");
        let q = benjamini_hochberg(&found.iter().map(|region| region.p).collect::<Vec<_>>());
        found.iter_mut().zip(q).for_each(|(region, q)| region.q = q);
        Ok((mean, found))
    }

    /// Joint minus controls of a shifted recording: each region, then their mean, layers chosen as in the analysis.
    fn shifted_differences(&self, joint: &Series, reduced: &[Reduced], shift: usize) -> Result<Vec<f64>, Error> {
        let responses = shifted(self.group.responses.view(), shift);
        let controls = shifted(self.group.controls.view(), shift);
        let baseline = baseline(self.design, controls.view(), responses.view())?.r();
        let layers = joint.scores.iter().zip(reduced).map(|(scores, reduced)| {
            let penalties = split(scores).0.penalties();
            Ok(refit(self.design, reduced, Some(controls.view()), responses.view(), penalties)?.r())
        });
        let layers: Vec<Array2<f64>> = layers.collect::<Result<_, Error>>()?;
        let difference = |place: Option<usize>| {
            let by_fold: Vec<_> = layers.iter().map(|r| over_regions(r.view(), place)).collect();
            let views: Vec<_> = by_fold.iter().map(|folds| folds.view()).collect();
            let by_layer = ndarray::stack(Axis(0), &views).expect("layers share their folds");
            let controls = over_regions(baseline.view(), place).mean().unwrap_or(f64::NAN);
            chosen_score(by_layer.view(), &chosen_layers(by_layer.view())) - controls
        };
        Ok((0..self.regions).map(Some).chain([None]).map(difference).collect())
    }

    fn windows(&self, profiles: impl Iterator<Item = (String, Profile)>) -> Vec<WindowSummary> {
        let scored: Vec<(String, Scored)> =
            profiles.map(|(window, profile)| (window, profile.chosen_score())).collect();
        let summary = |(window, score): &(String, Scored)| WindowSummary {
            window: window.clone(),
            score: self.estimate(score),
            over_first: self.estimate(&score.minus(&scored[0].1)),
        };
        scored.iter().map(summary).collect()
    }

    /// `[layer][place]`, mean over `models`, less what `controls` reach at each place; empty without models.
    fn by_layer(&self, models: &[&Places], controls: Option<&[Scored]>) -> Vec<Vec<Estimate>> {
        let at = |layer: usize, place: usize| {
            let scores: Vec<Scored> = models.iter().map(|places| places[place].layer(layer)).collect();
            let score = Scored::mean_of(&scores).expect("there are models");
            self.estimate(&controls.map_or(score.clone(), |controls| score.minus(&controls[place])))
        };
        let layers = models.first().map_or(0, |places| places[0].n_layers());
        (0..layers).map(|layer| (0..=self.regions).map(|place| at(layer, place)).collect()).collect()
    }

    /// The profile of the mean over regions, which comes after the regions.
    fn over_regions<'b>(&self, places: &'b Places) -> &'b Profile {
        &places[self.regions]
    }

    fn mean_profile(&self, series: &Series) -> Profile {
        self.group_profiles(series).swap_remove(self.regions)
    }

    fn group_profiles(&self, series: &Series) -> Places {
        Profile::new(series.scores.iter().map(|layer| split(layer).0), &self.bootstrap, &self.places)
    }

    fn listeners_profile(&self, series: &Series) -> Profile {
        let layers: Vec<FoldScores> =
            series.scores.iter().map(|layer| FoldScores::side_by_side(&split(layer).1)).collect();
        Profile::new(&layers, &self.bootstrap, &self.listeners).swap_remove(0)
    }

    fn estimate(&self, scored: &Scored) -> Estimate {
        scored.estimate(&self.bootstrap)
    }
}

/// The mean over twins, each at its own chosen layers; none without twins.
fn twin_score(twins: &[&Profile]) -> Option<Scored> {
    Scored::mean_of(&twins.iter().map(|twin| twin.chosen_score()).collect::<Vec<_>>())
}

/// The mean recording, and the single listeners.
fn split(panels: &[FoldScores]) -> (&FoldScores, Vec<&FoldScores>) {
    let (group, listeners) = panels.split_last().expect("the mean recording is always there");
    (group, listeners.iter().collect())
}

/// One region of `(folds, regions)`, or the mean over regions: `(folds)`.
fn over_regions(r: ArrayView2<f64>, region: Option<usize>) -> Array1<f64> {
    match region {
        Some(region) => r.column(region).to_owned(),
        None => r.rows().into_iter().map(|r| average(r, Array1::ones(r.len()).view())).collect(),
    }
}
