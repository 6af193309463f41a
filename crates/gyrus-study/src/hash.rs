//! SHA-256 of content, never of a path.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use gyrus_types::Transcript;
use sha2::{Digest, Sha256};

use crate::Error;

/// SHA-256 of a file's bytes in hexadecimal.
///
/// # Errors
/// [`Error::Read`] if the file cannot be read.
pub fn file_hash(path: &Path) -> Result<String, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(read)?);
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match reader.read(&mut buffer).map_err(read)? {
            0 => return Ok(hexadecimal(&hasher.finalize())),
            n => hasher.update(&buffer[..n]),
        }
    }
}

/// SHA-256 of a text's bytes in hexadecimal.
pub fn text_hash(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

/// SHA-256 of the bits of numbers in hexadecimal.
pub fn number_hash(numbers: impl Iterator<Item = f64>) -> String {
    let mut hasher = Sha256::new();
    numbers.for_each(|number| hasher.update(number.to_le_bytes()));
    hexadecimal(&hasher.finalize())
}

/// SHA-256 of a transcript's words, one in a line, in hexadecimal: the same for the same rows, wherever their times and the
/// space between them come from.
pub fn transcript_hash(transcript: &Transcript) -> String {
    let mut hasher = Sha256::new();
    for word in 0..transcript.words().len() {
        hasher.update(transcript.word_text(word));
        hasher.update("\n");
    }
    hexadecimal(&hasher.finalize())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_published_value() {
        assert_eq!(text_hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
