//! Addresses of files below the address of a folder.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Error;

/// What a path must not have unescaped: all but letters, digits and the marks that stand for themselves, and the slash.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Whether `base` is the address of a folder on a server.
pub fn is_folder(base: &str) -> bool {
    let server = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"?#\"<>\\^`{|}@".contains(&byte);
    server.is_some_and(|rest| !rest.starts_with('/') && !rest.is_empty() && rest.bytes().all(is_plain))
}

/// Address of the file `path` below the folder `base`.
///
/// # Errors
/// [`Error::Address`] if `base` is not the address of a folder.
pub fn of_file(base: &str, path: &str) -> Result<String, Error> {
    match is_folder(base) {
        true => Ok(format!("{}/{}", base.trim_end_matches('/'), utf8_percent_encode(path, ESCAPED))),
        false => Err(Error::Address(base.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strange_letters_are_escaped() -> Result<(), Error> {
        let found = of_file("https://example.org/a%20b", "sub-01/é #1?.txt")?;
        assert_eq!(found, "https://example.org/a%20b/sub-01/%C3%A9%20%231%3F.txt");
        Ok(())
    }

    #[test]
    fn only_folders_of_servers_are_bases() {
        for base in ["https://example.org", "http://127.0.0.1:8080/a/", "https://s3.amazonaws.com/openneuro.org/ds1"] {
            assert!(is_folder(base), "{base}");
        }
        for base in
            ["", "https://", "https:///a", "file:///a", "example.org", "https://a?b", "https://a b", "https://u:p@a"]
        {
            assert!(!is_folder(base), "{base}");
        }
    }
}
