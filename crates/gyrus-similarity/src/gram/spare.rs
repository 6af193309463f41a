//! Memory for rows that are laid out for a short while, used again and again: to clear fresh memory takes longer than to lay
//! rows out in it.

use std::sync::{Mutex, PoisonError};

use super::packed::Packed;

/// What was laid out before, as often as rows are laid out at the same time.
#[derive(Debug, Default)]
pub(crate) struct Spare(Mutex<Vec<Packed>>);

impl Spare {
    /// What `work` gives with memory that it may lay rows out in.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Packed) -> T) -> T {
        let mut packed = self.taken();
        let found = work(&mut packed);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(packed);
        found
    }

    fn taken(&self) -> Packed {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}
