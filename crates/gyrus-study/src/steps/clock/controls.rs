//! What stands beside every layer without a penalty: properties of the words, the sound, and what else was measured.

use std::ops::Range;

use gyrus_encoding::{WordProperty, WordSources, wanted_spellings, word_properties};
use gyrus_recordings::{read_counts, read_vectors};
use ndarray::{Array2, Axis, concatenate};

use super::{Clock, ControlPart};
use crate::steps::heard::Heard;
use crate::steps::material::Story;
use crate::{Error, Event, WordBits};

/// What is asked of words: properties, called `what` where they are spoken of, of each word and of some around it.
pub(super) struct Asked<'a> {
    pub what: &'a str,
    pub properties: &'a [WordProperty],
    pub neighbours: usize,
}

/// What is asked of the words, `(rows, columns)`, the same for everybody; words without a value get the mean and are counted.
/// Surprisal and entropy are `bits`, if a model gives them.
pub(super) fn of_words(
    clock: &Clock,
    story: &Story,
    Asked { what, properties, neighbours }: Asked<'_>,
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
        for columns in around(columns, if has_neighbours(*property) { neighbours } else { 0 }) {
            all = beside(all, clock.clean(clock.features(columns.view())?.view()));
        }
    }
    Ok(all)
}

/// Whether a neighbour's property is something else than the word's own: where it stands is not.
fn has_neighbours(property: WordProperty) -> bool {
    !matches!(property, WordProperty::PositionInStory | WordProperty::PositionInSentence)
}

/// Columns of each word, then of the first to the last of `neighbours` words before it, and after it; before the first
/// word and after the last stands the mean.
fn around(columns: Array2<f32>, neighbours: usize) -> Vec<Array2<f32>> {
    let mean = columns.mean_axis(Axis(0)).unwrap_or_default();
    let moved = |by: isize| {
        let mut moved = columns.clone();
        for (word, mut row) in moved.outer_iter_mut().enumerate() {
            let other = word.checked_add_signed(by).filter(|other| *other < columns.nrows());
            row.assign(&other.map_or(mean.view(), |other| columns.row(other)));
        }
        moved
    };
    let near = 1..=neighbours as isize;
    let all: Vec<_> = near.clone().map(|by| -by).chain(near).map(moved).collect();
    std::iter::once(columns.clone()).chain(all).collect()
}

/// Controls, `(rows, columns)`, and which columns each group has.
pub(super) type Controls = (Array2<f64>, Vec<(ControlPart, Range<usize>)>);

/// Those of a listener: of the words, of the sound, and what else was measured.
pub(super) fn of_listener(clock: &Clock, heard: &Heard) -> Result<Controls, Error> {
    let mut controls = with_sound(clock, sound(clock, heard));
    if let Some(own) = heard.own.as_ref().filter(|_| clock.settings.own) {
        controls = with(controls, ControlPart::Own, clock.clean(clock.measured(heard, own.view())?.view()));
    }
    Ok(controls)
}

/// Those of all listeners together: what else was measured is each listener's own and has no mean worth the name.
pub(super) fn shared(clock: &Clock, listeners: &[Heard]) -> Controls {
    let sounds: Vec<Array2<f64>> = listeners.iter().filter_map(|heard| sound(clock, heard)).collect();
    let everybody = sounds.len() == listeners.len();
    with_sound(clock, sounds.into_iter().reduce(|a, b| a + b).filter(|_| everybody))
}

/// Those of the words, and the sound if there is one.
fn with_sound(clock: &Clock, sound: Option<Array2<f64>>) -> Controls {
    let words = clock.controls.clone();
    let parts = vec![(ControlPart::Words, 0..words.ncols())];
    match sound {
        Some(sound) => with((words, parts), ControlPart::Sound, clock.clean(sound.view())),
        None => (words, parts),
    }
}

/// `controls` with those of one more group.
fn with((controls, mut parts): Controls, part: ControlPart, columns: Array2<f64>) -> Controls {
    parts.push((part, controls.ncols()..controls.ncols() + columns.ncols()));
    (beside(controls, columns), parts)
}

/// The sound that a listener heard, `(rows, 1)`, if it was recorded and is asked for.
fn sound(clock: &Clock, heard: &Heard) -> Option<Array2<f64>> {
    let samples = heard.sound.as_ref().filter(|_| clock.settings.sound)?;
    Some(clock.heard(samples.view(), heard.recording.sampling()))
}

fn beside(left: Array2<f64>, right: Array2<f64>) -> Array2<f64> {
    concatenate(Axis(1), &[left.view(), right.view()]).expect("controls share the clock's rows")
}
