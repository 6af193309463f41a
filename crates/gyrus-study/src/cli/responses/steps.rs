//! The file that says what is done to signals.

use std::path::Path;

use anyhow::Context;
use gyrus_signals::Pipeline;
use gyrus_study::PreparationSettings;

/// The steps of the file `path`.
///
/// # Errors
/// It cannot be read, or says something that is no step.
pub fn read(path: &Path) -> anyhow::Result<Pipeline> {
    let text = std::fs::read_to_string(path).with_context(|| format!("could not read `{}`", path.display()))?;
    let settings: PreparationSettings =
        toml::from_str(&text).with_context(|| format!("`{}` is no list of steps", path.display()))?;
    Ok(settings.pipeline())
}
