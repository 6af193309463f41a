//! How much single bands of features explain, the layer among them, and what several share: `partition.parquet`.
//!
//! R^2 and r are told side by side and never mixed: parts of the variance are R^2, intervals are those of r.

mod bands;
mod fits;
mod parts;
mod section;
mod table;

use std::path::PathBuf;

use gyrus_encoding::{FoldScores, Jackknife, JackknifeProfile, Reduced};
use rayon::prelude::*;

use self::bands::bands;
use self::fits::Fits;
use self::parts::{Layered, mean_parts, place_parts};
pub use self::parts::{ModelPartition, Partitions, Parts};
pub use self::section::section;
use crate::desk::Desk;
use crate::settings::{LAYER, PartitionSettings};
use crate::steps::averages::Averages;
use crate::steps::clock::Panel;
use crate::steps::extraction::{Variant, all_files};
use crate::steps::layers::Layers;
use crate::steps::scores::Fitted;
use crate::store::write_json;
use crate::tables::write_table;
use crate::{Error, Event};
use gyrus_types::Progress;

/// The files of the step, within the results.
pub const FILES: [&str; 2] = ["partition.parquet", "partition.json"];

/// Runs the step, where the study asks for it.
///
/// # Errors
/// A file or a model that cannot be read, or a fit that fails.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let study = desk.study;
    let Some(settings) = &study.partition else { return Ok(()) };
    let hashes: Vec<_> = settings.paths().filter_map(|path| desk.material.files.get(path)).collect();
    let asked = format!("{settings:?} {hashes:?} {:?} {:?}", study.words, study.targets());
    let states = desk.content_key(&all_files(desk));
    desk.step("partition", &[&asked, &desk.analysis_key(), &desk.models_key(), &states], |desk| {
        let partitions = partitions(desk, settings)?;
        write_table(&desk.path(FILES[0]), table::table(&partitions))?;
        write_json(&desk.path(FILES[1]), &partitions)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

fn partitions(desk: &mut Desk, settings: &PartitionSettings) -> Result<Partitions, Error> {
    let study = desk.study;
    let panels = desk.clock.panels(&desk.material.story.listeners)?;
    let controls =
        panels.par_iter().map(|panel| Fitted::controls(desk.design, panel)).collect::<Result<Vec<_>, _>>()?;
    let averages = Averages::new(&controls, study.targets(), 0, study.seed);
    let analysis = Analysis {
        fits: Fits { design: desk.design, settings, encoding: &study.encoding, seed: study.seed },
        controls: vec![controls],
        panels,
        averages,
    };
    let names: Vec<&str> = study.names().collect();
    let mut models = Vec::new();
    for (done, name) in names.iter().enumerate() {
        models.extend(analysis.model(desk, name)?);
        let progress = Progress { done: done as u64 + 1, total: names.len() as u64 };
        (desk.on_event)(Event::Progress { step: "partition".into(), progress, unit: "models" });
    }
    let group = analysis.panels.last().expect("the group is always there");
    let taken = settings.properties().filter(|property| study.controls.words.contains(property));
    Ok(Partitions {
        banded: settings.banded,
        window: study.words.main.to_string(),
        group: group.name.clone(),
        places: group.targets.iter().cloned().chain(["mean over regions".into()]).collect(),
        already_controls: taken.map(|property| property.to_string()).collect(),
        models,
    })
}

/// What every model is held against.
struct Analysis<'a> {
    fits: Fits<'a>,
    panels: Vec<Panel>,
    /// As a series of one layer, one fit for each panel.
    controls: Vec<Vec<Fitted>>,
    averages: Averages,
}

impl Analysis<'_> {
    /// Nothing where no band stands beside the layers.
    fn model(&self, desk: &mut Desk, name: &str) -> Result<Option<ModelPartition>, Error> {
        let bands = bands(desk, self.fits.settings, name)?;
        if bands.is_empty() {
            let note = format!("{name} has no band beside its layers, and its variance is not divided");
            (desk.on_event)(Event::Note(note));
            return Ok(None);
        }
        let layers = Layers::open(desk, (name, Variant::Trained, desk.study.words.main))?;
        let with_layer = |layer: usize| -> Result<Vec<Reduced>, Error> {
            Ok(bands.iter().map(|(_, band)| band.clone()).chain([layers.layer(layer)?]).collect())
        };
        let group = self.panels.last().expect("the group is always there");
        let mut layered = Layered::new(bands.len() + 2);
        for layer in 0..layers.n_layers() {
            layered.push(self.fits.all(&with_layer(layer)?, group)?.into_iter().map(|fitted| vec![fitted]).collect());
        }
        let profiles = layered.profiles(&self.averages)?;
        let chosen = profiles[0][self.averages.regions()].chosen();
        let names = bands.iter().map(|(name, _)| name.as_str()).chain([LAYER]);
        Ok(Some(ModelPartition {
            name: name.to_owned(),
            bands: names.map(ToOwned::to_owned).collect(),
            layers: (0..layers.n_layers())
                .map(|layer| self.group_parts(&layered, &profiles, &vec![layer; chosen.len()]))
                .collect::<Result<_, Error>>()?,
            chosen: self.group_parts(&layered, &profiles, &chosen)?,
            listeners: match self.fits.settings.listeners {
                true => Some(self.listener_parts(&chosen, &with_layer)?),
                false => None,
            },
            chosen_layers: chosen,
        }))
    }

    /// Each place of the mean recording, with one layer for each fold.
    fn group_parts(
        &self,
        layered: &Layered,
        profiles: &[Vec<JackknifeProfile>],
        chosen: &[usize],
    ) -> Result<Vec<Parts>, Error> {
        let scores: Vec<FoldScores> = layered.along(chosen, |panels| vec![panels.last().expect("the group")]);
        let controls = self.controls[0].last().expect("the group");
        let controls_r = self.averages.places(&self.controls)?;
        let of_place = |place: usize| {
            let r: Vec<Jackknife> =
                profiles.iter().map(|places| Jackknife::chosen(places[place].layers(), chosen)).collect();
            let only = (place < self.averages.regions()).then_some(place);
            place_parts((&scores, &controls.scores), only, (&r, &controls_r[place].layers()[0]))
        };
        Ok((0..=self.averages.regions()).map(of_place).collect())
    }

    /// The mean over single listeners and their targets, at the layers that the mean recording chose.
    fn listener_parts(
        &self,
        chosen: &[usize],
        with_layer: &dyn Fn(usize) -> Result<Vec<Reduced>, Error>,
    ) -> Result<Parts, Error> {
        let mut distinct = chosen.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let mut layered: Option<Layered> = None;
        for layer in &distinct {
            let bands = with_layer(*layer)?;
            let fitted = self.panels.par_iter().map(|panel| self.fits.all(&bands, panel));
            let fitted: Vec<Vec<Fitted>> = fitted.collect::<Result<_, Error>>()?;
            layered.get_or_insert_with(|| Layered::new(bands.len() + 1)).push(by_model(fitted));
        }
        let layered = layered.expect("a fold chooses a layer");
        let at = |layer: &usize| distinct.iter().position(|known| known == layer).expect("it was chosen");
        let chosen: Vec<usize> = chosen.iter().map(at).collect();
        let scores = layered.along(&chosen, |panels| panels.iter().take(panels.len() - 1).collect());
        let controls: Vec<&FoldScores> = self.controls[0].iter().map(|fitted| &fitted.scores).collect();
        let controls = FoldScores::side_by_side(&controls[..controls.len() - 1]);
        let r = layered.models().iter().map(|model| self.averages.listeners(model));
        let r: Vec<Jackknife> =
            r.map(|profile| Ok(Jackknife::chosen(profile?.layers(), &chosen))).collect::<Result<_, Error>>()?;
        let controls_r = self.averages.listeners(&self.controls)?;
        Ok(mean_parts((&scores, &controls), (&r, &controls_r.layers()[0])))
    }
}

/// `[panel][model]` as `[model][panel]`.
fn by_model(panels: Vec<Vec<Fitted>>) -> Vec<Vec<Fitted>> {
    let mut models: Vec<Vec<Fitted>> = panels.first().into_iter().flatten().map(|_| Vec::new()).collect();
    for panel in panels {
        models.iter_mut().zip(panel).for_each(|(model, fitted)| model.push(fitted));
    }
    models
}
