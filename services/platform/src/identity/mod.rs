//! Who calls: keys that sign tokens, and tokens and certificates that name a principal.

mod acting;
mod issuer;
mod jwks;
mod keys;
mod layer;
mod pace;
mod peer;
mod principal;
#[cfg(test)]
mod tests;
mod verified;

pub use acting::Acting;
pub use issuer::{ALGORITHMS, Issuer, Terms};
pub use jwks::{KeySet, Source};
pub use keys::Keys;
pub use layer::{Authenticate, Shown, bearer};
pub use pace::Pace;
pub use peer::{Named, Peer};
pub use principal::{Principal, Role};
