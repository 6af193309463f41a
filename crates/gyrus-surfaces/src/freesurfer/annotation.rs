//! Annotations (`lh.aparc.annot`): a colour for each vertex, and a table with the name of each colour.
//!
//! The table has two forms: an older one whose entries follow each other, and version 2, whose entries say their place.

use std::collections::HashMap;
use std::path::Path;

use super::bytes::{Bytes, integers};
use crate::{Error, Parcellation};

/// The only newer form there is.
const VERSION: i32 = 2;

/// The parcellation in the bytes `all` of the file `path`; a vertex whose colour is not in the table has no region.
pub(crate) fn read_annotation(path: &Path, all: &[u8]) -> Result<Parcellation, Error> {
    let mut bytes = Bytes::new(path, all);
    let vertices = bytes.count("the number of vertices")?;
    let start = bytes.at();
    let pairs = bytes.take(vertices, 8, "the colours of vertices")?;
    let colours = colours(&bytes, start, integers(pairs), vertices)?;
    let byte = bytes.at();
    if bytes.integer("whether there is a table of colours")? == 0 {
        return Err(bytes.wrong(byte, "the table of colours", "is not there, so regions have no names", 0));
    }
    let (names, of_colour) = table(&mut bytes)?;
    let regions = colours.into_iter().map(|colour| of_colour.get(&colour).copied()).collect();
    Parcellation::new(names, regions).map_err(|source| Error::Invalid { path: path.into(), source: Box::new(source) })
}

/// The colour of each vertex from pairs of vertex and colour, which begin at byte `start` and name each vertex once.
fn colours(
    bytes: &Bytes,
    start: usize,
    mut pairs: impl Iterator<Item = i32>,
    vertices: usize,
) -> Result<Vec<i32>, Error> {
    let mut found = vec![None; vertices];
    let mut pair = 0;
    while let (Some(vertex), Some(colour)) = (pairs.next(), pairs.next()) {
        let wrong = |wrong| bytes.wrong(start + 8 * pair, "a vertex", wrong, vertex);
        let place = usize::try_from(vertex).ok().and_then(|vertex| found.get_mut(vertex));
        match place {
            None => return Err(wrong("does not exist")),
            Some(Some(_)) => return Err(wrong("has two colours")),
            Some(place) => *place = Some(colour),
        }
        pair += 1;
    }
    Ok(found.into_iter().map(|colour| colour.expect("as many pairs as vertices, none twice")).collect())
}

/// The names of regions, and the position among them of each colour.
fn table(bytes: &mut Bytes) -> Result<(Vec<String>, HashMap<i32, usize>), Error> {
    let byte = bytes.at();
    let entries = bytes.integer("the number of colours or the version of their table")?;
    let numbered = entries < 0;
    let entries = if numbered {
        if entries != -VERSION {
            return Err(bytes.wrong(byte, "the version of the table of colours", "is not 2", entries.unsigned_abs()));
        }
        bytes.count("the number of places in the table of colours")?;
        bytes.text("where the table of colours came from")?;
        bytes.count("the number of colours")?
    } else {
        bytes.text("where the table of colours came from")?;
        entries as usize
    };
    let (mut names, mut of_colour) = (Vec::new(), HashMap::new());
    for _ in 0..entries {
        if numbered {
            bytes.count("the place of a colour")?;
        }
        let name = bytes.text("the name of a region")?;
        let [red, green, blue, _] = colour(bytes)?;
        // Of two entries with one colour the first counts.
        of_colour.entry(red + (green << 8) + (blue << 16)).or_insert(names.len());
        names.push(name);
    }
    Ok((names, of_colour))
}

/// Red, green, blue and what is transparent, each a byte.
fn colour(bytes: &mut Bytes) -> Result<[i32; 4], Error> {
    let byte = bytes.at();
    let four: Vec<i32> = integers(bytes.take(4, 4, "a colour")?).collect();
    match four.iter().find(|part| !(0..256).contains(*part)) {
        Some(part) => Err(bytes.wrong(byte, "a part of a colour", "is not from 0 to 255", part)),
        None => Ok(four.try_into().expect("four numbers")),
    }
}
