//! Rows of numbers in the processor's memory.

use std::sync::Arc;

use super::pool::Buffer;

/// Numbers `(rows, columns)`, row after row; a clone shares them until one of the two is changed.
#[derive(Debug, Clone)]
pub(crate) struct Array {
    numbers: Arc<Buffer>,
    columns: usize,
}

impl Array {
    pub(super) fn new(numbers: Buffer, columns: usize) -> Self {
        Self { numbers: Arc::new(numbers), columns }
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// 0 where there are no columns.
    pub(super) fn rows(&self) -> usize {
        self.numbers.len().checked_div(self.columns).unwrap_or(0)
    }

    pub(super) fn numbers(&self) -> &[f32] {
        &self.numbers
    }

    pub(super) fn numbers_mut(&mut self) -> &mut [f32] {
        let numbers: &mut Buffer = Arc::make_mut(&mut self.numbers);
        numbers
    }
}
