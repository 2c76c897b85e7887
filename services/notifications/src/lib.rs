//! The outbox, the templates and the delivery of mail.
