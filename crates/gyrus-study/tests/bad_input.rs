//! What a study must refuse: every damage gives one clear error and status 1, and earlier results stay as they were.

use std::error::Error;
use std::fs::{read, read_to_string};
use std::io;
use std::process::Command;

use gyrus_tests::{Program, SmallStudy, changed, snapshot};

type Outcome = Result<(), Box<dyn Error>>;

const RUN: [&str; 6] = ["run", "study.toml", "--out", "results", "--device", "cpu"];
const SIGNAL: &str = "data/signals/10mm/s03-timecourses.txt";
const GRID: &str = "data/story.TextGrid";

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_gyrus"))
}

/// Runs a good study, damages it, and runs it again: the error must hold every one of `expected`.
fn check(damage: impl FnOnce(&SmallStudy) -> io::Result<()>, expected: &[&str]) -> Outcome {
    let study = SmallStudy::new()?;
    program().call(study.folder(), RUN)?.good()?;
    let before = snapshot(&study.results())?;
    damage(&study)?;
    let answer = program().call(study.folder(), RUN)?;
    let said = answer.refusal()?;
    for part in expected {
        assert!(said.contains(part), "`{part}` is missing in: {said}");
    }
    assert_eq!(answer.output, "");
    assert_eq!(changed(&before, &snapshot(&study.results())?), Vec::<&std::path::Path>::new());
    Ok(())
}

/// As [`check`] for a study file in which `from` has become `to`.
fn check_study(from: &str, to: &str, expected: &[&str]) -> Outcome {
    check(|study| study.edit("study.toml", from, to), &[&["study `study.toml`"], expected].concat())
}

/// Replaces line `line`, from 1, of a text file.
fn set_line(study: &SmallStudy, file: &str, line: usize, content: &str) -> io::Result<()> {
    let text = read_to_string(study.path(file))?;
    let mut lines: Vec<&str> = text.lines().collect();
    lines[line - 1] = content;
    study.write(file, lines.join("\n") + "\n")
}

#[test]
fn a_checkpoint_cut_short() -> Outcome {
    check(
        |study| {
            let bytes = read(study.path("models/tiny/model.safetensors"))?;
            study.write("models/tiny/model.safetensors", &bytes[..bytes.len() / 2])
        },
        &["`models/tiny/model.safetensors`", "cut short"],
    )
}

#[test]
fn a_checkpoint_of_an_unknown_architecture() -> Outcome {
    check(
        |study| study.edit("models/tiny/config.json", "\"llama\"", "\"mystery\""),
        &["`models/tiny/config.json` has the unknown `model_type`: `mystery`; supported: ", "llama"],
    )
}

#[test]
fn a_checkpoint_of_another_shape_than_its_config() -> Outcome {
    check(
        |study| study.edit("models/tiny/config.json", "\"hidden_size\": 16", "\"hidden_size\": 20"),
        &["models/tiny/model.safetensors` has tensor `model.embed_tokens.weight` of shape [40, 16], expected [40, 20]"],
    )
}

#[test]
fn a_config_that_is_not_json() -> Outcome {
    check(
        |study| study.edit("models/tiny/config.json", "\"llama\",", "\"llama\""),
        &["`models/tiny/config.json` is not a JSON object", "line"],
    )
}

#[test]
fn a_tokenizer_with_ids_beyond_the_vocabulary() -> Outcome {
    check(
        |study| study.edit("models/tiny/tokenizer.json", "\"▁a\": 39", "\"▁a\": 99"),
        &[
            "the text needs the id 99 (`▁a`) of `models/tiny/tokenizer.json`",
            "`models/tiny/config.json` has a vocabulary of 40",
        ],
    )
}

#[test]
fn a_tokenizer_that_is_not_one() -> Outcome {
    check(|study| study.write("models/tiny/tokenizer.json", "{\"version\": 1}"), &["`models/tiny/tokenizer.json`"])
}

#[test]
fn a_missing_checkpoint_file() -> Outcome {
    check(
        |study| std::fs::remove_file(study.path("models/tiny/model.safetensors")),
        &["`models/tiny` holds neither `model.safetensors` nor"],
    )
}

