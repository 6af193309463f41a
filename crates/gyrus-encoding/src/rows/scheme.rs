//! The ways to divide rows into folds, as a study names them.
//!
//! Whole runs, whole groups of runs, or contiguous stretches: what is held out is never next to what is learnt from.
//! Shuffled rows are kept for comparison with papers that used them; their scores measure autocorrelation too.

use std::ops::Range;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use crate::rows::folds::{contiguous, count, divide, end, parts};
use crate::{Error, Fold, Gap, Runs};

/// A way to divide rows into folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Scheme {
    /// Contiguous stretches of the rows, joined over runs, with the sizes of scikit-learn's `KFold`.
    ///
    /// A story that is heard twice can be learnt from its other run: hold out groups instead.
    Contiguous {
        /// Number of folds.
        folds: usize,
    },
    /// Each run in turn.
    LeaveOneRunOut,
    /// All runs of each label in turn: a story with its repeats, or a session with its passages.
    LeaveOneGroupOut,
    /// Random single rows, with the sizes of scikit-learn's `KFold(shuffle=True)` and a draw of our own.
    Shuffled {
        /// Number of folds.
        folds: usize,
        /// Decides the draw.
        seed: u64,
    },
}

/// Each run held out in turn; nothing is lost, because no gap reaches into another run.
///
/// # Errors
/// As [`Scheme::folds`].
pub fn leave_one_run_out(runs: &Runs) -> Result<Vec<Fold>, Error> {
    Scheme::LeaveOneRunOut.folds(runs, Gap::Rows(0))
}

/// All runs of each label held out in turn.
///
/// # Errors
/// As [`Scheme::folds`].
pub fn leave_one_group_out(runs: &Runs) -> Result<Vec<Fold>, Error> {
    Scheme::LeaveOneGroupOut.folds(runs, Gap::Rows(0))
}

impl Scheme {
    /// The folds of all rows of `runs`; every row is held out once.
    ///
    /// # Errors
    /// [`Error::Folds`] or [`Error::ShortFold`] if a fold would hold out fewer than two rows,
    /// [`Error::Groups`] if only one run or group could be left out, [`Error::Gap`] if the gap leaves fewer than
    /// two training rows, [`Error::GapSeconds`] or [`Error::NoTimes`] if the gap has no meaning for these rows.
    pub fn folds(self, runs: &Runs, gap: Gap) -> Result<Vec<Fold>, Error> {
        self.divide(runs.stretches(), runs, gap)
    }

    /// The folds of the training rows of `fold`, for choosing penalties; what `fold` purged stays out of them.
    ///
    /// # Errors
    /// As [`Scheme::folds`], and [`Error::Rows`] if `fold` has rows that `runs` does not.
    pub fn inner(self, fold: &Fold, runs: &Runs, gap: Gap) -> Result<Vec<Fold>, Error> {
        match end(&fold.train) {
            found if found > runs.rows() => Err(Error::Rows { what: "the fold", found, expected: runs.rows() }),
            _ => self.divide(&runs.cut(&fold.train), runs, gap),
        }
    }

    fn divide(self, stretches: &[Range<usize>], runs: &Runs, gap: Gap) -> Result<Vec<Fold>, Error> {
        let held = match self {
            Self::Contiguous { folds } => contiguous(stretches, folds)?,
            Self::LeaveOneRunOut => {
                let alone: Vec<_> = (0..runs.stretches().len()).map(|run| vec![run]).collect();
                by_group("run", stretches, runs, &alone)?
            }
            Self::LeaveOneGroupOut => by_group("group", stretches, runs, &runs.groups())?,
            Self::Shuffled { folds, seed } => shuffled(stretches, folds, seed)?,
        };
        divide(stretches, held, runs, gap)
    }
}

/// The stretches of each of `groups` of runs that has any.
fn by_group(
    what: &'static str,
    stretches: &[Range<usize>],
    runs: &Runs,
    groups: &[Vec<usize>],
) -> Result<Vec<Vec<Range<usize>>>, Error> {
    let of_group = |group: &Vec<usize>| -> Vec<Range<usize>> {
        stretches.iter().filter(|stretch| group.contains(&runs.run_of(stretch.start))).cloned().collect()
    };
    let held: Vec<_> = groups.iter().map(of_group).filter(|held| !held.is_empty()).collect();
    if held.len() < 2 {
        return Err(Error::Groups { what, found: held.len() });
    }
    match held.iter().position(|held| count(held) < 2) {
        Some(fold) => Err(Error::ShortFold { fold, rows: count(&held[fold]) }),
        None => Ok(held),
    }
}

