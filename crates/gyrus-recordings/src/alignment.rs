//! Words of a text and the intervals in which they were spoken, brought together by their letters.
//!
//! Forced aligners split clitics and hyphens and drop punctuation, so letters are compared after folding case and leaving out the rest.
//! Nothing is guessed: whatever does not agree to the letter must be listed as a spelling exception.

use std::path::Path;

use gyrus_types::{Interval, Transcript, Word};

use crate::{Error, Label, Spelling};

/// Neighbouring intervals that are one word of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// Index of the word in the transcript, from 0.
    pub word: usize,
    /// The word in the text.
    pub text: String,
    /// The labels joined, in order.
    pub labels: Vec<String>,
}

/// A spelling exception that was needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedSpelling {
    /// Index of the word in the transcript, from 0.
    pub word: usize,
    /// The word in the text.
    pub text: String,
    /// How the intervals spell it.
    pub spoken: String,
}

/// A story with the times of its words, and what was done to bring them together.
#[derive(Debug, Clone, PartialEq)]
pub struct Alignment {
    /// The story; its text is the text given, with runs of white space collapsed to one space.
    pub transcript: Transcript,
    /// Words that were several intervals: they get the first onset and the last offset.
    pub merges: Vec<Merge>,
    /// Spelling exceptions in order of use.
    pub spellings: Vec<UsedSpelling>,
}

/// What is brought together, and the files it came from, which errors name.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The text.
    pub text: &'a str,
    /// Its file.
    pub text_path: &'a Path,
    /// The intervals, in order of time.
    pub labels: &'a [Label],
    /// Their file.
    pub grid_path: &'a Path,
}

/// The times of the words of a text: every white-space unit with a letter or digit gets the intervals that spell it.
///
/// Labels in `silence` are passed over (white space around a label does not count); a unit without letters or digits gets no time.
///
/// # Errors
/// [`Error::Mismatch`], [`Error::WordsLeft`] or [`Error::IntervalsLeft`] where letters do not agree,
/// [`Error::SpellingCount`] if an exception was not needed exactly as often as it is listed.
pub fn align(sources: Sources<'_>, silence: &[String], spellings: &[Spelling]) -> Result<Alignment, Error> {
    let text = sources.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let story = Transcript::untimed(text);
    let is_spoken = |label: &Label| !silence.iter().any(|silent| silent == label.text.trim());
    let spoken = sources.labels.iter().enumerate().filter(|(_, label)| is_spoken(label)).collect();
    let mut walk = Walk { sources, spoken, next: 0, spellings, merges: Vec::new(), used: Vec::new() };
    let words = (0..story.words().len()).map(|word| {
        let time = walk.time(word, story.word_text(word))?;
        Ok(Word { characters: story.words()[word].characters.clone(), time })
    });
    let words = words.collect::<Result<Vec<_>, Error>>()?;
    walk.finish()?;
    let transcript = Transcript::new(story.text().into(), words)
        .map_err(|source| Error::Types { path: sources.grid_path.into(), source })?;
    Ok(Alignment { transcript, merges: walk.merges, spellings: walk.used })
}

