//! How long the records of a file are that is written.

/// Lengths in seconds that eight characters say exactly, the best first.
const LENGTHS: [f64; 18] =
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 10.0, 0.5, 0.25, 0.2, 0.125, 0.1, 0.05, 0.04, 0.025, 0.02, 0.01, 60.0];
/// Samples in a record that the header's eight characters can count.
const MOST_SAMPLES: f64 = 99_999_999.0;
/// How far samples in a record may be from a whole number, by rounding alone.
const ROUNDING: f64 = 1e-9;

/// Seconds of a record, and each channel's samples in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RecordLength {
    pub seconds: f64,
    pub per_record: Vec<usize>,
    pub records: usize,
}

/// The first length that holds a whole number of samples of every channel, given as rate in hertz and number of samples,
/// if possible one that divides their number; nothing if there is none, if a record would be longer than the recording, or if
/// channels last for different numbers of records.
pub(super) fn record_length(channels: &[(f64, usize)]) -> Option<RecordLength> {
    let suiting: Vec<RecordLength> = LENGTHS.iter().filter_map(|seconds| of(*seconds, channels)).collect();
    let whole = |length: &&RecordLength| {
        channels.iter().zip(&length.per_record).all(|((_, samples), per)| per * length.records == *samples)
    };
    suiting.iter().find(whole).or(suiting.first()).cloned()
}

fn of(seconds: f64, channels: &[(f64, usize)]) -> Option<RecordLength> {
    let samples = |rate: f64| {
        let samples = rate * seconds;
        let whole = (0.5..=MOST_SAMPLES).contains(&samples);
        (whole && (samples - samples.round()).abs() <= ROUNDING * samples).then_some(samples.round() as usize)
    };
    let per_record = channels.iter().map(|(rate, _)| samples(*rate)).collect::<Option<Vec<_>>>()?;
    let mut records = channels.iter().zip(&per_record).map(|((_, samples), per)| samples.div_ceil(*per));
    let first = records.next()?;
    let filled = channels.iter().zip(&per_record).all(|((_, samples), per)| per <= samples);
    (filled && records.all(|other| other == first)).then_some(RecordLength { seconds, per_record, records: first })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(channels: &[(f64, usize)], expected: Option<(f64, usize)>) {
        assert_eq!(record_length(channels).map(|length| (length.seconds, length.records)), expected);
    }

    #[test]
    fn whole_seconds_unless_they_would_be_filled_up() {
        check(&[(512.0, 5120), (1.0, 10)], Some((1.0, 10)));
        check(&[(512.0, 5120 + 256)], Some((0.5, 21)));
        check(&[(512.0, 5121)], Some((1.0, 11)));
        check(&[(0.5, 10)], Some((2.0, 10)));
        check(&[(100.0, 1001)], Some((0.01, 1001)));
    }

    #[test]
    fn a_rate_that_fits_no_record_is_refused() {
        check(&[(100.0 / 3.0, 100)], Some((3.0, 1)));
        check(&[(std::f64::consts::PI, 100)], None);
        check(&[(f64::NAN, 100)], None);
        check(&[(10.0, 0)], None);
        check(&[(10.0, 100), (10.0, 200)], None);
    }
}
