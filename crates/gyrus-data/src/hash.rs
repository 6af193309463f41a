//! Hashes that say which algorithm they are of, and the hashes of files.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use md5::Md5;
use serde::Deserialize;
use sha1::Sha1;
use sha2::digest::DynDigest;
use sha2::{Digest, Sha256};

use crate::Error;

/// How a hash is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// MD5 of the bytes: `md5`.
    Md5,
    /// SHA-256 of the bytes: `sha256`.
    Sha256,
    /// SHA-1 of `blob`, the size and the bytes, by which git knows a file: `git`.
    GitBlob,
}

/// The algorithms, their names and how many hexadecimal digits their hashes have.
const ALGORITHMS: [(Algorithm, &str, usize); 3] =
    [(Algorithm::Md5, "md5", 32), (Algorithm::Sha256, "sha256", 64), (Algorithm::GitBlob, "git", 40)];

/// The hash of a file and how it was computed, as `sha256:` and 64 hexadecimal digits in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Hash {
    algorithm: Algorithm,
    digits: String,
}

impl Hash {
    /// The hash that `text` says, for example `md5:d41d8cd98f00b204e9800998ecf8427e`; none where it says none.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, digits) = text.split_once(':')?;
        let (algorithm, _, length) = ALGORITHMS.into_iter().find(|(_, known, _)| *known == name)?;
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (digits.len() == length && digits.bytes().all(is_digit)).then(|| Self { algorithm, digits: digits.into() })
    }

    /// How it is computed.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its hexadecimal digits.
    pub fn digits(&self) -> &str {
        &self.digits
    }
}

impl TryFrom<String> for Hash {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| {
            format!(
                "wrong hash (`md5:`, `sha256:` or `git:` and 32, 64 or 40 hexadecimal digits in lower case): `{text}`"
            )
        })
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.digits)
    }
}

impl Algorithm {
    /// Its name in manifests.
    pub fn name(self) -> &'static str {
        ALGORITHMS.into_iter().find(|(known, _, _)| *known == self).map_or("", |(_, name, _)| name)
    }

    fn begin(self, bytes: u64) -> Box<dyn DynDigest> {
        match self {
            Self::Md5 => Box::new(Md5::new()),
            Self::Sha256 => Box::new(Sha256::new()),
            Self::GitBlob => Box::new(Sha1::new_with_prefix(format!("blob {bytes}\0"))),
        }
    }
}

/// The hash of the file `path`; `news` hears how many bytes have been read.
///
/// # Errors
/// [`Error::Read`] if the file cannot be read.
pub fn file_hash(path: &Path, algorithm: Algorithm, news: &mut dyn FnMut(u64)) -> Result<Hash, Error> {
    hash_of(path, algorithm, news).map_err(|source| Error::Read { path: path.into(), source })
}

fn hash_of(path: &Path, algorithm: Algorithm, news: &mut dyn FnMut(u64)) -> io::Result<Hash> {
    let mut file = File::open(path)?;
    let mut digest = algorithm.begin(file.metadata()?.len());
    let mut buffer = vec![0; 1 << 20];
    let mut done = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => {
                digest.update(&buffer[..n]);
                done += n as u64;
                news(done);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let digits = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Hash { algorithm, digits })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published test vectors of `abc`, and what `printf abc | git hash-object --stdin` says.
    #[test]
    fn agrees_with_the_published_values() -> Result<(), Error> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").expect("a file in a temporary folder");
        for hash in [
            "md5:900150983cd24fb0d6963f7d28e17f72",
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "git:f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f",
        ] {
            let expected = Hash::parse(hash).expect("a hash");
            let mut read = 0;
            let found = file_hash(&path, expected.algorithm(), &mut |done| read = done)?;
            assert_eq!((found.to_string().as_str(), &found, read), (hash, &expected, 3));
        }
        Ok(())
    }

    #[test]
    fn what_is_no_hash_is_none() {
        for text in ["", "md5", "md5:", "sha1:900150983cd24fb0d6963f7d28e17f72", "md5:900150983CD24FB0D6963F7D28E17F72"]
        {
            assert_eq!(Hash::parse(text), None, "{text}");
        }
        assert_eq!(Hash::parse("sha256:900150983cd24fb0d6963f7d28e17f72"), None);
        assert_eq!(Hash::parse("md5:900150983cd24fb0d6963f7d28e17f7\u{e9}"), None);
    }
}
