//! The stack of a pickle: values, and marks between them that nothing is taken across.

/// Values in the order in which they came, with marks.
#[derive(Debug)]
pub(crate) struct Stack<T> {
    values: Vec<T>,
    /// Heights of the stack.
    marks: Vec<usize>,
}

impl<T> Default for Stack<T> {
    fn default() -> Self {
        Self { values: Vec::new(), marks: Vec::new() }
    }
}

impl<T> Stack<T> {
    /// Puts a value on top.
    pub(crate) fn push(&mut self, value: T) {
        self.values.push(value);
    }

    /// Puts a mark on top.
    pub(crate) fn mark(&mut self) {
        self.marks.push(self.values.len());
    }

    /// Takes the value on top, if there is one above the last mark.
    pub(crate) fn pop(&mut self) -> Option<T> {
        if self.values.len() > self.bottom() { self.values.pop() } else { None }
    }

    /// Takes some values from the top in the order in which they came, if there are so many above the last mark.
    pub(crate) fn pop_some(&mut self, count: usize) -> Option<Vec<T>> {
        let height = self.values.len().checked_sub(count).filter(|&height| height >= self.bottom())?;
        Some(self.values.split_off(height))
    }

    /// Takes the last mark and all values above it in the order in which they came.
    pub(crate) fn pop_marked(&mut self) -> Option<Vec<T>> {
        let mark = self.marks.pop()?;
        Some(self.values.split_off(mark))
    }

    fn bottom(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }
}
