//! The policy language: text in, one exact answer and its explanation out.
