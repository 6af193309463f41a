//! Responses after, and before, the features.

use ndarray::s;

use crate::arrays::{Outcome, columns, counts, numbers, random, read_table};
use crate::{check_scores, encode, folder, following, plan};

#[test]
fn each_lag_is_the_model_of_its_own_rows() -> Outcome {
    let x = random(64, 4, 1);
    let y = following(&x, 2, 2, 2);
    let folder = folder(&[("f", &x), ("r", &y)])?;
    let table = encode(folder.path(), "--folds 4 --inner-folds 3 --gap 2 --lags -1:2:1 --folds-out folds")?;
    assert_eq!(columns(&table), ["layer", "target", "lag", "fold", "r", "penalty"]);
    let lags = numbers(&table, "lag")?;
    for lag in -1..=2_i32 {
        let mask = lags.iter().map(|found| *found == f64::from(lag)).collect();
        let moved = |row: i32| usize::try_from(row + lag).expect("a kept row");
        // Rows 1 to 61 have a response at every lag.
        let y = y.slice(s![moved(1)..moved(62), ..]);
        check_scores(&table.filter(&mask)?, &plan(4, 3, 2), x.slice(s![1..62, ..]), y)?;
    }
    let followed = numbers(&table, "r")?.into_iter().zip(counts(&table, "target")?).zip(&lags);
    assert!(followed.filter(|((_, target), _)| *target == 0).all(|((r, _), lag)| (r > 0.6) == (*lag == 2.0)));
    assert_eq!(counts(&read_table(&folder.path().join("folds"))?, "first_row")?[0], 1);
    let seconds = encode(folder.path(), "--folds 4 --inner-folds 3 --gap 1s --lags -0.5s:1s:0.5s --step 0.5")?;
    assert_eq!(numbers(&seconds, "r")?, numbers(&table, "r")?);
    assert_eq!(numbers(&seconds, "lag")?, lags.iter().map(|lag| lag / 2.0).collect::<Vec<_>>());
    Ok(())
}
