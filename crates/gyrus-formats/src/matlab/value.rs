//! What a variable of MATLAB holds, whichever file it came from.

use ndarray::{Array2, ArrayD, ArrayViewD};

/// Elements that a sparse matrix may have when it is filled with its zeros.
const DENSEST: usize = 1 << 27;

/// The value of a variable, a cell or a field.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Numbers of any class, or truths as 0 and 1.
    Numbers(ArrayD<f64>),
    /// Real and imaginary parts.
    Complex([ArrayD<f64>; 2]),
    /// The rows of an array of characters; most often one.
    Text(Vec<String>),
    /// Cells.
    Cell(CellArray),
    /// One struct or several.
    Struct(StructArray),
    /// A matrix that is mostly zero.
    Sparse(Sparse),
    /// A class that is not read, such as an object or a function; its name.
    Other(String),
}

/// An array of cells, in MATLAB's order, first axis fastest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CellArray {
    /// Sizes of the axes.
    pub shape: Vec<usize>,
    /// The cells.
    pub values: Vec<Value>,
}

/// An array of structs that have the same fields.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StructArray {
    /// Sizes of the axes.
    pub shape: Vec<usize>,
    /// Each field with its value in every struct, in MATLAB's order, first axis fastest.
    pub fields: Vec<(String, Vec<Value>)>,
}

/// A matrix of which only some elements are not zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Sparse {
    /// Rows and columns.
    pub shape: [usize; 2],
    /// Row, column and value, column after column.
    pub entries: Vec<(usize, usize, f64)>,
}

impl Value {
    /// The numbers, if they are real.
    pub fn numbers(&self) -> Option<ArrayViewD<'_, f64>> {
        if let Self::Numbers(numbers) = self { Some(numbers.view()) } else { None }
    }

    /// The number, if it is a single one.
    pub fn number(&self) -> Option<f64> {
        self.numbers().filter(|numbers| numbers.len() == 1).and_then(|numbers| numbers.first().copied())
    }

    /// The text, if it is one row; an empty one is no row.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(rows) if rows.len() <= 1 => Some(rows.first().map_or("", String::as_str)),
            _ => None,
        }
    }

    /// The field of that name of a single struct.
    pub fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Struct(structs) if structs.len() == 1 => structs.get(0, name),
            _ => None,
        }
    }

    /// The cells or structs or numbers' shape: sizes of the axes; for texts, rows and the longest row.
    pub fn shape(&self) -> Vec<usize> {
        match self {
            Self::Numbers(numbers) => numbers.shape().to_vec(),
            Self::Complex([real, _]) => real.shape().to_vec(),
            Self::Text(rows) => vec![rows.len(), rows.iter().map(|row| row.chars().count()).max().unwrap_or(0)],
            Self::Cell(cells) => cells.shape.clone(),
            Self::Struct(structs) => structs.shape.clone(),
            Self::Sparse(sparse) => sparse.shape.to_vec(),
            Self::Other(_) => Vec::new(),
        }
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &str {
        match self {
            Self::Numbers(_) => "numbers",
            Self::Complex(_) => "complex numbers",
            Self::Text(_) => "text",
            Self::Cell(_) => "cells",
            Self::Struct(_) => "structs",
            Self::Sparse(_) => "a sparse matrix",
            Self::Other(class) => class,
        }
    }
}

impl StructArray {
    /// Number of structs.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there is no struct.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names of the fields, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// A field of the struct at `place`, if there are such.
    pub fn get(&self, place: usize, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(field, _)| field == name).and_then(|(_, values)| values.get(place))
    }
}

impl Sparse {
    /// The matrix with its zeros; nothing if it has more than 2^27 elements.
    pub fn dense(&self) -> Option<Array2<f64>> {
        let [rows, columns] = self.shape;
        rows.checked_mul(columns).filter(|count| *count <= DENSEST)?;
        let mut dense = Array2::zeros((rows, columns));
        for (row, column, value) in &self.entries {
            dense[[*row, *column]] += value;
        }
        Some(dense)
    }
}
