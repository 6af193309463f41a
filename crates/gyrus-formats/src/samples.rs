//! From the bytes of samples to numbers.

use ndarray::ArrayViewMut2;

/// How a sample lies in a file: bits, and which byte comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    I16Le,
    I16Be,
    U16Le,
    U16Be,
    I24Le,
    I32Le,
    I32Be,
    F32Le,
    F32Be,
    F64Be,
}

/// What a raw number means: (raw - zero) gain + offset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Line {
    pub zero: f64,
    pub gain: f64,
    pub offset: f64,
}

impl Line {
    /// A line through 0.
    pub fn proportional(gain: f64) -> Self {
        Self { zero: 0.0, gain, offset: 0.0 }
    }

    fn at(self, raw: f64) -> f64 {
        (raw - self.zero) * self.gain + self.offset
    }
}

impl Form {
    /// Bytes of a sample.
    pub fn bytes(self) -> usize {
        match self {
            Form::I16Le | Form::I16Be | Form::U16Le | Form::U16Be => 2,
            Form::I24Le => 3,
            Form::I32Le | Form::I32Be | Form::F32Le | Form::F32Be => 4,
            Form::F64Be => 8,
        }
    }

    /// Fills `out`, `(rows, columns)`, from rows of `width` samples, of which the given columns are taken.
    pub fn decode(self, bytes: &[u8], width: usize, columns: &[(usize, Line)], out: ArrayViewMut2<'_, f64>) {
        match self {
            Form::I16Le => rows(bytes, width, columns, out, |b| i16::from_le_bytes(b).into()),
            Form::I16Be => rows(bytes, width, columns, out, |b| i16::from_be_bytes(b).into()),
            Form::U16Le => rows(bytes, width, columns, out, |b| u16::from_le_bytes(b).into()),
            Form::U16Be => rows(bytes, width, columns, out, |b| u16::from_be_bytes(b).into()),
            Form::I24Le => rows(bytes, width, columns, out, |[a, b, c]| (i32::from_le_bytes([0, a, b, c]) >> 8).into()),
            Form::I32Le => rows(bytes, width, columns, out, |b| i32::from_le_bytes(b).into()),
            Form::I32Be => rows(bytes, width, columns, out, |b| i32::from_be_bytes(b).into()),
            Form::F32Le => rows(bytes, width, columns, out, |b| f32::from_le_bytes(b).into()),
            Form::F32Be => rows(bytes, width, columns, out, |b| f32::from_be_bytes(b).into()),
            Form::F64Be => rows(bytes, width, columns, out, f64::from_be_bytes),
        }
    }
}

fn rows<const N: usize>(
    bytes: &[u8],
    width: usize,
    columns: &[(usize, Line)],
    mut out: ArrayViewMut2<'_, f64>,
    number: impl Fn([u8; N]) -> f64,
) {
    let frames = bytes.as_chunks::<N>().0.chunks_exact(width);
    debug_assert_eq!(frames.len(), out.nrows(), "one row of samples per row");
    if let [(column, line)] = columns {
        out.column_mut(0).iter_mut().zip(frames).for_each(|(value, frame)| *value = line.at(number(frame[*column])));
        return;
    }
    let all = columns.len() == width && columns.iter().enumerate().all(|(i, (column, _))| i == *column);
    for (mut row, frame) in out.rows_mut().into_iter().zip(frames) {
        if all {
            let samples = frame.iter().zip(columns);
            row.iter_mut().zip(samples).for_each(|(value, (sample, (_, line)))| *value = line.at(number(*sample)));
        } else {
            let columns = row.iter_mut().zip(columns);
            columns.for_each(|(value, (column, line))| *value = line.at(number(frame[*column])));
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    fn check(form: Form, bytes: &[u8], expected: Array2<f64>) {
        let (height, width) = expected.dim();
        assert_eq!(bytes.len(), height * width * form.bytes());
        let lines: Vec<(usize, Line)> = (0..width).map(|column| (column, Line::proportional(1.0))).collect();
        let mut found = Array2::zeros((height, width));
        form.decode(bytes, width, &lines, found.view_mut());
        assert_eq!(found, expected);
        for column in 0..width {
            let mut found = Array2::zeros((height, 2));
            form.decode(bytes, width, &[lines[column], lines[0]], found.view_mut());
            assert_eq!((found.column(0), found.column(1)), (expected.column(column), expected.column(0)));
            let mut found = Array2::zeros((height, 1));
            form.decode(bytes, width, &lines[column..=column], found.view_mut());
            assert_eq!(found.column(0), expected.column(column));
        }
    }

    #[test]
    fn every_form_is_the_number_it_means() {
        check(Form::I16Le, b"\x01\x00\xff\xff\x00\x80\xff\x7f", array![[1.0, -1.0], [-32768.0, 32767.0]]);
        check(Form::I16Be, b"\x00\x01\xff\xff", array![[1.0, -1.0]]);
        check(Form::U16Le, b"\xff\xff\x00\x80", array![[65535.0], [32768.0]]);
        check(Form::U16Be, b"\x00\x01\x80\x00", array![[1.0, 32768.0]]);
        check(Form::I24Le, b"\xff\xff\xff\x00\x00\x80\xff\xff\x7f", array![[-1.0, -8388608.0, 8388607.0]]);
        check(Form::I32Le, b"\xfe\xff\xff\xff", array![[-2.0]]);
        check(Form::I32Be, b"\x80\x00\x00\x00", array![[-2147483648.0]]);
        check(Form::F32Le, &1.5_f32.to_le_bytes(), array![[1.5]]);
        check(Form::F32Be, &[1.5_f32.to_be_bytes(), 0.1_f32.to_be_bytes()].concat(), array![[1.5], [0.1_f32.into()]]);
        check(Form::F64Be, &0.1_f64.to_be_bytes(), array![[0.1]]);
    }

    #[test]
    fn a_line_is_applied_to_each_column() {
        let mut found = Array2::zeros((1, 2));
        let lines = [(1, Line { zero: 1.0, gain: 2.0, offset: 10.0 }), (0, Line::proportional(0.5))];
        Form::I16Be.decode(b"\x00\x03\x00\x04", 2, &lines, found.view_mut());
        assert_eq!(found, array![[16.0, 1.5]]);
    }
}
