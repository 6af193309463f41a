//! Keeps the electrodes that answer to speech.

use gyrus_encoding::{Answer, Selection};
use gyrus_types::{Interval, Recording};
use ndarray::Axis;

use crate::settings::ElectrodeSettings;
use crate::steps::heard::Heard;
use crate::{Error, Event};

/// `listeners` with the electrodes that answer to the words at `times`; listeners without one are left out. The others are
/// named in notes.
///
/// # Errors
/// [`Error::Encoding`] for what cannot be tested; [`Error::NoAnswer`] if nobody has an electrode that answers.
pub(super) fn responsive(
    listeners: Vec<Heard>,
    (settings, seed): (&ElectrodeSettings, u64),
    times: &[Interval],
    on_event: &mut dyn FnMut(Event),
) -> Result<Vec<Heard>, Error> {
    let params = settings.params(seed)?;
    let tested = listeners.len();
    let mut kept = Vec::new();
    for heard in listeners {
        let (signal, sampling) = (heard.recording.signal(), heard.recording.sampling());
        let found = Selection::new(signal, sampling, times, &params)?;
        let chosen = found.selected(settings.level);
        on_event(Event::Note(note(&heard, &found, &chosen)));
        if !chosen.is_empty() {
            kept.push(only(heard, &chosen)?);
        }
    }
    if kept.is_empty() { Err(Error::NoAnswer { listeners: tested, level: settings.level }) } else { Ok(kept) }
}

/// What is said of a listener.
fn note(heard: &Heard, found: &Selection, chosen: &[usize]) -> String {
    let left = (0..heard.targets.len()).filter(|column| !chosen.contains(column));
    let said = |column: usize| {
        let Answer { p, q, .. } = found.answers[column];
        let name = &heard.targets[column].name;
        if p.is_nan() { format!("{name} (undefined)") } else { format!("{name} (q {q:.3})") }
    };
    let left: Vec<String> = left.map(said).collect();
    format!(
        "{} of {} electrodes of `{}` answer to {} words, by {} shifts; left out: {}",
        chosen.len(),
        heard.targets.len(),
        heard.subject(),
        found.words,
        found.shifts,
        if left.is_empty() { "none".to_owned() } else { left.join(", ") },
    )
}

/// The same listener with some of the electrodes.
fn only(heard: Heard, chosen: &[usize]) -> Result<Heard, Error> {
    let signal = heard.recording.signal().select(Axis(1), chosen);
    let names = chosen.iter().map(|column| heard.recording.targets()[*column].clone()).collect();
    let recording = Recording::new(heard.subject().to_owned(), names, signal, heard.recording.sampling())?;
    let targets = chosen.iter().map(|column| heard.targets[*column].clone()).collect();
    let repeats = heard.repeats.iter().map(|repeat| repeat.select(Axis(1), chosen)).collect();
    Ok(Heard { recording, targets, repeats, ..heard })
}
