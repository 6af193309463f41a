//! Ranks of values, with the average rank where values are the same.

/// Bits of a value that one pass of sorting looks at.
const BITS: usize = 11;

/// Ranks of finite values that are not negative, less their mean (n - 1) / 2, so that they sum to 0.
pub(super) fn centred_ranks(values: &[f32]) -> Vec<f64> {
    let order = sorted(values);
    let mut ranks = vec![0.0; values.len()];
    let middle = (values.len() as f64 - 1.0) / 2.0;
    let mut first = 0;
    for tied in order.chunk_by(|a, b| a.bits == b.bits) {
        let rank = first as f64 + (tied.len() as f64 - 1.0) / 2.0 - middle;
        tied.iter().for_each(|one| ranks[one.place as usize] = rank);
        first += tied.len();
    }
    ranks
}

/// A value and where it stands.
#[derive(Debug, Clone, Copy, Default)]
struct Placed {
    /// Bits of a float that is not negative, which are in the order of the floats.
    bits: u32,
    place: u32,
}

/// The values in their order, by counting and moving digit after digit, the lowest first.
fn sorted(values: &[f32]) -> Vec<Placed> {
    let place = |(place, value): (usize, &f32)| Placed { bits: value.to_bits(), place: place as u32 };
    let mut from: Vec<Placed> = values.iter().enumerate().map(place).collect();
    let mut to = vec![Placed::default(); values.len()];
    for shift in (0..32).step_by(BITS) {
        let digit = |one: &Placed| (one.bits >> shift) as usize & ((1 << BITS) - 1);
        let mut next = [0; 1 << BITS];
        from.iter().for_each(|one| next[digit(one)] += 1);
        let mut before = 0;
        next.iter_mut().for_each(|next| before += std::mem::replace(next, before));
        for one in &from {
            let next = &mut next[digit(one)];
            to[*next] = *one;
            *next += 1;
        }
        std::mem::swap(&mut from, &mut to);
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::gaussian;

    #[test]
    fn ties_share_the_average_of_their_ranks() {
        assert_eq!(centred_ranks(&[3.0, 0.0, 3.0, 1.5, 1e-40]), [1.5, -2.0, 1.5, 0.0, -1.0]);
        assert_eq!(centred_ranks(&[0.5; 4]), [0.0; 4]);
        assert!(centred_ranks(&[]).is_empty());
    }

    #[test]
    fn values_of_all_sizes_are_sorted() {
        let values: Vec<f32> = gaussian(3000, 1, 1).iter().map(|value| (20.0 * value).exp()).collect();
        let sorted = sorted(&values);
        assert!(sorted.windows(2).all(|two| values[two[0].place as usize] <= values[two[1].place as usize]));
    }
}
