//! Long sums in lanes, which have one order whatever the width of the machine's registers.

/// Lanes of a sum.
pub(crate) const LANES: usize = 16;

/// The sum of `of` each value.
pub(crate) fn sum(values: &[f32], of: impl Fn(f64) -> f64) -> f64 {
    let (whole, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for values in whole {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += of(f64::from(*value)));
    }
    sums.iter().sum::<f64>() + rest.iter().map(|value| of(f64::from(*value))).sum::<f64>()
}

/// a'b.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f64 {
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += f64::from(a[lane]) * f64::from(b[lane]);
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_counts_once_whatever_their_number() {
        for n in [0, 1, 15, 16, 17, 100] {
            let values: Vec<f32> = (0..n).map(|value| value as f32).collect();
            let squares = (0..n).map(|value| f64::from(value * value)).sum::<f64>();
            assert_eq!((sum(&values, |x| x * x), dot(&values, &values)), (squares, squares));
        }
    }
}
