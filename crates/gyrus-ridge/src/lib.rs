//! Principal components and ridge for many targets, as linfa estimators.
