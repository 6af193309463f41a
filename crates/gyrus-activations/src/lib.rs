//! Every layer's state of a causal language model for every window.
