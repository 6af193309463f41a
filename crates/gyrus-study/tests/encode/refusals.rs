//! Options that do not fit the files, by file, row and value.

use crate::arrays::{Outcome, check_refused, program, random, write_tensors};
use crate::{folder, write_lines};

#[test]
fn refuses_options_by_file_row_and_value() -> Outcome {
    let x = random(40, 2, 1);
    let folder = folder(&[("f", &x), ("r", &x), ("short", &random(39, 2, 1)), ("wide", &random(40, 3, 1))])?;
    let lines = |name: &str, line: &dyn Fn(usize) -> String| write_lines(&folder.path().join(name), (0..40).map(line));
    lines("runs", &|row| (row / 20).to_string())?;
    lines("words", &|row| if row == 7 { "b".into() } else { "1".into() })?;
    lines("again", &|row| (row / 10 % 2).to_string())?;
    lines("inside", &|row| (row / 5).to_string())?;
    lines("back", &|row| if row == 9 { "0".into() } else { row.to_string() })?;
    lines("infinite", &|row| if row == 9 { "inf".into() } else { row.to_string() })?;
    write_lines(&folder.path().join("few"), 0..39)?;
    let whole = |bytes: &mut Vec<u8>| bytes.extend(1_i32.to_le_bytes());
    let mut bytes = Vec::new();
    (0..80).for_each(|_| whole(&mut bytes));
    write_tensors(&folder.path().join("integers"), vec![("a", safetensors::Dtype::I32, &[40, 2], bytes)])?;
    let check = |rest: &str, expected: &[&str]| {
        check_refused(
            folder.path(),
            &format!("encode --features f --responses r --out o --folds 4 --inner-folds 2 {rest}"),
            expected,
        )
    };
    check("--runs words", &["row 7 (from 0) of `words` is not an integer label: `b`"])?;
    check("--runs few", &["`few` has 39 labels for 40 rows"])?;
    check("--runs again", &["run `0` begins a second time in row 20 (from 0) of `again`"])?;
    check(
        "--runs runs --groups inside",
        &["group `1` begins in row 5 (from 0) of `inside`, inside a run of group `0`"],
    )?;
    check("--scheme leave-group-out", &["`leave-group-out` needs `--groups`"])?;
    check("--scheme leave-run-out", &["leaving one run out needs at least two: 1 found"])?;
    check("--gap 2s", &["a gap in seconds needs the time of every row"])?;
    check("--gap 2s --step 0", &["`--step` and `--rate` must be positive and finite: 0 s"])?;
    check("--times back", &["times go back within a run: `0` s in row 9 (from 0) after `8` s"])?;
    check("--times infinite", &["row 9 (from 0) of `infinite` is not a time in seconds: `inf`"])?;
    check("--times few", &["`few` has 39 times for 40 rows"])?;
    check("--lags 1s", &["lag `1s` needs `--step`"])?;
    check("--lags 1s --step 0.3", &["lag `1s` is no whole number of rows of 0.3 s"])?;
    check("--lags 1,1", &["the lag of 1 rows stands twice"])?;
    check("--runs runs --lags 20", &["run 0 (from 0) has 20 rows, too few for lags from 0 to 20 rows"])?;
    check("--bands a=short", &["`short` has 39 rows, `r` has 40"])?;
    check("--bands a=f,a=f", &["two bands are named `a`"])?;
    check("--bands a=integers", &["`integers`", "has type I32"])?;
    check("--null shifts:9 --null-out p --least-shift 30", &["run 0 (from 0) has 40 rows, a null needs 60"])?;
    check("--summary-out s --repeats wide", &["tensor `a` of `wide` has 3 targets, `r` has 2"])?;
    check("--summary-out s --repeats f", &["repeats of `f`", "needs at least two repeats: `1` given"])?;
    check("--summary-out s --listeners f", &["needs at least two listeners: 1 given"])?;
    check("--response-model canonical --times few --step 1", &["`few` has 39 times for 40 rows of features"])?;
    check("--response-model canonical --times runs", &["needs `--times`, the words' times, and `--step`"])?;
    for wrong in [
        "--gap -1",
        "--lags 2:1:1",
        "--bands layer=f",
        "--bands f",
        "--null shifts:0 --null-out p",
        "--banded",
        "--response-model boxcar",
    ] {
        let call = format!("encode --features f --responses r --out o {wrong}");
        let answer = program().call(folder.path(), call.split(' '))?;
        assert_eq!(answer.status, Some(2), "{wrong}: {answer:?}");
    }
    assert!(!folder.path().join("o").exists());
    Ok(())
}