#[test]
fn overlapping_intervals() -> Outcome {
    check(
        |study| set_line(study, GRID, 24, "            xmin = 0.6"),
        &["`data/story.TextGrid` line 26: interval 3 (from 1) of tier `word`", "overlaps the one before", "`0.6 .."],
    )
}

#[test]
fn a_backward_interval() -> Outcome {
    check(
        |study| set_line(study, GRID, 25, "            xmax = 0.1"),
        &["`data/story.TextGrid` line 26: interval 3 (from 1)", "is backward", ".. 0.1`"],
    )
}

#[test]
fn a_grid_without_the_tier() -> Outcome {
    check(
        |study| study.edit("manifest.toml", "tier = \"word\"", "tier = \"words\""),
        &["`data/story.TextGrid` has no interval tier `words`, only: `word`"],
    )
}

#[test]
fn a_signal_with_a_missing_column() -> Outcome {
    check(
        |study| {
            let text = read_to_string(study.path(SIGNAL))?;
            let column =
                text.lines().filter_map(|line| line.split_whitespace().next()).map(|field| format!("{field}\n"));
            study.write(SIGNAL, column.collect::<String>())
        },
        &["`data/signals/10mm/s03-timecourses.txt` line 1 has 1 columns instead of 2"],
    )
}

#[test]
fn a_signal_with_a_nan() -> Outcome {
    check(
        |study| set_line(study, SIGNAL, 7, "1.5 NaN"),
        &["`data/signals/10mm/s03-timecourses.txt` line 7, column 2 (from 1) is not a finite number: `NaN`"],
    )
}

#[test]
fn a_signal_with_a_short_row() -> Outcome {
    check(
        |study| set_line(study, SIGNAL, 9, "1.5"),
        &["`data/signals/10mm/s03-timecourses.txt` line 9 has 1 columns instead of 2: `1.5`"],
    )
}

#[test]
fn a_signal_with_too_few_rows() -> Outcome {
    check(
        |study| {
            let text = read_to_string(study.path(SIGNAL))?;
            study.write(SIGNAL, text.lines().take(119).map(|line| format!("{line}\n")).collect::<String>())
        },
        &["`data/signals/10mm/s03-timecourses.txt` has 119 rows instead of 120"],
    )
}

#[test]
fn a_control_that_never_varies() -> Outcome {
    check(
        |study| study.write("data/signals/s03-rp_scan.txt", "0 0 0 0 0 0\n".repeat(123)),
        &[
            "step `fits-tiny-trained-1w-layers-0-3`: the controls of `s03` cannot be fitted: the baseline could not be fitted: is a control constant",
        ],
    )
}

#[test]
fn a_weight_that_is_not_a_number() -> Outcome {
    check(
        |study| {
            let mut bytes = read(study.path("models/tiny/model.safetensors"))?;
            let last = bytes.len() - 4;
            bytes[last..].copy_from_slice(&f32::NAN.to_le_bytes());
            study.write("models/tiny/model.safetensors", bytes)
        },
        &["step `activations-tiny-trained`: layer ", "gives the value `NaN`: the weights are damaged"],
    )
}

#[test]
fn a_text_that_the_intervals_do_not_say() -> Outcome {
    check(
        |study| study.edit("data/story.txt", "the north pier", "the south pier"),
        &["word 5 (from 1) of `data/story.txt` is `south`", "`data/story.TextGrid` says `north` (interval ", " s)"],
    )
}

#[test]
fn a_text_that_ends_early_or_late() -> Outcome {
    check(|study| study.edit("data/story.txt", ", slow and safe.", "."), &["after the last word of `data/story.txt`"])?;
    check(|study| study.edit("data/story.txt", "safe.", "safe. then"), &["is `then`", "end before it"])
}

#[test]
fn a_spelling_exception_that_is_never_used() -> Outcome {
    let unused = "[[spelling]]\ntext = \"gull\"\nspoken = \"gall\"\ncount = 1\n\n[[spelling]]";
    check(
        |study| study.edit("manifest.toml", "[[spelling]]", unused),
        &["spelling exception `gull` spoken as `gall` is listed 1 times and needed 0 times", "manifest"],
    )
}

#[test]
fn a_manifest_with_a_misspelt_key() -> Outcome {
    check(
        |study| study.edit("manifest.toml", "first_scan", "frist_scan"),
        &["the manifest `manifest.toml`", "line ", "unknown field `frist_scan`"],
    )
}

