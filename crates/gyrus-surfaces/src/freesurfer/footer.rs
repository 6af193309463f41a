//! What may stand behind the triangles of a surface: which space its points are in, and where its volume lies.
//!
//! Parts follow each other, each with a number. 2: whether points are the scanner's own (`useRealRAS`). 20: the geometry
//! of the volume as eight lines of text, of which `valid` and `cras` matter here. Any other has its length and is passed over;
//! what has no such form is filling.

use super::bytes::Bytes;
use crate::Error;

const USE_REAL_RAS: i32 = 2;
const GEOMETRY: i32 = 20;

/// Lines of the geometry.
const LINES: usize = 8;

/// Where the volume's centre lies in the scanner's space, if the footer says so and points are measured from there.
pub(super) fn centre(bytes: &mut Bytes) -> Result<Option<[f64; 3]>, Error> {
    let (mut real, mut centre) = (false, None);
    while let Some(number) = next(bytes) {
        bytes.take(1, 4, "the number of a part of the footer")?;
        match number {
            USE_REAL_RAS => real = bytes.integer("whether points are in the scanner's space")? != 0,
            GEOMETRY => centre = geometry(bytes)?,
            _ if !skip(bytes) => break,
            _ => {}
        }
    }
    Ok(centre.filter(|_| !real))
}

/// The number of the next part, if there is one.
fn next(bytes: &Bytes) -> Option<i32> {
    bytes.rest().first_chunk().map(|four| i32::from_be_bytes(*four))
}

/// Passes over a part of which only the length is known; whether there is so much.
fn skip(bytes: &mut Bytes) -> bool {
    let length = bytes.rest().first_chunk().map(|eight| i64::from_be_bytes(*eight));
    let length = length.and_then(|length| usize::try_from(length).ok()?.checked_add(8));
    length.is_some_and(|length| bytes.take(length, 1, "a part of the footer").is_ok())
}

/// The centre of a geometry that calls itself valid.
fn geometry(bytes: &mut Bytes) -> Result<Option<[f64; 3]>, Error> {
    let (mut valid, mut centre) = (false, None);
    for _ in 0..LINES {
        let byte = bytes.at();
        let line = String::from_utf8_lossy(bytes.line("the geometry of the volume")?);
        let (key, value) = line.split_once('=').unwrap_or((&line, ""));
        match key.trim() {
            "valid" => valid = value.split_whitespace().next() == Some("1"),
            "cras" => {
                let three = three(value);
                centre =
                    Some(three.ok_or_else(|| bytes.wrong(byte, "cras", "is not three finite numbers", value.trim()))?);
            }
            _ => {}
        }
    }
    Ok(centre.filter(|_| valid))
}

/// Three finite numbers between white space.
fn three(text: &str) -> Option<[f64; 3]> {
    let numbers = text.split_whitespace().map(|number| number.parse().ok().filter(|number: &f64| number.is_finite()));
    numbers.collect::<Option<Vec<_>>>()?.try_into().ok()
}
