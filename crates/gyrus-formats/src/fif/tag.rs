//! The tags that a FIF file consists of, one after the other; all numbers are big-endian.
//!
//! A directory at the end, if there is one, is not needed and not trusted.

use super::code::holds;
use crate::Error;
use crate::source::Source;

/// Bytes before what a tag holds: kind, type, size and place of the next.
pub(super) const HEAD: u64 = 16;
/// Bytes that are read at a time while going from tag to tag.
const WINDOW: u64 = 4096;
/// Whole numbers up to which a double has them all.
const EXACT: u64 = 1 << 53;
/// Place of the next tag: behind this one, or nowhere.
const BEHIND: i32 = 0;
const NOWHERE: i32 = -1;

/// A tag and where what it holds stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag {
    pub kind: i32,
    pub holds: u32,
    pub at: u64,
    pub size: u64,
}

impl Tag {
    /// That a tag is wrong.
    pub fn wrong(&self, source: &Source, wrong: &'static str, value: impl ToString) -> Error {
        let (path, byte, field) = (source.path().to_owned(), (self.at - HEAD) as usize, format!("tag {}", self.kind));
        Error::Field { path, byte, field, wrong, value: value.to_string() }
    }

    pub fn bytes(&self, source: &Source) -> Result<Vec<u8>, Error> {
        source.take(self.at, self.size)
    }

    /// What it holds as numbers.
    pub fn numbers(&self, source: &Source) -> Result<Vec<f64>, Error> {
        let bytes = self.bytes(source)?;
        fn all<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> Option<Vec<f64>> {
            let (numbers, rest) = bytes.as_chunks::<N>();
            rest.is_empty().then(|| numbers.iter().map(|bytes| number(*bytes)).collect())
        }
        let numbers = match self.holds {
            holds::I16 => all(&bytes, |b| i16::from_be_bytes(b).into()),
            holds::I32 => all(&bytes, |b| i32::from_be_bytes(b).into()),
            holds::F32 => all(&bytes, |b| f32::from_be_bytes(b).into()),
            holds::F64 => all(&bytes, f64::from_be_bytes),
            other => return Err(self.wrong(source, "holds no numbers, by its type", other)),
        };
        numbers.ok_or_else(|| self.wrong(source, "holds a part of a number, by its size", self.size))
    }

    /// The one number that it holds.
    pub fn number(&self, source: &Source) -> Result<f64, Error> {
        match self.numbers(source)?[..] {
            [number] => Ok(number),
            ref other => Err(self.wrong(source, "should hold one number and holds others", other.len())),
        }
    }

    /// The whole number that it holds.
    pub fn whole(&self, source: &Source) -> Result<i64, Error> {
        let number = self.number(source)?;
        let whole = Some(number as i64).filter(|whole| *whole as f64 == number && whole.unsigned_abs() <= EXACT);
        whole.ok_or_else(|| self.wrong(source, "holds no whole number", number))
    }

    /// What it holds as text.
    pub fn text(&self, source: &Source) -> Result<String, Error> {
        match self.holds {
            holds::TEXT => Ok(unescaped(&self.bytes(source)?.into_iter().map(char::from).collect::<String>())),
            other => Err(self.wrong(source, "holds no text, by its type", other)),
        }
    }

    /// Names that it holds, with colons between them.
    pub fn names(&self, source: &Source) -> Result<Vec<String>, Error> {
        let text = self.text(source)?;
        let names = text.split(':').map(|name| name.replace("{COLON}", ":"));
        Ok(if text.is_empty() { Vec::new() } else { names.collect() })
    }
}

/// Texts are Latin-1; MNE writes letters that it lacks as `&#35789;`, with the number of the letter.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("&#");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let number = |text: &str| text.parse().ok().filter(|number| *number > u32::from(u8::MAX));
        let letter = part.split_once(';').and_then(|(text, rest)| Some((char::from_u32(number(text)?)?, rest)));
        match letter {
            Some((letter, rest)) => all.extend([letter.to_string().as_str(), rest]),
            None => all.extend(["&#", part]),
        }
    }
    all
}

/// A name: UTF-8, or else Latin-1, in which every byte is a letter; up to a byte of 0.
pub(super) fn text(bytes: &[u8]) -> String {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let latin = || bytes.iter().map(|byte| char::from(*byte)).collect();
    std::str::from_utf8(bytes).map_or_else(|_| latin(), ToOwned::to_owned)
}

/// Goes from tag to tag.
pub(super) struct Tags<'a> {
    source: &'a Source,
    at: Option<u64>,
    window: Vec<u8>,
    begin: u64,
}

impl<'a> Tags<'a> {
    /// The tags of a file, whose first one is the identity of a FIF file.
    pub fn new(source: &'a Source) -> Result<Self, Error> {
        let wrong = |wrong: &str| Error::Whole { path: source.path().to_owned(), wrong: wrong.to_owned() };
        let first = source.take(0, HEAD.min(source.length()))?;
        match (first.get(..4), first.get(4..8)) {
            (Some([0, 0, 0, 100]), Some([0, 0, 0, 31])) => {
                Ok(Self { source, at: Some(0), window: Vec::new(), begin: 0 })
            }
            (Some([100, 0, 0, 0]), Some([31, 0, 0, 0])) => {
                Err(wrong("is a FIF file with its bytes in the wrong order (little-endian), which is not read"))
            }
            _ => Err(wrong("is no FIF file: it does not begin with the identity of one")),
        }
    }

    /// The tag at a place, after which comes the next.
    fn enter(&mut self, at: u64) -> Result<Tag, Error> {
        let [kind, form, size, next] = self.head(at)?;
        let found = Tag { kind, holds: form.cast_unsigned(), at: at + HEAD, size: u64::try_from(size).unwrap_or(0) };
        if size < 0 {
            return Err(found.wrong(self.source, "has a size that is no number from 0", size));
        }
        let (end, length) = (found.at + found.size, self.source.length());
        if end > length {
            return Err(Error::Length { path: self.source.path().to_owned(), found: length, expected: end });
        }
        let place = match next {
            BEHIND => end,
            NOWHERE => length,
            // Only forwards, or we would never come to an end.
            next => u64::try_from(next)
                .ok()
                .filter(|next| (found.at..=length).contains(next))
                .ok_or_else(|| found.wrong(self.source, "is followed by one at a place that cannot be", next))?,
        };
        self.at = Some(place).filter(|place| *place < length);
        Ok(found)
    }

    /// Kind, type, size and place of the next.
    fn head(&mut self, at: u64) -> Result<[i32; 4], Error> {
        let length = self.source.length();
        if at + HEAD > length {
            return Err(Error::Length { path: self.source.path().to_owned(), found: length, expected: at + HEAD });
        }
        if at < self.begin || at + HEAD > self.begin + self.window.len() as u64 {
            self.window = self.source.take(at, WINDOW.min(length - at))?;
            self.begin = at;
        }
        let words = self.window[(at - self.begin) as usize..].as_chunks::<4>().0;
        Ok([0, 1, 2, 3].map(|i| i32::from_be_bytes(words[i])))
    }
}

impl Iterator for Tags<'_> {
    type Item = Result<Tag, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at.take()?;
        Some(self.enter(at))
    }
}
