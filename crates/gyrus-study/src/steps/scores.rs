//! A model at every layer on every listener, in parallel; the outcome does not depend on the number of threads.

use gyrus_encoding::{Design, Encoder, FoldInfluence, FoldScores, Reduced, baseline};
use gyrus_types::Progress;
use rayon::prelude::*;

use crate::run::Desk;
use crate::settings::{EncodingSettings, Share, Study};
use crate::steps::clock::{ALL, Panel};
use crate::steps::extraction::Variant;
use crate::steps::layers::Layers;
use crate::{Error, Event};
use gyrus_windows::WindowSpec;

/// What predicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Predictors {
    /// What has no penalty: word rate, sound, motion.
    Controls,
    /// A layer alone.
    Layer,
    /// A layer on top of the controls.
    Joint,
}

impl Predictors {
    /// Name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Controls => "controls",
            Self::Layer => "layer",
            Self::Joint => "controls+layer",
        }
    }
}

/// The layers of one model variant at one window, `[layer][listener]`, the group last.
#[derive(Debug)]
pub struct Series {
    /// Name of the model.
    pub model: String,
    /// Which weights.
    pub variant: Variant,
    /// Context window.
    pub window: WindowSpec,
    /// What predicts.
    pub predictors: Predictors,
    /// `[layer][listener]`.
    pub fitted: Vec<Vec<Fitted>>,
}

/// What fits reached on one listener, and what its interval is made of.
#[derive(Debug)]
pub struct Fitted {
    /// Held-out results.
    pub scores: FoldScores,
    /// What folds owe each other.
    pub influence: FoldInfluence,
}

impl Fitted {
    /// A layer, on top of the controls or alone.
    ///
    /// # Errors
    /// A layer that does not fit the plan, or a fit that fails.
    pub fn layer(
        (design, encoding): (&Design, &EncodingSettings),
        layer: &Reduced,
        predictors: Predictors,
        panel: &Panel,
    ) -> Result<Self, Error> {
        let controls = (predictors == Predictors::Joint).then(|| panel.controls.view());
        let responses = panel.responses.view();
        let scores = Encoder::new(design, layer, controls)?.encode(responses, &encoding.rule(&panel.groups))?;
        let influence = FoldInfluence::of(design, layer, controls, responses, &scores)?;
        Ok(Self { scores, influence })
    }

    /// The controls alone.
    ///
    /// # Errors
    /// [`Error::Controls`] naming the listener.
    pub fn controls(design: &Design, panel: &Panel) -> Result<Self, Error> {
        let responses = panel.responses.view();
        let fit = || {
            let scores = baseline(design, panel.controls.view(), responses)?;
            let controls = Reduced::Same(panel.controls.clone());
            let influence = FoldInfluence::of(design, &controls, None, responses, &scores)?;
            Ok::<_, gyrus_encoding::Error>(Self { scores, influence })
        };
        fit().map_err(|source| Error::Controls { listener: panel.name.clone(), source })
    }

    /// What `fit` makes of every panel.
    ///
    /// Where the group's targets are the listeners' own, with the same controls beside them and no penalty in common,
    /// one fit of the group holds everybody's.
    ///
    /// # Errors
    /// Those of `fit`.
    pub fn all(
        encoding: &EncodingSettings,
        panels: &[Panel],
        fit: impl Fn(&Panel) -> Result<Self, Error> + Send + Sync,
    ) -> Result<Vec<Self>, Error> {
        let (group, listeners) = panels.split_last().expect("the group is always there");
        let own = listeners.iter().map(|listener| listener.targets.len()).sum::<usize>() == group.targets.len();
        let alike = listeners.iter().all(|listener| listener.controls == group.controls);
        if group.name != ALL || encoding.share == Share::All || !own || !alike {
            return panels.par_iter().map(fit).collect();
        }
        let (whole, mut first) = (fit(group)?, 0);
        let cut = |listener: &Panel| {
            let targets = first..first + listener.targets.len();
            first = targets.end;
            let scores = whole.scores.columns(targets.clone());
            Self { scores, influence: whole.influence.columns(targets) }
        };
        let mut fitted: Vec<Self> = listeners.iter().map(cut).collect();
        fitted.push(whole);
        Ok(fitted)
    }

    /// Scores and influence.
    pub fn parts(&self) -> (&FoldScores, &FoldInfluence) {
        (&self.scores, &self.influence)
    }
}

/// What is fitted of model or features `name`: which weights, at which window, with which predictors.
fn jobs(study: &Study, name: &str) -> Vec<(Variant, WindowSpec, Predictors)> {
    let main = study.words.main;
    if study.features.iter().any(|features| features.name == name) {
        return [Predictors::Joint, Predictors::Layer].map(|predictors| (Variant::Trained, main, predictors)).to_vec();
    }
    let windows = study.words.windows.iter().map(|window| (Variant::Trained, *window, Predictors::Joint));
    let alone = [(Variant::Trained, main, Predictors::Layer)];
    windows.chain(alone).chain(Variant::twins(study.words.twins).map(|twin| (twin, main, Predictors::Joint))).collect()
}

/// How many series model or features `name` have.
pub fn n_series(study: &Study, name: &str) -> u64 {
    jobs(study, name).len() as u64
}

/// Every series of model or features `name`; `progress` counts them over all models.
///
/// # Errors
/// A file of activations that cannot be read, or a fit that fails.
pub fn series_of(desk: &mut Desk, panels: &[Panel], name: &str, progress: &mut Progress) -> Result<Vec<Series>, Error> {
    let study = desk.study;
    let mut series = Vec::new();
    for (variant, window, predictors) in jobs(study, name) {
        let layers = Layers::open(desk, (name, variant, window))?;
        let fitted = (0..layers.n_layers()).into_par_iter().map(|layer| {
            let layer = layers.layer(layer)?;
            let fit = |panel: &Panel| Fitted::layer((desk.design, &study.encoding), &layer, predictors, panel);
            Fitted::all(&study.encoding, panels, fit)
        });
        let fitted = fitted.collect::<Result<_, Error>>()?;
        series.push(Series { model: name.to_owned(), variant, window, predictors, fitted });
        progress.done += 1;
        (desk.on_event)(Event::Progress { step: "encoding".into(), progress: *progress, unit: "profiles" });
    }
    Ok(series)
}
