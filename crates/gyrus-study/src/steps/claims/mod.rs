//! The claims of the study, over its models: `claims.parquet` and `claims.json`.
//!
//! Do models that are better at language predict the brain better, peak earlier, follow its hierarchy more closely, and
//! gain more from context? What they have in common with each other is the step before (`convergence`).

mod property;
mod reach;
mod section;
mod table;
pub mod verdict;

use std::path::PathBuf;

use gyrus_encoding::{Partial, Relation, partial};
use serde::{Deserialize, Serialize};

pub use self::property::Property;
pub use self::reach::{RegionGain, WindowReach};
pub use self::section::{figures, section};
use crate::Error;
use crate::desk::Desk;
use crate::steps::encoding::{SUMMARY, WINDOWS};
use crate::steps::window_targets::WindowTargets;
use crate::steps::{benchmarks, hierarchy, text};
use crate::store::{read_json, write_json};
use crate::summary::Summary;
use crate::tables::write_table;

/// The files of the step, within the results.
pub const FILES: [&str; 3] = ["claims.parquet", "reach.parquet", "claims.json"];

/// Fewest models of which anything is asked.
pub const FEWEST: usize = 4;

/// Orders of models that a test looks at, at most.
const ORDERS: usize = 9999;

/// The findings of the step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Trained language models.
    pub models: Vec<Judged>,
    /// Each way to say how good a model is with each property; none of fewer than four models.
    pub relations: Vec<Judgement>,
    /// Each model's windows; none of a single window or without distances.
    pub reach: Vec<WindowReach>,
    /// What the longest window adds to the first in each region, mean over models.
    pub regions: Vec<RegionGain>,
}

/// One model: how good it is at language, and how like the brain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// Its name.
    pub name: String,
    /// Its family: models of one family are not independent.
    pub family: String,
    /// Parameters.
    pub parameters: u64,
    /// Width of the residual stream.
    pub width: usize,
    /// Tokens that it was trained on, where the study names them.
    pub tokens: Option<f64>,
    /// How good it is, by [`Quality`], more being better.
    pub qualities: Vec<Option<f64>>,
    /// What it is like, by [`Property`].
    pub properties: Vec<Option<f64>>,
}

/// How good a model is at language, more being better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    /// Less its bits per character on the story.
    Text,
    /// The mean over the benchmarks of the share of items that is right.
    Benchmarks,
}

/// A quality with a property over models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// How good models are.
    pub quality: Quality,
    /// What they are like.
    pub property: Property,
    /// How the two go together.
    pub relation: Relation,
    /// The same with a number of the models held fixed, by its name.
    pub fixed: Vec<(String, Partial)>,
}

impl Quality {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Text, Self::Benchmarks];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "bits per character, fewer being better",
            Self::Benchmarks => "mean score in the benchmarks",
        }
    }
}

/// Runs the step.
///
/// # Errors
/// A result of an earlier step that is missing or cannot be understood.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let inputs =
        desk.content_key(&[SUMMARY, WINDOWS, hierarchy::FILES[1], text::FILE, benchmarks::FILES[1]].map(PathBuf::from));
    let families: Vec<_> = desk.study.models.iter().map(|model| (&model.family, model.tokens)).collect();
    let settings = format!("{:?} {families:?} {}", desk.study.inference.draws, desk.study.seed);
    desk.step("claims", &[&settings, &inputs], |desk| {
        let found = found(desk)?;
        write_table(&desk.path(FILES[0]), table::models(&found))?;
        write_table(&desk.path(FILES[1]), table::reach(&found))?;
        write_json(&desk.path(FILES[2]), &found)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

fn found(desk: &Desk) -> Result<Claims, Error> {
    let summary: Summary = read_json(&desk.path(SUMMARY))?;
    let windows: Vec<WindowTargets> = read_json(&desk.path(WINDOWS))?;
    let hierarchy: hierarchy::Found = read_json(&desk.path(hierarchy::FILES[1]))?;
    let text: Vec<text::TextScore> = read_json(&desk.path(text::FILE))?;
    let scores: Vec<benchmarks::BenchmarkScore> = read_json(&desk.path(benchmarks::FILES[1]))?;
    let judged = |text: &text::TextScore| {
        let entry = desk.study.models.iter().find(|model| model.name == text.model)?;
        let family = desk.material.checkpoint(&text.model).architecture().model_type;
        let model = summary.models.iter().find(|model| model.name == text.model)?;
        let aligned = hierarchy.models.iter().find(|model| model.model == text.model);
        Some(Judged {
            name: text.model.clone(),
            family: entry.family.clone().unwrap_or_else(|| family.to_owned()),
            parameters: text.parameters,
            width: text.width,
            tokens: entry.tokens,
            qualities: vec![defined(-text.bits_per_character), benchmarks::mean(&scores, &text.model)],
            properties: Property::ALL.iter().map(|property| defined(property.of(model, aligned))).collect(),
        })
    };
    let models: Vec<Judged> = text.iter().filter_map(judged).collect();
    Ok(Claims {
        relations: if models.len() < FEWEST { Vec::new() } else { relations(&models, desk.study.seed) },
        reach: reach::reach(desk, &windows),
        regions: reach::regions(desk, &windows),
        models,
    })
}

fn defined(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Every quality with every property.
fn relations(models: &[Judged], seed: u64) -> Vec<Judgement> {
    let families: Vec<&str> = models.iter().map(|model| model.family.as_str()).collect();
    let column = |pick: &dyn Fn(&Judged) -> Option<f64>| {
        models.iter().map(|model| pick(model).unwrap_or(f64::NAN)).collect::<Vec<f64>>()
    };
    let fixed: [(&str, Vec<f64>); 3] = [
        ("parameters", column(&|model| Some(model.parameters as f64))),
        ("width", column(&|model| Some(model.width as f64))),
        ("training tokens", column(&|model| model.tokens)),
    ];
    let judgement = |(q, quality): (usize, Quality), (p, property): (usize, Property)| {
        let (x, y) = (column(&|model| model.qualities[q]), column(&|model| model.properties[p]));
        let held = fixed.iter().filter(|(_, values)| values.iter().all(|value| value.is_finite()));
        Judgement {
            quality,
            property,
            relation: Relation::of(&x, &y, &families, ORDERS, seed),
            fixed: held.map(|(name, values)| ((*name).to_owned(), partial(&x, &y, &[values], ORDERS, seed))).collect(),
        }
    };
    let known = |quality: &(usize, Quality)| models.iter().any(|model| model.qualities[quality.0].is_some());
    let qualities = || Quality::ALL.into_iter().enumerate().filter(known);
    qualities()
        .flat_map(|q| Property::ALL.into_iter().enumerate().map(move |p| (q, p)))
        .map(|(q, p)| judgement(q, p))
        .collect()
}
