//! The whole of Merit through its command line, as a person or a script uses it.
#![cfg(test)]

mod backup;
mod bad_input;
mod carried;
mod close;
mod demo;
mod diff;
mod explain;
mod fmt;
mod merit;
mod messages;
mod places;
mod reads;
mod records;
mod reference;
mod server;
mod split;
mod telemetry;
