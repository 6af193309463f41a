//! The smallest effect that this design could have found, by planting signals in its own noise.

mod section;

use std::path::PathBuf;

use gyrus_encoding::{Encoder, Estimate, Power, PowerCurve, PowerParams};
use gyrus_types::Progress;
use ndarray::Axis;
use serde::{Deserialize, Serialize};

pub use self::section::section;
use crate::desk::Desk;
use crate::steps::clock::Panel;
use crate::steps::encoding::SUMMARY;
use crate::steps::extraction::{Variant, all_files};
use crate::steps::layers::Layers;
use crate::store::{read_json, write_json};
use crate::summary::{ModelSummary, Summary};
use crate::tables::{Table, write_table};
use crate::{Error, Event};

/// The files of the step, within the results.
pub const FILES: [&str; 2] = ["power.parquet", "power.json"];

/// What the step found; no models where it was not asked for, or no states are kept.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detectable {
    /// The largest effect that was planted.
    pub largest: f64,
    /// One entry per model.
    pub models: Vec<ModelPower>,
}

/// What could have been found with the layers of one model: in the mean over targets of the group, on top of the controls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelPower {
    /// Name of the model.
    pub model: String,
    /// The layer whose features were planted: the one chosen in most folds.
    pub layer: usize,
    /// The true correlation beyond the controls that is found four times in five; none if none that was planted is.
    pub smallest: Option<f64>,
    /// Where its 95 % interval begins.
    pub low: Option<f64>,
    /// Where it ends.
    pub high: Option<f64>,
    /// The gain of r over the controls to be expected there.
    pub gain: Option<f64>,
    /// Effect, and how often it is found.
    pub curve: Vec<(f64, Estimate)>,
}

/// Runs the step.
///
/// # Errors
/// A file of activations that cannot be read, a run too short to be moved, or a fit that fails.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let settings = format!("{:?} {:?} {:?}", desk.study.power, desk.study.inference, desk.study.words);
    let inputs = format!("{} {}", desk.analysis_key(), desk.models_key());
    let earlier = desk.content_key(&[all_files(desk), vec![SUMMARY.into()]].concat());
    desk.step("power", &[&settings, &inputs, &earlier], |desk| {
        let params = PowerParams {
            draws: desk.study.power.draws,
            least_shift: desk.study.inference.least_shift,
            seed: desk.study.seed.wrapping_add(6),
            ..PowerParams::default()
        };
        let mut found = Detectable { largest: params.effects.last().copied().unwrap_or(0.0), models: Vec::new() };
        if params.draws > 0 {
            let summary: Summary = read_json(&desk.path(SUMMARY))?;
            let panels = desk.clock.panels(&desk.material.story.listeners)?;
            let group = panels.last().expect("the group is always there");
            let total = summary.models.len() as u64;
            for (done, model) in summary.models.iter().enumerate() {
                found.models.extend(of_model(desk, model, group, &params)?);
                let progress = Progress { done: done as u64 + 1, total };
                (desk.on_event)(Event::Progress { step: "power".into(), progress, unit: "models" });
            }
        }
        write_table(&desk.path(FILES[0]), table(&found))?;
        write_json(&desk.path(FILES[1]), &found)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

/// Plants a model's layer in the group's noise; nothing where its states were not kept.
fn of_model(
    desk: &mut Desk,
    model: &ModelSummary,
    group: &Panel,
    params: &PowerParams,
) -> Result<Option<ModelPower>, Error> {
    let layer = most_frequent(&model.chosen_layers);
    let layers = Layers::open(desk, (&model.name, Variant::Trained, desk.study.words.main))?;
    let Some(features) = layers.unreduced(layer)? else {
        let note = format!("power: no states of {} are kept, so none can be planted", model.name);
        (desk.on_event)(Event::Note(note));
        return Ok(None);
    };
    let (reduced, controls) = (layers.layer(layer)?, group.controls.view());
    let encoder = Encoder::new(desk.design, &reduced, Some(controls))?;
    let power = Power::new(&encoder, features.view(), Some(controls), desk.clock.runs(), params.clone())?;
    let varying = varying(group);
    let groups: Vec<usize> = varying.iter().map(|column| group.groups[*column]).collect();
    let responses = group.responses.select(Axis(1), &varying);
    let curve = power.simulate(responses.view(), 0, &desk.study.encoding.rule(&groups))?.of_mean();
    Ok(Some(ModelPower::of(&model.name, layer, &curve)))
}

impl ModelPower {
    fn of(model: &str, layer: usize, curve: &PowerCurve) -> Self {
        let known = |value: f64| value.is_finite().then_some(value);
        Self {
            model: model.to_owned(),
            layer,
            smallest: known(curve.smallest.value),
            low: known(curve.smallest.low),
            high: known(curve.smallest.high),
            gain: known(curve.smallest_score),
            curve: curve.points.iter().map(|point| (point.effect, point.power)).collect(),
        }
    }
}

/// The targets that vary.
fn varying(group: &Panel) -> Vec<usize> {
    (0..group.responses.ncols()).filter(|column| group.responses.column(*column).std(0.0) > 0.0).collect()
}

/// The layer that stands most often in a list; the lowest of several.
fn most_frequent(layers: &[usize]) -> usize {
    let count = |layer: usize| layers.iter().filter(|other| **other == layer).count();
    layers.iter().copied().max_by_key(|layer| (count(*layer), std::cmp::Reverse(*layer))).unwrap_or(0)
}

/// A row for each model and effect.
fn table(found: &Detectable) -> Table {
    let rows = || found.models.iter().flat_map(|model| model.curve.iter().map(move |point| (model, point)));
    let names: Vec<String> = rows().map(|(model, _)| model.model.clone()).collect();
    let layers: Vec<u32> = rows().map(|(model, _)| model.layer as u32).collect();
    let number = |pick: &dyn Fn(&ModelPower, &(f64, Estimate)) -> f64| -> Vec<f64> {
        rows().map(|(model, point)| pick(model, point)).collect()
    };
    let smallest = |value: Option<f64>| value.unwrap_or(f64::NAN);
    Table::new()
        .texts("model", &names)
        .counts("layer", &layers)
        .numbers("effect", &number(&|_, point| point.0))
        .numbers("power", &number(&|_, point| point.1.value))
        .numbers("power_low", &number(&|_, point| point.1.low))
        .numbers("power_high", &number(&|_, point| point.1.high))
        .numbers("smallest_effect", &number(&|model, _| smallest(model.smallest)))
        .numbers("smallest_effect_low", &number(&|model, _| smallest(model.low)))
        .numbers("smallest_effect_high", &number(&|model, _| smallest(model.high)))
        .numbers("smallest_gain", &number(&|model, _| smallest(model.gain)))
}

#[cfg(test)]
mod tests {
    use super::most_frequent;

    #[test]
    fn the_layer_chosen_most_often_is_planted() {
        assert_eq!(most_frequent(&[3, 5, 5, 2]), 5);
        assert_eq!(most_frequent(&[4, 1, 4, 1]), 1);
        assert_eq!(most_frequent(&[]), 0);
    }
}
