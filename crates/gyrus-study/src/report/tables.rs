//! The tables of a folder of results, as the page carries them.

use std::collections::HashMap;
use std::path::Path;

use gyrus_report::{Column, Dataset};
use polars::prelude::{DataFrame, DataType};

use super::measures;
use crate::Error;
use crate::tables::frame;

/// Each table that a page carries, and what its reader should know of it.
const TABLES: [(&str, &str); 21] = [
    (
        "models",
        "One row per model: scores, what they add to the controls and to untrained twins, peak and slope, with 95 % intervals.",
    ),
    (
        "layers",
        "One row per model, target and layer. joint: controls and layer; over_controls: less the controls; alone: the layer.",
    ),
    ("targets", "One row per model and target at the chosen layers, with p and q of what they add to the controls."),
    (
        "electrodes",
        "The targets: whose they are, their region, mm from auditory cortex, and MNI millimetres where they are known.",
    ),
    ("windows", "One row per model, context window and target."),
    ("canaries", "What should predict little or nothing."),
    ("claims", "One row per language model: how good it is, and how like the brain."),
    ("reach", "Context windows and distance from auditory cortex."),
    ("hierarchy", "Where in a model each target with a distance is predicted best."),
    ("lags", "r of every layer at every lag for every target."),
    ("lag_targets", "The layer and lag at which each target gains most over the controls: the largest of many."),
    ("ceilings", "Scores against ceilings of their own unit."),
    ("generalisation", "Scores of other listeners."),
    ("partition", "What only one kind of feature explains."),
    ("dimension", "How many dimensions each layer fills, and scores at as many as all have."),
    ("power", "Effects that could have been found."),
    ("benchmarks", "Scores in benchmarks, with standard errors."),
    ("similarity", "CKA of every layer with every other."),
    ("correspondence", "The layer of another model that is most like each layer."),
    ("layer-map", "A map of all layers from their similarities."),
    ("context", "How far states at a shorter window are from those at the longest."),
];

/// Tables that only some studies have, and which nobody misses otherwise.
const SOME: [&str; 2] = ["partition", "truth"];

/// The table that only simulated recordings have.
const TRUTH: (&str, &str) = ("truth", "What was planted in each electrode, and what was found there.");

/// The tables of a folder.
#[derive(Debug, Default)]
pub struct Tables {
    /// Those that are there and can be read.
    pub found: Vec<Dataset>,
    missing: Vec<String>,
    /// Files with what is wrong with each.
    broken: Vec<String>,
}

impl Tables {
    /// Reads what is in `folder`; a table that is not there or cannot be read is named in the warnings.
    ///
    /// # Errors
    /// An [`Error::Report`] for columns that are no table.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let mut tables = Self::default();
        for (name, caption) in TABLES.into_iter().chain([TRUTH]) {
            let file = format!("{name}.parquet");
            match (folder.join(&file).is_file(), frame(&folder.join(&file))) {
                (false, _) if SOME.contains(&name) => {}
                (false, _) => tables.missing.push(format!("`{file}`")),
                (true, Err(problem)) => {
                    let said = problem.to_string();
                    tables
                        .broken
                        .push(format!("`{file}` cannot be read ({})", said.lines().next().unwrap_or_default()));
                }
                (true, Ok(frame)) => tables.found.push(dataset(name, caption, &frame)?),
            }
        }
        tables.found.extend(measures::window_scores(folder)?);
        tables.found.extend(measures::lag_means(folder)?);
        tables.place()
    }

    /// One warning of everything that is missing, and one of each table that cannot be read.
    pub fn warnings(&self) -> Vec<String> {
        let missing = (!self.missing.is_empty() && !self.found.is_empty()).then(|| {
            format!(
                "Missing from these results: {}. Figures that need them are left out or say so.",
                self.missing.join(", ")
            )
        });
        missing
            .into_iter()
            .chain(self.broken.iter().map(|said| format!("{said}: figures that need it say so.")))
            .collect()
    }

    /// Gives rows of targets the patient and region of their electrode, and rows of patients' targets its key.
    fn place(mut self) -> Result<Self, Error> {
        let Some(electrodes) = self.found.iter().find(|dataset| dataset.name() == "electrodes") else {
            return Ok(self);
        };
        let texts = |column: &str| match electrodes.get(column) {
            Some(Column::Texts(values)) => values.clone(),
            _ => Vec::new(),
        };
        let [targets, patients, names, regions] = ["target", "patient", "electrode", "region"].map(texts);
        let by_target: HashMap<&str, usize> =
            targets.iter().enumerate().map(|(i, target)| (target.as_str(), i)).collect();
        let owned = patients.iter().zip(&names).enumerate();
        let by_owner: HashMap<(&str, &str), usize> =
            owned.map(|(i, (patient, name))| ((patient.as_str(), name.as_str()), i)).collect();
        let (electrodes, others): (Vec<_>, Vec<_>) =
            self.found.into_iter().partition(|dataset| dataset.name() == "electrodes");
        self.found = electrodes;
        for dataset in others {
            let at: Option<Vec<Option<usize>>> = match (dataset.get("subject"), dataset.get("target")) {
                (None, Some(Column::Texts(target))) => {
                    Some(target.iter().map(|t| by_target.get(t.as_str()).copied()).collect())
                }
                (Some(Column::Texts(subject)), Some(Column::Texts(target))) => {
                    let own = subject.iter().zip(target);
                    Some(own.map(|(s, t)| by_owner.get(&(s.as_str(), t.as_str())).copied()).collect())
                }
                _ => None,
            };
            let texts = |at: &[Option<usize>], values: &[String], unknown: &str| {
                Column::Texts(
                    at.iter()
                        .map(|i| i.and_then(|i| values.get(i)).map_or(unknown, |value| value).to_owned())
                        .collect(),
                )
            };
            self.found.push(match at {
                None => dataset,
                Some(at) if dataset.has("subject") => {
                    dataset.column("key", texts(&at, &targets, ""))?.column("region", texts(&at, &regions, ""))?
                }
                Some(at) => dataset
                    .column("patient", texts(&at, &patients, "all"))?
                    .column("region", texts(&at, &regions, ""))?,
            });
        }
        Ok(self)
    }
}

fn dataset(name: &str, caption: &str, frame: &DataFrame) -> Result<Dataset, Error> {
    let mut dataset = Dataset::new(name, caption);
    for column in frame.columns() {
        let path = || format!("{name}.parquet").into();
        let failed = |source| Error::Table { path: path(), source: Box::new(source) };
        let values = match column.dtype() {
            DataType::String => {
                let texts = column.str().map_err(failed)?;
                Column::Texts(texts.iter().map(|text| text.unwrap_or_default().to_owned()).collect())
            }
            _ => {
                let numbers = column.cast(&DataType::Float64).map_err(failed)?;
                let numbers = numbers.f64().map_err(failed)?;
                Column::Numbers(numbers.iter().map(|number| number.unwrap_or(f64::NAN)).collect())
            }
        };
        dataset = dataset.column(column.name().as_str(), values)?;
    }
    Ok(dataset)
}
