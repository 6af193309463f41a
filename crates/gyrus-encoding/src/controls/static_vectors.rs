//! A vector for each word's spelling, the same wherever it stands.

use std::collections::HashMap;

use gyrus_types::Transcript;
use ndarray::{Array2, ArrayView1};

use super::column::WordColumns;
use super::spelling::{bare, folded};
use crate::Error;

/// The vector of every word, `(words, width)`: that of the word without the punctuation around it, or else of that in
/// lower case.
///
/// A word without a vector is undefined and gets the mean over the words that have one, so that it says nothing once
/// columns are centred; NaN if none has one.
///
/// # Errors
/// [`Error::Entries`] if a vector is not `width` long.
pub fn static_vectors(
    transcript: &Transcript,
    vectors: &HashMap<String, Vec<f32>>,
    width: usize,
) -> Result<WordColumns, Error> {
    let find = |word: &str| {
        let found = |spelling: Option<String>| spelling.and_then(|spelling| vectors.get(&spelling));
        found(bare(word)).or_else(|| found(folded(word)))
    };
    let mut columns =
        WordColumns { values: Array2::from_elem((transcript.words().len(), width), f64::NAN), undefined: Vec::new() };
    for (row, mut values) in columns.values.rows_mut().into_iter().enumerate() {
        match find(transcript.word_text(row)) {
            Some(vector) if vector.len() != width => {
                return Err(Error::Entries { what: "numbers of a vector", found: vector.len(), expected: width });
            }
            Some(vector) => values.assign(&ArrayView1::from(vector).mapv(f64::from)),
            None => columns.undefined.push(row),
        }
    }
    Ok(columns.with_means())
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn find(text: &str, width: usize) -> Result<WordColumns, Error> {
        let vectors = [("cat", [1.0, 2.0]), ("Alice", [5.0, 6.0]), ("alice", [7.0, 8.0])];
        let vectors = vectors.map(|(word, vector)| (word.to_owned(), vector.to_vec())).into_iter().collect();
        static_vectors(&Transcript::untimed(text.into()), &vectors, width)
    }

    #[test]
    fn the_spelling_decides_and_lower_case_is_second() -> Result<(), Error> {
        let found = find("Alice, ALICE \"Cat\"", 2)?;
        assert_eq!(found.values, array![[5.0, 6.0], [7.0, 8.0], [1.0, 2.0]]);
        assert!(found.undefined.is_empty());
        Ok(())
    }

    #[test]
    fn words_without_a_vector_are_listed_and_get_the_mean() -> Result<(), Error> {
        let found = find("cat dog -- Alice", 2)?;
        assert_eq!(found.values, array![[1.0, 2.0], [3.0, 4.0], [3.0, 4.0], [5.0, 6.0]]);
        assert_eq!(found.undefined, [1, 2]);
        assert!(find("dog", 2)?.values.iter().all(|value| value.is_nan()));
        Ok(())
    }

    #[test]
    fn another_width_is_an_error() {
        assert!(find("cat", 3).is_err());
    }
}
