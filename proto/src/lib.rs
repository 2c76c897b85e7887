//! The gRPC contracts of every Merit service, generated from `merit/<service>/v1/*.proto`. The documentation of each
//! message and method stands in those files.
#![expect(
    missing_docs,
    unused_qualifications,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]

mod encoded;
pub mod kept;

pub use encoded::Encoded;

/// The compiled descriptors of all files, for server reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

// The modules follow the packages, because generated code refers to its neighbours by path.
macro_rules! packages {
    ($($module:ident = $package:literal),+ $(,)?) => {$(
        pub mod $module {
            pub mod v1 {
                tonic::include_proto!($package);
            }
        }
    )+};
}

packages! {
    r#type = "merit.r#type.v1",
    scorecard = "merit.scorecard.v1",
    directory = "merit.directory.v1",
    goals = "merit.goals.v1",
    scoring = "merit.scoring.v1",
    feedback = "merit.feedback.v1",
    notifications = "merit.notifications.v1",
    reviews = "merit.reviews.v1",
}
