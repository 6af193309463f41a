//! Praat's TextGrid: tiers of labelled intervals, in the long or the short text form.
//!
//! Both forms are the same numbers, strings and flags in the same order, so one reader serves both.

use std::{
    fs,
    path::{Path, PathBuf},
};

use gyrus_types::Interval;

use crate::{
    Error,
    praat::{Piece, decode, pieces},
};

/// How far neighbouring intervals may overlap by rounding, in seconds.
const ROUNDING: f64 = 1e-6;

/// A labelled stretch of a tier.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// When, in seconds.
    pub interval: Interval,
    /// What, as it stands in the file.
    pub text: String,
}

/// A named sequence of labelled intervals that do not overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// Its intervals in order of time.
    pub labels: Vec<Label>,
}

/// The interval tiers of a TextGrid; tiers of points are passed over.
#[derive(Debug, Clone, PartialEq)]
pub struct TextGrid {
    path: PathBuf,
    tiers: Vec<Tier>,
}

impl TextGrid {
    /// The TextGrid in the file `path`.
    ///
    /// # Errors
    /// [`Error::TextGrid`] for a bad number, a wrong count or an early end, [`Error::IntervalOrder`] for backward or
    /// overlapping intervals, [`Error::Encoding`] for bytes that are not text.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(|source| Error::Read { path: path.into(), source })?;
        let text = decode(path, &bytes)?;
        let mut parser =
            Parser { path, place: "header".into(), pieces: pieces(&text), next: 0, last_line: text.lines().count() };
        Ok(Self { path: path.into(), tiers: parser.file()? })
    }

    /// The interval tiers in order.
    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// The first interval tier named `name`.
    ///
    /// # Errors
    /// [`Error::MissingTier`] with the names there are.
    pub fn tier(&self, name: &str) -> Result<&Tier, Error> {
        self.tiers.iter().find(|tier| tier.name == name).ok_or_else(|| Error::MissingTier {
            path: self.path.clone(),
            tier: name.into(),
            found: self.tiers.iter().map(|tier| tier.name.clone()).collect(),
        })
    }
}

/// Walks over the pieces and remembers where it is.
struct Parser<'a> {
    path: &'a Path,
    place: String,
    pieces: Vec<(usize, Piece)>,
    next: usize,
    last_line: usize,
}