/// The rows of `stretches` in a random order, in `n` parts, each a list of single rows.
fn shuffled(stretches: &[Range<usize>], n: usize, seed: u64) -> Result<Vec<Vec<Range<usize>>>, Error> {
    let mut rows: Vec<usize> = stretches.iter().cloned().flatten().collect();
    rows.shuffle(&mut StdRng::seed_from_u64(seed));
    let part = |part: Range<usize>| {
        let mut held = rows[part].to_vec();
        held.sort_unstable();
        held.into_iter().map(|row| row..row + 1).collect()
    };
    Ok(parts(rows.len(), n)?.into_iter().map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(stretches: &[Range<usize>]) -> Vec<usize> {
        stretches.iter().cloned().flatten().collect()
    }

    /// Four runs, the first and the third of one story, with uneven times.
    fn runs() -> Result<Runs, Error> {
        let labels = ["fox", "crow", "fox", "owl"].map(String::from).to_vec();
        let time = |row: usize| (row * row) as f64 / 40.0;
        Runs::labelled(&[23, 17, 30, 11], labels)?.with_times((0..81).map(time).collect())
    }

    /// The definition, row by row: what may be learnt from, given what is held out.
    fn far_enough(row: usize, held: &[usize], runs: &Runs, gap: Gap) -> bool {
        let times = runs.times().expect("times were given");
        held.iter().all(|&other| {
            let near = match gap {
                Gap::Rows(gap) => row.abs_diff(other) <= gap,
                Gap::Seconds(gap) => (times[row] - times[other]).abs() <= gap,
            };
            row != other && (runs.run_of(row) != runs.run_of(other) || !near)
        })
    }

    fn check_division(folds: &[Fold], all: &[usize], runs: &Runs, gap: Gap) {
        let mut tested: Vec<usize> = folds.iter().flat_map(|fold| rows(&fold.test)).collect();
        tested.sort_unstable();
        assert_eq!(tested, all, "every row is held out once");
        for fold in folds {
            let held = rows(&fold.test);
            let expected: Vec<usize> = all.iter().copied().filter(|row| far_enough(*row, &held, runs, gap)).collect();
            assert_eq!(rows(&fold.train), expected);
            let one_run = |stretch: &Range<usize>| runs.run_of(stretch.start) == runs.run_of(stretch.end - 1);
            assert!(fold.test.iter().chain(&fold.train).all(one_run), "no stretch crosses the edge of a run");
        }
    }

    fn check(outer: Scheme, inner: Scheme, gap: Gap) -> Result<(), Error> {
        let runs = runs()?;
        let folds = outer.folds(&runs, gap)?;
        check_division(&folds, &(0..runs.rows()).collect::<Vec<_>>(), &runs, gap);
        for fold in &folds {
            check_division(&inner.inner(fold, &runs, gap)?, &rows(&fold.train), &runs, gap);
        }
        Ok(())
    }

    const CONTIGUOUS: Scheme = Scheme::Contiguous { folds: 4 };
    const SHUFFLED: Scheme = Scheme::Shuffled { folds: 5, seed: 3 };

    #[test]
    fn training_rows_are_those_of_the_definition() -> Result<(), Error> {
        for gap in [Gap::Rows(0), Gap::Rows(3), Gap::Seconds(0.0), Gap::Seconds(4.5)] {
            check(CONTIGUOUS, CONTIGUOUS, gap)?;
            check(CONTIGUOUS, Scheme::LeaveOneRunOut, gap)?;
            check(Scheme::LeaveOneRunOut, CONTIGUOUS, gap)?;
            check(Scheme::LeaveOneRunOut, Scheme::LeaveOneRunOut, gap)?;
            check(Scheme::LeaveOneGroupOut, Scheme::LeaveOneGroupOut, gap)?;
        }
        check(SHUFFLED, SHUFFLED, Gap::Rows(0))?;
        check(SHUFFLED, CONTIGUOUS, Gap::Rows(1))
    }

    #[test]
    fn one_run_gives_the_contiguous_folds() -> Result<(), Error> {
        let (runs, gap) = (Runs::unbroken(362), Gap::Rows(16));
        let folds = Scheme::Contiguous { folds: 6 }.folds(&runs, gap)?;
        assert_eq!(folds, crate::contiguous_folds(362, 6, 16)?);
        for fold in &folds {
            assert_eq!(Scheme::Contiguous { folds: 5 }.inner(fold, &runs, gap)?, fold.inner(5, 16)?);
        }
        Ok(())
    }

    #[test]
    fn a_story_leaves_with_its_repeats() -> Result<(), Error> {
        let folds = leave_one_group_out(&runs()?)?;
        assert_eq!(folds.len(), 3);
        assert_eq!(folds[0], Fold { test: vec![0..23, 40..70], train: vec![23..40, 70..81] });
        Ok(())
    }

    #[test]
    fn leaving_a_run_out_loses_nothing_to_the_gap() -> Result<(), Error> {
        let runs = runs()?;
        assert_eq!(leave_one_run_out(&runs)?, Scheme::LeaveOneRunOut.folds(&runs, Gap::Rows(1000))?);
        Ok(())
    }

    #[test]
    fn shuffled_rows_are_decided_by_the_seed() -> Result<(), Error> {
        let draw = |seed| Scheme::Shuffled { folds: 4, seed }.folds(&Runs::unbroken(50), Gap::Rows(0));
        assert_eq!(draw(1)?, draw(1)?);
        assert_ne!(draw(1)?, draw(2)?);
        assert_eq!(draw(1)?.iter().map(|fold| fold.test.len()).collect::<Vec<_>>(), [13, 13, 12, 12]);
        Ok(())
    }

    #[test]
    fn one_run_cannot_be_left_out() -> Result<(), Error> {
        let error = leave_one_run_out(&Runs::unbroken(50)).expect_err("one run");
        assert_eq!(error.to_string(), "leaving one run out needs at least two: 1 found");
        let alike = Runs::labelled(&[20, 20], vec!["fox".into(), "fox".into()])?;
        assert!(matches!(leave_one_group_out(&alike), Err(Error::Groups { what: "group", found: 1 })));
        assert!(matches!(leave_one_run_out(&Runs::unbroken(0)), Err(Error::Groups { found: 0, .. })));
        Ok(())
    }

    #[test]
    fn a_run_of_one_row_has_no_score() -> Result<(), Error> {
        assert!(matches!(leave_one_run_out(&Runs::new(&[5, 1, 5])?), Err(Error::ShortFold { fold: 1, rows: 1 })));
        Ok(())
    }

    #[test]
    fn folds_of_other_rows_are_an_error() -> Result<(), Error> {
        let fold = &Scheme::Contiguous { folds: 3 }.folds(&Runs::unbroken(60), Gap::Rows(0))?[0];
        assert!(matches!(CONTIGUOUS.inner(fold, &Runs::unbroken(50), Gap::Rows(0)), Err(Error::Rows { .. })));
        Ok(())
    }

    #[test]
    fn a_gap_that_leaves_nothing_says_its_unit() -> Result<(), Error> {
        let runs = Runs::unbroken(20).with_times((0..20).map(f64::from).collect())?;
        let error = Scheme::Contiguous { folds: 2 }.folds(&runs, Gap::Seconds(9.5)).expect_err("a wide gap");
        assert_eq!(error.to_string(), "a gap of 9.5 s on both sides of fold 0 (from 0) leaves 1 training rows");
        Ok(())
    }

    #[test]
    fn a_study_file_names_the_scheme_and_the_gap() -> Result<(), toml::de::Error> {
        #[derive(Deserialize)]
        struct Study {
            outer: Scheme,
            inner: Scheme,
            gap: Gap,
        }
        let text = "outer = 'leave-one-group-out'\ninner = { contiguous = { folds = 4 } }\ngap = { seconds = 2.5 }";
        let study: Study = toml::from_str(text)?;
        assert_eq!((study.outer, study.inner, study.gap), (Scheme::LeaveOneGroupOut, CONTIGUOUS, Gap::Seconds(2.5)));
        assert!(toml::from_str::<Study>(&text.replace("folds", "fold")).is_err());
        Ok(())
    }
}
