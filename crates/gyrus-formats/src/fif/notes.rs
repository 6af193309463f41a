//! What a FIF file says of stretches of its time, as MNE writes it.

use super::code::tag;
use super::part::date;
use super::tag::Tag;
use crate::source::Source;
use crate::{Annotation, Error};

/// Seconds beyond which nothing is annotated.
const LONGEST: f64 = 1e12;

/// Annotations as they stand in a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Notes {
    /// Seconds.
    beginnings: Vec<f64>,
    ends: Vec<f64>,
    texts: Vec<String>,
    /// Seconds after the beginning of 1970 from which they are counted, if the file says so.
    origin: Option<f64>,
}

impl Notes {
    /// Takes a tag of their block.
    pub fn read(&mut self, found: &Tag, source: &Source) -> Result<(), Error> {
        match found.kind {
            tag::BEGINNINGS => self.beginnings = found.numbers(source)?,
            tag::ENDS => self.ends = found.numbers(source)?,
            tag::COMMENT => self.texts = found.names(source)?,
            tag::DATE => self.origin = date(&found.numbers(source)?),
            _ => {}
        }
        Ok(())
    }

    /// In seconds after the first sample, which comes `first` seconds after the date of the file, in order of their onsets.
    ///
    /// With a date for themselves they are counted from that; without one, from the first sample of a file that has a date,
    /// and otherwise from sample 0, which may come before the first.
    pub fn annotations(&self, source: &Source, first: f64, dated: Option<f64>) -> Result<Vec<Annotation>, Error> {
        let Self { beginnings, ends, texts, origin } = self;
        let content = |wrong: String| Error::Whole { path: source.path().to_owned(), wrong };
        // A single text that is empty is no text at all.
        let n = beginnings.len();
        if ends.len() != n || (texts.len() != n && !(n == 1 && texts.is_empty())) {
            let (m, k) = (ends.len(), texts.len());
            return Err(content(format!("has annotations with {n} beginnings, {m} ends and {k} texts")));
        }
        let can_be = |seconds: f64| seconds.abs() <= LONGEST;
        if let Some(i) = (0..n).find(|i| !can_be(beginnings[*i]) || !can_be(ends[*i])) {
            return Err(content(format!("has an annotation from {} to {} s", beginnings[i], ends[i])));
        }
        let shift = match (origin, dated) {
            (Some(origin), Some(date)) => origin - date - first,
            (None, Some(_)) => 0.0,
            (_, None) => -first,
        };
        let text = |i: usize| texts.get(i).cloned().unwrap_or_default();
        let annotation = |i: usize| Annotation {
            onset: beginnings[i] + shift,
            duration: (ends[i] - beginnings[i]).max(0.0),
            text: text(i),
        };
        let mut annotations: Vec<Annotation> = (0..n).map(annotation).collect();
        annotations.sort_by(|a, b| a.onset.total_cmp(&b.onset));
        Ok(annotations)
    }
}
