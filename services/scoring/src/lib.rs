//! Results, credits, scores, traces and the reward ledger.
