//! Whether a connection's caller acts for others: what is done to it is done to all of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Said by whoever verifies the caller, heard by whoever reads the connection. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Acting(Arc<AtomicBool>);

impl Acting {
    /// They do, from now on.
    pub fn set_for_others(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether they do.
    #[must_use]
    pub fn for_others(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
