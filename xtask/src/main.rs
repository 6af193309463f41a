//! Runs what anyone could type by hand.
fn main() {}
