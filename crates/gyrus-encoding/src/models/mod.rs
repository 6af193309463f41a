//! What goes together over language models: few, of families, and different in more than one way.

mod partial;
mod relation;

pub use self::partial::{Partial, partial};
pub use self::relation::{Relation, Without};
