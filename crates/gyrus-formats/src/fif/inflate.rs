//! Files that are compressed, `.fif.gz`, as files that can be read at places.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::Error;
use crate::source::Source;

/// How every gzip file begins.
pub(crate) const BEGINNING: [u8; 2] = [0x1f, 0x8b];
/// Times a file may grow; samples grow less than tenfold, unless they are constant.
const GROWTH: u64 = 50;
/// Bytes that any file may grow to.
const LEAST: u64 = 1 << 28;

/// The file `path`, or what is compressed in it, in a file without a name in the system's folder for those.
pub(super) fn open(path: &Path) -> Result<Source, Error> {
    let source = Source::open(path)?;
    match source.take(0, 2.min(source.length()))?[..] == BEGINNING {
        true => inflated(path, source.length().saturating_mul(GROWTH).max(LEAST)),
        false => Ok(source),
    }
}

fn inflated(path: &Path, most: u64) -> Result<Source, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let mut from = MultiGzDecoder::new(io::BufReader::new(File::open(path).map_err(read)?)).take(most + 1);
    let mut file = tempfile::tempfile().map_err(read)?;
    if io::copy(&mut from, &mut file).map_err(read)? > most {
        let wrong = format!("would grow to more than {most} bytes: uncompress it by hand if that is right");
        return Err(Error::Whole { path: path.to_owned(), wrong });
    }
    Source::of(path, file)
}

/// The first bytes of what is compressed in the file `path`, as many as there are.
pub(crate) fn first(path: &Path, bytes: usize) -> Result<Vec<u8>, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let mut first = Vec::new();
    let from = MultiGzDecoder::new(io::BufReader::new(File::open(path).map_err(read)?));
    from.take(bytes as u64).read_to_end(&mut first).map_err(read)?;
    Ok(first)
}
