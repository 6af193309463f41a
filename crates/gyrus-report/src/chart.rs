//! A figure that a reader can ask: which columns of a table it draws, and what can be chosen.
//!
//! A chart holds no value. The page draws it from a [`Dataset`](crate::Dataset) when it comes into view.

use serde::Serialize;

/// How rows become marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A curve per series over a number.
    Lines,
    /// A point with its interval per row, one below the other.
    Intervals,
    /// A point per row over two numbers, or over groups.
    Points,
    /// A field of two columns, coloured by a third.
    Field,
    /// Everything against everything: rows name both members of a pair.
    Pairs,
    /// One layer against the layers of all others, out of the same rows.
    PairCurves,
    /// A path per series through a plane.
    Paths,
    /// Places over outlines of the cortex, x, y and z in MNI millimetres.
    Brain,
}

/// A column that can be shown, with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// Its column.
    pub column: String,
    /// Its name, with its unit.
    pub label: String,
    /// Columns of the lower and upper ends of its interval.
    pub interval: Option<(String, String)>,
    /// A column drawn beside it, dashed, and what that is.
    pub beside: Option<(String, String)>,
    /// Whether zero means none, so that colours part there and a line marks it.
    pub zero: bool,
}

/// A column by which a reader chooses rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The column.
    pub column: String,
    /// Its name.
    pub label: String,
    /// The value at first: the first that there is, where this is not there.
    pub start: Option<String>,
    /// Whether all rows may be taken, and are at first.
    pub all: bool,
}

/// A figure that a reader can ask.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    kind: Kind,
    table: String,
    title: String,
    caption: String,
    look_for: String,
    /// Columns for the horizontal axis, the first at first.
    across: Vec<(String, String)>,
    /// Columns for the vertical axis of fields, pairs and paths, or the name of a row.
    down: Vec<(String, String)>,
    measures: Vec<Measure>,
    series: Option<String>,
    choices: Vec<Choice>,
    details: Vec<String>,
    /// The table of places, and the column by which rows find theirs.
    places: Option<(String, String)>,
}

impl Measure {
    /// A bare column.
    pub fn new(column: impl Into<String>, label: impl Into<String>) -> Self {
        Self { column: column.into(), label: label.into(), interval: None, beside: None, zero: false }
    }

    /// With an interval in the columns `COLUMN_low` and `COLUMN_high`.
    pub fn with_interval(self) -> Self {
        Self { interval: Some((format!("{}_low", self.column), format!("{}_high", self.column))), ..self }
    }

    /// With another column beside it, dashed.
    pub fn beside(self, column: impl Into<String>, label: impl Into<String>) -> Self {
        Self { beside: Some((column.into(), label.into())), ..self }
    }

    /// With a meaning of zero.
    pub fn from_zero(self) -> Self {
        Self { zero: true, ..self }
    }
}

impl Choice {
    /// One value at a time.
    pub fn one(column: impl Into<String>, label: impl Into<String>) -> Self {
        Self { column: column.into(), label: label.into(), start: None, all: false }
    }

    /// One value, or all.
    pub fn any(column: impl Into<String>, label: impl Into<String>) -> Self {
        Self { all: true, ..Self::one(column, label) }
    }

    /// With a value to begin with.
    pub fn starting(self, value: impl Into<String>) -> Self {
        Self { start: Some(value.into()), ..self }
    }
}

impl Chart {
    /// A chart of `table`.
    pub fn new(kind: Kind, table: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            kind,
            table: table.into(),
            title: title.into(),
            caption: String::new(),
            look_for: String::new(),
            across: Vec::new(),
            down: Vec::new(),
            measures: Vec::new(),
            series: None,
            choices: Vec::new(),
            details: Vec::new(),
            places: None,
        }
    }

    /// With what is shown, and what to look for.
    pub fn said(self, caption: impl Into<String>, look_for: impl Into<String>) -> Self {
        Self { caption: caption.into(), look_for: look_for.into(), ..self }
    }

    /// With a column that may stand on the horizontal axis.
    pub fn across(mut self, column: impl Into<String>, label: impl Into<String>) -> Self {
        self.across.push((column.into(), label.into()));
        self
    }

    /// With a column for the vertical axis, or for the names of rows.
    pub fn down(mut self, column: impl Into<String>, label: impl Into<String>) -> Self {
        self.down.push((column.into(), label.into()));
        self
    }

    /// With a measure to choose.
    pub fn measure(mut self, measure: Measure) -> Self {
        self.measures.push(measure);
        self
    }

    /// With a colour per value of a column.
    pub fn series(self, column: impl Into<String>) -> Self {
        Self { series: Some(column.into()), ..self }
    }

    /// With rows to choose.
    pub fn choice(mut self, choice: Choice) -> Self {
        self.choices.push(choice);
        self
    }

    /// With a column that shows when a mark is pointed at.
    pub fn detail(mut self, column: impl Into<String>) -> Self {
        self.details.push(column.into());
        self
    }

    /// With places out of another table: its `key` has the values of this chart's first column down.
    pub fn places(self, table: impl Into<String>, key: impl Into<String>) -> Self {
        Self { places: Some((table.into(), key.into())), ..self }
    }

    /// Its title.
    pub fn title(&self) -> &str {
        &self.title
    }

    pub(crate) fn caption(&self) -> &str {
        &self.caption
    }

    pub(crate) fn look_for(&self) -> &str {
        &self.look_for
    }

    /// The table that it draws.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Every column of its table that it cannot do without.
    pub fn needs(&self) -> impl Iterator<Item = &str> {
        let axes = self.across.iter().chain(&self.down).map(|(column, _)| column.as_str());
        let measures = self.measures.iter().map(|measure| measure.column.as_str());
        let choices = self.choices.iter().map(|choice| choice.column.as_str());
        // A brain's axes stand in the table of places.
        let axes = axes.filter(|_| self.kind != Kind::Brain);
        axes.chain(measures).chain(choices).chain(self.series.as_deref())
    }
}
