//! The fields of a struct as the kinds of values that a layout asks for.

use std::path::Path;

use ndarray::{Array2, Ix2};

use super::{StructArray, Value};
use crate::Error;

/// One struct of an array of them, with its place for messages.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    path: &'a Path,
    variable: &'a str,
    structs: &'a StructArray,
    row: usize,
}

impl<'a> Fields<'a> {
    /// Every struct of a variable.
    pub fn all(path: &'a Path, variable: &'a str, value: &'a Value) -> Result<Vec<Self>, Error> {
        let Value::Struct(structs) = value else {
            return Err(Error::content(path, format!("variable `{variable}`"), "is no struct but", value.kind()));
        };
        // Structs without fields are none, however many the file says there are.
        let rows = structs.fields.first().map_or(0, |(_, values)| values.len());
        Ok((0..rows).map(|row| Fields { path, variable, structs, row }).collect())
    }

    /// The only struct of a variable.
    pub fn one(path: &'a Path, variable: &'a str, value: &'a Value) -> Result<Self, Error> {
        match Self::all(path, variable, value)?.as_slice() {
            [one] => Ok(*one),
            all => {
                Err(Error::content(path, format!("variable `{variable}`"), "is not one struct, but so many", all.len()))
            }
        }
    }

    /// The field of that name, if it is there and not empty.
    pub fn find(&self, name: &str) -> Option<&'a Value> {
        self.structs.get(self.row, name).filter(|value| !value.shape().contains(&0))
    }

    /// The field of that name.
    pub fn get(&self, name: &str) -> Result<&'a Value, Error> {
        self.structs.get(self.row, name).ok_or_else(|| {
            Error::missing(self.path, "field", &self.place(name), self.structs.names().map(str::to_owned).collect())
        })
    }

    /// The number of that name, positive and finite: a rate or a time.
    pub fn positive(&self, name: &str) -> Result<f64, Error> {
        let value = self.get(name)?;
        match value.number() {
            Some(number) if number > 0.0 && number.is_finite() => Ok(number),
            Some(number) => Err(self.wrong(name, "is no positive number", number)),
            None => Err(self.wrong(name, "is no single number but", value.kind())),
        }
    }

    /// The matrix of that name.
    pub fn matrix(&self, name: &str) -> Result<Array2<f64>, Error> {
        self.as_matrix(name, self.get(name)?)
    }

    /// Text of that name, if there is one; rows and cells are joined with spaces.
    pub fn text(&self, name: &str) -> Result<Option<String>, Error> {
        self.find(name).map(|value| self.as_texts(name, value).map(|texts| texts.join(" "))).transpose()
    }

    /// A value as a matrix.
    pub fn as_matrix(&self, name: &str, value: &Value) -> Result<Array2<f64>, Error> {
        let matrix = match value {
            Value::Numbers(numbers) => numbers.clone().into_dimensionality::<Ix2>().ok(),
            Value::Sparse(sparse) => sparse.dense(),
            _ => return Err(self.wrong(name, "is no matrix of numbers but", value.kind())),
        };
        matrix.ok_or_else(|| self.wrong(name, "has not two axes, or is too large", format!("{:?}", value.shape())))
    }

    /// A value as texts: the rows of characters, or cells with one row each.
    pub fn as_texts(&self, name: &str, value: &Value) -> Result<Vec<String>, Error> {
        match value {
            Value::Text(rows) => Ok(rows.iter().map(|row| row.trim_end().to_owned()).collect()),
            Value::Cell(cells) => {
                let text = |cell: &Value| {
                    let text = cell.text().map(str::to_owned).or_else(|| cell.shape().contains(&0).then(String::new));
                    text.ok_or_else(|| self.wrong(name, "has a cell that is no text but", cell.kind()))
                };
                cells.values.iter().map(text).collect()
            }
            _ => Err(self.wrong(name, "is no text but", value.kind())),
        }
    }

    /// The cells of that name; what is no array of cells is a single one.
    pub fn cells(&self, name: &str) -> Result<&'a [Value], Error> {
        Ok(match self.get(name)? {
            Value::Cell(cells) => &cells.values,
            value => std::slice::from_ref(value),
        })
    }

    /// That a field is wrong.
    pub fn wrong(&self, name: &str, wrong: impl Into<String>, value: impl ToString) -> Error {
        Error::content(self.path, format!("field `{}`", self.place(name)), wrong, value)
    }

    fn place(&self, name: &str) -> String {
        format!("{}({}).{name}", self.variable, self.row + 1)
    }
}
