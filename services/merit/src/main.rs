//! The `merit` binary.

use std::process::ExitCode;

/// A call is answered by many small pieces of memory that live as long as the call. The system's own allocator takes a tenth of
/// the time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    merit::run()
}
