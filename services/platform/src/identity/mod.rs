//! Who calls: keys that sign tokens, tokens and certificates that name a principal, and the checks that each method begins
//! with.

mod issuer;
mod jwks;
mod keys;
mod layer;
mod peer;
mod principal;
#[cfg(test)]
mod tests;

pub use issuer::{ALGORITHMS, Issuer, Terms};
pub use jwks::{KeySet, Pace, Source};
pub use keys::Keys;
pub use layer::{Authenticate, Shown};
pub use peer::{Named, Peer};
pub use principal::{ADMINISTER, ANYONE, PAY_ADMIN, Principal, READ_ALL, Role, require, require_self_or};
