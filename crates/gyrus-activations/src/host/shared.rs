//! One matrix, many writers.

use std::marker::PhantomData;

/// A matrix that tasks write rectangles of.
pub(super) struct Shared<'a> {
    start: *mut f32,
    length: usize,
    width: usize,
    owner: PhantomData<&'a mut [f32]>,
}

// SAFETY: it gives out parts of a slice that it alone holds, and `part` asks for different ones.
unsafe impl Sync for Shared<'_> {}

impl<'a> Shared<'a> {
    pub(super) fn new(matrix: &'a mut [f32], width: usize) -> Self {
        Self { start: matrix.as_mut_ptr(), length: matrix.len(), width, owner: PhantomData }
    }

    /// Some columns of a row.
    ///
    /// # Safety
    /// No number may be in two parts that are alive at the same time.
    #[expect(clippy::mut_from_ref, reason = "the parts are different ones")]
    pub(super) unsafe fn part(&self, row: usize, column: usize, columns: usize) -> &mut [f32] {
        assert!(column + columns <= self.width && (row + 1) * self.width <= self.length, "a part of the matrix");
        // SAFETY: it lies in the matrix, and the caller has made sure that it is in no other part.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(row * self.width + column), columns) }
    }
}
