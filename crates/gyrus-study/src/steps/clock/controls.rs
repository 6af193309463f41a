//! What stands beside every layer without a penalty: properties of the words, the sound, and what else was measured.

use gyrus_encoding::{WordProperty, WordSources, wanted_spellings, word_properties};
use gyrus_recordings::{read_counts, read_vectors};
use ndarray::{Array2, Axis, concatenate};

use super::Clock;
use crate::steps::heard::Heard;
use crate::steps::material::Story;
use crate::{Error, Event, WordBits};

/// `properties` of the words, `(rows, columns)`, the same for everybody; words without a value get the mean and are counted
/// as those of a `what`. Surprisal and entropy are `bits`, if a model gives them.
pub(super) fn of_words(
    clock: &Clock,
    story: &Story,
    (what, properties): (&str, &[WordProperty]),
    bits: Option<&WordBits>,
    on_event: &mut dyn FnMut(Event),
) -> Result<Array2<f64>, Error> {
    let wants = |property: WordProperty| properties.contains(&property);
    let counts = clock.settings.counts.as_deref().filter(|_| wants(WordProperty::Frequency));
    let counts = counts.map(read_counts).transpose()?;
    let vectors = clock.settings.vectors.as_deref().filter(|_| wants(WordProperty::Static));
    let vectors = vectors.map(|path| read_vectors(path, &wanted_spellings(&story.transcript))).transpose()?;
    let sources = WordSources {
        rows: clock.word_rows(),
        counts: counts.as_ref(),
        vectors: vectors.as_ref().map(|file| (&file.vectors, file.width)),
        surprisal: bits.map(|bits| bits.surprisal.as_slice()),
        entropy: bits.map(|bits| bits.entropy.as_slice()),
        ..WordSources::default()
    };
    let timed = story.transcript.timed().rows;
    let mut all = Array2::zeros((clock.len(), 0));
    for (property, columns) in properties.iter().zip(word_properties(&story.transcript, properties, &sources)?) {
        let unknown = columns.undefined.iter().filter(|word| timed.binary_search(word).is_ok()).count();
        if unknown > 0 {
            let words = timed.len();
            on_event(Event::Note(format!(
                "{what} `{property}`: {unknown} of {words} words have none and get the mean"
            )));
        }
        let columns = columns.with_means().values.mapv(|value| value as f32);
        all = beside(all, clock.clean(clock.features(columns.view())?.view()));
    }
    Ok(all)
}

/// Those of a listener: of the words, of the sound, and what else was measured.
pub(super) fn of_listener(clock: &Clock, heard: &Heard) -> Result<Array2<f64>, Error> {
    let mut controls = clock.controls.clone();
    if let Some(sound) = sound(clock, heard) {
        controls = beside(controls, clock.clean(sound.view()));
    }
    match heard.own.as_ref().filter(|_| clock.settings.own) {
        Some(own) => Ok(beside(controls, clock.clean(clock.measured(heard, own.view())?.view()))),
        None => Ok(controls),
    }
}

/// Those of all listeners together: what else was measured is each listener's own and has no mean worth the name.
pub(super) fn shared(clock: &Clock, listeners: &[Heard]) -> Array2<f64> {
    let sounds: Vec<Array2<f64>> = listeners.iter().filter_map(|heard| sound(clock, heard)).collect();
    match sounds.len() == listeners.len() {
        true => match sounds.into_iter().reduce(|a, b| a + b) {
            Some(sound) => beside(clock.controls.clone(), clock.clean(sound.view())),
            None => clock.controls.clone(),
        },
        false => clock.controls.clone(),
    }
}

/// The sound that a listener heard, `(rows, 1)`, if it was recorded and is asked for.
fn sound(clock: &Clock, heard: &Heard) -> Option<Array2<f64>> {
    let samples = heard.sound.as_ref().filter(|_| clock.settings.sound)?;
    Some(clock.heard(samples.view(), heard.recording.sampling()))
}

fn beside(left: Array2<f64>, right: Array2<f64>) -> Array2<f64> {
    concatenate(Axis(1), &[left.view(), right.view()]).expect("controls share the clock's rows")
}
