//! What a report says in words, as a run leaves it: `report.json`.

use std::path::Path;

use gyrus_report::{Claim, Color, Section};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
use crate::settings::SCHEMA;
use crate::store::read_json;

/// The file, within the results.
pub const FILE: &str = "report.json";

/// What a report says in words; figures stand in it by the names of their drawings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Version of the results.
    pub schema: u32,
    /// Title of the study.
    pub title: String,
    /// What was run, on what.
    pub lead: String,
    /// What to read first.
    pub warnings: Vec<String>,
    /// What was asked, and what the numbers answer.
    pub claims: Vec<Claim>,
    /// The sections.
    pub sections: Vec<Section>,
    /// Settings, seeds, versions and hashes.
    pub provenance: Vec<(String, String)>,
    /// Colours of the models where a style has its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub colors: Vec<Color>,
}

impl Words {
    /// The words among the results of `folder`, or nothing where there are none.
    ///
    /// # Errors
    /// [`Error::Schema`] for words or a manifest of another version, [`Error::Read`] and [`Error::Result`].
    pub fn read(folder: &Path) -> Result<Option<Self>, Error> {
        let mut there = false;
        for (file, ours) in [("manifest.json", false), (FILE, true)] {
            let path = folder.join(file);
            if !path.exists() {
                continue;
            }
            let found = read_json::<Value>(&path)?["schema"].as_u64().unwrap_or_default();
            if found != u64::from(SCHEMA) {
                return Err(Error::Schema { path, found, known: SCHEMA });
            }
            there |= ours;
        }
        there.then(|| read_json(&folder.join(FILE))).transpose()
    }

    /// What is said where a run left no words.
    pub fn untold(folder: &Path) -> Self {
        let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy();
        Self {
            schema: SCHEMA,
            title: format!("Results of {name}"),
            lead: "These results hold tables and no words; the figures below are drawn from what is there.".into(),
            warnings: vec![format!(
                "`{FILE}` is missing: findings, verdicts and settings are not told. An older program made these results, or \
                 the run did not end; `gyrus run` writes it in its last step."
            )],
            claims: Vec::new(),
            sections: Vec::new(),
            provenance: Vec::new(),
            colors: Vec::new(),
        }
    }
}
