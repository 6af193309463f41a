//! Nested cross-validation from shared moments, on matrices of raw little-endian f64, row after row.
//!
//! `nested X Y ROWS FIRST LAST COUNT OUT` cuts ROWS into 50 blocks, holds 10 contiguous stretches out in turn, chooses
//! among COUNT penalties from FIRST to LAST on 5 inner stretches, and writes r (10, targets) and then the penalties.
//! `tests/scripts/ridge_oracle.py` compares the answer with himalaya and scikit-learn.

use std::error::Error;
use std::fs;
use std::ops::Range;

use gyrus_ridge::{HeldOut, Moments, PenaltyGrid, Ridge, Spectrum, choose};
use ndarray::Array2;

const BLOCKS: usize = 50;
const OUTER: usize = 10;
const INNER: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [x, y, rows, first, last, count, out] = &arguments[..] else {
        return Err("usage: nested X Y ROWS FIRST LAST COUNT OUT".into());
    };
    let rows: usize = rows.parse()?;
    let (x, y) = (read(x, rows)?, read(y, rows)?);
    let grid = PenaltyGrid::logarithmic(first.parse()?, last.parse()?, count.parse()?)?;
    let bounds: Vec<Range<usize>> = (0..BLOCKS).map(|b| b * rows / BLOCKS..(b + 1) * rows / BLOCKS).collect();
    let blocks = Moments::blocks(x.view(), y.view(), &bounds)?;
    let total = join(&blocks)?;
    let (mut r, mut penalties) = (Vec::new(), Vec::new());
    for fold in 0..OUTER {
        let held: Range<usize> = fold * BLOCKS / OUTER..(fold + 1) * BLOCKS / OUTER;
        let held_out = join(&blocks[held.clone()])?;
        let training = total.clone() - &held_out;
        let rest: Vec<Moments> = [&blocks[..held.start], &blocks[held.end..]].concat();
        let inner = rest.chunks(rest.len() / INNER).map(|held| Ok((training.clone() - &join(held)?, join(held)?)));
        let choice = choose(&inner.collect::<Result<Vec<_>, Box<dyn Error>>>()?, &grid)?;
        let centred = training.centred()?;
        let ridge = Ridge::of(&centred, &Spectrum::of(centred.xx.view())?, choice.penalties.view())?;
        r.extend(HeldOut::of(&ridge, &held_out).r());
        penalties.extend(choice.penalties);
    }
    fs::write(out, r.iter().chain(&penalties).flat_map(|value: &f64| value.to_le_bytes()).collect::<Vec<u8>>())?;
    Ok(())
}

fn join(blocks: &[Moments]) -> Result<Moments, Box<dyn Error>> {
    blocks.iter().sum::<Option<Moments>>().ok_or_else(|| "no blocks to join".into())
}

fn read(path: &str, rows: usize) -> Result<Array2<f64>, Box<dyn Error>> {
    let bytes = fs::read(path)?;
    let values: Vec<f64> = bytes.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect();
    Ok(Array2::from_shape_vec((rows, values.len() / rows), values)?)
}
