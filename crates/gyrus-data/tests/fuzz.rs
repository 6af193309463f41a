//! Damages manifests and reads them: whatever they say, it ends with a data set that is valid or with one error.
//!
//! `GYRUS_FUZZ_SECONDS` makes the run longer than its one second.

use std::path::Path;
use std::time::{Duration, Instant};

use gyrus_data::{Catalogue, DataSet, Selection, is_inside};

/// Text that means something in a manifest.
const PIECES: [&str; 24] = [
    "\"",
    "'",
    "[[file]]",
    "[[oddity]]",
    "[story]",
    "=",
    "\n",
    "\0",
    "\u{feff}",
    "../",
    "/",
    "\\",
    "..",
    "**",
    "***",
    "[",
    "sha256:",
    "md5:",
    "9223372036854775808",
    "-1",
    "1e999",
    ".part",
    "http://",
    "\\u0000",
];

/// Random numbers that are the same every time.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// `text` with a byte changed, a stretch removed, doubled or replaced, or the end cut off.
fn damaged(text: &str, draws: &mut Draws) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..1 + draws.below(3) {
        let at = draws.below(bytes.len());
        let end = (at + draws.below(40)).min(bytes.len());
        match draws.below(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let stretch = bytes[at..end].to_vec();
                bytes.splice(at..at, stretch);
            }
            3 if at < bytes.len() => bytes[at] = draws.below(256) as u8,
            _ => {
                let piece = PIECES[draws.below(PIECES.len())].bytes();
                bytes.splice(at..end, piece);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What every data set that exists must be.
fn check_valid(set: &DataSet) {
    assert!(set.files.iter().all(|file| is_inside(&file.path)));
    assert!(set.patterns.iter().all(|pattern| Selection::new(&[&pattern.path]).is_ok()));
    for file in &set.files {
        if let Ok(url) = set.address(file, None) {
            assert!(url.is_ascii() && url.starts_with("http") && !url.contains(['?', '#', ' ']), "{url}");
        }
    }
}

#[test]
fn damaged_manifests_are_read_or_refused() {
    let seconds = std::env::var("GYRUS_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let seeds: Vec<String> = Catalogue::names()
        .map(|name| {
            let text = Catalogue::text(name).expect("a manifest");
            text.lines().take(90).collect::<Vec<_>>().join("\n")
        })
        .collect();
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut draws, mut read, mut refused) = (Draws(2026), 0, 0);
    while Instant::now() < end {
        let seed = &seeds[draws.below(seeds.len())];
        match DataSet::parse(&damaged(seed, &mut draws), Path::new("manifest.toml")) {
            Ok(set) => {
                check_valid(&set);
                read += 1;
            }
            Err(error) => {
                assert!(error.to_string().contains("manifest.toml"), "{error}");
                refused += 1;
            }
        }
    }
    assert!(read > 10 && refused > 10, "{read} read, {refused} refused");
}
