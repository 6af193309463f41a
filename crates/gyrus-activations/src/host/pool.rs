//! Stretches of memory that are used again, because the system clears every fresh page first.
//!
//! A stretch keeps the numbers of its last use, so whoever takes one writes before reading.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use super::instructions::LANES;

/// Numbers that wait for their next use at most: 256 MiB.
const WAITING: usize = 1 << 26;

/// A stretch may be so many times longer than what is asked for.
const SPARE: usize = 2;

/// Stretches of memory that wait for their next use.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool(Arc<Mutex<Vec<Vec<Line>>>>);

/// Numbers in one line of the processor's cache.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; LANES]);

/// Numbers that go back to their pool when dropped.
#[derive(Debug)]
pub(super) struct Buffer {
    lines: Vec<Line>,
    length: usize,
    pool: Pool,
}

impl Pool {
    /// `length` numbers with any values.
    pub(super) fn take(&self, length: usize) -> Buffer {
        let n_lines = length.div_ceil(LANES);
        let lines = self.waiting(n_lines).unwrap_or_else(|| vec![Line([0.0; LANES]); n_lines]);
        Buffer { lines, length, pool: self.clone() }
    }

    /// The shortest stretch that is long enough and not far too long.
    fn waiting(&self, n_lines: usize) -> Option<Vec<Line>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = waiting.iter().enumerate().filter(|(_, lines)| (n_lines..=SPARE * n_lines).contains(&lines.len()));
        let (index, _) = fits.min_by_key(|(_, lines)| lines.len())?;
        Some(waiting.swap_remove(index))
    }

    /// Keeps a stretch, and forgets the oldest ones that are too much.
    fn keep(&self, lines: Vec<Line>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(lines);
        let mut numbers: usize = waiting.iter().map(|lines| lines.len() * LANES).sum();
        while numbers > WAITING {
            numbers -= waiting.remove(0).len() * LANES;
        }
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: a line is `LANES` numbers without gaps, and `length` of them are there.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: a line is `LANES` numbers without gaps, and `length` of them are there.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        let mut copy = self.pool.take(self.length);
        copy.copy_from_slice(self);
        copy
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if !self.lines.is_empty() {
            self.pool.keep(std::mem::take(&mut self.lines));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(first: usize, second: usize) -> bool {
        let pool = Pool::default();
        let start = pool.take(first).as_ptr();
        let again = pool.take(second);
        assert_eq!(again.len(), second);
        again.as_ptr() == start
    }

    #[test]
    fn a_stretch_of_about_the_same_length_is_used_again() {
        assert!(check(1000, 1000) && check(1000, 700));
    }

    #[test]
    fn a_stretch_that_is_too_short_or_far_too_long_waits() {
        assert!(!check(1000, 1100) && !check(1000, 100));
    }

    #[test]
    fn a_copy_has_memory_of_its_own() {
        let pool = Pool::default();
        let mut one = pool.take(3);
        one.copy_from_slice(&[1.0, 2.0, 3.0]);
        let copy = one.clone();
        one.fill(0.0);
        assert_eq!(*copy, [1.0, 2.0, 3.0]);
    }

    #[test]
    fn what_waits_is_bounded() {
        let pool = Pool::default();
        for _ in 0..3 {
            drop([pool.take(WAITING / 2), pool.take(WAITING / 2)]);
        }
        let waiting: usize = pool.0.lock().expect("no panic").iter().map(|lines| lines.len() * LANES).sum();
        assert!(waiting <= WAITING);
    }
}
