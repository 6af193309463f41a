//! How much room a disk has.

use std::path::Path;

use crate::Error;

/// Bytes that may still be written below `folder`, which need not be there yet; `None` where that cannot be told.
pub fn free_space(folder: &Path) -> Option<u64> {
    let whole = std::path::absolute(folder).ok()?;
    whole.ancestors().find_map(free)
}

#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

/// Room for `bytes` more below `folder`.
///
/// # Errors
/// [`Error::Space`] if there is less.
pub(crate) fn require_space(folder: &Path, bytes: u64) -> Result<(), Error> {
    match free_space(folder) {
        Some(free) if free < bytes => Err(Error::Space { path: folder.to_owned(), needed: bytes, free }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_disk_has_room_for_everything() {
        let folder = Path::new("not/there/yet");
        let error = require_space(folder, u64::MAX).expect_err("too much").to_string();
        assert!(error.contains("not/there/yet") && error.contains("GiB"), "{error}");
        assert!(require_space(folder, 1).is_ok() && free_space(folder).is_some_and(|bytes| bytes > 0));
    }
}
