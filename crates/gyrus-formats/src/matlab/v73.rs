//! Files of version 7.3: HDF5 with references, its axes the other way round.
//!
//! The class of a value is an attribute; cells and arrays of structs are data sets of references to values in a group of their
//! own; characters are 16-bit numbers; what is empty is written as its shape.

use std::cell::Cell;
use std::path::Path;

use ndarray::{ArrayD, IxDyn};

use super::v5::sparse_of;
use super::{CellArray, StructArray, Value, text};
use crate::Error;
use crate::hdf5::{Attributes, DataKind, DataSet, Hdf5File, Object};

/// How deep values may lie in each other; references may go in circles.
const DEEPEST: usize = 64;

/// Bytes that a value costs beside its numbers.
const COST: u64 = 512;

/// An open file.
#[derive(Debug)]
pub(super) struct File {
    file: Hdf5File,
    names: Vec<String>,
}

impl File {
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = Hdf5File::open(path)?;
        let mut names = file.groups("/")?;
        names.extend(file.data_sets("/")?);
        // MATLAB keeps the values of cells and objects in groups of these names.
        names.retain(|name| !name.starts_with('#'));
        names.sort();
        Ok(Self { file, names })
    }

    pub fn path(&self) -> &Path {
        self.file.path()
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The variable of that name, which is there.
    pub fn read(&self, name: &str) -> Result<Value, Error> {
        Reading { file: &self.file, left: Cell::new(self.file.most()) }.at(name, 0)
    }
}

/// The reading of one variable.
struct Reading<'a> {
    file: &'a Hdf5File,
    /// Bytes that it may still make: references that share a value could otherwise make any number.
    left: Cell<u64>,
}

