//! Tokens, their words, and the exact windows a model will read.
