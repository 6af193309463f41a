//! What a row is, and how rows are held out, moved and left out.

mod fold_table;
pub(crate) mod folds;
mod gap;
pub(crate) mod missing;
pub(crate) mod row_order;
mod runs;
mod scheme;
pub(crate) mod stretches;

pub use self::fold_table::{FoldRow, fold_table};
pub use self::folds::{Fold, contiguous_folds};
pub use self::gap::Gap;
pub use self::missing::{Missing, missing};
pub use self::row_order::RowOrder;
pub use self::runs::Runs;
pub use self::scheme::{Scheme, leave_one_group_out, leave_one_run_out};
pub use self::stretches::Stretches;
