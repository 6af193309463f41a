//! Damaged Parquet files that once went wrong, and whole ones.
//!
//! They stand apart from the fuzz tests, which count the memory of the whole process.

use gyrus_recordings::{read_fields, read_samples};

#[test]
fn kept_parquet_is_read_or_refused() {
    for entry in std::fs::read_dir("tests/corpus/parquet").expect("a corpus") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        // Texts are no samples; what counts is that it ends.
        let _ = read_samples(&path);
        match read_fields(&path) {
            Ok(_) => assert!(name.starts_with("whole"), "{name} is read"),
            Err(error) => assert!(!name.starts_with("whole") && error.to_string().contains(&name), "{error}"),
        }
    }
}
