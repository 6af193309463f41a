//! The filter LZF, which h5py writes where asked for it.
//!
//! A byte below 32 is followed by so many bytes and one more, as they are.
//! Any other byte is a copy of what came before: its upper three bits are the length less two, 7 meaning that the next byte adds
//! to it, and its lower five bits with the next byte are the distance less one.

use hdf5_reader::error::{Error, Result};

/// Number of the filter.
pub(super) const ID: u16 = 32_000;

/// The bytes that were packed; one packed byte makes fewer than 90.
pub(super) fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = packed.iter().copied();
    let mut out: Vec<u8> = Vec::new();
    let cut = || Error::InvalidData("a chunk packed by LZF is cut off".to_owned());
    while let Some(control) = bytes.next() {
        if control < 32 {
            for _ in 0..=control {
                out.push(bytes.next().ok_or_else(cut)?);
            }
            continue;
        }
        let mut length = usize::from(control >> 5) + 2;
        if length == 9 {
            length += usize::from(bytes.next().ok_or_else(cut)?);
        }
        let back = (usize::from(control & 31) << 8) + usize::from(bytes.next().ok_or_else(cut)?) + 1;
        let begin = out.len().checked_sub(back);
        let begin = begin.ok_or_else(|| Error::InvalidData("LZF copies from before a chunk".to_owned()))?;
        // What is copied may overlap what is written.
        for at in begin..begin + length {
            out.push(out[at]);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::unpack;

    #[test]
    fn copies_may_overlap_themselves_and_never_reach_before() {
        assert_eq!(unpack(&[1, b'a', b'b', 0xe0, 1, 1]).expect("bytes"), b"abababababab");
        assert!(unpack(&[0, b'a', 0x20, 1]).is_err());
        assert!(unpack(&[3, b'a']).is_err() && unpack(&[0xe0]).is_err());
    }
}
