//! A queue that gives the nearest place first.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Places that wait, with their distances.
#[derive(Debug, Default)]
pub(super) struct Queue(BinaryHeap<Reverse<Waiting>>);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Waiting {
    distance: f64,
    place: u32,
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.distance.total_cmp(&other.distance).then(self.place.cmp(&other.place))
    }
}

impl Queue {
    pub fn push(&mut self, distance: f64, place: u32) {
        self.0.push(Reverse(Waiting { distance, place }));
    }

    pub fn pop(&mut self) -> Option<(f64, u32)> {
        self.0.pop().map(|Reverse(Waiting { distance, place })| (distance, place))
    }
}
