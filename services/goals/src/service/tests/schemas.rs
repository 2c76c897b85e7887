//! Schemas keep what they say under one version.

use merit_core::Kind;

use super::{SCHEMA, World};

#[tokio::test]
async fn a_version_keeps_its_content_and_versions_only_rise() {
    let world = World::bare().await;
    let none = world.goals.schema().await.unwrap_err();
    assert_eq!((none.kind, none.reason.as_str()), (Kind::NotFound, "NO_SCHEMA"));
    assert!(world.goals.apply_schema("schema.merit", SCHEMA).await.unwrap().1);
    let cutoff = world.goals.cutoff().await.unwrap();
    assert!(!world.goals.apply_schema("copy.merit", SCHEMA).await.unwrap().1, "the same text again");
    assert_eq!(world.goals.cutoff().await.unwrap(), cutoff);

    let changed = SCHEMA.replace("from 0 to 5", "from 0 to 10");
    let reused = world.goals.apply_schema("schema.merit", &changed).await.unwrap_err();
    assert_eq!((reused.kind, reused.reason.as_str()), (Kind::AlreadyExists, "SCHEMA_VERSION_REUSED"));
    assert_eq!(reused.message, "version 1 of schema `Test` is on record with another content; raise the version");
    assert_eq!(world.goals.schema().await.unwrap().source, SCHEMA);

    let raised = changed.replace("version 1", "version 2");
    let (record, created) = world.goals.apply_schema("schema.merit", &raised).await.unwrap();
    assert!(created && record.version == 2);
    assert_eq!(world.goals.schema().await.unwrap(), record);
    let lower = world.goals.apply_schema("schema.merit", SCHEMA).await.unwrap_err();
    assert_eq!(lower.reason, "SCHEMA_VERSION_LOWER");
    assert_eq!(lower.message, "version 1 of schema `Test` is lower than version 2 on record; raise the version");
}

#[tokio::test]
async fn a_broken_schema_is_told_with_its_place() {
    let world = World::bare().await;
    let broken = SCHEMA.replace("csat     : number", "csat     : nmber");
    let refused = world.goals.apply_schema("mine.merit", &broken).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason.as_str()), (Kind::InvalidArgument, "BAD_SCHEMA"));
    assert!(refused.message.contains("mine.merit:14:"), "{}", refused.message);
    assert!(refused.message.contains("nmber"), "{}", refused.message);
    assert_eq!(world.goals.cutoff().await.unwrap(), 0);
}
