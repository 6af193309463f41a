//! Markers, `.vmrk`: what happened at which sample.

use std::path::Path;

use super::sections::{Sections, Value};
use crate::{Annotation, Error};

/// The markers of a file of signals with `rate` samples a second, in order of their onsets.
///
/// The text is type and description, `Stimulus/S  1`, as MNE has it.
pub(super) fn read(path: &Path, rate: f64) -> Result<Vec<Annotation>, Error> {
    let sections = Sections::read(path, "marker file")?;
    let lines = sections.numbered("marker infos", "mk");
    let mut annotations = lines.iter().map(|(_, value)| annotation(value, rate)).collect::<Result<Vec<_>, Error>>()?;
    annotations.sort_by(|a, b| a.onset.total_cmp(&b.onset));
    Ok(annotations)
}

/// `type,description,position,samples,channel`, with positions from 1.
fn annotation(value: &Value<'_>, rate: f64) -> Result<Annotation, Error> {
    let parts = value.parts();
    let [kind, description, position, ..] = &parts[..] else {
        return Err(value.wrong("is no marker: type, description, position, length and channel"));
    };
    let whole = |text: &str| text.trim().parse::<u32>().ok().map(f64::from);
    let position = whole(position).ok_or_else(|| value.wrong("has a position that is no number"))?;
    let samples = match parts.get(3).map(|text| text.trim()) {
        None | Some("") => Some(1.0),
        Some(text) => whole(text),
    };
    let samples = samples.ok_or_else(|| value.wrong("has a length that is no number"))?;
    let text = format!("{kind}/{description}");
    Ok(Annotation { onset: (position - 1.0) / rate, duration: samples / rate, text })
}
