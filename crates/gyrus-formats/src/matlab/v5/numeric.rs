//! Elements of numbers and of characters.

use super::bytes::{Bytes, Element};
use crate::Error;
use crate::number::Number;

/// The numbers of an element, whatever their type.
pub(super) fn numbers(element: &Element<'_>) -> Result<Vec<f64>, Error> {
    let (bytes, order) = (element.content.rest(), element.content.order);
    let number = match element.kind {
        1 => Number::I8,
        2 => Number::U8,
        3 => Number::I16,
        4 => Number::U16,
        5 => Number::I32,
        6 => Number::U32,
        7 => Number::F32,
        9 => Number::F64,
        12 => Number::I64,
        13 => Number::U64,
        _ => return Err(element.content.wrong("is of a type that is no number", element.kind)),
    };
    if bytes.len() % number.bytes() != 0 {
        return Err(element.content.wrong("has a last number that is cut off, in bytes", bytes.len()));
    }
    Ok(number.read_all(order, bytes))
}

/// The characters of an element: UTF-16 code units, or whole characters.
pub(super) fn characters(element: &Element<'_>) -> Result<Vec<u32>, Error> {
    let bytes = element.content.rest();
    match element.kind {
        // UTF-8.
        16 => Ok(String::from_utf8_lossy(bytes).chars().map(u32::from).collect()),
        // UTF-16 and UTF-32 are stored as numbers of their size.
        17 | 18 => {
            let kind = if element.kind == 17 { 4 } else { 6 };
            let Bytes { path, variable, order, .. } = element.content;
            characters(&Element { kind, content: Bytes::new(path, variable, order, bytes) })
        }
        _ => Ok(numbers(element)?.into_iter().map(|unit| unit as u32).collect()),
    }
}

/// The whole numbers of an element that are places or sizes, from 0.
pub(super) fn places(element: &Element<'_>) -> Result<Vec<usize>, Error> {
    let place = |number: f64| {
        let good = number >= 0.0 && number.fract() == 0.0;
        if good { Ok(number as usize) } else { Err(element.content.wrong("is no place or size", number)) }
    };
    numbers(element)?.into_iter().map(place).collect()
}
