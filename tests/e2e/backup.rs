//! Backups: what is restored is what was backed up, and a file that isn't whole restores nothing.

use crate::merit::Merit;

const EXPORTS: [&str; 5] = ["ledger", "scores", "credits", "payees", "scorecards"];

#[test]
fn a_restored_quarter_exports_the_same_bytes_and_verifies() {
    let merit = Merit::composed();
    merit.approve();
    let before = EXPORTS.map(|what| merit.export(what));
    let file = merit.path("quarter.backup").display().to_string();
    assert!(merit.ok(&["backup", &file]).contains("rows of "));
    let other = Merit::new();
    assert!(other.ok(&["restore", &file]).contains("restored into"));
    assert_eq!(EXPORTS.map(|what| other.export(what)), before);
    other.ok(&["review", "verify", "--cycle", "2026-Q3"]);
    // And it goes on: the next numbers are free.
    other.ok(&["review", "publish", "--cycle", "2026-Q3"]);
    other.ok(&["cycle", "open", "2026-Q4"]);
    // Made again from what was restored it is the same file.
    let again = Merit::new();
    let copy = again.path("again.backup").display().to_string();
    again.ok(&["restore", &file]);
    again.ok(&["backup", &copy]);
    assert_eq!(std::fs::read_to_string(copy).unwrap(), std::fs::read_to_string(&file).unwrap());
}

#[test]
fn a_quarter_moves_to_postgres_and_back_by_the_settings_alone() {
    let merit = Merit::composed();
    merit.approve();
    let before = EXPORTS.map(|what| merit.export(what));
    let file = merit.path("quarter.backup").display().to_string();
    merit.ok(&["backup", &file]);

    let other = Merit::new();
    let config = other.on_postgres();
    let on = |words: &[&str]| other.run(&[words, &["--config", &config]].concat());
    let early = on(&["restore", &file]).expect(1);
    assert!(early.err.contains("run `merit migrate` first"), "{}", early.err);
    on(&["migrate"]).expect(0);
    let whole = std::fs::read_to_string(&file).unwrap();
    let cut = other.file("cut", &whole[..whole.len() / 2]);
    on(&["restore", &cut]).expect(1);
    // Nothing of it stayed, so that the whole one can follow.
    assert!(on(&["restore", &file]).expect(0).out.contains("restored into a PostgreSQL database"));
    let twice = on(&["restore", &file]).expect(1);
    assert!(twice.err.contains("something on record already"), "{}", twice.err);

    let copy = other.path("copy.backup").display().to_string();
    assert!(on(&["backup", &copy]).expect(0).out.contains("of a PostgreSQL database in "));
    assert!(std::fs::read_to_string(&copy).unwrap() == whole, "the copy differs");
    let export =
        |what| on(&["review", "export", "--cycle", "2026-Q3", "--what", what, "--format", "csv"]).expect(0).out;
    assert!(EXPORTS.map(export) == before, "the exports differ");
    let kept = on(&["backup", &copy]).expect(1);
    assert!(kept.err.contains("is there already"), "{}", kept.err);
    assert!(!other.path("data").exists(), "nothing belongs into a data folder here");

    let back = Merit::new();
    back.ok(&["restore", &copy]);
    assert_eq!(EXPORTS.map(|what| back.export(what)), before);
}

#[test]
fn what_is_not_whole_restores_nothing() {
    let merit = Merit::composed();
    let file = merit.path("quarter.backup").display().to_string();
    merit.ok(&["backup", &file]);
    let whole = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let cut = lines[..lines.len() - 1].join("\n") + "\n";
    let missing = [&lines[..5], &lines[6..]].concat().join("\n") + "\n";
    let changed = whole.replacen("ana", "eva", 1);
    for (name, text, said) in [
        ("cut", cut, "cut off"),
        ("missing", missing, "damaged"),
        ("changed", changed, "damaged"),
        ("other", "{}\n".to_owned(), "damaged"),
        ("empty", String::new(), "empty"),
    ] {
        let other = Merit::new();
        let broken = other.file(name, text);
        let refused = other.run(&["restore", &broken]).expect(1);
        assert!(refused.err.contains(said), "{name}: {}", refused.err);
        assert!(!other.path("data").exists(), "{name}: something was left behind");
        other.ok(&["restore", &file]);
    }
    let refused = merit.run(&["restore", &file]).expect(1);
    assert!(refused.err.contains("--data"), "{}", refused.err);
}
