//! Vectors of words from the text files of GloVe and word2vec: `word v1 v2 ...`.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::Error;

/// A vector for each word that was wanted and found.
#[derive(Debug, Clone, PartialEq)]
pub struct WordVectors {
    /// By the spelling of the file, each of [`WordVectors::width`] numbers.
    pub vectors: HashMap<String, Vec<f32>>,
    /// Numbers of a vector.
    pub width: usize,
    /// Words of the file.
    pub words: usize,
}

/// The vectors of the words in `wanted` from the file `path`; the file is read line by line and the others are left.
///
/// Fields are separated by spaces or tabs. A first line of two whole numbers, how many words and how wide, is a header;
/// without one the first line says the width. A word may hold spaces: the last fields are the numbers.
/// The first of several vectors of a word counts.
///
/// # Errors
/// [`Error::Read`]; [`Error::Columns`] for a line that is too short, [`Error::Number`] for a wanted vector with a value
/// that is not a finite number, [`Error::EmptyTable`] if there is no vector.
pub fn read_vectors(path: &Path, wanted: &HashSet<String>) -> Result<WordVectors, Error> {
    let failed = |source| Error::Read { path: path.into(), source };
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(failed)?);
    let mut found = Found { path: path.into(), width: None, words: 0, vectors: HashMap::new() };
    let (mut bytes, mut line) = (Vec::new(), 0);
    while reader.read_until(b'\n', &mut bytes).map_err(failed)? > 0 {
        line += 1;
        // Some published files break characters; such a word is nobody's.
        found.push(line, String::from_utf8_lossy(&bytes).trim_end(), wanted)?;
        bytes.clear();
    }
    match found {
        Found { width: Some(width), words: words @ 1.., vectors, .. } => Ok(WordVectors { vectors, width, words }),
        _ => Err(Error::EmptyTable { path: path.into() }),
    }
}

/// What has been read so far.
struct Found {
    path: PathBuf,
    width: Option<usize>,
    words: usize,
    vectors: HashMap<String, Vec<f32>>,
}

/// What stands between fields.
const SPACES: [char; 2] = [' ', '\t'];

impl Found {
    fn push(&mut self, line: usize, row: &str, wanted: &HashSet<String>) -> Result<(), Error> {
        if row.is_empty() {
            return Ok(());
        }
        if let (1, Some(width)) = (line, header(row)) {
            self.width = Some(width);
            return Ok(());
        }
        let n_fields = row.split(SPACES).count();
        let width = *self.width.get_or_insert(n_fields - 1);
        let mut fields = row.rsplitn(width + 1, SPACES);
        let mut numbers: Vec<&str> = fields.by_ref().take(width).collect();
        let Some(word) = fields.next().filter(|word| width > 0 && !word.is_empty()) else {
            let start = row.chars().take(60).collect();
            let path = self.path.clone();
            return Err(Error::Columns { path, line, found: n_fields, expected: width.max(1) + 1, row: start });
        };
        self.words += 1;
        if wanted.contains(word) && !self.vectors.contains_key(word) {
            numbers.reverse();
            let vector = (0..).zip(numbers).map(|(at, field)| self.number(line, n_fields - width + at + 1, field));
            let vector = vector.collect::<Result<_, _>>()?;
            self.vectors.insert(word.to_owned(), vector);
        }
        Ok(())
    }

    fn number(&self, line: usize, column: usize, field: &str) -> Result<f32, Error> {
        let wrong = || Error::Number { path: self.path.clone(), line, column, value: field.into() };
        field.parse::<f32>().ok().filter(|value| value.is_finite()).ok_or_else(wrong)
    }
}

/// The width that a header announces.
fn header(row: &str) -> Option<usize> {
    let fields: Vec<usize> = row.split_whitespace().map(|field| field.parse().ok()).collect::<Option<_>>()?;
    match fields[..] {
        [_, width] if width > 0 => Some(width),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::fixture;

    /// Words of the file, width and the wanted vectors of `cat` and `. .`; or what is wrong, after the path.
    fn check(content: impl AsRef<[u8]>, expected: &str) -> io::Result<()> {
        let (_folder, path) = fixture::file("vectors.txt", content)?;
        let wanted = ["cat", ". .", "absent"].map(String::from).into();
        let said = match read_vectors(&path, &wanted) {
            Ok(found) => format!(
                "{} x {}: {:?} {:?}",
                found.words,
                found.width,
                found.vectors.get("cat"),
                found.vectors.get(". .")
            ),
            Err(error) => error.to_string().replace(&format!("`{}`", path.display()), "it"),
        };
        assert_eq!(said, expected);
        Ok(())
    }

    #[test]
    fn files_come_with_and_without_a_header() -> io::Result<()> {
        check("the 1 2\ncat 3 -4e-1\n", "2 x 2: Some([3.0, -0.4]) None")?;
        check("2 2\nthe 1 2 \ncat 3 4 \r\n", "2 x 2: Some([3.0, 4.0]) None")?;
        check("2 1\ncat\t3\n", "1 x 1: Some([3.0]) None")
    }

    #[test]
    fn a_word_may_hold_spaces_and_the_first_of_a_word_counts() -> io::Result<()> {
        check("the 1 2\n. . 5 6\ncat 3 4\ncat 7 8\n", "4 x 2: Some([3.0, 4.0]) Some([5.0, 6.0])")
    }

    #[test]
    fn broken_characters_are_passed_over() -> io::Result<()> {
        check(b"\xff\xfe 1 2\ncat 3 4\n", "2 x 2: Some([3.0, 4.0]) None")
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() -> io::Result<()> {
        check("the 1 2\ncat 3\n", "it line 2 has 2 columns instead of 3: `cat 3`")?;
        check("the 1 2\ncat 3 x\n", "it line 2, column 3 (from 1) is not a finite number: `x`")?;
        check("cat nan 3\n", "it line 1, column 2 (from 1) is not a finite number: `nan`")?;
        check("word\n", "it line 1 has 1 columns instead of 2: `word`")?;
        check("", "it has no rows")?;
        check("3 2\n", "it has no rows")
    }
}
