//! A matrix, which is what MATLAB calls any value.

use ndarray::{ArrayD, IxDyn, ShapeBuilder};

use super::bytes::{Bytes, Element, MATRIX};
use super::numeric::{characters, numbers, places};
use crate::Error;
use crate::matlab::{CellArray, Sparse, StructArray, Value, text};

/// How deep cells and structs may lie in each other.
const DEEPEST: usize = 64;

/// What stands at the beginning of a matrix.
pub(super) struct Head {
    class: u8,
    complex: bool,
    shape: Vec<usize>,
    /// The product of the shape.
    count: usize,
    pub name: String,
}

/// Reads class, shape and name.
pub(super) fn head(bytes: &mut Bytes<'_>) -> Result<Head, Error> {
    let flags = bytes.element()?;
    let Some(word) = flags.content.rest().first_chunk::<4>() else {
        return Err(flags.content.wrong("has flags of too few bytes", flags.content.rest().len()));
    };
    let word = bytes.order.u32(*word);
    let class = (word & 0xff) as u8;
    // Objects of the newer kind have no shape.
    let shape = if class == 17 { Vec::new() } else { places(&bytes.element()?)? };
    let count = shape.iter().try_fold(1_usize, |all, size| all.checked_mul(*size));
    let Some(count) = count.filter(|_| shape.len() >= 2 || class == 17) else {
        return Err(bytes.wrong("has a shape that is none", format!("{shape:?}")));
    };
    let name = bytes.element()?;
    let name = String::from_utf8_lossy(name.content.rest()).trim_end_matches('\0').to_owned();
    Ok(Head { class, complex: word & 0x800 != 0, shape, count, name })
}

/// The value of a matrix.
pub(super) fn matrix(element: Element<'_>, depth: usize) -> Result<Value, Error> {
    let mut bytes = element.content;
    if element.kind != MATRIX {
        return Err(bytes.wrong("is of a type that is no matrix", element.kind));
    }
    if depth > DEEPEST {
        return Err(bytes.wrong("lies in too many cells or structs", depth));
    }
    // A cell or field that was never set is a matrix of no bytes.
    if bytes.is_empty() {
        return Ok(Value::Numbers(ArrayD::zeros(IxDyn(&[0, 0]))));
    }
    let head = head(&mut bytes)?;
    match head.class {
        1 => cells(&mut bytes, head, depth),
        2 => structs(&mut bytes, head, depth),
        4 => {
            let element = bytes.element()?;
            let units = characters(&element)?;
            text::rows(&units, &head.shape).map(Value::Text).ok_or_else(|| {
                bytes.wrong(format!("has {} characters for the shape", units.len()), format!("{:?}", head.shape))
            })
        }
        5 => sparse(&mut bytes, &head),
        6..=15 => {
            let real = array(&mut bytes, &head)?;
            Ok(if head.complex { Value::Complex([real, array(&mut bytes, &head)?]) } else { Value::Numbers(real) })
        }
        3 => Ok(Value::Other("an object".to_owned())),
        16 => Ok(Value::Other("a function".to_owned())),
        17 => Ok(Value::Other("an object of a class, such as a table or a string".to_owned())),
        class => Err(bytes.wrong("is of a class that there is not", class)),
    }
}

/// An array of numbers.
fn array(bytes: &mut Bytes<'_>, head: &Head) -> Result<ArrayD<f64>, Error> {
    let numbers = numbers(&bytes.element()?)?;
    let count = numbers.len();
    ArrayD::from_shape_vec(IxDyn(&head.shape).f(), numbers)
        .map_err(|_| bytes.wrong(format!("has {count} numbers for the shape"), format!("{:?}", head.shape)))
}

fn cells(bytes: &mut Bytes<'_>, head: Head, depth: usize) -> Result<Value, Error> {
    let mut values = Vec::new();
    for _ in 0..head.count {
        values.push(matrix(bytes.element()?, depth + 1)?);
    }
    Ok(Value::Cell(CellArray { shape: head.shape, values }))
}

fn structs(bytes: &mut Bytes<'_>, head: Head, depth: usize) -> Result<Value, Error> {
    let length = places(&bytes.element()?)?;
    let names = bytes.element()?.content.rest();
    let length = match length.as_slice() {
        [length] if *length > 0 && names.len() % length == 0 => *length,
        _ if names.is_empty() => 1,
        _ => {
            return Err(
                bytes.wrong(format!("has {} bytes of names, of so many each", names.len()), format!("{length:?}"))
            );
        }
    };
    let name = |name: &[u8]| {
        let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
        String::from_utf8_lossy(&name[..end]).into_owned()
    };
    let mut fields: Vec<(String, Vec<Value>)> = names.chunks(length).map(|bytes| (name(bytes), Vec::new())).collect();
    if fields.is_empty() {
        return Ok(Value::Struct(StructArray { shape: head.shape, fields }));
    }
    for _ in 0..head.count {
        for (_, values) in &mut fields {
            values.push(matrix(bytes.element()?, depth + 1)?);
        }
    }
    Ok(Value::Struct(StructArray { shape: head.shape, fields }))
}

fn sparse(bytes: &mut Bytes<'_>, head: &Head) -> Result<Value, Error> {
    let [rows, columns] = head.shape[..] else {
        return Err(bytes.wrong("is sparse and has another shape than rows and columns", format!("{:?}", head.shape)));
    };
    if head.complex {
        return Err(bytes.wrong("is sparse and complex, which is not read", format!("{:?}", head.shape)));
    }
    let (places_of_rows, starts) = (places(&bytes.element()?)?, places(&bytes.element()?)?);
    let values = numbers(&bytes.element()?)?;
    sparse_of([rows, columns], &places_of_rows, &starts, &values)
        .map(Value::Sparse)
        .ok_or_else(|| bytes.wrong("has places outside its shape", format!("{:?}", head.shape)))
}

/// A sparse matrix of the rows of all values and the first value of each column; nothing if they contradict each other.
pub(in crate::matlab) fn sparse_of(
    shape: [usize; 2],
    rows: &[usize],
    starts: &[usize],
    values: &[f64],
) -> Option<Sparse> {
    let increasing = starts.windows(2).all(|pair| pair[0] <= pair[1]);
    if !increasing || starts.len().checked_sub(1) != Some(shape[1]) {
        return None;
    }
    // More room than values may be written.
    let mut entries = Vec::new();
    for (column, pair) in starts.windows(2).enumerate() {
        for at in pair[0]..pair[1] {
            let row = *rows.get(at).filter(|row| **row < shape[0])?;
            entries.push((row, column, *values.get(at)?));
        }
    }
    Some(Sparse { shape, entries })
}
