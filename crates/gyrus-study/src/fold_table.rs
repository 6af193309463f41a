//! The table of folds: what each holds out, learns from and loses.

use gyrus_encoding::FoldRow;

use crate::tables::Table;

/// A row for each held-out stretch of `folds`: outer, inner (empty for the outer fold itself), first_row and rows of the
/// stretch, training and lost rows of the fold. Rows are told as `row_of` numbers them.
pub fn fold_table(folds: &[FoldRow], row_of: impl Fn(usize) -> usize) -> Table {
    let each = folds.iter().flat_map(|fold| fold.held_out.iter().map(move |stretch| (fold, stretch)));
    let (mut outer, mut inner, mut counts) = (Vec::new(), Vec::new(), [(); 4].map(|()| Vec::new()));
    for (fold, stretch) in each {
        outer.push(fold.outer as u32);
        inner.push(fold.inner.map(|inner| inner as u32));
        let row = [row_of(stretch.start), stretch.len(), fold.training, fold.lost];
        counts.iter_mut().zip(row).for_each(|(column, count)| column.push(count as u32));
    }
    let table = Table::new().counts("outer", &outer).optional_counts("inner", &inner);
    let names = ["first_row", "rows", "training", "lost"].into_iter();
    names.zip(&counts).fold(table, |table, (name, column)| table.counts(name, column))
}