#[test]
fn listeners_that_cannot_be_used() -> Outcome {
    let found = "`data/signals/10mm` has no subject `s09`, only: `s01`, `s02`, `s03`";
    check_study("listeners = []", "listeners = [\"s01\", \"s09\"]", &[found])?;
    check_study("listeners = []", "listeners = [\"s02\"]", &["`data/signals/10mm` has no usable listener (1 refused)"])
}

#[test]
fn a_study_file_with_a_misspelt_key() -> Outcome {
    check_study("twins = 1", "twin = 1", &["line 21", "unknown field `twin`", "`twins`"])
}

#[test]
fn a_study_file_of_another_schema() -> Outcome {
    check_study("schema = 1", "schema = 2", &["setting `schema` of `study.toml` must be 1 for this program: `2`"])
}

#[test]
fn a_study_file_with_a_value_of_the_wrong_kind() -> Outcome {
    check_study("seed = 7", "seed = \"seven\"", &["line 4", "expected u64"])?;
    check_study("radius = 10", "radius = 7", &["line 9", "radius must be 6 or 10 mm: `7`"])?;
    check_study("[\"1w\", \"3w\"]", "[\"0w\", \"3w\"]", &["line 17", "positive number of tokens", "`0w`"])?;
    check_study(
        "twins = 1",
        "twins = 1\nbos = \"yes\"",
        &["line 22", "unknown variant `yes`", "`own`, `always`, `never`"],
    )?;
    check_study(
        "twins = 1",
        "twins = 1\ntokens = \"words\"",
        &["unknown variant `words`", "`whole-text` or `word-by-word`"],
    )
}

#[test]
fn a_study_file_with_a_value_that_makes_no_sense() -> Outcome {
    check_study("components = 3", "components = 0", &["setting `encoding.components`", "must be at least 1: `0`"])?;
    check_study("characters = 300", "characters = 0", &["setting `text.characters`", "must be at least 1: `0`"])?;
    check_study("draws = 100", "draws = 99", &["setting `inference.draws`", "must be at least 100: `99`"])?;
    check_study("main = \"3w\"", "main = \"2w\"", &["setting `words.main`", "is not one of `words.windows`: `2w`"])?;
    check_study("[\"1w\", \"3w\"]", "[\"3w\", \"3w\"]", &["setting `words.windows`", "has a window twice: `3w`"])?;
    check_study(
        "cosines = 4",
        "cosines = 120",
        &[
            "setting `scans.cosines`, or what `scans.high_pass` makes of it, must be less than the 120 scans of every run: `120`",
        ],
    )?;
    check_study("1e-1:1e3:5", "1e-1:1e3", &["penalties must be written `A:B:N`", "`1e-1:1e3`"])
}

#[test]
fn models_whose_names_collide() -> Outcome {
    let models = |name: &str| format!("[[models]]\nname = \"{name}\"\nfolder = \"models/tiny\"\n\n[words]");
    check_study("[words]", &models("tiny"), &["setting `models.name`", "is given twice", "tiny"])?;
    check_study(
        "[words]",
        &models("tiny-twin-1"),
        &["is the name of another model's twin or shuffled words: `tiny-twin-1`"],
    )?;
    check_study("[words]", &models("../tiny"), &["must be plain file names", "../tiny"])
}

#[test]
fn a_missing_model_folder_comes_with_a_hint() -> Outcome {
    check_study(
        "models/tiny",
        "models/none",
        &["needs `models/none`, which is not there", "\nhint: ", "paths count from the folder of the study file"],
    )
}

#[test]
fn a_window_longer_than_the_model_reads() -> Outcome {
    let said = "window `65` and a prefix of 1 exceed the model's limit of 64 tokens";
    check_study("[\"1w\", \"3w\"]", "[\"65\", \"3w\"]", &[said])?;
    check_study("[\"1w\", \"3w\"]", "[\"40w\", \"3w\"]", &["window `40w` of word ", "exceed the model's limit of 64"])
}

