//! Tables of typed cells.

use serde::{Deserialize, Serialize};

use crate::html::{escaped, inline};
use crate::{Error, Estimate, numbers, text};

/// One cell of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A name or hash in the letters of a typewriter.
    Code(String),
    /// A whole number.
    Count(u64),
    /// A number; NaN is shown as "undefined".
    Number {
        /// The number.
        #[serde(deserialize_with = "numbers::defined_or_nan")]
        value: f64,
        /// Digits after the point.
        digits: usize,
    },
    /// A number with its interval in brackets; an undefined one is shown as "undefined".
    Estimate {
        /// The number with its interval.
        estimate: Estimate,
        /// Digits after the point.
        digits: usize,
    },
    /// A p value, with three digits; NaN is shown as "undefined".
    PValue(#[serde(deserialize_with = "numbers::defined_or_nan")] f64),
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// What the cell shows, not escaped.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for an infinite number, [`Error::Probability`] for a p value outside 0 to 1.
    fn shown(&self) -> Result<String, Error> {
        match self {
            Self::Text(text) | Self::Code(text) => Ok(text.clone()),
            Self::Count(count) => Ok(count.to_string()),
            Self::Number { value, .. } if value.is_infinite() => {
                Err(Error::NotFinite { what: "number in a table".into(), value: *value })
            }
            Self::Number { value, .. } if value.is_nan() => Ok("undefined".into()),
            Self::Number { value, digits } => Ok(text::number(*value, *digits)),
            Self::Estimate { estimate, digits } => Ok(shown_estimate(estimate, *digits)),
            Self::PValue(p) if p.is_nan() => Ok("undefined".into()),
            Self::PValue(p) if !(0.0..=1.0).contains(p) => Err(Error::Probability(*p)),
            Self::PValue(p) if *p < 0.001 => Ok("< 0.001".into()),
            Self::PValue(p) => Ok(text::number(*p, 3)),
        }
    }

    fn html(&self) -> Result<String, Error> {
        let shown = escaped(&self.shown()?);
        Ok(match self {
            Self::Text(text) if text.chars().count() > LONG => format!("<td class=\"long\">{}</td>", inline(text)),
            Self::Text(text) => format!("<td>{}</td>", inline(text)),
            Self::Code(_) => format!("<td><code>{shown}</code></td>"),
            _ if shown == "undefined" => format!("<td class=\"number undefined\">{shown}</td>"),
            _ => format!("<td class=\"number\">{shown}</td>"),
        })
    }

    fn is_number(&self) -> bool {
        !matches!(self, Self::Text(_) | Self::Code(_))
    }
}

fn shown_estimate(estimate: &Estimate, digits: usize) -> String {
    let Some(value) = estimate.value() else { return "undefined".into() };
    let value = text::number(value, digits);
    match estimate.interval() {
        Some((low, high)) => format!("{value} [{}, {}]", text::number(low, digits), text::number(high, digits)),
        None => value,
    }
}

/// Letters from which a text may break its line.
const LONG: usize = 24;

