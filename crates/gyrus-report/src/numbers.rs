//! Numbers in files of JSON, which has no word for undefined but null.

use serde::{Deserialize, Deserializer};

/// A number, or NaN where there is none.
pub(crate) fn defined_or_nan<'de, D: Deserializer<'de>>(source: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(source)?.unwrap_or(f64::NAN))
}
