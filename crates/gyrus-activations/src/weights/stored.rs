//! Where the numbers of one tensor lie in a file.

use std::ops::Range;

use rayon::prelude::*;
use safetensors::Dtype;

use crate::weights::flaw::Flaw;
use crate::weights::numbers::read_floats;

/// A tensor inside the bytes of a file; every number of it is known to lie there.
///
/// The number at index `(i, j, ..)` is number `i * strides[0] + j * strides[1] + ..` from `start` on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    /// The number type.
    pub(crate) dtype: Dtype,
    /// Numbers along each axis.
    pub(crate) shape: Vec<usize>,
    /// Numbers from one index of an axis to the next.
    strides: Vec<usize>,
    /// Place of the first number, bytes from the start of the file.
    start: usize,
}

impl Stored {
    /// A tensor whose numbers follow each other from `start` on; that they end within the file is already known.
    pub(crate) fn whole(dtype: Dtype, shape: Vec<usize>, start: usize) -> Self {
        Self { dtype, strides: contiguous(&shape), shape, start }
    }

    /// A view of the numbers in the bytes `storage` of a file: it begins `offset` numbers in.
    ///
    /// A view may repeat numbers, but not so often that it is larger than its file of `file_len` bytes.
    pub(crate) fn view(
        dtype: Dtype,
        (shape, strides): (Vec<usize>, Vec<usize>),
        offset: usize,
        storage: Range<usize>,
        file_len: usize,
    ) -> Result<Self, Flaw> {
        let size = dtype.bitsize() / 8;
        let outside = || Flaw::Damaged(format!("a tensor of shape {shape:?} reaches beyond its storage"));
        if shape.len() != strides.len() {
            return Err(Flaw::Damaged(format!("a tensor of shape {shape:?} has the strides {strides:?}")));
        }
        let count = shape.iter().try_fold(size, |count, &n| count.checked_mul(n)).ok_or_else(outside)?;
        let reach = if count == 0 { Some(0) } else { reach(&shape, &strides, offset) };
        let end = reach.and_then(|numbers| numbers.checked_mul(size)).ok_or_else(outside)?;
        if end > storage.len() || count > file_len {
            return Err(outside());
        }
        let start = storage.start + if count == 0 { 0 } else { offset * size };
        Ok(Self { dtype, shape, strides, start })
    }

    /// Bytes of a number; zero for less than a byte.
    pub(crate) fn element_size(&self) -> usize {
        self.dtype.bitsize() / 8
    }

    /// How many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// From the first byte to the end of the last number.
    pub(crate) fn span(&self) -> Range<usize> {
        let numbers = if self.len() == 0 { 0 } else { reach(&self.shape, &self.strides, 0).unwrap_or(0) };
        self.start..self.start + numbers * self.element_size()
    }

    /// Reads all floating-point numbers into `values`, the last axis fastest.
    ///
    /// # Panics
    /// If there are more or fewer numbers than `values`.
    pub(crate) fn read(&self, file: &[u8], values: &mut [f32]) {
        assert_eq!(values.len(), self.len(), "values for a tensor of shape {:?}", self.shape);
        if values.is_empty() {
            return;
        }
        if self.is_contiguous() {
            return read_floats(self.dtype, &file[self.span()], values);
        }
        let (width, stride) = (self.shape.last().copied().unwrap_or(1), self.strides.last().copied().unwrap_or(1));
        let size = self.element_size();
        values.par_chunks_mut(width).enumerate().for_each(|(line, values)| {
            let start = self.place(line * width);
            for (i, value) in values.iter_mut().enumerate() {
                read_floats(self.dtype, &file[start + i * stride * size..][..size], std::slice::from_mut(value));
            }
        });
    }

    /// The floating-point numbers of some rows, one row after the other.
    pub(crate) fn rows(&self, file: &[u8], rows: &[u32]) -> Vec<f32> {
        let width = self.shape[1..].iter().product::<usize>();
        let mut values = vec![0.0; rows.len() * width];
        let lines = values.par_chunks_mut(width.max(1)).zip(rows);
        lines.for_each(|(values, &row)| self.row(row as usize).read(file, values));
        values
    }

    /// All numbers of a tensor of 64-bit integers, the last axis fastest.
    pub(crate) fn integers(&self, file: &[u8]) -> Vec<i64> {
        let number = |place: usize| file[place..].first_chunk().map(|bytes| i64::from_le_bytes(*bytes));
        (0..self.len()).filter_map(|i| number(self.place(i))).collect()
    }

