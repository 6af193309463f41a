//! A table of plain columns that travels with the page, for its figures and for download.

use crate::{Error, packing};

/// A table by columns, all of one length.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    name: String,
    caption: String,
    columns: Vec<(String, Column)>,
}

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Words.
    Texts(Vec<String>),
    /// Numbers; NaN is undefined.
    Numbers(Vec<f64>),
}

impl Column {
    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::Texts(values) => values.len(),
            Self::Numbers(values) => values.len(),
        }
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Dataset {
    /// A table without columns; charts know it by `name`, readers by `caption`.
    pub fn new(name: impl Into<String>, caption: impl Into<String>) -> Self {
        Self { name: name.into(), caption: caption.into(), columns: Vec::new() }
    }

    /// The table with one more column.
    ///
    /// # Errors
    /// [`Error::Column`] for a column of another length, or of a name that is there already.
    pub fn column(mut self, name: impl Into<String>, column: Column) -> Result<Self, Error> {
        let name = name.into();
        let rows = self.columns.first().map_or(column.len(), |(_, first)| first.len());
        if rows != column.len() || self.has(&name) {
            return Err(Error::Column { table: self.name, column: name, values: column.len(), rows });
        }
        self.columns.push((name, column));
        Ok(self)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its reader should know of it.
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }

    /// Whether it has a column of this name.
    pub fn has(&self, column: &str) -> bool {
        self.get(column).is_some()
    }

    /// The column of this name.
    pub fn get(&self, column: &str) -> Option<&Column> {
        self.columns.iter().find(|(name, _)| name == column).map(|(_, column)| column)
    }

    /// What the page's index says of the table, and the packed columns, each under the id that the index gives it.
    pub(crate) fn packed(&self, id: &str) -> (serde_json::Value, Vec<(String, String)>) {
        let mut blobs = Vec::new();
        let columns = self.columns.iter().enumerate().map(|(i, (name, column))| {
            let packed = packing::pack(column);
            let blob = format!("{id}-{i}");
            let mut said = packed.said;
            said["name"] = name.as_str().into();
            said["blob"] = blob.as_str().into();
            blobs.push((blob, packed.blob));
            said
        });
        let columns: Vec<serde_json::Value> = columns.collect();
        let index = serde_json::json!({
            "name": self.name, "caption": self.caption, "rows": self.rows(), "columns": columns,
        });
        (index, blobs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_one_length_and_their_own_names() -> Result<(), Error> {
        let table = Dataset::new("t", "").column("a", Column::Numbers(vec![1.0, 2.0]))?;
        assert_eq!((table.rows(), table.has("a"), table.has("b")), (2, true, false));
        assert!(table.clone().column("b", Column::Texts(vec!["x".into()])).is_err());
        assert!(table.column("a", Column::Numbers(vec![0.0, 0.0])).is_err());
        Ok(())
    }
}
