//! What can be wrong with the values of a figure, a table or a page.

/// A figure, table or page that cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An estimate that is infinite, or an interval that is infinite or ends before it begins.
    #[error("estimate must be finite with an interval that is finite and not reversed: `{value} [{low}, {high}]`")]
    Estimate {
        /// The estimate.
        value: f64,
        /// Lower end of its interval.
        low: f64,
        /// Upper end of its interval.
        high: f64,
    },
    /// A number that is infinite or NaN where a finite one is needed.
    #[error("{what} must be finite: `{value}`")]
    NotFinite {
        /// What the number stands for.
        what: String,
        /// The number.
        value: f64,
    },
    /// A p value outside 0 to 1.
    #[error("p value must lie between 0 and 1: `{0}`")]
    Probability(f64),
    /// Values so far apart that their span is not a number.
    #[error("values span too wide a range to draw: `{low}` to `{high}`")]
    Span {
        /// Lowest value.
        low: f64,
        /// Highest value.
        high: f64,
    },
    /// A figure without anything to draw.
    #[error("{0} has nothing to draw")]
    Empty(String),
    /// A model that the palette does not know.
    #[error("the palette has no colour for model `{0}`")]
    UnknownModel(String),
    /// A heat map whose values do not fill its square.
    #[error("heat map `{title}` has {values} values for {ticks} by {ticks} cells")]
    Cells {
        /// Title of the heat map.
        title: String,
        /// Number of values given.
        values: usize,
        /// Number of ticks on each side.
        ticks: usize,
    },
    /// A table row that does not match the header.
    #[error("row {row} (from 0) of table `{caption}` has {cells} cells under {columns} headings")]
    Row {
        /// Caption of the table.
        caption: String,
        /// Index of the row, from 0.
        row: usize,
        /// Cells in the row.
        cells: usize,
        /// Headings of the table.
        columns: usize,
    },
    /// A style that is not one.
    #[error("{0}")]
    Style(String),
    /// A figure that cannot be made ready for a journal.
    #[error("a figure cannot be printed: {0}")]
    Print(String),
    /// A column that does not fit its table.
    #[error("column `{column}` of table `{table}` has {values} values beside {rows} rows, or stands twice")]
    Column {
        /// Name of the table.
        table: String,
        /// Name of the column.
        column: String,
        /// Values of the column.
        values: usize,
        /// Rows of the table.
        rows: usize,
    },
    /// A package of plotly.js that is not what it was.
    #[error("the package `plotly` does not hold plotly.js where it did")]
    Plotly,
    /// A failure inside the drawing library.
    #[error("drawing failed: {0}")]
    Drawing(String),
}
