//! Feedback, self-assessments and ratings.
