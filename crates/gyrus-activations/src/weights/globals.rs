//! The few names of Python that a file of weights may speak of; all others are refused.

use safetensors::Dtype;

use crate::weights::flaw::Flaw;

/// Something in a Python module that we know the meaning of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Global {
    /// An ordered dictionary.
    OrderedDict,
    /// A view of a storage.
    Tensor,
    /// A view that is trained.
    Parameter,
    /// The kind of a storage.
    Storage(Dtype),
}

impl Global {
    /// The thing called `name` in `module`.
    pub(crate) fn find(module: &str, name: &str) -> Result<Self, Flaw> {
        Ok(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2") => Self::Tensor,
            ("torch._utils", "_rebuild_parameter") => Self::Parameter,
            ("torch", "DoubleStorage") => Self::Storage(Dtype::F64),
            ("torch", "FloatStorage") => Self::Storage(Dtype::F32),
            ("torch", "HalfStorage") => Self::Storage(Dtype::F16),
            ("torch", "BFloat16Storage") => Self::Storage(Dtype::BF16),
            ("torch", "LongStorage") => Self::Storage(Dtype::I64),
            ("torch", "IntStorage") => Self::Storage(Dtype::I32),
            ("torch", "ShortStorage") => Self::Storage(Dtype::I16),
            ("torch", "CharStorage") => Self::Storage(Dtype::I8),
            ("torch", "ByteStorage") => Self::Storage(Dtype::U8),
            ("torch", "BoolStorage") => Self::Storage(Dtype::BOOL),
            _ => return Err(Flaw::Foreign(format!("{module}.{name}"))),
        })
    }
}
