//! Words and times from a table with the columns word, start and end, as transcribers and aligners export them.

use std::path::Path;

use gyrus_types::{Interval, Transcript, Word};

use crate::Error;
use crate::text_columns::{TextColumns, field};

/// How tables say that a word has no time.
const NO_TIME: [&str; 2] = ["", "n/a"];

/// The words of the CSV or TSV file `path` in order, their text joined by single spaces.
///
/// The header names the columns `word`, `start` and `end` (seconds), in any order and beside others;
/// the separator is a tab if the header has one, else a comma. `n/a` or nothing in both times means that the word has none.
///
/// # Errors
/// [`Error::MissingColumn`] with the columns there are; [`Error::Row`] with row and value for a word that is empty or holds
/// white space, a time that is not a number, half a time, a backward interval, or a word before the one in front of it.
pub fn read_words(path: &Path) -> Result<Transcript, Error> {
    let table = TextColumns::read(path)?;
    let [words, starts, ends] = ["word", "start", "end"].map(|name| table.column(name));
    let (words, starts, ends) = (words?, starts?, ends?);
    let mut story = Story { path, text: String::new(), words: Vec::new(), onset: f64::NEG_INFINITY };
    for row in 0..table.rows() {
        story.push(row + 1, field(words, row), field(starts, row), field(ends, row))?;
    }
    Transcript::new(story.text, story.words).map_err(|source| Error::Types { path: path.into(), source })
}

/// The story as far as it has been read.
struct Story<'a> {
    path: &'a Path,
    text: String,
    words: Vec<Word>,
    onset: f64,
}

impl Story<'_> {
    fn push(&mut self, row: usize, word: &str, start: &str, end: &str) -> Result<(), Error> {
        if word.is_empty() || word.contains(char::is_whitespace) {
            return Err(self.wrong(row, "has a word that is empty or holds white space", word));
        }
        let time = self.time(row, start, end)?;
        if let Some(time) = time {
            if time.onset() < self.onset {
                return Err(self.wrong(row, "begins before the word in front of it", start));
            }
            self.onset = time.onset();
        }
        let space = if self.text.is_empty() { "" } else { " " };
        self.text.push_str(space);
        let begin = self.text.len();
        self.text.push_str(word);
        self.words.push(Word { characters: begin..self.text.len(), time });
        Ok(())
    }

    fn time(&self, row: usize, start: &str, end: &str) -> Result<Option<Interval>, Error> {
        let seconds = |text: &str| text.parse().map_err(|_| self.wrong(row, "has a time that is not a number", text));
        match (NO_TIME.contains(&start), NO_TIME.contains(&end)) {
            (true, true) => Ok(None),
            (false, false) => match Interval::new(seconds(start)?, seconds(end)?) {
                Ok(time) => Ok(Some(time)),
                Err(_) => Err(self.wrong(row, "has an infinite or backward interval", &format!("{start} .. {end}"))),
            },
            _ => Err(self.wrong(row, "has only one of start and end", &format!("{start} .. {end}"))),
        }
    }

    fn wrong(&self, row: usize, wrong: &'static str, value: &str) -> Error {
        Error::Row { path: self.path.into(), row, wrong, value: value.into() }
    }
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
