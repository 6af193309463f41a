//! The arrays and labels of a GIFTI file.
//!
//! Everything is found by the names of elements and where they stand; what is not needed is passed over.
//! Entities are those of XML itself: what a document type declares is never expanded.

use std::collections::HashMap;
use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};

use super::numbers::Array;
use crate::Error;

/// What a GIFTI file holds.
pub(crate) struct Document<'a> {
    pub(super) path: &'a Path,
    pub(super) arrays: Vec<Array>,
    /// Numbers and names of the table of labels.
    pub(super) labels: Vec<(i64, String)>,
}

/// Whether a file begins as XML does.
pub(crate) fn is_xml(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

impl<'a> Document<'a> {
    /// Reads the bytes `all` of the file `path`.
    pub fn read(path: &'a Path, all: &[u8]) -> Result<Self, Error> {
        let text = match str::from_utf8(all.strip_prefix(b"\xef\xbb\xbf").unwrap_or(all)) {
            Ok(text) => text,
            Err(error) => {
                let (found, wanted) = ("XML in another encoding than UTF-8", "GIFTI files are UTF-8");
                let value = error.valid_up_to().to_string();
                return Err(match error.valid_up_to() {
                    0 => Error::Kind { path: path.into(), found, wanted },
                    _ => Error::Gifti { path: path.into(), part: "text".into(), wrong: "is not UTF-8 at byte", value },
                });
            }
        };
        let mut walk =
            Walk { path, open: Vec::new(), text: String::new(), name: String::new(), key: None, array: None };
        let mut document = Self { path, arrays: Vec::new(), labels: Vec::new() };
        let mut reader = Reader::from_str(text);
        loop {
            let event = reader.read_event();
            let event = event.map_err(|source| walk.not_xml(reader.error_position(), source))?;
            if !walk.step(event, &mut document).map_err(|error| error.at(path, reader.buffer_position()))? {
                return Ok(document);
            }
        }
    }
}

/// Where the walk through the file is.
struct Walk<'a> {
    path: &'a Path,
    /// Names of the elements around.
    open: Vec<String>,
    /// Text of the innermost element so far.
    text: String,
    /// The last name of a pair of name and value.
    name: String,
    /// The number of the label around.
    key: Option<i64>,
    /// The array around.
    array: Option<Array>,
}

/// What stops a walk: something that is no XML, or a wrong value.
enum Stop {
    Xml(quick_xml::Error),
    Value(Error),
}

impl Stop {
    fn at(self, path: &Path, byte: u64) -> Error {
        match self {
            Self::Xml(source) => Error::Xml { path: path.into(), byte, source: Box::new(source) },
            Self::Value(error) => error,
        }
    }
}

impl<E: Into<quick_xml::Error>> From<E> for Stop {
    fn from(source: E) -> Self {
        Self::Xml(source.into())
    }
}

impl Walk<'_> {
    /// Takes one event; whether the file goes on.
    fn step(&mut self, event: Event, document: &mut Document) -> Result<bool, Stop> {
        match event {
            Event::Start(start) => self.begin(&start, document)?,
            Event::Empty(start) => {
                self.begin(&start, document)?;
                self.end(document).map_err(Stop::Value)?;
            }
            Event::End(_) => self.end(document).map_err(Stop::Value)?,
            Event::Text(text) => self.text.push_str(&text.decode()?),
            Event::CData(text) => self.text.push_str(&text.decode()?),
            Event::GeneralRef(reference) => match reference.resolve_char_ref()? {
                Some(character) => self.text.push(character),
                None => {
                    let name = reference.decode()?;
                    let text = quick_xml::escape::resolve_xml_entity(&name);
                    let wrong = || self.wrong("unknown entity", &name);
                    self.text.push_str(text.ok_or_else(wrong).map_err(Stop::Value)?);
                }
            },
            Event::Eof if self.open.is_empty() => return Ok(false),
            Event::Eof => return Err(Stop::Value(self.wrong("ends within an element", &self.open.join("/")))),
            _ => {}
        }
        Ok(true)
    }

    fn begin(&mut self, start: &BytesStart, document: &Document) -> Result<(), Stop> {
        let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
        if self.open.is_empty() && name != "GIFTI" {
            let (found, wanted) = ("XML of another kind", "surfaces in XML are GIFTI");
            return Err(Stop::Value(Error::Kind { path: self.path.into(), found, wanted }));
        }
        match name.as_str() {
            "DataArray" => {
                let part = format!("array {}", document.arrays.len() + 1);
                self.array = Some(Array::new(self.path, part, &attributes(start)?).map_err(Stop::Value)?);
            }
            "Label" => {
                let key = attributes(start)?.remove("Key").unwrap_or_default();
                let number =
                    key.trim().parse().map_err(|_| Stop::Value(self.wrong("a label's key is no number", &key)));
                self.key = Some(number?);
            }
            _ => {}
        }
        self.text.clear();
        self.open.push(name);
        Ok(())
    }

    /// Takes what the innermost element said.
    fn end(&mut self, document: &mut Document) -> Result<(), Error> {
        let name = self.open.pop().unwrap_or_default();
        let text = std::mem::take(&mut self.text);
        match (name.as_str(), &mut self.array) {
            ("DataArray", array) => document.arrays.extend(array.take()),
            ("Data", Some(array)) => array.fill(self.path, &text)?,
            ("DataSpace", Some(array)) => array.space = text.trim().into(),
            ("Name", _) => self.name = text.trim().into(),
            ("Value", Some(array)) => array.notes.push((std::mem::take(&mut self.name), text.trim().into())),
            ("Label", _) => document.labels.extend(self.key.take().map(|key| (key, text.trim().into()))),
            _ => {}
        }
        Ok(())
    }

    fn not_xml(&self, byte: u64, source: quick_xml::Error) -> Error {
        Error::Xml { path: self.path.into(), byte, source: Box::new(source) }
    }

    fn wrong(&self, wrong: &'static str, value: &str) -> Error {
        Error::Gifti { path: self.path.into(), part: "text".into(), wrong, value: value.into() }
    }
}

/// The attributes of an element by their names.
fn attributes(start: &BytesStart) -> Result<HashMap<String, String>, quick_xml::Error> {
    let read = |attribute: Result<Attribute, _>| {
        let attribute = attribute?;
        let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        Ok((name, attribute.decode_and_unescape_value(start.decoder())?.into_owned()))
    };
    start.attributes().with_checks(false).map(read).collect()
}