#[test]
fn folds_and_gaps_that_leave_no_training_rows() -> Outcome {
    let section = "section `[encoding]` does not suit recordings of 120 scans or words: ";
    check_study("gap = 4", "gap = 60", &[section, "a gap of 60 rows on both sides of fold 1 (from 0) leaves 0"])?;
    check_study("gap = 4", "gap = 25", &[section, "a gap of 25 rows on both sides of fold"])?;
    check_study("folds = 4", "folds = 61", &[section, "120 rows cannot be cut into 61 folds of at least two rows"])?;
    check_study("folds = 4", "folds = 1", &[section, "into 1 folds"])
}

#[test]
fn an_absent_study_file() -> Outcome {
    check(|study| std::fs::remove_file(study.file()), &["read `study.toml`: No such file"])
}

#[test]
fn an_unknown_step() -> Outcome {
    let study = SmallStudy::new()?;
    let answer = program().call(study.folder(), RUN.into_iter().chain(["--only", "everything"]))?;
    assert!(answer.refusal()?.contains("there is no step `everything`; the steps are activations, text"), "{answer:?}");
    Ok(())
}

#[test]
fn a_wrong_call_has_status_2() -> Outcome {
    let study = SmallStudy::new()?;
    let wrong: [&[&str]; 5] = [
        &["run", "study.toml", "--everything"],
        &["run"],
        &["ponder"],
        &["run", "study.toml", "--threads", "two"],
        &["encode", "--features", "f", "--responses", "r", "--penalties", "1:2", "--out", "o"],
    ];
    for call in wrong {
        let answer = program().call(study.folder(), call)?;
        assert_eq!((answer.status, answer.output.as_str()), (Some(2), ""), "{answer:?}");
        assert!(answer.complaint.starts_with("error: "), "{answer:?}");
    }
    assert!(!study.results().exists());
    Ok(())
}

/// A disk of its own at a folder, gone when it is dropped.
struct Disk<'a>(&'a SmallStudy);

impl<'a> Disk<'a> {
    /// A disk of `kilobytes` under the study's results, if this machine lets us.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn new(study: &'a SmallStudy, kilobytes: usize) -> io::Result<Option<Self>> {
        std::fs::create_dir(study.results())?;
        let size = format!("size={kilobytes}k");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(study.results()).output();
        if mount.is_ok_and(|said| said.status.success()) {
            return Ok(Some(Self(study)));
        }
        eprintln!("skipped: no disk can be mounted here");
        Ok(None)
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        // Nothing can be done about a failure here: the folder is then left behind.
        drop(Command::new("umount").arg(self.0.results()).output());
    }
}

#[test]
fn no_space_left_from_the_start() -> Outcome {
    let study = SmallStudy::new()?;
    let Some(_disk) = Disk::new(&study, 64)? else { return Ok(()) };
    let answer = program().call(study.folder(), RUN)?;
    let said = answer.refusal()?;
    assert!(said.contains("write to `results`: ") && said.contains(" are needed and "), "{said}");
    assert!(said.contains("\nhint: free some space"), "{said}");
    assert_eq!(snapshot(&study.results())?.keys().collect::<Vec<_>>(), [std::path::Path::new("lock")]);
    Ok(())
}

#[test]
fn no_space_left_halfway() -> Outcome {
    let study = SmallStudy::new()?;
    let Some(_disk) = Disk::new(&study, 16 * 1024)? else { return Ok(()) };
    program().call(study.folder(), RUN)?.good()?;
    let filler = study.results().join("filler");
    drop(std::fs::write(&filler, vec![0; 16 << 20]));
    let before = snapshot(&study.results())?;
    let full = || program().call(study.folder(), RUN)?.refusal().map(str::to_owned);
    study.edit("study.toml", "draws = 100", "draws = 101")?;
    let said = full()?;
    assert!(said.contains("write `results/pieces/encoding/tiny.json`"), "{said}");
    assert!(said.contains("No space left") && said.contains("\nhint: free some space"), "{said}");
    study.edit("study.toml", "[\"1w\", \"3w\"]", "[\"1w\", \"2w\", \"3w\"]")?;
    let said = full()?;
    assert!(said.contains("write to `results`: ") && said.contains(" are needed and 0.0 MiB are free"), "{said}");
    assert_eq!(changed(&before, &snapshot(&study.results())?), Vec::<&std::path::Path>::new());
    std::fs::remove_file(filler)?;
    program().call(study.folder(), RUN)?.good()?;
    assert!(study.results().join("activations/tiny/2w.safetensors").exists());
    Ok(())
}
