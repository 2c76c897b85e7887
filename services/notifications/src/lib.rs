//! The outbox, the templates and the delivery of mail.
mod letter;
pub mod model;
