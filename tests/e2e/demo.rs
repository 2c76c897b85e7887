//! The demo, as a newcomer sees it.

use crate::merit::Merit;

#[test]
fn the_demo_closes_a_quarter_and_can_be_run_again() {
    let merit = Merit::new();
    let run = || {
        let out = merit.ok(&["demo", "--out", "demo"]);
        let data = merit.path("demo/data").display().to_string();
        let mut export = std::process::Command::new(env!("CARGO_BIN_EXE_merit"));
        export.args(["review", "export", "--cycle", "2026-Q3", "--what", "ledger", "--format", "csv", "--data", &data]);
        (out, String::from_utf8(export.output().unwrap().stdout).unwrap())
    };
    let (out, ledger) = run();
    for word in ["people", "2026-Q3", "scorecards", "try next"] {
        assert!(out.contains(word), "`{word}` is missing:\n{out}");
    }
    assert!(ledger.lines().count() > 20, "{ledger}");
    let (_, again) = run();
    assert_eq!(ledger, again);
}

#[test]
fn the_demo_does_not_write_over_somebody_elses_folder() {
    let merit = Merit::new();
    std::fs::create_dir(merit.path("mine")).unwrap();
    merit.file("mine/thesis.txt", "years of work");
    let refused = merit.run(&["demo", "--out", "mine"]).expect(1);
    assert!(refused.err.contains("--out"), "{}", refused.err);
    assert_eq!(std::fs::read_to_string(merit.path("mine/thesis.txt")).unwrap(), "years of work");
}
