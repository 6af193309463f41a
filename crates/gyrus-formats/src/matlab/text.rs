//! Characters to rows of text.

/// The rows of an array of characters of that shape, its first axis fastest.
///
/// `units` are UTF-16 code units or whole characters; a single row may have more or fewer of them than its shape says, because
/// programs disagree on what they count. Nothing if there are not as many as the shape of several rows says.
pub(super) fn rows(units: &[u32], shape: &[usize]) -> Option<Vec<String>> {
    let count = shape.first().copied().unwrap_or(0);
    if count <= 1 || units.is_empty() {
        return Some(if units.is_empty() { Vec::new() } else { vec![text(units.iter().copied())] });
    }
    let columns = shape[1..].iter().try_fold(1_usize, |all, size| all.checked_mul(*size))?;
    if columns.checked_mul(count)? != units.len() {
        return None;
    }
    Some((0..count).map(|row| text(units.iter().copied().skip(row).step_by(count))).collect())
}

fn text(units: impl Iterator<Item = u32>) -> String {
    let mut code = Vec::new();
    for unit in units {
        match (u16::try_from(unit), char::from_u32(unit)) {
            (Ok(unit), _) => code.push(unit),
            (Err(_), Some(letter)) => code.extend_from_slice(letter.encode_utf16(&mut [0; 2])),
            (Err(_), None) => code.push(0xfffd),
        }
    }
    String::from_utf16_lossy(&code)
}
