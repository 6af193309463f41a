//! Whether what layers and listeners share holds for another listener: weights come from the others' training rows, and
//! are scored on rows that nobody's fit has seen.

mod section;
mod table;

use std::path::PathBuf;

use gyrus_encoding::{
    AcrossListeners, Encoder, Estimate, FoldInfluence, FoldScores, Jackknife, JackknifeProfile, Reduced, Weights,
};
use gyrus_types::Progress;
use ndarray::{Array2, ArrayView2, Axis, concatenate};
use serde::{Deserialize, Serialize};

pub use self::section::section;
use crate::desk::Desk;
use crate::settings::Targets;
use crate::steps::clock::Panel;
use crate::steps::extraction::{Variant, all_files};
use crate::steps::layers::Layers;
use crate::store::write_json;
use crate::tables::write_table;
use crate::{Error, Event};

/// The files of the step, within the results.
pub const FILES: [&str; 2] = ["generalisation.parquet", "generalisation.json"];

/// What the step found; no models where listeners do not share their targets, or there is only one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generalisation {
    /// One entry per model.
    pub models: Vec<Generalised>,
}

/// One model, layers chosen on other folds, mean over listeners and their targets; listeners are a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generalised {
    /// Name of the model.
    pub model: String,
    /// Layer and controls, by weights of the other listeners.
    pub across: Estimate,
    /// The same by the listener's own weights, on the same rows.
    pub within: Estimate,
    /// Across minus within.
    pub difference: Estimate,
    /// What the layers add across listeners to the controls.
    pub over_controls: Estimate,
}

/// One layer of a model, or the controls: each listener's targets side by side.
struct Fit {
    across: (FoldScores, FoldInfluence),
    within: (FoldScores, FoldInfluence),
}

/// The responses of all listeners side by side, `(rows, listeners x targets)`.
struct Listeners {
    own: Array2<f64>,
    /// For each, the mean of the others'.
    others: Array2<f64>,
    /// What all share.
    controls: Array2<f64>,
    /// Targets of each listener.
    targets: Vec<usize>,
    /// The group of each of all targets.
    groups: Vec<usize>,
}

/// Runs the step.
///
/// # Errors
/// A file of activations that cannot be read, or a fit that fails.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let settings = format!("{:?} {:?}", desk.study.words, desk.study.targets());
    let inputs = format!("{} {}", desk.analysis_key(), desk.models_key());
    let states = desk.content_key(&all_files(desk));
    desk.step("generalisation", &[&settings, &inputs, &states], |desk| {
        let panels = desk.clock.panels(&desk.material.story.listeners)?;
        let (group, panels) = panels.split_last().expect("the group is always there");
        let mut found = Generalisation::default();
        let mut rows = table::Rows::default();
        if panels.len() > 1 && desk.study.targets() == Targets::Shared {
            let listeners = Listeners::of(panels, group)?;
            let controls = fit(desk, &listeners, &Reduced::Same(listeners.controls.clone()), false)?;
            for (done, name) in desk.study.names().enumerate() {
                let layers = Layers::open(desk, (name, Variant::Trained, desk.study.words.main))?;
                let fits = (0..layers.n_layers()).map(|layer| fit(desk, &listeners, &layers.layer(layer)?, true));
                let fits: Vec<Fit> = fits.collect::<Result<_, _>>()?;
                found.models.push(listeners.compare(name, &fits, &controls)?);
                rows.push(name, &fits, panels);
                let progress = Progress { done: done as u64 + 1, total: desk.study.names().count() as u64 };
                (desk.on_event)(Event::Progress { step: "generalisation".into(), progress, unit: "models" });
            }
        }
        write_table(&desk.path(FILES[0]), rows.table())?;
        write_json(&desk.path(FILES[1]), &found)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

/// Features on top of the controls, or the controls themselves.
fn fit(desk: &Desk, listeners: &Listeners, features: &Reduced, on_controls: bool) -> Result<Fit, Error> {
    let controls = on_controls.then(|| listeners.controls.view());
    let (own, others) = (&listeners.own, &listeners.others);
    let encoder = Encoder::new(desk.design, features, controls)?;
    let scored = |training: &Array2<f64>| {
        let (training, own) = (training.view(), own.view());
        let scores = match on_controls {
            true => encoder.encode_for(training, own, &desk.study.encoding.rule(&listeners.groups))?,
            false => encoder.refit_for(training, own, free(desk, own).view())?,
        };
        let influence = FoldInfluence::of_others(desk.design, features, controls, [training, own], &scores)?;
        Ok::<_, Error>((scores, influence))
    };
    Ok(Fit { across: scored(others)?, within: scored(own)? })
}

/// No penalty, `(folds, targets)`.
fn free(desk: &Desk, responses: ArrayView2<f64>) -> Array2<f64> {
    Array2::zeros((desk.design.folds().len(), responses.ncols()))
}

impl Listeners {
    fn of(panels: &[Panel], group: &Panel) -> Result<Self, Error> {
        let views: Vec<ArrayView2<f64>> = panels.iter().map(|panel| panel.responses.view()).collect();
        let across = AcrossListeners::new(&views)?;
        let means: Vec<Array2<f64>> = (0..across.len()).map(|listener| across.mean_of_others(listener)).collect();
        let means: Vec<ArrayView2<f64>> = means.iter().map(Array2::view).collect();
        let joined = |views: &[ArrayView2<f64>]| concatenate(Axis(1), views).expect("listeners share their rows");
        let targets = views.iter().map(ArrayView2::ncols).collect();
        let (controls, groups) = (group.controls.clone(), Panel::all_groups(panels));
        Ok(Self { own: joined(&views), others: joined(&means), controls, targets, groups })
    }

    fn compare(&self, model: &str, layers: &[Fit], controls: &Fit) -> Result<Generalised, Error> {
        let weights = [Weights::own_targets(&self.targets, 0, 0)];
        let profile = |parts: &[(&FoldScores, &FoldInfluence)]| JackknifeProfile::new(parts, &weights);
        let of = |pick: fn(&Fit) -> &(FoldScores, FoldInfluence), fits: &[Fit]| {
            let parts: Vec<_> = fits.iter().map(pick).map(|(scores, influence)| (scores, influence)).collect();
            Ok::<Jackknife, Error>(profile(&parts)?.swap_remove(0).chosen_score())
        };
        let across = of(|fit| &fit.across, layers)?;
        let within = of(|fit| &fit.within, layers)?;
        let alone = of(|fit| &fit.across, std::slice::from_ref(controls))?;
        Ok(Generalised {
            model: model.to_owned(),
            difference: across.minus(&within).estimate(),
            over_controls: across.minus(&alone).estimate(),
            across: across.estimate(),
            within: within.estimate(),
        })
    }
}
