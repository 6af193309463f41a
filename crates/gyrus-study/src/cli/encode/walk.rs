//! The walk over layers and targets.

use anyhow::Context;
use gyrus_encoding::{Design, Reduced, baseline};
use gyrus_ridge::Sharing;
use gyrus_types::Progress;
use ndarray::{Array2, Array3, ArrayView2};

use super::Arguments;
use super::across::Across;
use super::held::Held;
use super::hierarchy::Hierarchies;
use super::lags::Lags;
use super::model::{Found, Model};
use super::null::{Fitted, Null};
use super::partition::Partitions;
use super::power::{Planted, PowerTable};
use super::predictors::Predictors;
use super::responses::{Responses, TARGETS};
use super::scores::{Columns, Scores, put};

/// What goes in, and what has been found so far.
#[derive(Debug)]
pub struct Walk<'a> {
    arguments: &'a Arguments,
    design: &'a Design,
    predictors: &'a Predictors,
    responses: &'a Responses,
    lags: &'a Lags,
    /// `(rows, controls)`.
    controls: Option<Array2<f64>>,
    /// Which targets share a penalty.
    sharing: Sharing,
    /// Targets that are worked on together.
    together: usize,
    results: Results,
}

/// Questions that have data or draws of their own.
#[derive(Debug, Default)]
pub struct Questions {
    /// Where p values are asked for.
    pub null: Option<Null>,
    /// Where listeners are predicted by others.
    pub across: Option<Across>,
    /// Where power is asked for.
    pub power: Option<PowerTable>,
    /// Where depths are held against distance.
    pub hierarchies: Option<Hierarchies>,
}

/// What every layer is fitted to, and together with.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Folds, penalties and blocks.
    pub design: &'a Design,
    /// Layers and bands.
    pub predictors: &'a Predictors,
    /// Targets.
    pub responses: &'a Responses,
    /// Responses to each row.
    pub lags: &'a Lags,
}

/// Every answer.
#[derive(Debug)]
pub struct Results {
    /// Always.
    pub scores: Scores,
    /// Those with data or draws of their own.
    pub questions: Questions,
    /// Where unique variances are asked for.
    pub partition: Option<Partitions>,
    /// r `(layers, folds, lags x targets)`, where targets are summed up.
    pub r: Option<Array3<f64>>,
    /// What intervals and depths are made of, where they are asked for.
    pub held: Option<Held>,
}

/// A layer: the joint model of its bands, and where they are asked for the models without each band.
struct Layer<'a> {
    /// The layer before any reduction, `(rows, width)`, where effects are planted.
    unreduced: Option<Array2<f64>>,
    joint: Model<'a>,
    without: Vec<Model<'a>>,
}

impl<'a> Walk<'a> {
    /// A walk that has not begun.
    pub fn new(
        arguments: &'a Arguments,
        given: Given<'a>,
        controls: Option<Array2<f64>>,
        sharing: Sharing,
        questions: Questions,
    ) -> Self {
        let Given { design, predictors, responses, lags } = given;
        let (lagged, names) = (arguments.lags.is_some(), predictors.names());
        let all = (predictors.n_layers(), design.folds().len(), lags.len() * responses.targets());
        let out = arguments.partition_out.clone();
        let together = match arguments.model.all_together() {
            true => responses.targets().max(1),
            false => TARGETS.div_ceil(lags.len()),
        };
        let results = Results {
            scores: Scores::new(lagged, arguments.model.is_banded().then_some(&names)),
            partition: out.map(|out| Partitions::new(out, names, lagged)),
            held: (arguments.summary.is_drawn() || questions.hierarchies.is_some()).then(Held::default),
            r: arguments.summary.is_asked().then(|| Array3::zeros(all)),
            questions,
        };
        Self { arguments, design, predictors, responses, lags, controls, sharing, together, results }
    }

