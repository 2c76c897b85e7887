//! What every service stands on: storage pools, identity, the wire's translations, the gRPC server, the data folder.
//!
//! Nothing here knows a domain; a rule about people, goals or pay belongs to its service.

pub mod access;
pub mod answers;
pub mod client;
pub mod data_folder;
pub mod deadline;
pub mod etag;
pub mod filter;
pub mod identity;
pub mod import;
pub mod mask;
pub mod once;
pub mod page;
pub mod reads;
pub mod server;
pub mod status;
pub mod store;
pub mod telemetry;
pub mod wire;
