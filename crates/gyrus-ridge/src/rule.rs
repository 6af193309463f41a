//! By which rule a penalty is chosen, and for whom.

/// What decides between penalties on the held-out rows of inner folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Criterion {
    /// The lowest squared error per row, averaged over inner folds.
    #[default]
    SquaredError,
    /// The highest Pearson r, averaged over inner folds; an undefined r counts as 0.
    Correlation,
}

/// Which targets share a penalty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Sharing {
    /// None: each has its own.
    #[default]
    PerTarget,
    /// Those with the same number (t). Their squared errors are averaged as shares of their spread about the training means.
    Groups(Vec<usize>),
    /// All.
    All,
}

/// Which losses are computed in f64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Exact {
    /// Those that could be the lowest of their target; the others in f32, within 1e-5 of themselves and of the target's
    /// spread. The penalties are those that [`Exact::All`] chooses. Only squared errors of targets with a penalty of
    /// their own are computed so.
    #[default]
    Deciding,
    /// All.
    All,
}

/// By which rule a penalty is chosen, and for whom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rule {
    /// What decides.
    pub criterion: Criterion,
    /// For whom.
    pub sharing: Sharing,
    /// How exactly.
    pub exact: Exact,
}