impl Parser<'_> {
    fn file(&mut self) -> Result<Vec<Tier>, Error> {
        self.literal("ooTextFile", "the file type `ooTextFile`")?;
        self.literal("TextGrid", "the object class `TextGrid`")?;
        self.number("the begin of the file in seconds")?;
        self.number("the end of the file in seconds")?;
        let n_tiers = match self.take("whether there are tiers (`<exists>`)")? {
            (_, Piece::Flag(flag)) if flag == "<exists>" => self.count("the number of tiers")?,
            (_, Piece::Flag(_)) => 0,
            (line, piece) => return Err(self.wrong(line, "whether there are tiers (`<exists>`)", piece.shown())),
        };
        let mut tiers = Vec::new();
        for tier in 1..=n_tiers {
            self.place = format!("tier {tier} of {n_tiers}");
            tiers.extend(self.tier()?);
        }
        self.place = format!("after the last of {n_tiers} tiers");
        match self.pieces.get(self.next) {
            Some((line, piece)) => Err(self.wrong(*line, "the end of the file", piece.shown())),
            None => Ok(tiers),
        }
    }

    fn tier(&mut self) -> Result<Option<Tier>, Error> {
        let (line, class) = self.text("`IntervalTier` or `TextTier`")?;
        let (_, name) = self.text("the name of the tier")?;
        self.number("the begin of the tier in seconds")?;
        self.number("the end of the tier in seconds")?;
        let n = self.count("the number of intervals")?;
        match class.as_str() {
            "IntervalTier" => self.intervals(name, n).map(Some),
            "TextTier" => self.points(&name, n).map(|()| None),
            _ => Err(self.wrong(line, "`IntervalTier` or `TextTier`", format!("the text `{class}`"))),
        }
    }

    fn intervals(&mut self, name: String, n: usize) -> Result<Tier, Error> {
        let (mut labels, mut previous) = (Vec::new(), f64::NEG_INFINITY);
        for interval in 1..=n {
            self.place = format!("interval {interval} of {n} of tier `{name}`");
            let onset = self.number("its begin in seconds")?;
            let offset = self.number("its end in seconds")?;
            let (line, text) = self.text("its label in quotes")?;
            match Interval::new(onset, offset).ok().filter(|_| onset >= previous - ROUNDING) {
                Some(interval) => labels.push(Label { interval, text }),
                None => {
                    let (path, tier) = (self.path.into(), name);
                    return Err(Error::IntervalOrder { path, line, tier, interval, previous, onset, offset });
                }
            }
            previous = offset;
        }
        Ok(Tier { name, labels })
    }

    fn points(&mut self, name: &str, n: usize) -> Result<(), Error> {
        for point in 1..=n {
            self.place = format!("point {point} of {n} of tier `{name}`");
            self.number("its time in seconds")?;
            self.text("its mark in quotes")?;
        }
        Ok(())
    }

    fn literal(&mut self, wanted: &str, expected: &'static str) -> Result<(), Error> {
        let (line, text) = self.text(expected)?;
        if text == wanted { Ok(()) } else { Err(self.wrong(line, expected, format!("the text `{text}`"))) }
    }

    fn text(&mut self, expected: &'static str) -> Result<(usize, String), Error> {
        match self.take(expected)? {
            (line, Piece::Text(text)) => Ok((line, text)),
            (line, piece) => Err(self.wrong(line, expected, piece.shown())),
        }
    }

    fn number(&mut self, expected: &'static str) -> Result<f64, Error> {
        match self.take(expected)? {
            (_, Piece::Number(number)) => Ok(number),
            (line, piece) => Err(self.wrong(line, expected, piece.shown())),
        }
    }

    fn count(&mut self, expected: &'static str) -> Result<usize, Error> {
        match self.take(expected)? {
            (_, Piece::Number(n)) if n >= 0.0 && n.fract() == 0.0 && n <= f64::from(u32::MAX) => Ok(n as usize),
            (line, piece) => Err(self.wrong(line, expected, piece.shown())),
        }
    }

    fn take(&mut self, expected: &'static str) -> Result<(usize, Piece), Error> {
        self.next += 1;
        let piece = self.pieces.get(self.next - 1).cloned();
        piece.ok_or_else(|| self.wrong(self.last_line, expected, "the end of the file".into()))
    }

    fn wrong(&self, line: usize, expected: &'static str, found: String) -> Error {
        Error::TextGrid { path: self.path.into(), line, place: self.place.clone(), expected, found }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::fixture;

    const LONG: &str = r#"File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 3.5
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "TextTier"
        name = "click"
        xmin = 0
        xmax = 3.5
        points: size = 1
        points [1]:
            number = 1.5
            mark = "x"
    item [2]:
        class = "IntervalTier"
        name = "word"
        xmin = 0
        xmax = 3.5
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 1.5
            text = "say ""oh"" 2"
        intervals [2]:
            xmin = 1.5
            xmax = 3.5
            text = "Zoë "
"#;
    const SHORT: &str = "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\n0\n3.5 ! end\n<exists>\n2\n\"TextTier\"\n\"click\"\n\
        0\n3.5\n1\n1.5\n\"x\"\n\"IntervalTier\"\n\"word\"\n0\n3.5\n2\n0\n1.5\n\"say \"\"oh\"\" 2\"\n1.5\n3.5\n\"Zoë \"\n";

    fn check(content: impl AsRef<[u8]>) -> Result<(), Box<dyn std::error::Error>> {
        let (_folder, path) = fixture::file("story.TextGrid", content)?;
        let grid = TextGrid::read(&path)?;
        let labels: Vec<_> = grid
            .tier("word")?
            .labels
            .iter()
            .map(|l| (l.interval.onset(), l.interval.offset(), l.text.as_str()))
            .collect();
        assert_eq!(labels, [(0.0, 1.5, "say \"oh\" 2"), (1.5, 3.5, "Zoë ")]);
        assert_eq!(grid.tiers().len(), 1);
        Ok(())
    }

    /// What the long form says, after the path, once a stretch of it is replaced.
    fn check_error(from: &str, to: &str, expected: &str) -> io::Result<()> {
        assert!(LONG.contains(from), "{from}");
        let (_folder, path) = fixture::file("story.TextGrid", LONG.replacen(from, to, 1))?;
        let error = TextGrid::read(&path).expect_err(expected).to_string();
        assert_eq!(error.replace(&format!("`{}`", path.display()), "it"), expected);
        Ok(())
    }

    #[test]
    fn long_and_short_forms_say_the_same() -> Result<(), Box<dyn std::error::Error>> {
        check(LONG)?;
        check(LONG.replace('\n', "\r\n"))?;
        check(SHORT)
    }

    #[test]
    fn utf16_of_both_orders_and_marked_utf8_are_read() -> Result<(), Box<dyn std::error::Error>> {
        let marked = format!("\u{feff}{LONG}");
        check(marked.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())?;
        check(marked.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>())?;
        check(marked)
    }

    #[test]
    fn backward_and_overlapping_intervals_are_named() -> io::Result<()> {
        let said = "it line 31: interval 2 (from 1) of tier `word` is backward or overlaps the one before, which ends at 1.5 s";
        check_error("xmin = 1.5", "xmin = 3.75", &format!("{said}: `3.75 .. 3.5`"))?;
        check_error("xmin = 1.5", "xmin = 1.4", &format!("{said}: `1.4 .. 3.5`"))
    }

    #[test]
    fn bad_numbers_are_named() -> io::Result<()> {
        let place = "interval 2 of 2 of tier `word`";
        check_error(
            "xmin = 1.5",
            "xmin = 1.5x",
            &format!("it line 29: {place}: expected its begin in seconds, found `1.5x`"),
        )?;
        check_error(
            "xmin = 1.5",
            "xmin = nan",
            &format!("it line 29: {place}: expected its begin in seconds, found `nan`"),
        )?;
        check_error(
            "xmin = 1.5",
            "",
            &format!("it line 31: {place}: expected its end in seconds, found the text `Zoë `"),
        )
    }

    #[test]
    fn wrong_counts_are_named() -> io::Result<()> {
        check_error(
            "intervals: size = 2",
            "intervals: size = 1",
            "it line 29: after the last of 2 tiers: expected the end of the file, found the number `1.5`",
        )?;
        check_error(
            "intervals: size = 2",
            "intervals: size = 3",
            "it line 31: interval 3 of 3 of tier `word`: expected its begin in seconds, found the end of the file",
        )?;
        check_error(
            "intervals: size = 2",
            "intervals: size = 2.5",
            "it line 23: tier 2 of 2: expected the number of intervals, found the number `2.5`",
        )?;
        check_error(
            "points: size = 1",
            "points: size = 2",
            "it line 19: point 2 of 2 of tier `click`: expected its time in seconds, found the text `IntervalTier`",
        )
    }

    #[test]
    fn truncated_files_are_errors() -> io::Result<()> {
        check_error(
            "            text = \"Zoë \"\n",
            "",
            "it line 30: interval 2 of 2 of tier `word`: expected its label in quotes, found the end of the file",
        )?;
        check_error(
            "\"Zoë \"",
            "\"Zoë ",
            "it line 31: interval 2 of 2 of tier `word`: expected its label in quotes, found a string without its closing quote",
        )?;
        check_error(LONG, "", "it line 0: header: expected the file type `ooTextFile`, found the end of the file")
    }

    #[test]
    fn other_files_are_refused() -> io::Result<()> {
        check_error(
            "\"TextGrid\"",
            "\"Pitch 1\"",
            "it line 2: header: expected the object class `TextGrid`, found the text `Pitch 1`",
        )
    }

    #[test]
    fn missing_tier_lists_those_there_are() -> Result<(), Box<dyn std::error::Error>> {
        let (_folder, path) = fixture::file("story.TextGrid", LONG)?;
        let error = TextGrid::read(&path)?.tier("words").expect_err("no such tier").to_string();
        assert!(error.ends_with("has no interval tier `words`, only: `word`"), "{error}");
        Ok(())
    }
}
