//! Any list of word properties, from what there is to make them of.

use std::collections::HashMap;

use gyrus_types::Transcript;

use super::column::WordColumns;
use super::envelope::{Envelope, envelope_means};
use super::frequency::{story_counts, word_frequencies};
use super::place::{places_in_sentence, places_in_story};
use super::property::WordProperty;
use super::spelling::{letters, spoken_syllables};
use super::static_vectors::static_vectors;
use super::timing::{WordRows, durations, onsets, rates};
use crate::Error;

/// What word properties are made of beside the transcript.
#[derive(Debug, Clone, Default)]
pub struct WordSources<'a> {
    /// What becomes of the rows.
    pub rows: WordRows,
    /// How often each spelling occurs somewhere; the story itself is counted if none.
    pub counts: Option<&'a HashMap<String, f64>>,
    /// A vector for each spelling, and how long they are.
    pub vectors: Option<(&'a HashMap<String, Vec<f32>>, usize)>,
    /// The surprisal of every word in bits.
    pub surprisal: Option<&'a [f64]>,
    /// The entropy before every word in bits.
    pub entropy: Option<&'a [f64]>,
    /// A sampled envelope.
    pub envelope: Option<Envelope<'a>>,
}

/// Each of `properties` for every word of `transcript`.
///
/// # Errors
/// [`Error::PropertySource`] if what a property is made of is not given, [`Error::Entries`] if there is not one surprisal
/// or entropy for each word, or a vector has another length.
pub fn word_properties(
    transcript: &Transcript,
    properties: &[WordProperty],
    sources: &WordSources<'_>,
) -> Result<Vec<WordColumns>, Error> {
    properties.iter().map(|property| word_property(transcript, *property, sources)).collect()
}

fn word_property(
    transcript: &Transcript,
    property: WordProperty,
    sources: &WordSources<'_>,
) -> Result<WordColumns, Error> {
    let missing = || Error::PropertySource { property, source_of: property.source().unwrap_or_default() };
    Ok(match property {
        WordProperty::Rate => rates(transcript, sources.rows),
        WordProperty::Onset => onsets(transcript, sources.rows),
        WordProperty::Duration => durations(transcript),
        WordProperty::Length => letters(transcript),
        WordProperty::Syllables => spoken_syllables(transcript),
        WordProperty::Frequency => match sources.counts {
            Some(counts) => word_frequencies(transcript, counts).0,
            None => word_frequencies(transcript, &story_counts(transcript)).0,
        },
        WordProperty::PositionInSentence => places_in_sentence(transcript),
        WordProperty::PositionInStory => places_in_story(transcript),
        WordProperty::Surprisal => given(transcript, "surprisals", sources.surprisal.ok_or_else(missing)?)?,
        WordProperty::Entropy => given(transcript, "entropies", sources.entropy.ok_or_else(missing)?)?,
        WordProperty::Static => {
            let (vectors, width) = sources.vectors.ok_or_else(missing)?;
            static_vectors(transcript, vectors, width)?
        }
        WordProperty::Envelope => envelope_means(transcript, &sources.envelope.ok_or_else(missing)?),
    })
}

/// Numbers that were computed elsewhere.
fn given(transcript: &Transcript, what: &'static str, values: &[f64]) -> Result<WordColumns, Error> {
    let expected = transcript.words().len();
    match values.len() == expected {
        true => Ok(WordColumns::of(values.iter().copied())),
        false => Err(Error::Entries { what, found: values.len(), expected }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::timing::tests::story;

    #[test]
    fn every_property_has_a_row_per_word() -> Result<(), Error> {
        let story = story(&[("Oh,", Some((0.0, 0.5))), ("--", None), ("oh!", Some((1.0, 1.5)))]);
        let vectors = HashMap::from([("oh".to_owned(), vec![1.0, 2.0])]);
        let bits = [f64::NAN, 1.0, 2.0];
        let sampling = gyrus_types::Sampling::new(0.0, 0.5).expect("a clock");
        let sources = WordSources {
            vectors: Some((&vectors, 2)),
            surprisal: Some(&bits),
            entropy: Some(&bits),
            envelope: Some(Envelope { samples: &[1.0; 4], sampling }),
            ..WordSources::default()
        };
        let found = word_properties(&story, &WordProperty::ALL, &sources)?;
        for (property, columns) in WordProperty::ALL.iter().zip(&found) {
            let width = if *property == WordProperty::Static { 2 } else { 1 };
            assert_eq!(columns.values.dim(), (3, width), "{property}");
        }
        let undefined: Vec<_> = found.iter().map(|columns| columns.undefined.len()).collect();
        assert_eq!(undefined, [1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 1]);
        Ok(())
    }

    #[test]
    fn what_is_missing_is_named() {
        let story = Transcript::untimed("a b".into());
        let ask = |property, sources: &WordSources<'_>| {
            let answer = word_properties(&story, &[property], sources);
            answer.err().map(|error| error.to_string()).unwrap_or_default()
        };
        let none = WordSources::default();
        assert_eq!(ask(WordProperty::Static, &none), "the word property `static` needs a file of vectors");
        assert_eq!(ask(WordProperty::Entropy, &none), "the word property `entropy` needs a language model");
        let short = WordSources { surprisal: Some(&[1.0]), ..WordSources::default() };
        assert_eq!(ask(WordProperty::Surprisal, &short), "1 surprisals were given where 2 belong");
    }
}
