//! The demo, as a newcomer sees it.

use crate::merit::Merit;

#[test]
fn the_demo_closes_two_quarters_to_the_cent_and_can_be_run_again() {
    let merit = Merit::new();
    let run = || {
        let out = merit.ok(&["demo", "--out", "demo"]);
        let data = merit.path("demo/data").display().to_string();
        let ledgers = ["2026-Q2", "2026-Q3"].map(|cycle| {
            let mut export = std::process::Command::new(env!("CARGO_BIN_EXE_merit"));
            export.args(["review", "export", "--cycle", cycle, "--what", "ledger", "--format", "csv", "--data", &data]);
            String::from_utf8(export.output().unwrap().stdout).unwrap()
        });
        (out, ledgers)
    };
    let (out, ledgers) = run();
    for word in ["people", "2026-Q2", "2026-Q3", "scorecards", "try next"] {
        assert!(out.contains(word), "`{word}` is missing:\n{out}");
    }
    let [second, third] = &ledgers;
    let files = [merit.file("q2.csv", second), merit.file("q3.csv", third)];
    let checked = by_hand(&files);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));

    // An amount with a digit more is noticed.
    let wrong = third.replacen(",commission,2026-Q3,", ",commission,2026-Q3,1", 1);
    assert_ne!(wrong, *third);
    assert!(!by_hand(&[files[0].clone(), merit.file("wrong.csv", wrong)]).status.success());

    let (_, again) = run();
    assert_eq!(ledgers, again);
}

/// The sample's independent computation, held against two exported ledgers.
fn by_hand(ledgers: &[String]) -> std::process::Output {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/sample");
    let script = format!("{sample}/check.py");
    std::process::Command::new("python3").arg(script).arg(sample).args(ledgers).output().unwrap()
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
