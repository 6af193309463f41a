//! All pairs of layers where what a layer is made into may not stand in memory for all of them at once.
//!
//! A block of layers is held, the later ones stream past it, and the next block follows.
//! What a pair gives depends on its two layers only, so neither memory nor threads change a result.

use std::ops::Range;

use rayon::prelude::*;

use crate::error::Error;

/// Most layers that are made at the same time.
const AT_ONCE: usize = 16;

/// How many layers are held and how many are made at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    held: usize,
    at_once: usize,
}

impl Room {
    /// Room for `layers` layers of `each` bytes, whose making takes `working` bytes besides, in `memory` bytes.
    ///
    /// At least one is held and one made, however small the memory.
    pub(crate) fn of(layers: usize, each: usize, working: usize, memory: usize) -> Self {
        let (each, making) = (each.max(1), each.saturating_add(working).max(1));
        let at_once = (memory / 2 / making).clamp(1, AT_ONCE);
        let all = layers.saturating_mul(each).saturating_add(at_once.saturating_mul(working));
        let held = match all <= memory {
            true => layers.max(1),
            false => (memory.saturating_sub(at_once.saturating_mul(making)) / each).clamp(1, layers.max(1)),
        };
        Self { held, at_once }
    }

    /// How often a layer is made.
    fn total(&self, layers: usize) -> u64 {
        (0..layers).step_by(self.held).map(|start| (layers - start) as u64).sum()
    }
}

/// `pair` of what `make` gives for every two of `layers` layers, each with itself too, as (i, j, value) with i <= j.
///
/// `progress` is told how many layers were made of how many will be.
///
/// # Errors
/// Those of `make` and `pair`.
pub(crate) fn all_pairs<T: Send + Sync, P: Send>(
    layers: usize,
    room: Room,
    make: impl Fn(usize) -> Result<T, Error> + Sync,
    pair: impl Fn(&T, &T) -> Result<P, Error> + Sync,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<(usize, usize, P)>, Error> {
    let (mut found, mut done, total) = (Vec::new(), 0, room.total(layers));
    let mut made = |range: Range<usize>| {
        let mut all = Vec::with_capacity(range.len());
        for start in range.clone().step_by(room.at_once) {
            let some: Vec<_> = (start..range.end.min(start + room.at_once)).into_par_iter().map(&make).collect();
            done += some.len() as u64;
            progress(done, total);
            all.extend(some.into_iter().collect::<Result<Vec<T>, Error>>()?);
        }
        Ok::<_, Error>(all)
    };
    let paired = |wanted: Vec<(usize, usize, &T, &T)>| {
        let one = |(i, j, a, b): (usize, usize, &T, &T)| Ok((i, j, pair(a, b)?));
        wanted.into_par_iter().map(one).collect::<Vec<_>>().into_iter().collect::<Result<Vec<_>, Error>>()
    };
    for start in (0..layers).step_by(room.held) {
        let end = layers.min(start + room.held);
        let held = made(start..end)?;
        let upper = (start..end).flat_map(|i| (i..end).map(move |j| (i, j)));
        found.extend(paired(upper.map(|(i, j)| (i, j, &held[i - start], &held[j - start])).collect())?);
        for first in (end..layers).step_by(room.at_once) {
            let later = made(first..layers.min(first + room.at_once))?;
            let across =
                held.iter().zip(start..).flat_map(|(a, i)| later.iter().zip(first..).map(move |(b, j)| (i, j, a, b)));
            found.extend(paired(across.collect())?);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(layers: usize, room: Room) -> Result<(), Error> {
        let mut seen = Vec::new();
        let mut found = all_pairs(layers, room, Ok, |a, b| Ok(10 * a + b), &mut |done, of| seen.push((done, of)))?;
        found.sort_unstable();
        let expected: Vec<_> = (0..layers).flat_map(|i| (i..layers).map(move |j| (i, j, 10 * i + j))).collect();
        assert_eq!(found, expected);
        assert!(seen.last().is_none_or(|(done, of)| done == of));
        Ok(())
    }

    #[test]
    fn every_pair_comes_once_whatever_the_room() -> Result<(), Error> {
        for layers in 0..8 {
            for held in 1..5 {
                for at_once in 1..4 {
                    check(layers, Room { held, at_once })?;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn room_is_within_memory_and_never_nothing() {
        assert_eq!(Room::of(5, 10, 10, 0), Room { held: 1, at_once: 1 });
        assert_eq!(Room::of(5, 10, 10, usize::MAX), Room { held: 5, at_once: AT_ONCE });
        let Room { held, at_once } = Room::of(100, 10, 30, 400);
        assert!(held * 10 + at_once * 40 <= 400 && held > 1, "{held} {at_once}");
    }

    #[test]
    fn the_first_error_is_the_answer() {
        let make = |layer: usize| if layer < 2 { Ok(layer) } else { Err(Error::Variance(layer as f64)) };
        let room = Room { held: 2, at_once: 2 };
        let found = all_pairs(5, room, make, |a: &usize, b: &usize| Ok(a + b), &mut |_, _| {});
        assert_eq!(found, Err(Error::Variance(2.0)));
    }
}
