//! A model at every layer on every listener.

use gyrus_encoding::{Design, Encoder, FoldInfluence, FoldScores, Reduced, baseline};
use gyrus_windows::WindowSpec;
use ndarray::Array2;

use crate::Error;
use crate::settings::{EncodingSettings, Share};
use crate::steps::clock::{ALL, Panel};
use crate::steps::extraction::Variant;

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
    /// r of the group's moved recordings, `[layer]`: `(folds, shifts x targets)`; none where no null is asked for.
    pub moved: Vec<Array2<f64>>,
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

    /// The panels that are fitted so that everybody's scores are known.
    ///
    /// Where the group's targets are the listeners' own, with the same controls beside them and no penalty in common,
    /// one fit of the group holds everybody's.
    pub fn fitted_panels<'p>(encoding: &EncodingSettings, panels: &'p [Panel]) -> &'p [Panel] {
        let (group, listeners) = panels.split_last().expect("the group is always there");
        let own = listeners.iter().map(|listener| listener.targets.len()).sum::<usize>() == group.targets.len();
        let alike = listeners.iter().all(|listener| listener.controls == group.controls);
        let holds_all = group.name == ALL && encoding.share != Share::All && own && alike;
        if holds_all { std::slice::from_ref(group) } else { panels }
    }

    /// What every one of `panels` reached, of what those that are fitted did ([`Self::fitted_panels`]).
    pub fn of_all(panels: &[Panel], mut fitted: Vec<Self>) -> Vec<Self> {
        if fitted.len() == panels.len() {
            return fitted;
        }
        let whole = fitted.pop().expect("the group is always fitted");
        let mut first = 0;
        let cut = |listener: &Panel| {
            let targets = first..first + listener.targets.len();
            first = targets.end;
            let scores = whole.scores.columns(targets.clone());
            Self { scores, influence: whole.influence.columns(targets) }
        };
        let mut all: Vec<Self> = panels[..panels.len() - 1].iter().map(cut).collect();
        all.push(whole);
        all
    }

    /// Scores and influence.
    pub fn parts(&self) -> (&FoldScores, &FoldInfluence) {
        (&self.scores, &self.influence)
    }
}
