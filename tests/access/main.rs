//! Who may what, over the wire: every call, as every role, about people who stand to the caller in every way; the decisions
//! against a second, simple implementation; and that nothing personal gets into logs.
#![cfg(test)]

mod about_people;
mod canaries;
mod matrix;
mod oracle;
mod raw;
mod table;
mod world;
