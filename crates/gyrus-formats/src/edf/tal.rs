//! Time-stamped annotation lists, the text in the signals `EDF Annotations`: `+onset[21 duration]20 text 20 text 20 0`.

/// Ends a time or a text.
const END: u8 = 20;
/// Begins a duration.
const DURATION: u8 = 21;

/// Seconds beyond which nothing is recorded.
const LONGEST: f64 = 1e12;

/// One list: texts of one time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tal {
    /// Seconds after the start of the file that its header says.
    pub onset: f64,
    /// Seconds.
    pub duration: f64,
    /// An empty one tells the time of the record.
    pub texts: Vec<String>,
}

/// The lists of one record, or the byte of the one that is wrong and what is wrong with it.
pub(super) fn tals(bytes: &[u8]) -> Result<Vec<Tal>, (usize, &'static str)> {
    let (mut lists, mut at) = (Vec::new(), 0);
    while let Some(start) = bytes[at..].iter().position(|byte| *byte != 0).map(|skipped| at + skipped) {
        at = bytes[start..].iter().position(|byte| *byte == 0).map_or(bytes.len(), |length| start + length);
        lists.push(tal(&bytes[start..at]).map_err(|wrong| (start, wrong))?);
    }
    Ok(lists)
}

fn tal(bytes: &[u8]) -> Result<Tal, &'static str> {
    let Some((END, bytes)) = bytes.split_last().map(|(last, bytes)| (*last, bytes)) else {
        return Err("is no list of annotations, which ends with byte 20 and byte 0");
    };
    let mut parts = bytes.split(|byte| *byte == END);
    let mut times = parts.next().unwrap_or_default().splitn(2, |byte| *byte == DURATION);
    let signed = |bytes: &&[u8]| matches!(bytes.first(), Some(b'+' | b'-'));
    let onset = times.next().filter(signed).and_then(number).ok_or("has an onset that is no number with a sign")?;
    let duration = match times.next() {
        Some(bytes) if !bytes.is_empty() => number(bytes).filter(|seconds| *seconds >= 0.0),
        _ => Some(0.0),
    };
    let duration = duration.ok_or("has a duration that is no number from 0")?;
    Ok(Tal { onset, duration, texts: parts.map(text).collect() })
}

fn number(bytes: &[u8]) -> Option<f64> {
    std::str::from_utf8(bytes).ok()?.parse().ok().filter(|number: &f64| number.abs() <= LONGEST)
}

/// UTF-8 as EDF+ wants it, or else Latin-1, in which every byte is a letter.
fn text(bytes: &[u8]) -> String {
    let latin = || bytes.iter().map(|byte| char::from(*byte)).collect();
    std::str::from_utf8(bytes).map_or_else(|_| latin(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &[(f64, f64, &[&str])]) {
        let found = tals(bytes).expect("lists");
        let found: Vec<_> = found.iter().map(|tal| (tal.onset, tal.duration, tal.texts.clone())).collect();
        let text = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let expected: Vec<_> =
            expected.iter().map(|(onset, duration, texts)| (*onset, *duration, text(texts))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lists_are_told_apart() {
        check(b"\0\0\0", &[]);
        check(b"+567\x14\x14\0", &[(567.0, 0.0, &[""])]);
        check(
            b"+0.5\x14\x14\0+180\x15.25\x14Lights off\x14Door\x14\0\0-1\x14caf\xc3\xa9\x14",
            &[(0.5, 0.0, &[""]), (180.0, 0.25, &["Lights off", "Door"]), (-1.0, 0.0, &["caf\u{e9}"])],
        );
        check(b"+1\x15\x14\xe9\x14\0", &[(1.0, 0.0, &["\u{e9}"])]);
    }

    #[test]
    fn other_bytes_are_an_error_with_their_place() {
        let wrong = |bytes: &[u8]| tals(bytes).err().map(|(at, wrong)| (at, wrong.split(' ').nth(2).unwrap_or("")));
        assert_eq!(wrong(b"\0\0+1\x14text\0"), Some((2, "list")));
        assert_eq!(wrong(b"1\x14text\x14\0"), Some((0, "onset")));
        assert_eq!(wrong(b"+inf\x14text\x14\0"), Some((0, "onset")));
        assert_eq!(wrong(b"+1\x14\x14\0+1\x15-2\x14text\x14\0"), Some((5, "duration")));
    }
}