impl Reading<'_> {
    fn at(&self, path: &str, depth: usize) -> Result<Value, Error> {
        if self.file.has_data_set(path) {
            self.data_set(&self.file.data_set(path)?, depth)
        } else {
            self.group(path, depth)
        }
    }

    fn object(&self, reference: u64, depth: usize) -> Result<Value, Error> {
        // A cell that was never set.
        if reference == 0 {
            return Ok(Value::Numbers(ArrayD::zeros(IxDyn(&[0, 0]))));
        }
        match self.file.referred(reference)? {
            Object::Group(path) => self.group(&path, depth),
            Object::DataSet(data_set) => self.data_set(&data_set, depth),
        }
    }

    /// Takes from what may still be made.
    fn spend(&self, place: &str, depth: usize, bytes: u64) -> Result<(), Error> {
        if depth > DEEPEST {
            return Err(self.wrong(place, "lies in too many cells or structs", depth));
        }
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.ok_or_else(|| self.wrong(place, "makes a value larger than the file can hold", bytes))?);
        Ok(())
    }

    fn data_set(&self, data: &DataSet, depth: usize) -> Result<Value, Error> {
        let attributes = data.attributes();
        let class = attributes.text("MATLAB_class").unwrap_or_default();
        self.spend(data.path(), depth, COST.saturating_add((data.len() as u64).saturating_mul(2)))?;
        if attributes.number("MATLAB_empty").is_some_and(|empty| empty != 0.0) {
            return self.empty(data, class, &attributes);
        }
        match (class, data.kind()) {
            ("char", DataKind::Number) => {
                let units = data.read()?;
                let units: Vec<u32> = units.iter().map(|unit| *unit as u32).collect();
                let shape = shape(data);
                text::rows(&units, &shape)
                    .map(Value::Text)
                    .ok_or_else(|| self.wrong(data.path(), "has other characters than its shape", format!("{shape:?}")))
            }
            (_, DataKind::Number) => Ok(Value::Numbers(data.read()?.reversed_axes())),
            (_, DataKind::Complex) => Ok(Value::Complex(data.complex()?.map(ArrayD::reversed_axes))),
            (_, DataKind::Text) => Ok(Value::Text(data.texts()?)),
            (_, DataKind::Reference) => self.cells(data, depth).map(Value::Cell),
            _ => Ok(Value::Other(format!("a value of class `{class}`"))),
        }
    }

    fn cells(&self, data: &DataSet, depth: usize) -> Result<CellArray, Error> {
        let references = data.references()?;
        let values =
            references.into_iter().map(|reference| self.object(reference, depth + 1)).collect::<Result<_, _>>()?;
        Ok(CellArray { shape: shape(data), values })
    }

    /// What is empty holds its shape.
    fn empty(&self, data: &DataSet, class: &str, attributes: &Attributes) -> Result<Value, Error> {
        let sizes = if data.kind() == DataKind::Number { data.read()?.into_raw_vec_and_offset().0 } else { Vec::new() };
        let good = sizes.iter().all(|size| *size >= 0.0 && size.fract() == 0.0 && *size < f64::from(u32::MAX));
        if !good || sizes.len() > 64 || !(sizes.contains(&0.0) || sizes.is_empty()) {
            return Err(self.wrong(data.path(), "is empty and says that it has the shape", format!("{sizes:?}")));
        }
        let shape: Vec<usize> = sizes.iter().map(|size| *size as usize).collect();
        let shape = if shape.is_empty() { vec![0, 0] } else { shape };
        Ok(match class {
            "char" => Value::Text(Vec::new()),
            "cell" => Value::Cell(CellArray { shape, values: Vec::new() }),
            "struct" => {
                let fields = attributes.texts("MATLAB_fields").iter().map(|name| (name.clone(), Vec::new())).collect();
                Value::Struct(StructArray { shape, fields })
            }
            _ => {
                let numbers = ArrayD::from_shape_vec(IxDyn(&shape), Vec::new());
                Value::Numbers(numbers.map_err(|_| self.wrong(data.path(), "is too large", format!("{shape:?}")))?)
            }
        })
    }

    /// A struct, an array of structs, or a sparse matrix.
    fn group(&self, path: &str, depth: usize) -> Result<Value, Error> {
        self.spend(path, depth, COST)?;
        let attributes = self.file.attributes(path)?;
        if let Some(rows) = attributes.number("MATLAB_sparse") {
            return self.sparse(path, rows);
        }
        let class = attributes.text("MATLAB_class").unwrap_or("struct");
        if class != "struct" {
            return Ok(Value::Other(format!("a value of class `{class}`")));
        }
        let mut names = self.file.groups(path)?;
        names.extend(self.file.data_sets(path)?);
        let paths: Vec<String> = names.iter().map(|name| format!("{path}/{name}")).collect();
        // In an array of structs each field is a data set of references, and no cell.
        let lists = paths.iter().map(|path| self.list(path)).collect::<Result<Vec<_>, _>>()?;
        if !lists.is_empty() && lists.iter().all(Option::is_some) {
            let lists = lists.into_iter().flatten().collect();
            return self.structs(path, names, lists, depth);
        }
        let values = paths
            .iter()
            .map(|path| self.at(path, depth + 1).map(|value| vec![value]))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Value::Struct(StructArray { shape: vec![1, 1], fields: names.into_iter().zip(values).collect() }))
    }

    /// The data set at `path` if it lists the values of a field.
    fn list(&self, path: &str) -> Result<Option<DataSet>, Error> {
        if !self.file.has_data_set(path) {
            return Ok(None);
        }
        let data = self.file.data_set(path)?;
        let list = data.kind() == DataKind::Reference && data.attributes().text("MATLAB_class").is_none();
        Ok(list.then_some(data))
    }

    fn structs(&self, path: &str, names: Vec<String>, lists: Vec<DataSet>, depth: usize) -> Result<Value, Error> {
        let shape = shape(&lists[0]);
        let mut fields = Vec::new();
        for (name, list) in names.into_iter().zip(&lists) {
            let cells = self.cells(list, depth + 1)?;
            if cells.shape != shape {
                let wrong = format!("has another shape than the first field's {shape:?}");
                return Err(self.wrong(&format!("{path}/{name}"), &wrong, format!("{:?}", cells.shape)));
            }
            fields.push((name, cells.values));
        }
        Ok(Value::Struct(StructArray { shape, fields }))
    }

    fn sparse(&self, path: &str, rows: f64) -> Result<Value, Error> {
        let wrong = |value: String| self.wrong(path, "is sparse and contradicts itself", value);
        let numbers = |name: &str| -> Result<Vec<f64>, Error> {
            let path = format!("{path}/{name}");
            // A matrix without any value has no list of them.
            if !self.file.has_data_set(&path) {
                Ok(Vec::new())
            } else {
                Ok(self.file.data_set(&path)?.read()?.into_raw_vec_and_offset().0)
            }
        };
        let places = |name: &str| -> Result<Vec<usize>, Error> {
            let good = |place: &f64| *place >= 0.0 && place.fract() == 0.0;
            let places = numbers(name)?;
            if !places.iter().all(good) {
                return Err(wrong(name.to_owned()));
            }
            Ok(places.into_iter().map(|place| place as usize).collect())
        };
        let (places_of_rows, starts, values) = (places("ir")?, places("jc")?, numbers("data")?);
        let columns = starts.len().saturating_sub(1);
        sparse_of([rows.max(0.0) as usize, columns], &places_of_rows, &starts, &values)
            .map(Value::Sparse)
            .ok_or_else(|| wrong(format!("{rows} rows, {} values", values.len())))
    }

    fn wrong(&self, place: &str, wrong: &str, value: impl ToString) -> Error {
        Error::content(self.file.path(), format!("variable `{}`", place.trim_start_matches('/')), wrong, value)
    }
}

/// The shape that MATLAB shows.
fn shape(data: &DataSet) -> Vec<usize> {
    data.shape().iter().rev().copied().collect()
}
