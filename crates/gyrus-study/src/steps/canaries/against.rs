//! The fits of canaries on the group, and of what was measured on each listener on single listeners.

use gyrus_encoding::{Design, Jackknife, JackknifeProfile, Reduced};
use ndarray::{Array2, Axis};
use rayon::prelude::*;

use super::found::{Canary, Kind};
use crate::Error;
use crate::desk::Desk;
use crate::settings::EncodingSettings;
use crate::steps::averages::Averages;
use crate::steps::clock::{ControlPart, Panel};
use crate::steps::fits::{self, Job};
use crate::steps::scores::{Fitted, Predictors};
use crate::steps::shift_null::{Moved, ShiftNull};

/// Everything that canaries are fitted with and held against.
pub struct Against<'a> {
    design: &'a Design,
    encoding: &'a EncodingSettings,
    /// The listeners, then the group.
    panels: Vec<Panel>,
    averages: Averages,
    /// The controls on the group, and over single listeners.
    controls: Jackknife,
    controls_listeners: Jackknife,
    /// r of the controls on moved recordings of the group, `(folds, shifts x targets)`.
    controls_moved: Array2<f64>,
}

impl<'a> Against<'a> {
    /// Fits the controls.
    ///
    /// # Errors
    /// Controls that cannot be fitted.
    pub fn new(desk: &Desk<'a>) -> Result<Self, Error> {
        let (design, study) = (desk.design, desk.study);
        let panels = desk.clock.panels(&desk.material.story.listeners)?;
        let fitted = panels.par_iter().map(|panel| Fitted::controls(design, panel)).collect::<Result<Vec<_>, _>>()?;
        // No peak is asked for, so nothing is drawn.
        let averages = Averages::new(&fitted, study.targets(), 0, study.seed);
        let layer = [fitted];
        let controls = averages.over_regions(&layer)?.chosen_score();
        let controls_listeners = averages.listeners(&layer)?.chosen_score();
        let (group, shifts) = (panels.last().expect("the group is always there"), fits::null_shifts(desk)?);
        let controls_moved = Moved::new(study, design, group, &shifts)?.controls()?;
        let encoding = &study.encoding;
        Ok(Self { design, encoding, averages, controls, controls_listeners, controls_moved, panels })
    }

    /// The listeners, and the group.
    fn split(&self) -> (&Panel, &[Panel]) {
        self.panels.split_last().expect("the group is always there")
    }

    /// Where a row stands, alone and on top of the controls.
    ///
    /// No p: circular shifts keep what leaks.
    ///
    /// # Errors
    /// A fit that fails.
    pub fn position(&self, features: &Reduced) -> Result<Canary, Error> {
        let fit = |predictors| Ok::<_, Error>(self.profile(&[features], predictors)?.chosen_score());
        let (alone, joint) = (fit(Predictors::Layer)?, fit(Predictors::Joint)?);
        let (score, adds) = (Some(alone.estimate()), Some(joint.minus(&self.controls).estimate()));
        Ok(Canary { score, adds, ..Canary::new(Kind::Position, None) })
    }

    /// All controls together, on the group and over single listeners.
    pub fn all_controls(&self) -> [Canary; 2] {
        let canary = |score: &Jackknife, single_listeners| Canary {
            score: Some(score.estimate()),
            single_listeners,
            ..Canary::new(Kind::Controls, None)
        };
        [canary(&self.controls, false), canary(&self.controls_listeners, true)]
    }

    /// One group of controls alone, and what all controls reach beyond the other groups: on the group where it has
    /// them, otherwise over single listeners if they all have them.
    ///
    /// # Errors
    /// Controls that cannot be fitted.
    pub fn group(&self, part: ControlPart) -> Result<Option<Canary>, Error> {
        let (group, listeners) = self.split();
        let single_listeners = !group.has(part);
        if single_listeners && !listeners.iter().all(|panel| panel.has(part)) {
            return Ok(None);
        }
        let fit = |kept: &dyn Fn(ControlPart) -> bool| -> Result<Option<Jackknife>, Error> {
            let chosen = |panel: &Panel| panel.with_controls(kept);
            if single_listeners {
                let panels: Vec<Panel> = listeners.iter().map(chosen).collect();
                if panels.iter().any(|panel| panel.controls.ncols() == 0) {
                    return Ok(None);
                }
                let mut fitted = panels.par_iter().map(|panel| Fitted::controls(self.design, panel)).collect::<Result<
                    Vec<_>,
                    _,
                >>(
                )?;
                fitted.push(Fitted::controls(self.design, group)?);
                return Ok(Some(self.averages.listeners(&[fitted])?.chosen_score()));
            }
            let panel = chosen(group);
            if panel.controls.ncols() == 0 {
                return Ok(None);
            }
            let fitted = vec![Fitted::controls(self.design, &panel)?];
            Ok(Some(self.averages.over_regions(&[fitted])?.chosen_score()))
        };
        let all = if single_listeners { &self.controls_listeners } else { &self.controls };
        let score = fit(&|other| other == part)?.map(|score| score.estimate());
        let adds = fit(&|other| other != part)?.map(|others| all.minus(&others).estimate());
        Ok(Some(Canary { single_listeners, score, adds, ..Canary::new(Kind::ControlGroup(part), None) }))
    }

    /// A model on the story's words in random order, on top of the controls, beside the same on the words in order.
    ///
    /// # Errors
    /// Fits that cannot be read.
    pub fn shuffled<'d>(&self, desk: &Desk<'d>, model: &'d str) -> Result<Canary, Error> {
        let series = |job| fits::series(desk, &self.panels, model, job);
        let (ordered, shuffled) = (series(Job::main(desk.study))?, series(Job::shuffled(desk.study))?);
        let score = self.averages.over_regions(&shuffled.fitted)?.chosen_score();
        let adds = score.minus(&self.controls);
        let null = ShiftNull::new(&shuffled.moved, &self.controls_moved, self.averages.regions());
        let ordered = self.averages.over_regions(&ordered.fitted)?.chosen_score();
        Ok(Canary {
            score: Some(score.estimate()),
            p: Some(null.p(self.averages.regions(), adds.value())),
            adds: Some(adds.estimate()),
            beside: Some(ordered.minus(&score).estimate()),
            ..Canary::new(Kind::ShuffledWords, Some(model))
        })
    }

    /// Each layer on the group, mean over places.
    fn profile(&self, layers: &[&Reduced], predictors: Predictors) -> Result<JackknifeProfile, Error> {
        self.averages.over_regions(&self.fitted(layers, predictors)?)
    }

    /// Each layer on the group.
    fn fitted(&self, layers: &[&Reduced], predictors: Predictors) -> Result<Vec<Vec<Fitted>>, Error> {
        let group = self.split().0;
        let fit = |layer: &&Reduced| Ok(vec![Fitted::layer((self.design, self.encoding), layer, predictors, group)?]);
        layers.par_iter().map(fit).collect()
    }
}

impl Panel {
    /// The panel with some of its groups of controls.
    fn with_controls(&self, kept: &dyn Fn(ControlPart) -> bool) -> Self {
        let parts = self.parts.iter().filter(|(part, _)| kept(*part));
        let columns: Vec<usize> = parts.flat_map(|(_, columns)| columns.clone()).collect();
        Self { controls: self.controls.select(Axis(1), &columns), parts: Vec::new(), ..self.clone() }
    }

    /// Whether a group of controls is among those of the panel.
    fn has(&self, part: ControlPart) -> bool {
        self.parts.iter().any(|(own, columns)| *own == part && !columns.is_empty())
    }
}
