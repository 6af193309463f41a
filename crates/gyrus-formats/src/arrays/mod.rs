//! Arrays by name, whichever file they are in: `.npy`, `.npz`, safetensors, HDF5, MATLAB.
//!
//! What kind a file is, its first bytes say, not its name.
//!
//! ```
//! use gyrus_formats::arrays::{ArrayFile, read_matrix};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("x.npy");
//! let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }\n";
//! let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
//! bytes.extend((header.len() as u16).to_le_bytes());
//! bytes.extend(header.as_bytes());
//! bytes.extend([0.5_f64, 2.0].iter().flat_map(|value| value.to_le_bytes()));
//! std::fs::write(&path, bytes)?;
//!
//! assert_eq!(read_matrix(&path, None)?.column(0).to_vec(), [0.5, 2.0]);
//! assert_eq!(ArrayFile::open(&path)?.rows(None, 1..2)?.sum(), 2.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod file;
mod npy;
mod npz;
mod tensors;

pub use file::{ArrayFile, read_matrix};
