//! Which electrodes answer to speech, whatever is said.

mod contrast;
mod pieces;
mod quiet;
mod responsive;

pub use self::contrast::{Contrast, Side};
pub use self::quiet::{Quiet, silences};
pub use self::responsive::{Answer, Selection, SelectionParams};
