//! Little-endian floating-point numbers as f32.

use half::f16;
use half::slice::HalfFloatSliceExt;
use rayon::prelude::*;
use safetensors::Dtype;

/// Numbers that one thread turns at a time: 256 KB of f32.
const CHUNK: usize = 1 << 16;

/// Half-precision numbers that are turned by one call of the processor's own conversion.
const BLOCK: usize = 256;

/// Turns all `bytes`, numbers of the type `dtype`, into as many `values`; a type that is not floating gives zeros.
///
/// Each number depends on its own bytes alone, so the result does not depend on the number of threads.
pub(crate) fn read_floats(dtype: Dtype, bytes: &[u8], values: &mut [f32]) {
    if values.len() <= CHUNK {
        return turn(dtype, bytes, values);
    }
    let chunks = bytes.par_chunks(CHUNK * dtype.bitsize() / 8);
    values.par_chunks_mut(CHUNK).zip(chunks).for_each(|(values, bytes)| turn(dtype, bytes, values));
}

fn turn(dtype: Dtype, bytes: &[u8], values: &mut [f32]) {
    match dtype {
        Dtype::F32 => each(bytes, values, f32::from_le_bytes),
        // The upper half of an f32; spelt out because this form is vectorised.
        Dtype::BF16 => each(bytes, values, |b| f32::from_bits(u32::from(u16::from_le_bytes(b)) << 16)),
        Dtype::F16 => halves(bytes, values),
        Dtype::F64 => each(bytes, values, |b| f64::from_le_bytes(b) as f32),
        _ => values.fill(0.0),
    }
}

fn each<const N: usize>(bytes: &[u8], values: &mut [f32], number: impl Fn([u8; N]) -> f32) {
    let (chunks, _) = bytes.as_chunks::<N>();
    for (value, &chunk) in values.iter_mut().zip(chunks) {
        *value = number(chunk);
    }
}

fn halves(bytes: &[u8], values: &mut [f32]) {
    let mut block = [f16::ZERO; BLOCK];
    for (values, bytes) in values.chunks_mut(BLOCK).zip(bytes.chunks(2 * BLOCK)) {
        let (pairs, _) = bytes.as_chunks::<2>();
        for (half, &pair) in block.iter_mut().zip(pairs) {
            *half = f16::from_le_bytes(pair);
        }
        block[..values.len()].convert_to_f32_slice(values);
    }
}

#[cfg(test)]
mod tests {
    use half::bf16;

    use super::*;

    fn check<const N: usize>(dtype: Dtype, encode: impl Fn(u64) -> [u8; N], expected: impl Fn([u8; N]) -> f32) {
        for count in [0, 1, BLOCK + 1, 2 * CHUNK + 77] {
            let numbers: Vec<[u8; N]> = (0..count as u64).map(&encode).collect();
            let mut values = vec![f32::NAN; count];
            read_floats(dtype, numbers.as_flattened(), &mut values);
            let pairs = values.iter().zip(numbers).enumerate();
            for (i, (value, number)) in pairs {
                let expected = expected(number);
                assert!(value.to_bits() == expected.to_bits() || value.is_nan() && expected.is_nan(), "{dtype} {i}");
            }
        }
    }

    #[test]
    fn every_half_precision_number_is_read() {
        check(Dtype::F16, |i| (i as u16).to_le_bytes(), |b| f16::from_le_bytes(b).to_f32());
        check(Dtype::BF16, |i| (i as u16).to_le_bytes(), |b| bf16::from_le_bytes(b).to_f32());
    }

    #[test]
    fn whole_and_double_precision_is_read() {
        let mixed = |i: u64| i.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        check(Dtype::F32, |i| (mixed(i) as u32).to_le_bytes(), f32::from_le_bytes);
        check(Dtype::F64, |i| (i as f64 / 7.0 - 1e4).to_le_bytes(), |b| f64::from_le_bytes(b) as f32);
    }
}