    fn row(&self, row: usize) -> Self {
        assert!(row < self.shape[0], "row {row} of {}", self.shape[0]);
        let start = self.start + row * self.strides[0] * self.element_size();
        Self { dtype: self.dtype, shape: self.shape[1..].to_vec(), strides: self.strides[1..].to_vec(), start }
    }

    /// Whether the numbers follow each other; an axis of one index has no say.
    fn is_contiguous(&self) -> bool {
        let ideal = contiguous(&self.shape);
        self.shape.iter().zip(&self.strides).zip(ideal).all(|((&n, &stride), ideal)| n == 1 || stride == ideal)
    }

    /// Place in the file of number `i`, counted with the last axis fastest.
    fn place(&self, mut i: usize) -> usize {
        let mut numbers = 0;
        for (&n, &stride) in self.shape.iter().zip(&self.strides).rev() {
            numbers += i % n * stride;
            i /= n;
        }
        self.start + numbers * self.element_size()
    }
}

/// One past the last number that a view with `offset` touches; `None` if that is more than can be counted.
fn reach(shape: &[usize], strides: &[usize], offset: usize) -> Option<usize> {
    let step = |sum: usize, (&n, &stride): (&usize, &usize)| sum.checked_add((n - 1).checked_mul(stride)?);
    shape.iter().zip(strides).try_fold(offset, step)?.checked_add(1)
}

/// The strides of numbers that follow each other, the last axis fastest.
fn contiguous(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1_usize; shape.len()];
    for i in (1..shape.len()).rev() {
        strides[i - 1] = strides[i].saturating_mul(shape[i]);
    }
    strides
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes whose number `i` is `i`, after `start` bytes of something else.
    fn file(start: usize, len: usize) -> Vec<u8> {
        let numbers = (0..len).flat_map(|i| (i as f32).to_le_bytes());
        std::iter::repeat_n(7, start).chain(numbers).collect()
    }

    fn values(stored: &Stored, file: &[u8]) -> Vec<f32> {
        let mut values = vec![f32::NAN; stored.len()];
        stored.read(file, &mut values);
        values
    }

    /// Compares with the definition, one number at a time.
    fn check(shape: [usize; 3], strides: [usize; 3], offset: usize) {
        let file = file(5, 100);
        let view = Stored::view(Dtype::F32, (shape.to_vec(), strides.to_vec()), offset, 5..file.len(), file.len());
        let view = view.expect("a view inside its storage");
        let mut expected = Vec::new();
        for i in 0..shape[0] {
            for j in 0..shape[1] {
                expected
                    .extend((0..shape[2]).map(|k| (offset + i * strides[0] + j * strides[1] + k * strides[2]) as f32));
            }
        }
        assert_eq!(values(&view, &file), expected);
        let width = shape[1] * shape[2];
        assert_eq!(
            view.rows(&file, &[1, 0, 1]),
            [&expected[width..2 * width], &expected[..2 * width][..width], &expected[width..2 * width]].concat()
        );
    }

    fn check_outside(shape: &[usize], strides: &[usize], offset: usize) {
        let view = Stored::view(Dtype::F32, (shape.to_vec(), strides.to_vec()), offset, 0..400, 400);
        assert!(matches!(view, Err(Flaw::Damaged(_))), "{shape:?} {strides:?} {offset}");
    }

    #[test]
    fn views_follow_their_strides() {
        check([4, 5, 5], [25, 5, 1], 0);
        check([2, 5, 5], [25, 5, 1], 50);
        check([2, 1, 5], [5, 99, 1], 3);
        check([5, 4, 5], [1, 25, 5], 0);
        check([3, 2, 1], [0, 7, 1], 92);
        check([2, 3, 0], [1, 1, 1], 0);
    }

    #[test]
    fn views_stay_in_their_storage() {
        check_outside(&[101], &[1], 0);
        check_outside(&[1], &[1], 100);
        check_outside(&[2, 2], &[99, 1], 0);
        check_outside(&[2], &[usize::MAX], 1);
        check_outside(&[usize::MAX, 2], &[0, 0], 0);
        check_outside(&[usize::MAX], &[1], 0);
        check_outside(&[3], &[1, 1], 0);
        check_outside(&[2], &[1], usize::MAX);
    }

    #[test]
    fn a_view_that_repeats_numbers_is_no_larger_than_its_file() {
        check_outside(&[101], &[0], 0);
        assert!(Stored::view(Dtype::F32, (vec![100], vec![0]), 0, 0..4, 400).is_ok());
    }

    #[test]
    fn long_tensors_are_read_like_short_ones() {
        let file = file(3, 300_000);
        let whole = Stored::whole(Dtype::F32, vec![3, 100_000], 3);
        assert!(values(&whole, &file).iter().enumerate().all(|(i, x)| *x == i as f32));
    }
}
