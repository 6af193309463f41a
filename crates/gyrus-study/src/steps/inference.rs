//! From scores to findings: intervals, nulls, comparisons. The mathematics is `gyrus-encoding`'s; here is only who is compared with whom.

use gyrus_encoding::{Estimate, Jackknife, JackknifeProfile, Runs, benjamini_hochberg};
use gyrus_windows::WindowSpec;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::settings::Study;
use crate::steps::averages::{Averages, split, twin_score};
use crate::steps::clock::Panel;
use crate::steps::extraction::Variant;
use crate::steps::scores::{Fitted, Predictors, Series};
use crate::steps::shift_null::ShiftNull;
use crate::steps::window_targets::WindowTargets;
use crate::summary::{Contribution, ModelSummary, PairSummary, Shifted, WindowSummary};

/// The controls, and how everything is averaged.
pub struct Inference<'a> {
    study: &'a Study,
    runs: &'a Runs,
    /// The mean recording, or all targets.
    group: &'a Panel,
    averages: Averages,
    /// The controls at each place, and for single listeners.
    controls: Vec<Jackknife>,
    controls_listeners: Jackknife,
    /// r of the controls on moved recordings, `(folds, shifts x targets)`.
    controls_moved: &'a Array2<f64>,
}

/// A model's answers that are compared with other models' answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// For the report.
    pub summary: ModelSummary,
    score: Jackknife,
    score_listeners: Jackknife,
}

/// A model's answers for single listeners.
struct SingleListeners {
    layers: Vec<Estimate>,
    targets: Vec<Vec<Estimate>>,
    targets_over_listeners: Vec<Estimate>,
    score: Jackknife,
    over_controls: Estimate,
    over_twin: Option<Estimate>,
}

/// A model on the mean recording: one profile for each place.
type Places = Vec<JackknifeProfile>;

impl<'a> Inference<'a> {
    /// Prepares comparisons with the controls, a series of one layer.
    ///
    /// # Errors
    /// Controls that were fitted in other folds than their influence.
    pub fn new(study: &'a Study, runs: &'a Runs, group: &'a Panel, controls: &'a Series) -> Result<Self, Error> {
        let averages = Averages::new(&controls.fitted[0], study.targets(), study.inference.draws, study.seed);
        Ok(Self {
            controls: averages.places(&controls.fitted)?.iter().map(|place| place.layers()[0].clone()).collect(),
            controls_listeners: averages.listeners(&controls.fitted)?.layers()[0].clone(),
            controls_moved: &controls.moved[0],
            study,
            runs,
            group,
            averages,
        })
    }

    /// The controls on the mean recording: each region, then their mean.
    pub fn controls(&self) -> Vec<Estimate> {
        self.controls.iter().map(Jackknife::estimate).collect()
    }

    /// The controls, mean over single listeners.
    pub fn controls_listeners(&self) -> Estimate {
        self.controls_listeners.estimate()
    }

    /// Everything about one model, of all its series.
    ///
    /// # Errors
    /// A model with too few layers for a slope.
    pub fn model(&self, name: &str, series: &[Series]) -> Result<Finding, Error> {
        let main = self.study.words.main;
        let find = |variant, window, predictors| {
            let is =
                |s: &&Series| (s.model == name) && (s.variant, s.window, s.predictors) == (variant, window, predictors);
            series.iter().find(is).map(|series| (series.fitted.as_slice(), series.moved.as_slice()))
        };
        let (joint, moved) = find(Variant::Trained, main, Predictors::Joint).expect("every source has its main window");
        let (alone, _) = find(Variant::Trained, main, Predictors::Layer).expect("every source has its layers alone");
        // Features of any origin have neither twins nor windows.
        let twins = Variant::twins(self.study.words.twins).filter_map(|twin| find(twin, main, Predictors::Joint));
        let twins: Vec<&[Vec<Fitted>]> = twins.map(|(fitted, _)| fitted).collect();
        let of_window = |window: &WindowSpec| Some((*window, find(Variant::Trained, *window, Predictors::Joint)?.0));
        let windows = self.study.words.windows.iter().filter_map(of_window);

        let group = self.averages.places(joint)?;
        let twin_groups = twins.iter().map(|twin| self.averages.places(twin)).collect::<Result<Vec<Places>, _>>()?;
        let (over_controls, over_controls_regions, shifted) = self.over_controls(moved, &group);
        let (mean, controls) = (self.over_regions(&group), &self.controls[self.averages.regions()]);
        let (score, twin) = (mean.chosen_score(), twin_score(twin_groups.iter().map(|twin| self.over_regions(twin))));
        let single = self.single_listeners(joint, &twins)?;
        let summary = ModelSummary {
            name: name.into(),
            joint: self.by_layer(&[&group], None),
            added: self.by_layer(&[&group], Some(&self.controls)),
            alone: self.by_layer(&[&self.averages.places(alone)?], None),
            twins: self.by_layer(&twin_groups.iter().collect::<Vec<_>>(), None),
            listeners: single.layers,
            targets: at_layers(&group[..self.averages.regions()], &mean.chosen()),
            targets_listeners: single.targets,
            targets_over_listeners: single.targets_over_listeners,
            chosen_layers: mean.chosen(),
            score: score.estimate(),
            score_listeners: single.score.estimate(),
            over_controls,
            shifted,
            over_controls_regions,
            over_controls_listeners: single.over_controls,
            over_twin: twin.as_ref().map(|twin| score.minus(twin).estimate()),
            over_twin_listeners: single.over_twin,
            twin_score: twin.as_ref().map(Jackknife::estimate),
            twin_over_controls: twin.as_ref().map(|twin| twin.minus(controls).estimate()),
            peaks: self.averages.peaks(joint),
            slope: mean.slope()?.estimate(),
            windows: self.windows(windows)?,
        };
        Ok(Finding { summary, score, score_listeners: single.score })
    }

