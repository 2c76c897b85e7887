//! Who calls: keys that sign tokens, and tokens that name a principal.

mod keys;
mod layer;
mod principal;

pub use keys::Keys;
pub use layer::Authenticate;
pub use principal::{Principal, Role};
