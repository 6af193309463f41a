//! Elements of numbers and of characters.

use super::bytes::{Bytes, Element, Order};
use crate::Error;

/// Makes a reader of one number for either byte order, and its size.
macro_rules! number {
    ($kind:ty, $order:expr, $bytes:expr) => {
        match $order {
            Order::Little => all($bytes, |bytes| <$kind>::from_le_bytes(bytes) as f64),
            Order::Big => all($bytes, |bytes| <$kind>::from_be_bytes(bytes) as f64),
        }
    };
}

/// All numbers of `N` bytes; nothing if the last one is cut off.
fn all<const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> f64) -> Option<Vec<f64>> {
    let (numbers, rest) = bytes.as_chunks::<N>();
    rest.is_empty().then(|| numbers.iter().map(|number| read(*number)).collect())
}

/// The numbers of an element, whatever their type.
pub(super) fn numbers(element: &Element<'_>) -> Result<Vec<f64>, Error> {
    let (bytes, order) = (element.content.rest(), element.content.order);
    let numbers = match element.kind {
        1 => number!(i8, order, bytes),
        2 => number!(u8, order, bytes),
        3 => number!(i16, order, bytes),
        4 => number!(u16, order, bytes),
        5 => number!(i32, order, bytes),
        6 => number!(u32, order, bytes),
        7 => number!(f32, order, bytes),
        9 => number!(f64, order, bytes),
        12 => number!(i64, order, bytes),
        13 => number!(u64, order, bytes),
        _ => return Err(element.content.wrong("is of a type that is no number", element.kind)),
    };
    numbers.ok_or_else(|| element.content.wrong("has a last number that is cut off, in bytes", bytes.len()))
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
