//! Backups: what is restored is what was backed up, and a file that isn't whole restores nothing.

use crate::merit::Merit;

const EXPORTS: [&str; 5] = ["ledger", "scores", "credits", "payees", "scorecards"];

#[test]
fn a_restored_quarter_exports_the_same_bytes_and_verifies() {
    let merit = Merit::composed();
    merit.approve();
    let before = EXPORTS.map(|what| merit.export(what));
    let file = merit.path("quarter.backup").display().to_string();
    assert!(merit.ok(&["backup", &file]).contains("rows in"));
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
