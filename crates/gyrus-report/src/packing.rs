//! Columns as short texts: dictionaries, few bytes a number, gzip, base64.
//!
//! A column of at most [`FEW`] different values is a dictionary and a byte a row, exact. Numbers of a short table are f32.
//! Numbers of a long one are steps of 1/65534 of the column's span, two bytes each, which a reader of a figure cannot tell
//! apart: with r between -1 and 1 the step is 0.00003.
//! High and low bytes stand in stretches of their own, which gzip packs better.

use std::collections::HashMap;
use std::hash::Hash;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::dataset::Column;
use crate::text;

/// Most different values of a dictionary of numbers.
const FEW: usize = 256;

/// Longest table whose numbers are f32.
const SHORT: usize = 8192;

/// The step that stands for an undefined number.
const UNDEFINED: u16 = u16::MAX;

/// A packed column.
pub(crate) struct Packed {
    /// How to read it: its kind, and a dictionary or a scale.
    pub said: Value,
    /// Its bytes, in base64.
    pub blob: String,
}

pub(crate) fn pack(column: &Column) -> Packed {
    match column {
        Column::Texts(values) => texts(values),
        Column::Numbers(values) => numbers(values),
    }
}

fn texts(values: &[String]) -> Packed {
    let (codes, places) = dictionary(values.iter(), usize::MAX).expect("a dictionary of any size");
    let words: Vec<String> = places.into_iter().map(|value| text::printable(value)).collect();
    let width = width(words.len());
    Packed { said: json!({ "kind": "text", "width": width, "values": words }), blob: blob(&bytes(&codes, width)) }
}

fn numbers(values: &[f64]) -> Packed {
    // NaN has many bit patterns; in a dictionary it is one value.
    let bits = values.iter().map(|value| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() });
    if let Some((codes, places)) = dictionary(bits, FEW) {
        let values: Vec<f64> = places.into_iter().map(f64::from_bits).collect();
        return Packed { said: json!({ "kind": "few", "values": values }), blob: blob(&bytes(&codes, 1)) };
    }
    if values.len() <= SHORT {
        let codes: Vec<u32> = values.iter().map(|value| (*value as f32).to_bits()).collect();
        return Packed { said: json!({ "kind": "f32" }), blob: blob(&bytes(&codes, 4)) };
    }
    steps(values)
}

fn steps(values: &[f64]) -> Packed {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let low = finite.clone().fold(f64::INFINITY, f64::min);
    let high = finite.fold(f64::NEG_INFINITY, f64::max);
    let (low, step) = if low < high { (low, (high - low) / f64::from(UNDEFINED - 1)) } else { (0.0, 1.0) };
    let code = |value: &f64| match value.is_finite() {
        true => (((value - low) / step).round() as u32).min(u32::from(UNDEFINED) - 1),
        false => u32::from(UNDEFINED),
    };
    let codes: Vec<u32> = values.iter().map(code).collect();
    Packed { said: json!({ "kind": "steps", "low": low, "step": step }), blob: blob(&bytes(&codes, 2)) }
}

/// A code for each value, and the values in order of their first coming; nothing if they are more than `most`.
fn dictionary<T: Copy + Eq + Hash>(values: impl Iterator<Item = T>, most: usize) -> Option<(Vec<u32>, Vec<T>)> {
    let (mut places, mut known, mut codes) = (Vec::new(), HashMap::new(), Vec::new());
    for value in values {
        let code = *known.entry(value).or_insert_with(|| {
            places.push(value);
            places.len() as u32 - 1
        });
        if places.len() > most {
            return None;
        }
        codes.push(code);
    }
    Some((codes, places))
}

/// Bytes that a code below `n` takes.
fn width(n: usize) -> usize {
    match n {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}

/// The lowest bytes of all codes, then the next ones, and so on.
fn bytes(codes: &[u32], width: usize) -> Vec<u8> {
    (0..width).flat_map(|byte| codes.iter().map(move |code| (code >> (8 * byte)) as u8)).collect()
}

fn blob(bytes: &[u8]) -> String {
    let mut packed = GzEncoder::new(Vec::new(), Compression::new(7));
    packed.write_all(bytes).expect("memory takes all");
    STANDARD.encode(packed.finish().expect("memory takes all"))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    fn unpacked(packed: &Packed, width: usize) -> Result<Vec<u32>, Box<dyn std::error::Error>> {
        let mut bytes = Vec::new();
        GzDecoder::new(STANDARD.decode(&packed.blob)?.as_slice()).read_to_end(&mut bytes)?;
        let n = bytes.len() / width;
        Ok((0..n).map(|i| (0..width).map(|byte| u32::from(bytes[byte * n + i]) << (8 * byte)).sum()).collect())
    }

    #[test]
    fn few_numbers_are_exact() -> Result<(), Box<dyn std::error::Error>> {
        let packed = numbers(&[0.1, f64::NAN, 0.1, -f64::NAN]);
        assert_eq!(packed.said["values"], json!([0.1, null]));
        assert_eq!(unpacked(&packed, 1)?, [0, 1, 0, 1]);
        Ok(())
    }

    #[test]
    fn short_tables_are_f32() -> Result<(), Box<dyn std::error::Error>> {
        let values: Vec<f64> = (0..300).map(|i| f64::from(i) / 7.0).collect();
        let read = unpacked(&numbers(&values), 4)?;
        assert!(read.iter().zip(&values).all(|(bits, value)| f32::from_bits(*bits) == *value as f32));
        Ok(())
    }

    #[test]
    fn long_tables_are_true_to_half_a_step() -> Result<(), Box<dyn std::error::Error>> {
        let values: Vec<f64> = (0..20_000).map(|i| if i == 7 { f64::NAN } else { f64::from(i).sin() }).collect();
        let packed = numbers(&values);
        let (low, step) = (packed.said["low"].as_f64().ok_or("low")?, packed.said["step"].as_f64().ok_or("step")?);
        let read = unpacked(&packed, 2)?;
        assert_eq!(read[7], u32::from(UNDEFINED));
        let near = |(code, value): (&u32, &f64)| {
            value.is_nan() || (low + f64::from(*code) * step - value).abs() <= 0.51 * step
        };
        assert!(step < 3.1e-5 && read.iter().zip(&values).all(near));
        Ok(())
    }

    #[test]
    fn a_column_without_a_finite_number_is_undefined_throughout() -> Result<(), Box<dyn std::error::Error>> {
        let values: Vec<f64> = vec![f64::INFINITY; 9000];
        let packed = steps(&values);
        assert!(unpacked(&packed, 2)?.iter().all(|code| *code == u32::from(UNDEFINED)));
        Ok(())
    }
}