/// A table: a caption, one heading per column, rows of as many cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    caption: String,
    header: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table.
    pub fn new<S: Into<String>>(caption: impl Into<String>, header: impl IntoIterator<Item = S>) -> Self {
        Self { caption: caption.into(), header: header.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// The table with one more row.
    ///
    /// # Errors
    /// [`Error::Row`] if cells and headings differ in number, [`Error::NotFinite`] and [`Error::Probability`] for
    /// numbers that no table can show.
    pub fn row(mut self, cells: Vec<Cell>) -> Result<Self, Error> {
        if cells.len() != self.header.len() {
            let (row, columns) = (self.rows.len(), self.header.len());
            return Err(Error::Row { caption: self.caption, row, cells: cells.len(), columns });
        }
        cells.iter().try_for_each(|cell| cell.shown().map(|_| ()))?;
        self.rows.push(cells);
        Ok(self)
    }

    /// The table without the columns in which every number is undefined; a table without rows stays as it is.
    pub fn defined(self) -> Self {
        let undefined = |cell: &Cell| cell.is_number() && matches!(cell.shown().as_deref(), Ok("undefined"));
        let kept = |column: &usize| self.rows.is_empty() || !self.rows.iter().all(|row| undefined(&row[*column]));
        let kept: Vec<usize> = (0..self.header.len()).filter(kept).collect();
        let header = kept.iter().map(|&column| self.header[column].clone()).collect();
        let row = |row: &Vec<Cell>| kept.iter().map(|&column| row[column].clone()).collect();
        Self { caption: self.caption, header, rows: self.rows.iter().map(row).collect() }
    }

    /// The rows so far.
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// The table as HTML.
    pub(crate) fn html(&self) -> Result<String, Error> {
        let mut out = format!(
            "<div class=\"scroll\"><table class=\"sorts\">\n<caption>{}</caption>\n<thead><tr>",
            inline(&self.caption)
        );
        for (column, heading) in self.header.iter().enumerate() {
            let numeric = self.rows.first().and_then(|row| row.get(column)).is_some_and(Cell::is_number);
            let class = if numeric { " class=\"number\"" } else { "" };
            out.push_str(&format!("<th scope=\"col\"{class}>{}</th>", escaped(heading)));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in &self.rows {
            let cells = row.iter().map(Cell::html).collect::<Result<String, _>>()?;
            out.push_str(&format!("<tr>{cells}</tr>\n"));
        }
        out.push_str("</tbody>\n</table></div>\n");
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cell: Cell, expected: &str) {
        assert_eq!(cell.shown().as_deref(), Ok(expected));
    }

    #[test]
    fn cells_show_their_kind() -> Result<(), Error> {
        check(Cell::Number { value: 0.4781, digits: 3 }, "0.478");
        check(Cell::Number { value: f64::NAN, digits: 3 }, "undefined");
        check(Cell::Estimate { estimate: Estimate::new(0.4, -0.1, 0.9)?, digits: 2 }, "0.40 [\u{2212}0.10, 0.90]");
        check(Cell::Estimate { estimate: Estimate::undefined(), digits: 2 }, "undefined");
        check(Cell::PValue(0.0004), "< 0.001");
        check(Cell::PValue(0.0314), "0.031");
        check(Cell::Count(2127), "2127");
        Ok(())
    }

    #[test]
    fn short_row_is_an_error() {
        let error = Table::new("Scores", ["model", "r"]).row(vec![Cell::text("alpha")]).expect_err("one cell");
        assert_eq!(error.to_string(), "row 0 (from 0) of table `Scores` has 1 cells under 2 headings");
    }

    #[test]
    fn impossible_numbers_are_errors() {
        let row = |cell| Table::new("t", ["x"]).row(vec![cell]);
        assert!(row(Cell::PValue(1.5)).is_err());
        assert!(row(Cell::Number { value: f64::INFINITY, digits: 1 }).is_err());
    }

    #[test]
    fn columns_without_any_value_can_be_left_out() -> Result<(), Error> {
        let row = |p| vec![Cell::text("a"), Cell::PValue(p), Cell::Count(1)];
        let header = ["model", "p", "n"];
        let table = Table::new("t", header).row(row(f64::NAN))?;
        assert_eq!(table.clone().row(row(0.5))?.defined().header, header);
        assert_eq!(
            (table.clone().defined().header, table.defined().rows[0].len()),
            (vec!["model".into(), "n".into()], 2)
        );
        assert_eq!(Table::new("t", header).defined().header, header);
        Ok(())
    }

    #[test]
    fn markup_in_a_cell_is_text() -> Result<(), Error> {
        let html = Table::new("<b>", ["<i>"]).row(vec![Cell::text("<script>alert(1)</script>")])?.html()?;
        assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"));
        assert!(html.contains("<caption>&lt;b&gt;</caption>") && html.contains(">&lt;i&gt;</th>"));
        Ok(())
    }
}
