//! Who calls: keys that sign tokens, tokens that name a principal, and the checks that each method begins with.

mod keys;
mod layer;
mod principal;

pub use keys::Keys;
pub use layer::Authenticate;
pub use principal::{ADMINISTER, ANYONE, PAY_ADMIN, Principal, READ_ALL, Role, require, require_self_or};
