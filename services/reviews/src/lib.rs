//! The quarterly close from freeze to publish, and the scorecards.