    /// Fits every layer to every target.
    ///
    /// # Errors
    /// A value is not finite, or a fit fails; the error names the layer's tensor and the responses.
    pub fn run(&mut self, on_progress: &mut dyn FnMut(Progress)) -> anyhow::Result<()> {
        let (layers, targets) = (self.predictors.n_layers(), self.responses.targets());
        let parts = targets.div_ceil(self.together);
        for layer in 0..layers {
            let responses = self.responses.file().path().display();
            let described = format!("{} against `{responses}`", self.predictors.describe(layer));
            let bands = self.predictors.bands(layer, self.design, self.lags)?;
            let planted = self.results.questions.power.is_some();
            let unreduced = planted.then(|| self.predictors.unreduced(layer, self.lags)).transpose()?;
            let model = self.layer(&bands, unreduced).with_context(|| described.clone())?;
            for (part, first) in (0..targets).step_by(self.together).enumerate() {
                let columns = first..(first + self.together).min(targets);
                let responses = self.responses.at(self.lags, columns.clone());
                let lags = self.lags.shown();
                let columns = Columns { first, targets: columns.len(), lags };
                self.part(layer, &model, columns, responses.view()).with_context(|| described.clone())?;
                on_progress(Progress { done: (layer * parts + part + 1) as u64, total: (layers * parts) as u64 });
            }
            if let Some(power) = &mut self.results.questions.power {
                power.end(layer);
            }
        }
        Ok(())
    }

    /// What was found.
    pub fn found(self) -> Results {
        self.results
    }

    fn layer(&self, bands: &[Reduced], unreduced: Option<Array2<f64>>) -> Result<Layer<'a>, gyrus_encoding::Error> {
        let model = |bands: &[Reduced]| {
            let controls = self.controls.as_ref().map(Array2::view);
            self.arguments.model.model(self.design, bands, controls, self.arguments.seed)
        };
        let left_out = if self.results.partition.is_some() { 0..bands.len() } else { 0..0 };
        let without = left_out.map(|band| model(&[&bands[..band], &bands[band + 1..]].concat()));
        Ok(Layer { joint: model(bands)?, without: without.collect::<Result<_, _>>()?, unreduced })
    }

    /// Everything that is asked about some columns of a layer.
    fn part(
        &mut self,
        layer: usize,
        model: &Layer,
        columns: Columns,
        responses: ArrayView2<f64>,
    ) -> Result<(), gyrus_encoding::Error> {
        let rule = &self.arguments.model.rule(&self.sharing, columns.targets, columns.lags.len());
        let found = model.joint.fit(responses, rule)?;
        let without = model.without.iter().map(|model| model.fit(responses, rule).map(|found: Found| found.scores));
        let without = without.collect::<Result<Vec<_>, _>>()?;
        let controls = self.controls.as_ref().map(Array2::view);
        let beside = self.results.partition.is_some() || self.results.questions.hierarchies.is_some();
        let alone =
            controls.filter(|_| beside).map(|controls| baseline(self.design, controls, responses)).transpose()?;
        if let Some(partition) = &mut self.results.partition {
            partition.push(layer, columns, &found.scores, alone.as_ref(), &without);
        }
        if let Some(null) = &mut self.results.questions.null {
            null.push(layer, columns, Fitted { model: &model.joint, rule, controls }, responses, &found)?;
        }
        // The other questions are refused for models with a penalty for each band.
        if let Model::Ridge(encoder) = &model.joint {
            if let Some(across) = &mut self.results.questions.across {
                across.push(layer, columns, self.lags, encoder, rule)?;
            }
            if let (Some(power), Some(features)) = (&mut self.results.questions.power, &model.unreduced) {
                let planted = Planted { features: features.view(), controls, encoder, rule };
                power.push(layer, columns, planted, responses)?;
            }
        }
        if let Some(held) = &mut self.results.held {
            held.push(columns, &found.scores, alone.as_ref());
        }
        if let Some(r) = &mut self.results.r {
            put(r, layer, columns, self.responses.targets(), &found);
        }
        self.results.scores.push(layer, columns, &found);
        Ok(())
    }
}
