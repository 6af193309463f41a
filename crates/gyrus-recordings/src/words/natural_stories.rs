//! The words of Natural Stories: `story.token.part`, a tab, and a string, where the part `whole` is the word with its
//! punctuation; the other parts are pieces of it. Times are in TextGrids, whose labels say which token they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gyrus_types::{Interval, Transcript};

use super::grid::likely;
use super::story::Story;
use super::units::check_times;
use crate::praat::decode;
use crate::{Error, TextGrid};

/// When tokens were heard, by story and token.
type Times = BTreeMap<(String, String), Interval>;

/// The words of `story` in the `words.tsv` of Natural Stories at `path`, or of the only one if none is named, at the times of
/// the TextGrid `grid` (`audio/N_aligned.TextGrid`).
///
/// A label is `WORD / story.token`, perhaps with a part; a word lasts from the first of its labels to the end of the last.
/// Labels without a token were not found in the words when the corpus was made, and words without a label have no time.
///
/// # Errors
/// As [`read_words_as`](crate::read_words_as); [`Error::Label`] for a token that is none, or if no label of the tier has one;
/// [`Error::Line`] for a word that was heard before the word in front of it.
pub fn read_natural_stories_at(path: &Path, story: Option<&str>, grid: &Path) -> Result<Transcript, Error> {
    let bytes = fs::read(path).map_err(|source| Error::Read { path: path.into(), source })?;
    let story = words_at(path, &bytes, story, &times(grid)?)?;
    check_times(grid, &story)?;
    Ok(story)
}

/// The words of `story` in the bytes of `words.tsv` at `path`; of the only one if none is named.
pub(super) fn read_natural_stories(path: &Path, bytes: &[u8], story: Option<&str>) -> Result<Transcript, Error> {
    words_at(path, bytes, story, &Times::new())
}

/// When each token was heard, as the labels of the TextGrid `path` say.
fn times(path: &Path) -> Result<Times, Error> {
    let grid = TextGrid::read(path)?;
    let tier = likely(&grid)?;
    let mut times = Times::new();
    for (i, label) in tier.labels.iter().enumerate() {
        let Some((_, place)) = label.text.trim().rsplit_once(" / ") else { continue };
        let mut parts = place.trim().split('.');
        let number = |part: Option<&str>| part.filter(|part| part.parse::<u32>().is_ok()).map(String::from);
        let (Some(story), Some(token)) = (number(parts.next()), number(parts.next())) else {
            return Err(wrong(path, &tier.name, i, "does not end with the number of a story and a token", &label.text));
        };
        let own = label.interval;
        let all = match times.get(&(story.clone(), token.clone())) {
            None => own,
            Some(known) => {
                let (onset, offset) = (known.onset().min(own.onset()), known.offset().max(own.offset()));
                Interval::new(onset, offset).map_err(|source| Error::Types { path: path.into(), source })?
            }
        };
        times.insert((story, token), all);
    }
    match times.is_empty() {
        true => Err(wrong(path, &tier.name, 0, "begins a tier without any label `WORD / story.token`", "")),
        false => Ok(times),
    }
}

fn wrong(path: &Path, tier: &str, interval: usize, wrong: &'static str, value: &str) -> Error {
    Error::Label { path: path.into(), tier: tier.into(), interval: interval + 1, wrong, value: value.into() }
}

/// The words, those of which a time is known at that time.
fn words_at(path: &Path, bytes: &[u8], story: Option<&str>, times: &Times) -> Result<Transcript, Error> {
    let text = decode(path, bytes)?;
    let (mut words, mut found) = (Story::default(), Vec::<String>::new());
    let mut wanted = story.map(String::from);
    for (line, row) in text.lines().enumerate().map(|(i, line)| (i + 1, line.trim_start_matches('\u{feff}'))) {
        if row.trim().is_empty() {
            continue;
        }
        let wrong = |(wrong, value)| Error::Line { path: path.into(), line, wrong, value };
        let (place, word) = row.split_once('\t').unwrap_or((row, ""));
        let parts: Vec<&str> = place.split('.').collect();
        let &[of, token, part] = &parts[..] else {
            return Err(wrong(("does not begin with story.token.part", row.into())));
        };
        if of.parse::<u32>().is_err() || token.parse::<u32>().is_err() {
            return Err(wrong(("has no number of a story and a token", place.into())));
        }
        if part == "whole" && wanted.get_or_insert_with(|| of.into()) == of {
            let time = times.get(&(of.to_owned(), token.to_owned())).copied();
            words.push(word.trim(), time).map_err(wrong)?;
        }
        if found.last().is_none_or(|last| last != of) && !found.iter().any(|known| known == of) {
            found.push(of.into());
        }
    }
    let one = story.map_or(found.len() <= 1, |story| found.iter().any(|known| known == story));
    match one {
        true => words.finish(path),
        false => {
            let wanted = story.unwrap_or_default().into();
            Err(Error::Several { path: path.into(), what: "story", wanted, found })
        }
    }
}