    /// The same questions asked of single listeners, averaged over listeners and their regions.
    fn single_listeners(&self, joint: &[Vec<Fitted>], twins: &[&[Vec<Fitted>]]) -> Result<SingleListeners, Error> {
        let profile = self.averages.listeners(joint)?;
        let twins = twins.iter().map(|twin| self.averages.listeners(twin)).collect::<Result<Places, _>>()?;
        let score = profile.chosen_score();
        let (each, over_listeners) = self.averages.each_listener(joint)?;
        let chosen = profile.chosen();
        Ok(SingleListeners {
            targets: each.iter().map(|listener| at_layers(listener, &chosen)).collect(),
            targets_over_listeners: at_layers(&over_listeners, &chosen),
            layers: profile.layers().iter().map(Jackknife::estimate).collect(),
            over_controls: score.minus(&self.controls_listeners).estimate(),
            over_twin: twin_score(twins.iter()).map(|twin| score.minus(&twin).estimate()),
            score,
        })
    }

    /// Every pair of trained models.
    pub fn pairs(&self, findings: &[Finding]) -> Vec<PairSummary> {
        let pairs: Vec<_> = (0..findings.len()).flat_map(|a| (a + 1..findings.len()).map(move |b| (a, b))).collect();
        let difference = |a: &Jackknife, b: &Jackknife| a.minus(b).estimate_among(pairs.len());
        let pair = |&(a, b): &(usize, usize)| PairSummary {
            a: findings[a].summary.name.clone(),
            b: findings[b].summary.name.clone(),
            difference: difference(&findings[a].score, &findings[b].score),
            difference_listeners: difference(&findings[a].score_listeners, &findings[b].score_listeners),
        };
        pairs.iter().map(pair).collect()
    }

    /// What the layers add to the controls, over regions and in each, with the null of the whole analysis: what they reached
    /// on `moved` recordings, `[layer]`.
    fn over_controls(&self, moved: &[Array2<f64>], group: &Places) -> (Contribution, Vec<Contribution>, Shifted) {
        let null = ShiftNull::new(moved, self.controls_moved, self.averages.regions());
        let contribution = |(place, profile): (usize, &JackknifeProfile)| {
            let difference = profile.chosen_score().minus(&self.controls[place]);
            let p = null.p(place, difference.value());
            Contribution { difference: difference.estimate(), p, q: p }
        };
        let mut found: Vec<Contribution> = group.iter().enumerate().map(contribution).collect();
        let mean = found.pop().expect("the mean over regions comes last");
        let q = benjamini_hochberg(&found.iter().map(|region| region.p).collect::<Vec<_>>());
        found.iter_mut().zip(q).for_each(|(region, q)| region.q = q);
        let independent = self.runs.rows() / self.group.autocorrelation_rows().max(1);
        (mean, found, null.shifted(self.averages.regions(), independent))
    }

    fn windows<'b>(
        &self,
        series: impl Iterator<Item = (WindowSpec, &'b [Vec<Fitted>])>,
    ) -> Result<Vec<WindowSummary>, Error> {
        let score = |(window, layers): (WindowSpec, &[Vec<Fitted>])| {
            Ok((window.to_string(), self.averages.over_regions(layers)?.chosen_score()))
        };
        let scored: Vec<(String, Jackknife)> = series.map(score).collect::<Result<_, Error>>()?;
        let summary = |(window, score): &(String, Jackknife)| WindowSummary {
            window: window.clone(),
            score: score.estimate(),
            over_first: score.minus(&scored[0].1).estimate(),
        };
        Ok(scored.iter().map(summary).collect())
    }

    /// Every target of the group at each window of which `series` has results of model `name`.
    ///
    /// # Errors
    /// Results and influence of different folds.
    pub fn window_targets(&self, name: &str, series: &[Series]) -> Result<Vec<WindowTargets>, Error> {
        let of = |series: &&Series| (series.variant, series.predictors) == (Variant::Trained, Predictors::Joint);
        let targets = |series: &Series| {
            let layers: Vec<_> = series.fitted.iter().map(|panels| &split(panels).0.scores).collect();
            let chosen = self.averages.over_regions(&series.fitted)?.chosen();
            Ok(WindowTargets::of(name, series.window.to_string(), &layers, &chosen))
        };
        series.iter().filter(of).map(targets).collect()
    }

    /// `[layer][place]`, mean over `models`, less what `controls` reach at each place; empty without models.
    fn by_layer(&self, models: &[&Places], controls: Option<&[Jackknife]>) -> Vec<Vec<Estimate>> {
        let at = |layer: usize, place: usize| {
            let scores: Vec<Jackknife> = models.iter().map(|places| places[place].layers()[layer].clone()).collect();
            let score = Jackknife::mean_of(&scores).expect("there are models");
            controls.map_or(score.clone(), |controls| score.minus(&controls[place])).estimate()
        };
        let layers = models.first().map_or(0, |places| places[0].layers().len());
        let places = self.averages.regions() + 1;
        (0..layers).map(|layer| (0..places).map(|place| at(layer, place)).collect()).collect()
    }

    /// The profile of the mean over regions, which comes after the regions.
    fn over_regions<'b>(&self, places: &'b Places) -> &'b JackknifeProfile {
        &places[self.averages.regions()]
    }
}

/// Each profile at the same layers, `chosen`, one for each fold.
fn at_layers(profiles: &[JackknifeProfile], chosen: &[usize]) -> Vec<Estimate> {
    profiles.iter().map(|profile| Jackknife::chosen(profile.layers(), chosen).estimate()).collect()
}
