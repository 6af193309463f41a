//! A part of a page: a heading, and prose, commands, tables, figures and notes in order.

use serde::{Deserialize, Serialize};

use crate::figure::{Drawing, chart_html};
use crate::html::{escaped, paragraphs};
use crate::{Chart, Error, Figure, Svg, Table};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Block {
    Prose(String),
    Note(String),
    Command(String),
    Table(Table),
    Figure(Figure),
    #[serde(skip)]
    Chart(Box<Chart>),
}

/// A part of a page. Written to a file, it leaves its drawings behind and keeps their names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    heading: String,
    blocks: Vec<Block>,
}

/// How many parts of a section of each kind come before, on the page.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    /// Figures.
    pub figures: usize,
    /// The charts among them, in order.
    pub charts: Vec<Chart>,
}

impl Section {
    /// An empty part.
    pub fn new(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), blocks: Vec::new() }
    }

    /// The part with prose added; blank lines part its paragraphs.
    pub fn prose(self, text: impl Into<String>) -> Self {
        self.with(Block::Prose(text.into()))
    }

    /// The part with a note added, set apart from the prose.
    pub fn note(self, text: impl Into<String>) -> Self {
        self.with(Block::Note(text.into()))
    }

    /// The part with a command added, such as the one that made the numbers beside it.
    pub fn command(self, text: impl Into<String>) -> Self {
        self.with(Block::Command(text.into()))
    }

    /// The part with a table added.
    pub fn table(self, table: Table) -> Self {
        self.with(Block::Table(table))
    }

    /// The part with a figure added.
    pub fn figure(self, figure: Figure) -> Self {
        self.with(Block::Figure(figure))
    }

    /// The part with a chart added.
    pub fn chart(self, chart: Chart) -> Self {
        self.with(Block::Chart(Box::new(chart)))
    }

    /// The part with charts before everything but the prose that it begins with, of which at most one block stays ahead.
    pub fn charts_early(mut self, charts: Vec<Chart>) -> Self {
        let at = usize::from(matches!(self.blocks.first(), Some(Block::Prose(_))));
        self.blocks.splice(at..at, charts.into_iter().map(|chart| Block::Chart(Box::new(chart))));
        self
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// Its heading.
    pub fn heading(&self) -> &str {
        &self.heading
    }

    /// The part with a name for each drawing that `name` knows.
    pub fn named(mut self, name: impl Fn(&Svg) -> Option<String>) -> Self {
        for figure in self.figures() {
            if let Drawing::Svg(svg) = &figure.drawing {
                figure.name = name(svg).unwrap_or_default();
            }
        }
        self
    }

    /// The part with the drawing of each figure that came without one, by its name.
    pub fn drawn(mut self, mut draw: impl FnMut(&str) -> Drawing) -> Self {
        for figure in self.figures().filter(|figure| figure.drawing == Drawing::Missing) {
            figure.drawing = draw(&figure.name);
        }
        self
    }

    /// Whether a chart is in it.
    pub fn has_charts(&self) -> bool {
        self.blocks.iter().any(|block| matches!(block, Block::Chart(_)))
    }

    fn figures(&mut self) -> impl Iterator<Item = &mut Figure> {
        self.blocks.iter_mut().filter_map(|block| match block {
            Block::Figure(figure) => Some(figure),
            _ => None,
        })
    }

    /// The part as HTML, an article of its own.
    pub(crate) fn html(&self, counted: &mut Counted) -> Result<String, Error> {
        let mut out =
            format!("<article class=\"page\" id=\"{}\">\n<h2>{}</h2>\n", self.anchor(), escaped(&self.heading));
        for block in &self.blocks {
            match block {
                Block::Prose(text) => out.push_str(&paragraphs(text)),
                Block::Note(text) => {
                    out.push_str(&format!("<aside class=\"note\" role=\"note\">\n{}</aside>\n", paragraphs(text)));
                }
                Block::Command(text) => out.push_str(&format!("<pre><code>{}</code></pre>\n", escaped(text))),
                Block::Table(table) => out.push_str(&table.html()?),
                Block::Figure(figure) => out.push_str(&figure.html(&mut counted.figures, &mut counted.charts)),
                Block::Chart(chart) => out.push_str(&chart_html(chart, &mut counted.figures, &mut counted.charts)),
            }
        }
        out.push_str("</article>\n");
        Ok(out)
    }

    /// Its anchor.
    pub(crate) fn anchor(&self) -> String {
        slug(&self.heading)
    }
}

/// `heading` as an anchor: letters and digits of any script, all else a hyphen.
pub(crate) fn slug(heading: &str) -> String {
    let parts = heading.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let slug = parts.collect::<Vec<_>>().join("-").to_lowercase();
    if slug.is_empty() { "part".into() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cell;

    #[test]
    fn anchors_are_words_alone() {
        assert_eq!(slug("Are better models more alike?"), "are-better-models-more-alike");
        assert_eq!((slug("\"><script>"), slug("?!")), ("script".into(), "part".into()));
    }

    #[test]
    fn a_written_section_comes_back_but_for_its_drawings() -> Result<(), Box<dyn std::error::Error>> {
        let table = Table::new("c", ["n"]).row(vec![Cell::Number { value: f64::NAN, digits: 1 }])?;
        let section = Section::new("h").prose("p").note("n").command("c").table(table);
        let text = serde_json::to_string(&section)?;
        let read: Section = serde_json::from_str(&text)?;
        assert_eq!((read.heading(), read.blocks.len()), ("h", 4));
        assert_eq!(serde_json::to_string(&read)?, text);
        assert!(serde_json::from_str::<Section>("{\"heading\": \"h\", \"blocks\": [], \"more\": 1}").is_err());
        Ok(())
    }
}
