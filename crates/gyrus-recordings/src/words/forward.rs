//! Tables of words whose times sometimes step back: the words in the way lose their time.

use std::path::Path;

use gyrus_types::{Interval, Transcript};

use super::story::Story;
use super::table::{End, Times, WordTable};
use super::units::check_times;
use crate::Error;
use crate::text_columns::{TextColumns, field};

/// A story and how many of its words lost their time.
#[derive(Debug, Clone, PartialEq)]
pub struct Forward {
    /// The story.
    pub story: Transcript,
    /// Words whose time was in the way.
    pub untimed: usize,
}

/// The words of the table `path`, as [`read_words_as`](super::read_words_as) reads them, but for words that end before they
/// begin, or begin before a word in front of them: the fewest that have to go lose their time, so that no onset steps back.
/// Of several fewest choices the one whose onsets end earliest is taken.
///
/// # Errors
/// As for a table whose times do not step back.
pub fn read_forward(path: &Path, columns: &WordTable) -> Result<Forward, Error> {
    let table = TextColumns::read(path)?;
    let (words, Times { starts, ends, interval }) = (table.column(&columns.word)?, Times::of(&table, columns)?);
    let wrong = |row: usize| {
        move |(wrong, value): (&'static str, String)| Error::Row { path: path.into(), row: row + 1, wrong, value }
    };
    let mut times: Vec<Option<Interval>> = Vec::with_capacity(table.rows());
    let mut backward = 0;
    for row in 0..table.rows() {
        let (start, end) = (field(starts, row), field(ends, row));
        if is_backward(columns, start, end) {
            backward += 1;
            times.push(None);
        } else {
            times.push(interval(start, end).map_err(wrong(row))?);
        }
    }
    let timed: Vec<usize> = (0..times.len()).filter(|row| times[*row].is_some()).collect();
    let onsets: Vec<f64> = times.iter().flatten().map(Interval::onset).collect();
    let kept = in_order(&onsets);
    let untimed = backward + timed.len() - kept.len();
    let mut kept = kept.into_iter().map(|at| timed[at]).peekable();
    let mut story = Story::default();
    for (row, time) in times.into_iter().enumerate() {
        let time = time.filter(|_| kept.next_if_eq(&row).is_some());
        story.push(field(words, row), time).map_err(wrong(row))?;
    }
    let story = story.finish(path)?;
    check_times(path, &story)?;
    Ok(Forward { story, untimed })
}

/// Whether the times of a word are numbers, and it ends before it begins.
fn is_backward(columns: &WordTable, start: &str, end: &str) -> bool {
    let number = |text: &str| text.parse().ok().filter(|value: &f64| value.is_finite());
    match (number(start), number(end), &columns.end) {
        (Some(start), Some(end), End::Time(_)) => end < start,
        (Some(_), Some(duration), End::Duration(_)) => duration < 0.0,
        _ => false,
    }
}

/// The positions of a longest sequence of `onsets` that never goes back, in order.
fn in_order(onsets: &[f64]) -> Vec<usize> {
    // The position of the least onset that sequences of each length can end with.
    let mut last: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(onsets.len());
    for (at, onset) in onsets.iter().enumerate() {
        let length = last.partition_point(|other| onsets[*other] <= *onset);
        before.push(length.checked_sub(1).map(|one| last[one]));
        match last.get_mut(length) {
            Some(end) => *end = at,
            None => last.push(at),
        }
    }
    let mut kept: Vec<usize> = std::iter::successors(last.last().copied(), |at| before[*at]).collect();
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// The words with their onsets, and how many lost their time; or what is wrong.
    fn read(rows: &str) -> Result<String, Box<dyn std::error::Error>> {
        let (_folder, path) = fixture::file("words.csv", format!("word,start,end\n{rows}"))?;
        let Forward { story, untimed } = match read_forward(&path, &WordTable::default()) {
            Ok(found) => found,
            Err(error) => return Ok(error.to_string().replace(&format!("`{}`", path.display()), "it")),
        };
        let onset = |time: Interval| time.onset().to_string();
        let onsets = story.words().iter().map(|word| word.time.map_or("none".into(), onset));
        Ok(format!("{}: {}; {untimed}", story.text(), onsets.collect::<Vec<_>>().join(" ")))
    }

    #[test]
    fn times_in_order_stay() -> Outcome {
        assert_eq!(read("a,0,1\nb,0,1\n--,n/a,n/a\nc,1,2\n")?, "a b -- c: 0 0 none 1; 0");
        assert_eq!(read("")?, ": ; 0");
        Ok(())
    }

    #[test]
    fn the_fewest_words_lose_their_time() -> Outcome {
        // One word too early, one too late: it is they that go, and not their many neighbours.
        assert_eq!(read("a,5,6\nb,6,7\nc,1,2\nd,7,8\n")?, "a b c d: 5 6 none 7; 1");
        assert_eq!(read("a,1,2\nb,9,10\nc,2,3\nd,3,4\n")?, "a b c d: 1 none 2 3; 1");
        Ok(())
    }

    #[test]
    fn words_that_end_before_they_begin_lose_their_time() -> Outcome {
        assert_eq!(read("a,1,2\nb,3,2.5\nc,2,3\n")?, "a b c: 1 none 2; 1");
        Ok(())
    }

    #[test]
    fn other_faults_are_errors_as_ever() -> Outcome {
        assert!(read("a,1,2\nb,x,3\n")?.ends_with("has a time that is not a number: `x`"));
        assert!(read("a,1,2\nb,NaN,3\n")?.ends_with("has an infinite or backward interval: `NaN .. 3`"));
        assert!(read("a,1,2\nb,3,-inf\n")?.ends_with("has an infinite or backward interval: `3 .. -inf`"));
        assert!(read("a,1,2\nb,3,\n")?.ends_with("has only one of start and end: `3 .. `"));
        assert!(read("a,1,2\n,3,4\n")?.ends_with("has a word that is empty or holds white space: ``"));
        Ok(())
    }

    #[test]
    fn as_many_stay_as_can() {
        // Every subset of short lists is asked.
        let mut state = 7u64;
        for _ in 0..300 {
            let onsets: Vec<f64> = (0..9)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 61) as f64
                })
                .collect();
            let ordered = |kept: &[usize]| kept.windows(2).all(|pair| onsets[pair[0]] <= onsets[pair[1]]);
            let subset = |bits: u32| (0..9).filter(|at| (bits >> at) & 1 == 1).collect::<Vec<usize>>();
            let most = (0..512).map(subset).filter(|kept| ordered(kept)).map(|kept| kept.len()).max();
            let kept = in_order(&onsets);
            assert!(ordered(&kept) && kept.is_sorted() && Some(kept.len()) == most, "{onsets:?} {kept:?}");
        }
    }
}