/// Letters and digits in lower case: what is compared.
fn folded(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Goes through the spoken intervals as the words ask for them.
struct Walk<'a> {
    sources: Sources<'a>,
    spoken: Vec<(usize, &'a Label)>,
    next: usize,
    spellings: &'a [Spelling],
    merges: Vec<Merge>,
    used: Vec<UsedSpelling>,
}

impl Walk<'_> {
    /// When word `word` was spoken: takes intervals as long as their letters begin one of the word's spellings.
    fn time(&mut self, word: usize, text: &str) -> Result<Option<Interval>, Error> {
        let letters = folded(text);
        if letters.is_empty() {
            return Ok(None);
        }
        let listed = self.spellings.iter().filter(|spelling| folded(&spelling.text) == letters);
        let ways: Vec<String> = std::iter::once(letters.clone()).chain(listed.map(|s| folded(&s.spoken))).collect();
        let (first, mut joined) = (self.next, String::new());
        while let Some((_, label)) = self.spoken.get(self.next) {
            self.next += 1;
            let part = folded(&label.text);
            joined.push_str(&part);
            if part.is_empty() || !ways.iter().any(|way| way.starts_with(&joined)) {
                return Err(self.mismatch(word, text, first));
            }
            if ways.contains(&joined) {
                self.note(word, text, first, joined != letters);
                return self.interval(first).map(Some);
            }
        }
        Err(if first == self.next { self.word_left(word, text) } else { self.mismatch(word, text, first) })
    }

    /// From the first onset to the last offset of the intervals since `first`.
    fn interval(&self, first: usize) -> Result<Interval, Error> {
        let (begin, end) = (self.spoken[first].1.interval, self.spoken[self.next - 1].1.interval);
        let path = self.sources.grid_path;
        Interval::new(begin.onset(), end.offset()).map_err(|source| Error::Types { path: path.into(), source })
    }

    fn note(&mut self, word: usize, text: &str, first: usize, is_exception: bool) {
        let labels: Vec<String> =
            self.spoken[first..self.next].iter().map(|(_, label)| label.text.trim().to_owned()).collect();
        if is_exception {
            self.used.push(UsedSpelling { word, text: text.into(), spoken: labels.join(" ") });
        }
        if labels.len() > 1 {
            self.merges.push(Merge { word, text: text.into(), labels });
        }
    }

    /// No interval may be left over, and every exception must have been needed as often as it is listed.
    fn finish(&self) -> Result<(), Error> {
        if self.next < self.spoken.len() {
            let intervals = self.shown(self.next, self.next + 1);
            let (text_path, grid_path) = (self.sources.text_path.into(), self.sources.grid_path.into());
            return Err(Error::IntervalsLeft { text_path, grid_path, intervals });
        }
        for Spelling { text, spoken, count } in self.spellings {
            let same =
                |used: &&UsedSpelling| folded(&used.text) == folded(text) && folded(&used.spoken) == folded(spoken);
            let used = self.used.iter().filter(same).count();
            if used != *count {
                return Err(Error::SpellingCount { text: text.clone(), spoken: spoken.clone(), listed: *count, used });
            }
        }
        Ok(())
    }

    fn mismatch(&self, word: usize, text: &str, first: usize) -> Error {
        Error::Mismatch {
            text_path: self.sources.text_path.into(),
            grid_path: self.sources.grid_path.into(),
            word: word + 1,
            text: text.into(),
            intervals: self.shown(first, self.next),
        }
    }

    fn word_left(&self, word: usize, text: &str) -> Error {
        let (text_path, grid_path) = (self.sources.text_path.into(), self.sources.grid_path.into());
        Error::WordsLeft { text_path, grid_path, word: word + 1, text: text.into() }
    }

    /// Intervals as errors name them: number in the file from 1, label, seconds.
    fn shown(&self, from: usize, to: usize) -> String {
        let shown = self.spoken[from..to].iter().map(|(at, label)| {
            let (onset, offset) = (label.interval.onset(), label.interval.offset());
            format!("`{}` (interval {} from 1, {onset:.3} .. {offset:.3} s)", label.text, at + 1)
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labels of one second each, from 0 s.
    fn aligned(text: &str, labels: &str, spellings: &[(&str, &str, usize)]) -> Result<Alignment, Error> {
        let second = |(at, label): (usize, &str)| Label {
            interval: Interval::new(at as f64, at as f64 + 1.0).expect("one second"),
            text: label.into(),
        };
        let labels: Vec<Label> = labels.split('|').enumerate().map(second).collect();
        let spelling =
            |&(text, spoken, count): &(&str, &str, usize)| Spelling { text: text.into(), spoken: spoken.into(), count };
        let spellings: Vec<Spelling> = spellings.iter().map(spelling).collect();
        let (text_path, grid_path) = (Path::new("a.txt"), Path::new("a.TextGrid"));
        align(Sources { text, text_path, labels: &labels, grid_path }, &["sp".into(), String::new()], &spellings)
    }

    fn check(text: &str, labels: &str, expected: &[Option<(f64, f64)>]) {
        let alignment = aligned(text, labels, &[]).expect("they agree");
        let times: Vec<_> =
            alignment.transcript.words().iter().map(|word| word.time.map(|t| (t.onset(), t.offset()))).collect();
        assert_eq!(times, expected);
    }

    fn check_error(text: &str, labels: &str, spellings: &[(&str, &str, usize)], expected: &str) {
        let error = aligned(text, labels, spellings).expect_err("they disagree").to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn case_punctuation_and_white_space_do_not_matter() {
        check(" \"What's\n that?\"  ", "sp|WHAT'S|that ", &[Some((1.0, 2.0)), Some((2.0, 3.0))]);
        check("Ünder-Ö", "ünder|ö", &[Some((0.0, 2.0))]);
    }

    #[test]
    fn neighbours_that_make_one_word_are_merged_and_listed() {
        check(
            "what's down the rabbit-hole?",
            "what|'s|down|the|rabbit|sp|hole|",
            &[Some((0.0, 2.0)), Some((2.0, 3.0)), Some((3.0, 4.0)), Some((4.0, 7.0))],
        );
        let merges = aligned("a rabbit-hole", "a|rabbit|hole", &[]).expect("they agree").merges;
        assert_eq!(
            merges,
            [Merge { word: 1, text: "rabbit-hole".into(), labels: vec!["rabbit".into(), "hole".into()] }]
        );
    }

    #[test]
    fn a_unit_without_letters_has_no_time() {
        check("a -- \" b", "a|b", &[Some((0.0, 1.0)), None, None, Some((1.0, 2.0))]);
    }

    #[test]
    fn text_is_collapsed_and_bytes_refer_to_it() {
        let story = aligned("a \n\n b", "a|b", &[]).expect("they agree").transcript;
        assert_eq!((story.text(), story.word_text(1)), ("a b", "b"));
    }

    #[test]
    fn a_mismatch_names_word_interval_times_and_both_files() {
        let expected =
            "word 2 (from 1) of `a.txt` is `New`, but `a.TextGrid` says `know` (interval 3 from 1, 2.000 .. 3.000 s)";
        check_error("I New", "i|sp|know", &[], expected);
        check_error("in to", "into", &[], "says `into` (interval 1 from 1");
        check_error(
            "rabbit-hole",
            "rabbit|role",
            &[],
            "`rabbit` (interval 1 from 1, 0.000 .. 1.000 s), `role` (interval 2",
        );
        check_error("rabbit-hole", "rabbit", &[], "is `rabbit-hole`, but `a.TextGrid` says `rabbit`");
        check_error("a b", "a|--|b", &[], "says `--` (interval 2");
    }

    #[test]
    fn what_is_left_over_is_an_error() {
        check_error(
            "a",
            "a|sp|b",
            &[],
            "`a.TextGrid` says `b` (interval 3 from 1, 2.000 .. 3.000 s) after the last word of `a.txt`",
        );
        check_error(
            "a b c",
            "a",
            &[],
            "word 2 (from 1) of `a.txt` is `b`, but the intervals of `a.TextGrid` end before it",
        );
    }

    #[test]
    fn listed_exceptions_excuse_only_themselves() {
        let listed = [("through", "though", 1)];
        let alignment = aligned("through, Through though", "through|though|though", &listed).expect("one exception");
        assert_eq!(alignment.spellings, [UsedSpelling { word: 1, text: "Through".into(), spoken: "though".into() }]);
        check_error(
            "through though",
            "through|though",
            &listed,
            "`through` spoken as `though` is listed 1 times and needed 0",
        );
        check_error("through through", "though|though", &listed, "listed 1 times and needed 2 times");
        check_error("threw", "though", &listed, "is `threw`");
    }

    #[test]
    fn an_exception_may_be_split_too() {
        let alignment = aligned("Mr. Hare", "mis|ter|hare", &[("Mr.", "mister", 1)]).expect("one exception");
        assert_eq!((alignment.merges.len(), alignment.spellings[0].spoken.as_str()), (1, "mis ter"));
    }
}
