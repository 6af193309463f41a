//! How often words occur somewhere: a table of `word<TAB>count`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use crate::Error;

/// The count of every word in the file `path`, a word and its count in each line with a tab between them.
///
/// A first line whose second field is `count` is a header. Counts need not be whole; those of a word that comes again
/// are added. An empty line is passed over.
///
/// # Errors
/// [`Error::Read`]; [`Error::Columns`] for a line without exactly one tab, [`Error::Number`] for a count that is not a
/// finite number, [`Error::Line`] for a negative count, [`Error::EmptyTable`] if no line has one.
pub fn read_counts(path: &Path) -> Result<HashMap<String, f64>, Error> {
    let text = fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut counts = HashMap::new();
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    for (line, row) in lines {
        let (word, count) = fields(path, line, row)?;
        if line == 1 && count.eq_ignore_ascii_case("count") {
            continue;
        }
        let number = || Error::Number { path: path.into(), line, column: 2, value: count.into() };
        let value = count.parse::<f64>().ok().filter(|count| count.is_finite()).ok_or_else(number)?;
        if value < 0.0 {
            return Err(Error::Line { path: path.into(), line, wrong: "has a negative count", value: count.into() });
        }
        *counts.entry(word.to_owned()).or_default() += value;
    }
    if counts.is_empty() { Err(Error::EmptyTable { path: path.into() }) } else { Ok(counts) }
}

/// The word and the count of a line.
fn fields<'a>(path: &Path, line: usize, row: &'a str) -> Result<(&'a str, &'a str), Error> {
    match row.split('\t').collect::<Vec<_>>()[..] {
        [word, count] => Ok((word.trim(), count.trim())),
        ref fields => {
            Err(Error::Columns { path: path.into(), line, found: fields.len(), expected: 2, row: row.into() })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::fixture;

    /// The counts in order of the words, or what is wrong, after the path.
    fn check(content: &str, expected: &str) -> io::Result<()> {
        let (_folder, path) = fixture::file("counts.tsv", content)?;
        let said = match read_counts(&path) {
            Ok(counts) => {
                let mut counts: Vec<_> = counts.into_iter().map(|(word, count)| format!("{word} {count}")).collect();
                counts.sort();
                counts.join(", ")
            }
            Err(error) => error.to_string().replace(&format!("`{}`", path.display()), "it"),
        };
        assert_eq!(said, expected);
        Ok(())
    }

    #[test]
    fn words_have_their_counts() -> io::Result<()> {
        check("the\t10\r\ncat\t2.5\n\nNew York\t1\nthe\t5\n", "New York 1, cat 2.5, the 15")?;
        check("\u{feff}Word\tCount\nthe\t10", "the 10")?;
        check("count\t7\n", "count 7")
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() -> io::Result<()> {
        check("the 10\n", "it line 1 has 1 columns instead of 2: `the 10`")?;
        check("a\t1\nb\tx\n", "it line 2, column 2 (from 1) is not a finite number: `x`")?;
        check("a\t1\nb\tinf\n", "it line 2, column 2 (from 1) is not a finite number: `inf`")?;
        check("a\t-1\n", "it line 1 has a negative count: `-1`")?;
        check("word\tcount\n", "it has no rows")
    }
}
