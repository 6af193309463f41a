//! A part of a page: a heading, and prose, commands, tables, figures and notes in order.

use crate::html::{escaped, paragraphs};
use crate::{Error, Svg, Table};

/// A figure on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The drawing.
    pub svg: Svg,
    /// What is shown.
    pub caption: String,
    /// What the reader should look for; empty for nothing.
    pub look_for: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Block {
    Prose(String),
    Note(String),
    Command(String),
    Table(Table),
    Figure(Figure),
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    heading: String,
    blocks: Vec<Block>,
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

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    pub(crate) fn heading(&self) -> &str {
        &self.heading
    }

    /// The part as HTML; `id` is its anchor, `figures` the number of figures before it on the page.
    pub(crate) fn html(&self, id: &str, figures: &mut usize) -> Result<String, Error> {
        let mut out = format!("<section id=\"{id}\">\n<h2>{}</h2>\n", escaped(&self.heading));
        for block in &self.blocks {
            match block {
                Block::Prose(text) => out.push_str(&paragraphs(text)),
                Block::Note(text) => {
                    out.push_str(&format!("<aside class=\"note\" role=\"note\">\n{}</aside>\n", paragraphs(text)));
                }
                Block::Command(text) => out.push_str(&format!("<pre><code>{}</code></pre>\n", escaped(text))),
                Block::Table(table) => out.push_str(&table.html()?),
                Block::Figure(figure) => {
                    *figures += 1;
                    out.push_str(&figure.html(*figures));
                }
            }
        }
        out.push_str("</section>\n");
        Ok(out)
    }
}

impl Figure {
    fn html(&self, number: usize) -> String {
        let look_for = match self.look_for.as_str() {
            "" => String::new(),
            text => format!(" <span class=\"look\"><strong>What to look for:</strong> {}</span>", escaped(text)),
        };
        format!(
            "<figure id=\"figure-{number}\">\n<div class=\"scroll\">{}</div>\n\
             <figcaption><strong>Figure {number}.</strong> {}{look_for}</figcaption>\n</figure>\n",
            self.svg,
            escaped(&self.caption),
        )
    }
}
