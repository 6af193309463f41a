//! How far a long piece of work has come.

/// How far a long piece of work has come, as libraries report it to the shell that prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Units of work done so far.
    pub done: u64,
    /// Units of work in all.
    pub total: u64,
}
