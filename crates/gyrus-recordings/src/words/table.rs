//! Words and times from a table with named columns, as transcribers and aligners export them.

use std::path::Path;

use gyrus_types::{Interval, Transcript};
use polars::prelude::Column;
use serde::{Deserialize, Serialize};

use super::story::{Story, lasting, time};
use super::units::check_times;
use crate::Error;
use crate::text_columns::{TextColumns, field};

/// Which column says when a word ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// One with the end, in seconds.
    Time(String),
    /// One with the duration, in seconds.
    Duration(String),
}

/// The names of the columns of a table of words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct WordTable {
    /// The column of the words.
    pub word: String,
    /// The column of their beginnings, in seconds.
    pub start: String,
    /// The column that says when they end.
    pub end: End,
}

impl Default for WordTable {
    fn default() -> Self {
        Self { word: "word".into(), start: "start".into(), end: End::Time("end".into()) }
    }
}

/// Makes the time of a word of its fields; none where it has none, or what is wrong and with which value.
type Reading = fn(&str, &str) -> Result<Option<Interval>, (&'static str, String)>;

/// The columns of the times of a table of words, and how they are understood.
pub(super) struct Times<'a> {
    pub starts: &'a Column,
    pub ends: &'a Column,
    /// The time of a word from its fields in both columns.
    pub interval: Reading,
}

impl<'a> Times<'a> {
    /// Those of `table` that `columns` names.
    pub fn of(table: &'a TextColumns, columns: &WordTable) -> Result<Self, Error> {
        let (end, interval): (_, Reading) = match &columns.end {
            End::Time(name) => (name, time),
            End::Duration(name) => (name, lasting),
        };
        Ok(Self { starts: table.column(&columns.start)?, ends: table.column(end)?, interval })
    }
}

/// The words of the CSV or TSV file `path` in order, their text joined by single spaces.
///
/// The header names the columns `word`, `start` and `end` (seconds), in any order and beside others;
/// the separator is a tab if the header has one, else a comma. `n/a` or nothing in both times means that the word has none.
///
/// # Errors
/// [`Error::MissingColumn`] with the columns there are; [`Error::Row`] with row and value for a word that is empty or holds
/// white space, a time that is not a number, half a time, a backward interval, or a word before the one in front of it;
/// [`Error::TimeUnit`] for times that cannot be seconds.
pub fn read_words(path: &Path) -> Result<Transcript, Error> {
    let story = read_table(path, &WordTable::default())?;
    check_times(path, &story)?;
    Ok(story)
}

/// The words of the table `path` with columns of any names.
pub(super) fn read_table(path: &Path, columns: &WordTable) -> Result<Transcript, Error> {
    let table = TextColumns::read(path)?;
    let (words, Times { starts, ends, interval }) = (table.column(&columns.word)?, Times::of(&table, columns)?);
    let mut story = Story::default();
    for row in 0..table.rows() {
        let pushed =
            interval(field(starts, row), field(ends, row)).and_then(|time| story.push(field(words, row), time));
        pushed.map_err(|(wrong, value)| Error::Row { path: path.into(), row: row + 1, wrong, value })?;
    }
    story.finish(path)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::fixture;

    /// What reading `content` gives: the text and the times, or what is wrong, after the path.
    fn check(content: &str, expected: &str) -> io::Result<()> {
        let (_folder, path) = fixture::file("words.csv", content)?;
        let said = match read_words(&path) {
            Ok(story) => {
                let times = story.words().iter().map(|word| match word.time {
                    Some(time) => format!("{}-{}", time.onset(), time.offset()),
                    None => "none".into(),
                });
                format!("{}: {}", story.text(), times.collect::<Vec<_>>().join(" "))
            }
            Err(error) => error.to_string().replace(&format!("`{}`", path.display()), "it"),
        };
        assert_eq!(said, expected);
        Ok(())
    }

    #[test]
    fn commas_tabs_marks_and_line_ends_are_understood() -> io::Result<()> {
        check("word,start,end\nDown,0.5,1\nthe,1,1.25\n", "Down the: 0.5-1 1-1.25")?;
        check("end\tspeaker\tword\tstart\r\n1\tA\t Down, \t0.5\r\n", "Down,: 0.5-1")?;
        check("\u{feff}word,start,end\nZoë,0,1", "Zoë: 0-1")?;
        check("word,start,end\n\"\"\"Oh,\"\"\",0,1\n", "\"Oh,\": 0-1")
    }

    #[test]
    fn quotation_marks_of_speech_are_letters_in_a_table_with_tabs() -> io::Result<()> {
        let speech = "word\tstart\tend\n\"Oh\t0\t1\ndear!\"\t1\t2\nshe\t2\t3\n";
        check(speech, "\"Oh dear!\" she: 0-1 1-2 2-3")?;
        check("word\tstart\tend\nan\t0\t1\n\"orange\t1\t2\n", "an \"orange: 0-1 1-2")?;
        check("word\tstart\tend\n\"\"\"Oh,\"\"\"\t0\t1\n", "\"Oh,\": 0-1")
    }

    #[test]
    fn words_without_a_time_stay() -> io::Result<()> {
        check("word,start,end\na,0,1\n--,n/a,n/a\nb,,\nc,2,3\n", "a -- b c: 0-1 none none 2-3")
    }

    #[test]
    fn columns_may_have_other_names() -> Result<(), Box<dyn std::error::Error>> {
        let (_folder, path) = fixture::file("words.csv", "token,onset,length\na,0.5,0.25\nb,1,0.5\n")?;
        let columns = WordTable { word: "token".into(), start: "onset".into(), end: End::Duration("length".into()) };
        let times: Vec<_> =
            read_table(&path, &columns)?.timed().times.iter().map(|t| (t.onset(), t.offset())).collect();
        assert_eq!(times, [(0.5, 0.75), (1.0, 1.5)]);
        let error = read_table(&path, &WordTable { word: "text".into(), ..columns }).expect_err("no such column");
        assert!(error.to_string().ends_with("has no column `text`, only: `token`, `onset`, `length`"), "{error}");
        Ok(())
    }

    #[test]
    fn missing_column_lists_those_there_are() -> io::Result<()> {
        check("word,onset,end\na,0,1\n", "it has no column `start`, only: `word`, `onset`, `end`")
    }

    #[test]
    fn wrong_rows_are_named_with_their_value() -> io::Result<()> {
        let after = |row: &str, expected: &str| {
            check(
                &format!("word,start,end\na,1,2\n{row}\n"),
                &format!("it row 2 (from 1, below the header) {expected}"),
            )
        };
        after("b,x,3", "has a time that is not a number: `x`")?;
        after("b,NaN,3", "has an infinite or backward interval: `NaN .. 3`")?;
        after("b,3,2.5", "has an infinite or backward interval: `3 .. 2.5`")?;
        after("b,3,", "has only one of start and end: `3 .. `")?;
        after("b,0.5,3", "begins before the word in front of it: `0.5`")?;
        after(",2,3", "has a word that is empty or holds white space: ``")?;
        after("New York,2,3", "has a word that is empty or holds white space: `New York`")
    }

    #[test]
    fn a_row_that_is_too_long_is_an_error() -> io::Result<()> {
        check("word,start,end\na,0,1,2\n", "understand the table it")
    }

    #[test]
    fn an_empty_file_is_an_error() -> io::Result<()> {
        check("", "understand the table it")
    }

    #[test]
    fn a_table_without_words_is_an_empty_story() -> io::Result<()> {
        check("word,start,end\n", ": ")
    }
}
