//! Changes of files, of the kinds that hurt readers: of bits, of lengths, of numbers in digits, of nesting.

use crate::Draws;

/// Whole numbers at the edges of what a field can hold.
const EDGES: [u64; 15] = [
    0,
    1,
    2,
    0x7f,
    0xff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
    100_000_001,
    1 << 40,
    i64::MAX as u64,
    1 << 63,
    u64::MAX,
];

/// What may stand in a text instead of a number.
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "2",
    "-1",
    "0.5",
    "1e999",
    "-1e-400",
    "NaN",
    "inf",
    "n/a",
    "65536",
    "100000000",
    "4294967296",
    "9223372036854775808",
    "18446744073709551615",
    "",
];

/// Pieces that mean something in some text.
const PIECES: [&str; 32] = [
    "\"", "'", "{", "}", "[", "]", "[[", "(", ")", ",", ":", "=", "\t", "\n", "\r\n", "\\u0000", "\\ud800", "\\x", "#",
    "<", "-", "..", "../", "/", "\0", "\u{feff}", "é", "▁", "null", "true", " ", "{\"a\":",
];

/// One change of `bytes`, perhaps with a piece of `other`; half of them near the beginning, where headers are.
pub(crate) fn damage(bytes: &mut Vec<u8>, other: &[u8], draws: &mut Draws) {
    let length = bytes.len();
    if length == 0 {
        return bytes.push(draws.below(256) as u8);
    }
    let within = if draws.below(2) == 0 { length } else { length.min(600) };
    let at = draws.below(within);
    let end = (at + 1 + draws.below(40)).min(length);
    match draws.below(14) {
        0 => bytes[at] ^= 1 << draws.below(8),
        1 => bytes[at] = draws.below(256) as u8,
        2 => bytes.truncate(at),
        3 => bytes.extend((0..=draws.below(40)).map(|_| draws.below(256) as u8)),
        4 => drop(bytes.drain(at..end)),
        5 | 6 => field(bytes, at, draws),
        7 => splice(bytes, other, at, draws),
        8..=10 => renumber(bytes, at, draws),
        11 => exchange(bytes, at, draws),
        _ => {
            let times = [1, 1, 1, 2, 300][draws.below(5)];
            let piece = PIECES[draws.below(PIECES.len())].repeat(times);
            let replaced = if draws.below(2) == 0 { at } else { end };
            bytes.splice(at..replaced, piece.bytes());
        }
    }
}

/// Puts an extreme number, or the file's length, into a field of 1, 2, 4 or 8 bytes.
fn field(bytes: &mut [u8], at: usize, draws: &mut Draws) {
    let number = if draws.below(4) == 0 { bytes.len() as u64 } else { EDGES[draws.below(EDGES.len())] };
    let width = [1, 2, 4, 8][draws.below(4)].min(bytes.len() - at);
    let big = number.rotate_right(8 * width as u32).to_be_bytes();
    let field = if draws.below(2) == 0 { number.to_le_bytes() } else { big };
    bytes[at..at + width].copy_from_slice(&field[..width]);
}

/// Puts a piece of another file over or into this one.
fn splice(bytes: &mut Vec<u8>, other: &[u8], at: usize, draws: &mut Draws) {
    let from = draws.below(other.len() + 1);
    let piece = &other[from..(from + 1 + draws.below(200)).min(other.len())];
    let replaced = if draws.below(2) == 0 { (at + piece.len()).min(bytes.len()) } else { at };
    bytes.splice(at..replaced, piece.iter().copied());
}

/// Puts another number where the next one is written in digits; the header of a safetensors file grows and shrinks with it.
fn renumber(bytes: &mut Vec<u8>, at: usize, draws: &mut Draws) {
    let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) else { return };
    let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = NUMBERS[draws.below(NUMBERS.len())];
    bytes.splice(start..start + digits, number.bytes());
    let Some(header) = bytes.first_chunk().map(|first| u64::from_le_bytes(*first)) else { return };
    if header < bytes.len() as u64 && start >= 8 {
        let header = header.wrapping_add(number.len() as u64).wrapping_sub(digits as u64);
        bytes.splice(0..8, header.to_le_bytes());
    }
}

/// Exchanges two pieces of equal length.
fn exchange(bytes: &mut [u8], at: usize, draws: &mut Draws) {
    let other = draws.below(bytes.len());
    let (low, high) = (at.min(other), at.max(other));
    let length = (1 + draws.below(63)).min(high - low).min(bytes.len() - high);
    let (left, right) = bytes.split_at_mut(high);
    left[low..low + length].swap_with_slice(&mut right[..length]);
}
