//! Weights on disk: which files a model has, and where in them each tensor lies.
//!
//! Files are mapped, never loaded: numbers become f32 as they are asked for.
//! Every header is checked against its file before anything is allocated for it, and no file can make us run anything.
//! What the tensors mean is not known here.

mod archive;
mod bytes;
mod checksum;
mod flaw;
mod globals;
mod index;
mod numbers;
mod opcode;
mod pickle;
mod stack;
mod stored;
mod torch_file;
mod value;
mod weight_file;
mod weight_files;

pub(crate) use weight_files::WeightFiles;
