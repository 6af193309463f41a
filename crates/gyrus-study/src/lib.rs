//! The study file, the ordered list of steps, the cache, and the program gyrus.
