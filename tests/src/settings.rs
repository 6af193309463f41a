//! The two files that a person writes: the data set's manifest and the study file.

use crate::listeners::{DISCARDED, FIRST_SCAN, REGIONS, REPETITION_TIME, SCANS};
use crate::story::SPELLING;

/// The manifest of the data set, listing `files`: path, bytes and SHA-256.
pub fn manifest(files: &[(String, usize, String)]) -> String {
    let listed = files.iter().map(|(path, bytes, sha256)| {
        format!("\n[[file]]\npath = \"{path}\"\nbytes = {bytes}\nhash = \"sha256:{sha256}\"\n")
    });
    format!(
        r#"name = "pier"
title = "The keeper of the pier, heard by three listeners who never were"
licence = "made by the tests"
citation = "none"
source = "none"

[story]
text = "story.txt"
grid = "story.TextGrid"
tier = "word"
silence = ["sp", ""]

[signals]
folder = "signals"
regions = {REGIONS:?}
first_scan = {FIRST_SCAN:?}
repetition_time = {REPETITION_TIME:?}
scans = {SCANS}
discarded_volumes = {DISCARDED}

[[spelling]]
text = "{}"
spoken = "{}"
count = 1
{}"#,
        SPELLING.0,
        SPELLING.1,
        listed.collect::<String>()
    )
}

/// The study file.
pub const STUDY: &str = r#"schema = 1
name = "pier"
title = "A study of nobody"
seed = 7

[data]
manifest = "manifest.toml"
folder = "data"
radius = 10
listeners = []

[[models]]
name = "tiny"
folder = "models/tiny"

[words]
windows = ["1w", "3w"]
main = "3w"
pooling = "last"
overflow = "error"
twins = 1

[scans]
response = "canonical"
cosines = 4

[encoding]
folds = 4
inner_folds = 3
gap = 4
penalties = "1e-1:1e3:5"
components = 3
block = 6

[inference]
draws = 100
shifts = 20

[power]
draws = 20

[text]
characters = 300
"#;
