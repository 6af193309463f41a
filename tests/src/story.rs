//! A story of about 150 words, and a TextGrid that says when each was spoken.
//!
//! It has what real alignments have: split clitics and hyphens, a spelling of its own, pauses, and an interval without label.

use crate::Draws;

/// The text, white space and punctuation as a person types them.
pub const TEXT: &str = "\
the lamp on the north pier had been dark for a week, and nobody on the island knew why.
ada, who kept the ferry's books, thought that the keeper was ill.
what's a pier without a lamp, she said, but a trap for boats?
so she put bread and a well-kept lantern in her coat, went through the reeds, and rowed out before the wind woke.
the door stood open - the stairs were wet.
at the top sat the keeper, quite well, with a gull asleep upon his knees.
it came in out of the storm, he said, and it can't bear the light.
ada looked at the gull, and the gull, with one eye, looked at ada.
then she hung her lantern on the rail outside, lit it, and sat down on the other chair.
they ate the bread, and the three of them waited for the morning,
while far below the boats came home, one after another, slow and safe.
";

/// The word that the intervals spell otherwise, and how.
pub const SPELLING: (&str, &str) = ("through", "though");

/// A stretch of the tier, in seconds.
pub struct Label {
    pub onset: f64,
    pub offset: f64,
    pub text: String,
}

impl Label {
    /// Whether it stands for a word.
    pub fn is_spoken(&self) -> bool {
        !matches!(self.text.as_str(), "" | "sp")
    }
}

/// The labels of the story in order, without gaps, the first interval empty.
pub fn labels() -> Vec<Label> {
    let mut draws = Draws::new(11);
    let mut labels = vec![Label { onset: 0.0, offset: 0.5, text: String::new() }];
    let mut add = |text: &str, seconds: f64| {
        let onset = labels.last().map_or(0.0, |label| label.offset);
        labels.push(Label { onset, offset: onset + (seconds * 1000.0).round() / 1000.0, text: text.into() });
    };
    for word in TEXT.split_whitespace() {
        for part in parts(word) {
            add(&part, 0.25 + 0.05 * part.len() as f64);
        }
        let ends = word.ends_with([',', '.', '?']);
        if ends || draws.uniform() < 0.6 {
            add("sp", 0.3 + 1.5 * draws.uniform() + if ends { 0.7 } else { 0.0 });
        }
    }
    add("sp", 2.0);
    labels
}

/// The labels of one word of the text: clitics and hyphens split, punctuation gone.
fn parts(word: &str) -> Vec<String> {
    let bare = word.trim_matches([',', '.', '?', '-']);
    if bare == SPELLING.0 {
        return vec![SPELLING.1.into()];
    }
    let clitic = bare.find('\'').filter(|at| bare[*at..].len() == 2).unwrap_or(bare.len());
    let (stem, clitic) = bare.split_at(clitic);
    stem.split('-').chain([clitic]).filter(|part| !part.is_empty()).map(String::from).collect()
}

/// The TextGrid in Praat's long form.
pub fn grid() -> String {
    let labels = labels();
    let end = labels.last().map_or(0.0, |label| label.offset);
    let mut grid = format!(
        "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = {end:.3}\ntiers? <exists>\n\
         size = 1\nitem []:\n    item [1]:\n        class = \"IntervalTier\"\n        name = \"word\"\n        xmin = 0\n        \
         xmax = {end:.3}\n        intervals: size = {}\n",
        labels.len()
    );
    for (i, Label { onset, offset, text }) in labels.iter().enumerate() {
        grid += &format!(
            "        intervals [{}]:\n            xmin = {onset:.3}\n            xmax = {offset:.3}\n            \
             text = \"{text}\"\n",
            i + 1
        );
    }
    grid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_aligners_do() {
        let cases =
            [("what's", "what 's"), ("well-kept", "well kept"), ("can't", "can 't"), ("-", ""), ("boats?", "boats")];
        for (word, expected) in cases {
            assert_eq!(parts(word).join(" "), expected);
        }
    }

    #[test]
    fn the_story_has_about_150_words_and_lasts_as_long_as_the_scans() {
        let (words, labels) = (TEXT.split_whitespace().count(), labels());
        assert!((140..190).contains(&words), "{words}");
        let end = labels.last().map_or(0.0, |label| label.offset);
        assert!((200.0..250.0).contains(&end), "{end}");
        assert!(labels.windows(2).all(|pair| pair[0].offset == pair[1].onset));
        assert!(TEXT.contains(SPELLING.0));
    }
}
