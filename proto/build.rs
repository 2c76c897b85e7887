//! Compiles the contracts with `protox`, so no `protoc` is needed.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message as _;

const FILES: &[&str] = &[
    "merit/type/v1/type.proto",
    "merit/scorecard/v1/scorecard.proto",
    "merit/directory/v1/directory.proto",
    "merit/goals/v1/goals.proto",
    "merit/scoring/v1/scoring.proto",
    "merit/feedback/v1/feedback.proto",
    "merit/notifications/v1/notifications.proto",
    "merit/reviews/v1/reviews.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=merit");
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    let mut config = tonic_prost_build::Config::new();
    // Sorted maps: equal messages have equal bytes.
    config.btree_map(["."]);
    // What these hold is sent as it is kept.
    for (package, answer) in
        [("goals", "ListGoalsResponse"), ("reviews", "ListScorecardsResponse"), ("reviews", "ExportScorecardsResponse")]
    {
        config.extern_path(format!(".merit.{package}.v1.{answer}"), format!("crate::kept::{answer}"));
    }
    tonic_prost_build::configure().compile_fds_with_config(descriptors, config)?;
    Ok(())
}
