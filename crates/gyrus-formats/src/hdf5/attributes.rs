//! What is written beside a group or a data set.

use std::collections::BTreeMap;

use hdf5_reader::{Datatype, H5Type};

use super::number::{Number, decoder};

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Attribute {
    /// Numbers or truths, in C order; a single one is one of these.
    Numbers(Vec<f64>),
    /// Texts, in C order.
    Texts(Vec<String>),
    /// References to objects, as addresses.
    References(Vec<u64>),
    /// Anything else.
    Other,
}

/// The attributes of one group or data set, by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attributes(BTreeMap<String, Attribute>);

impl Attributes {
    pub(super) fn new(attributes: Vec<hdf5_reader::Attribute>) -> Self {
        Self(attributes.into_iter().map(|attribute| (attribute.name.clone(), value(&attribute))).collect())
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The attribute of that name, if there is one.
    pub fn get(&self, name: &str) -> Option<&Attribute> {
        self.0.get(name)
    }

    /// The number of that name, if there is one and it is single.
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Attribute::Numbers(numbers) if numbers.len() == 1 => Some(numbers[0]),
            _ => None,
        }
    }

    /// The text of that name, if there is one and it is single.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Attribute::Texts(texts) if texts.len() == 1 => Some(&texts[0]),
            _ => None,
        }
    }

    /// The texts of that name; none if there are none.
    pub fn texts(&self, name: &str) -> &[String] {
        match self.get(name) {
            Some(Attribute::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// The reference of that name, if there is one and it is single.
    pub fn reference(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            Attribute::References(references) if references.len() == 1 => Some(references[0]),
            _ => None,
        }
    }
}

fn value(attribute: &hdf5_reader::Attribute) -> Attribute {
    let kind = &attribute.datatype;
    if decoder(kind).is_some() {
        return attribute.read_1d::<Number>().map_or(Attribute::Other, |numbers| {
            Attribute::Numbers(numbers.into_iter().map(|number| number.0).collect())
        });
    }
    if let Datatype::Reference { .. } = kind {
        return attribute.read_1d::<Address>().map_or(Attribute::Other, |references| {
            Attribute::References(references.into_iter().map(|address| address.0).collect())
        });
    }
    let texts = attribute.read_strings().or_else(|_| attribute.read_string().map(|text| vec![text]));
    texts.map_or(Attribute::Other, Attribute::Texts)
}

/// An object's place in the file, stored in up to eight bytes from the lowest on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address(pub u64);

impl H5Type for Address {
    fn hdf5_type() -> Datatype {
        u64::hdf5_type()
    }

    fn from_bytes(bytes: &[u8], kind: &Datatype) -> hdf5_reader::error::Result<Self> {
        let size = Self::element_size(kind).min(8).min(bytes.len());
        let mut address = [0; 8];
        address[..size].copy_from_slice(&bytes[..size]);
        Ok(Self(u64::from_le_bytes(address)))
    }

    fn element_size(kind: &Datatype) -> usize {
        if let Datatype::Reference { size, .. } = kind { usize::from(*size) } else { 8 }
    }
}
