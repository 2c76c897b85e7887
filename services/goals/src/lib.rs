//! Cycles, measures, goals, targets and progress.
