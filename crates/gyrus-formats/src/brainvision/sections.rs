//! The text of a header or of a file of markers: sections of keys and values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::Error;
use crate::source::Source;

/// Values by section and key, both in small letters, with the line that each stands in, from 1.
#[derive(Debug)]
pub(super) struct Sections {
    path: PathBuf,
    values: BTreeMap<(String, String), (usize, String)>,
}

/// A value and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a> {
    path: &'a Path,
    line: usize,
    pub text: &'a str,
}

impl Value<'_> {
    /// That it is wrong.
    pub fn wrong(&self, wrong: &'static str) -> Error {
        Error::Line { path: self.path.to_owned(), line: self.line, wrong, value: self.text.to_owned() }
    }

    /// The number that it is, which must satisfy `good`.
    pub fn number<T: FromStr>(&self, wrong: &'static str, good: impl Fn(&T) -> bool) -> Result<T, Error> {
        self.text.parse().ok().filter(good).ok_or_else(|| self.wrong(wrong))
    }

    /// Whether it is that word, in large or small letters.
    pub fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    /// Parts between commas; a comma within a part is written `\1`.
    pub fn parts(&self) -> Vec<String> {
        self.text.split(',').map(|part| part.replace("\\1", ",")).collect()
    }
}

impl Sections {
    /// Reads a file whose first line says that it is a `what` (`header file`, `marker file`).
    ///
    /// Text is UTF-8 or, where it says `Codepage=ANSI` or is no UTF-8, Latin-1.
    pub fn read(path: &Path, what: &str) -> Result<Self, Error> {
        let source = Source::open(path)?;
        let content = |wrong: String| Error::Whole { path: path.to_owned(), wrong };
        let begins = |bytes: &[u8]| {
            let first = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).split(|byte| *byte == b'\n').next();
            let first = String::from_utf8_lossy(first.unwrap_or_default()).to_ascii_lowercase();
            first.starts_with("brain") && first.contains(what)
        };
        if !begins(&source.take(0, source.length().min(200))?) {
            return Err(content(format!("is no BrainVision {what}, by its first line")));
        }
        let bytes = source.take(0, source.length())?;
        let text = text(&bytes).ok_or_else(|| content("says that it is UTF-8 and is not".to_owned()))?;
        let mut sections = Self { path: path.to_owned(), values: BTreeMap::new() };
        sections.fill(&text)?;
        Ok(sections)
    }

    fn fill(&mut self, text: &str) -> Result<(), Error> {
        let mut section = String::new();
        for (line, text) in text.lines().enumerate().map(|(i, text)| (i + 1, text.trim_end_matches('\r'))) {
            let trimmed = text.trim();
            if let Some(name) = trimmed.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
                section = name.to_ascii_lowercase();
            } else if section != "comment"
                && !trimmed.starts_with(';')
                && let Some((key, value)) = trimmed.split_once('=')
            {
                let key = (section.clone(), key.trim().to_ascii_lowercase());
                if self.values.insert(key, (line, value.trim().to_owned())).is_some() {
                    let (path, value) = (self.path.clone(), trimmed.to_owned());
                    return Err(Error::Line { path, line, wrong: "has a key that stands twice", value });
                }
            }
        }
        Ok(())
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A value, unless it is empty; names in small letters.
    pub fn get(&self, section: &str, key: &str) -> Option<Value<'_>> {
        let (line, text) = self.values.get(&(section.to_owned(), key.to_owned()))?;
        (!text.is_empty()).then_some(Value { path: &self.path, line: *line, text })
    }

    /// A value that must be there.
    pub fn must(&self, section: &str, key: &str) -> Result<Value<'_>, Error> {
        let wrong = || format!("has no `{key}` in its section `[{section}]`");
        self.get(section, key).ok_or_else(|| Error::Whole { path: self.path.clone(), wrong: wrong() })
    }

    /// Values of keys `prefix1`, `prefix2` and so on, with the number of each, in order of their numbers.
    pub fn numbered(&self, section: &str, prefix: &str) -> Vec<(usize, Value<'_>)> {
        let of = self.values.iter().filter(|((of, _), _)| of == section);
        let mut found: Vec<(usize, Value<'_>)> = of
            .filter_map(|((_, key), (line, text))| {
                let number = key.strip_prefix(prefix)?.parse().ok()?;
                Some((number, Value { path: &self.path, line: *line, text }))
            })
            .collect();
        found.sort_by_key(|(number, _)| *number);
        found
    }
}

/// The text of a file; nothing if it says that it is UTF-8 and is not.
fn text(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let latin = || bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
    let said =
        latin().lines().find_map(|line| line.trim().to_ascii_lowercase().strip_prefix("codepage=").map(String::from));
    match (said.as_deref(), std::str::from_utf8(bytes)) {
        (Some("ansi"), _) => Some(latin()),
        (Some("utf-8"), Err(_)) => None,
        (_, Ok(text)) => Some(text.to_owned()),
        (_, Err(_)) => Some(latin()),
    }
}
