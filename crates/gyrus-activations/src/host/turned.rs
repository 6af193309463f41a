//! Eight rows of numbers side by side, as the left side of a tile and the columns of a right side want them.

use super::instructions::Instructions;
#[cfg(target_arch = "x86_64")]
use super::instructions::Set;
use super::tile::ROWS;
#[cfg(target_arch = "x86_64")]
use super::tile_avx2;

/// out_kr = rows_rk for as many k as the rows are long; row k of `out` starts at k `stride`.
///
/// # Panics
/// If the rows are not equally long or `out` is too short.
#[cfg_attr(not(target_arch = "x86_64"), expect(unused_variables, unused_mut, reason = "one way elsewhere"))]
pub(super) fn turn(rows: [&[f32]; ROWS], out: &mut [f32], stride: usize, instructions: Instructions) {
    let length = rows[0].len();
    assert!(rows.iter().all(|row| row.len() == length), "rows of equal length");
    assert!(length == 0 || out.len() >= (length - 1) * stride + ROWS, "room for every row");
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if instructions.set() != Set::Plain {
        while done + ROWS <= length {
            // SAFETY: the features were found on this machine, and the lengths were checked above.
            unsafe { tile_avx2::turn(&rows, done, out.as_mut_ptr().add(done * stride), stride) };
            done += ROWS;
        }
    }
    for k in done..length {
        for (out, row) in out[k * stride..].iter_mut().zip(rows) {
            *out = row[k];
        }
    }
}
