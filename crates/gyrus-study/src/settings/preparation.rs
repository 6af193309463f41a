//! What is done to signals before they are responses.

use gyrus_signals::{Finish, Montage, Pipeline, Reference, Step};
use serde::{Deserialize, Serialize};

/// What is done to the good channels of every recording, in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreparationSettings {
    /// What channels are measured against.
    #[serde(default)]
    pub reference: ReferenceName,
    /// Filters, envelopes and other rates.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Steps that need a whole run.
    #[serde(default)]
    pub finish: Vec<Finish>,
}

/// What channels are measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceName {
    /// What they were recorded against.
    #[default]
    AsRecorded,
    /// The mean over the good channels.
    CommonAverage,
}

impl PreparationSettings {
    /// The steps as they are run.
    pub fn pipeline(&self) -> Pipeline {
        let reference = match self.reference {
            ReferenceName::AsRecorded => Reference::None,
            ReferenceName::CommonAverage => Reference::CommonAverage,
        };
        let montage = Montage { drop: Vec::new(), reference };
        Pipeline { montage, steps: self.steps.clone(), finish: self.finish.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn high_gamma_is_written_in_a_few_lines() -> Result<(), Box<dyn std::error::Error>> {
        let text = r#"
            reference = "common-average"
            [[steps]]
            filter = { notch = { frequencies = [60.0, 120.0] } }
            [[steps]]
            high_gamma = { bands = [[70.0, 150.0]] }
            [[steps]]
            resample = { rate = 100.0 }
        "#;
        let settings: PreparationSettings = toml::from_str(text)?;
        assert_eq!(settings.pipeline().steps.len(), 3);
        assert!(settings.pipeline().plan(10_000, 3, 512.0).is_ok());
        assert!(toml::from_str::<PreparationSettings>("reference = \"mean\"").is_err());
        Ok(())
    }
}
