//! What a Linux program needs of the system it runs on, read from its own file.

use std::ffi::CStr;

/// Kinds of section, and the entry of a dynamic section that names a library (`elf.h`).
const DYNAMIC: u32 = 6;
const NEEDED: u64 = 1;

/// The libraries of a program, and the newest glibc that its symbols ask for.
#[derive(Debug, PartialEq, Eq)]
pub struct Needs {
    pub libraries: Vec<String>,
    pub glibc: (u32, u32),
}

/// Reads the dynamic section of a 64-bit little-endian program; `None` if there is none, or it is damaged.
pub fn needs(file: &[u8]) -> Option<Needs> {
    let (table, texts) = dynamic(file)?;
    let entries = table.chunks_exact(16).map(|entry| (number(entry, 0, 8), number(entry, 8, 8)));
    let offsets = entries.filter(|(tag, _)| *tag == Some(NEEDED)).map(|(_, offset)| offset);
    let libraries = offsets.map(|offset| text(texts, usize::try_from(offset?).ok()?)).collect::<Option<_>>()?;
    // The table of texts holds the versions of symbols too, each by its name, such as GLIBC_2.17.
    let names = texts.split(|byte| *byte == 0).filter_map(|name| std::str::from_utf8(name).ok());
    Some(Needs { libraries, glibc: names.filter_map(version).max()? })
}

/// The dynamic section and the texts that it points into.
fn dynamic(file: &[u8]) -> Option<(&[u8], &[u8])> {
    if file.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let (start, size, count) = (number(file, 40, 8)?, number(file, 58, 2)?, number(file, 60, 2)?);
    let header = |idx: u64| {
        let at = usize::try_from(start.checked_add(idx * size)?).ok()?;
        file.get(at..at.checked_add(64)?)
    };
    let bytes = |header: &[u8]| {
        let (at, length) =
            (usize::try_from(number(header, 24, 8)?).ok()?, usize::try_from(number(header, 32, 8)?).ok()?);
        file.get(at..at.checked_add(length)?)
    };
    let section = (0..count).filter_map(header).find(|header| number(header, 4, 4) == Some(DYNAMIC.into()))?;
    Some((bytes(section)?, bytes(header(number(section, 40, 4)?)?)?))
}

/// The number of `length` bytes at `at`, lowest byte first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    Some(bytes.get(at..at + length)?.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

fn text(texts: &[u8], at: usize) -> Option<String> {
    Some(CStr::from_bytes_until_nul(texts.get(at..)?).ok()?.to_str().ok()?.to_owned())
}

/// The numbers of a name such as GLIBC_2.17 or GLIBC_2.2.5; the third does not tell releases apart.
fn version(name: &str) -> Option<(u32, u32)> {
    let mut numbers = name.strip_prefix("GLIBC_")?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64", target_endian = "little"))]
    fn this_program_needs_the_c_library() {
        let file = std::fs::read(std::env::current_exe().expect("a path")).expect("this program");
        let needs = needs(&file).expect("a dynamic section");
        assert!(needs.libraries.iter().any(|name| name == "libc.so.6"), "{needs:?}");
        assert!(needs.glibc >= (2, 2), "{needs:?}");
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(["GLIBC_2.9", "GLIBC_2.17", "GLIBC_2.2.5"].map(version).iter().max(), Some(&Some((2, 17))));
        assert_eq!((version("GLIBC_PRIVATE"), version("GCC_3.0")), (None, None));
    }

    #[test]
    fn other_and_damaged_files_are_refused() {
        assert_eq!(needs(b"#!/bin/sh\n"), None);
        let mut header = [0xff; 64];
        header[..6].copy_from_slice(b"\x7fELF\x02\x01");
        assert_eq!(needs(&header), None);
        assert_eq!(needs(&header[..20]), None);
    }
}
