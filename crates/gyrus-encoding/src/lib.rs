//! Folds, controls, scores, ceilings, nulls and intervals of encoding models.
