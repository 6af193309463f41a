//! Runs, groups and gaps.

use crate::arrays::{Outcome, columns, counts, random, read_table};
use crate::{check_scores, encode, folder, following, plan, write_lines};

#[test]
fn runs_are_left_out_whole_and_no_gap_reaches_between_them() -> Outcome {
    let x = random(60, 4, 1);
    let y = following(&x, 2, 0, 2);
    let folder = folder(&[("f", &x), ("r", &y)])?;
    write_lines(&folder.path().join("runs"), (0..60).map(|row| 9 - row / 20))?;
    let table = encode(folder.path(), "--runs runs --scheme leave-run-out --gap 5 --folds-out folds")?;
    // Three runs of equal length are three contiguous folds, and two are left inside.
    check_scores(&table, &plan(3, 2, 0), x.view(), y.view())?;
    let folds = read_table(&folder.path().join("folds"))?;
    assert_eq!(columns(&folds), ["outer", "inner", "first_row", "rows", "training", "lost"]);
    let inner: Vec<Option<u32>> = folds.column("inner")?.u32()?.iter().collect();
    assert_eq!(inner, [None, Some(0), Some(1)].repeat(3));
    assert_eq!(counts(&folds, "first_row")?, [0, 20, 40, 20, 0, 40, 40, 0, 20]);
    assert_eq!(counts(&folds, "training")?, [40, 20, 20].repeat(3));
    assert_eq!(counts(&folds, "lost")?, [0; 9]);
    Ok(())
}

#[test]
fn groups_hold_out_every_repeat_of_a_story() -> Outcome {
    let x = random(80, 3, 1);
    let folder = folder(&[("f", &x), ("r", &following(&x, 1, 0, 2))])?;
    write_lines(&folder.path().join("runs"), (0..80).map(|row| row / 20))?;
    write_lines(&folder.path().join("groups"), (0..80).map(|row| row / 20 % 2))?;
    let group = "--runs runs --groups groups --scheme leave-group-out --inner-scheme leave-run-out --folds-out folds";
    assert_eq!(encode(folder.path(), group)?.height(), 2);
    let folds = read_table(&folder.path().join("folds"))?;
    let outer: Vec<usize> = folds
        .column("inner")?
        .is_null()
        .iter()
        .enumerate()
        .filter(|(_, null)| *null == Some(true))
        .map(|(row, _)| row)
        .collect();
    let first = counts(&folds, "first_row")?;
    assert_eq!(outer.iter().map(|row| first[*row]).collect::<Vec<_>>(), [0, 40, 20, 60]);
    Ok(())
}

#[test]
fn a_gap_in_seconds_is_one_in_rows() -> Outcome {
    let x = random(61, 4, 1);
    let y = following(&x, 2, 0, 2);
    let folder = folder(&[("f", &x), ("r", &y)])?;
    let folds = "--folds 4 --inner-folds 3";
    check_scores(
        &encode(folder.path(), &format!("{folds} --gap 1.2s --step 0.5"))?,
        &plan(4, 3, 2),
        x.view(),
        y.view(),
    )?;
    check_scores(&encode(folder.path(), &format!("{folds} --gap 1s --rate 2"))?, &plan(4, 3, 2), x.view(), y.view())?;
    write_lines(&folder.path().join("times"), (0..61).map(|row| 3.0 + 0.5 * f64::from(row)))?;
    check_scores(
        &encode(folder.path(), &format!("{folds} --gap 1s --times times"))?,
        &plan(4, 3, 2),
        x.view(),
        y.view(),
    )
}
