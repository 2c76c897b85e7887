//! The close: what is paid, to whom, why; decided by people; reproduced to the byte.

use crate::merit::{Merit, small};

/// The small organisation's ledger, worked out by hand. Ana: 125% of a quota of 100,000, so 5% of 100,000 and 10% of
/// 25,000, capped at 7,000 across her payouts. Bo: 5% of 30,000.33, to the cent half even.
const LEDGER: &str = "\
2026-Q3,RUN,ana,Small plan,1,cap total,2026-Q3,-500.00,0.00,USD,2026-09-30,2026-09-30,Plan section 5
2026-Q3,RUN,ana,Small plan,1,commission,2026-Q3,7500.00,750.00,USD,2026-09-30,2026-09-30,Plan section 4
2026-Q3,RUN,bo,Small plan,1,commission,2026-Q3,1500.02,150.00,USD,2026-09-30,2026-09-30,Plan section 4
";
const HEAD: &str =
    "cycle,run,participant,policy,version,payout,line,amount,held,currency,earned_on,payable_on,reason\n";

/// An export without its head, the run's id put out of the way.
fn body(text: &str) -> String {
    let rows = text.strip_prefix(HEAD).unwrap_or_else(|| panic!("{text}"));
    let mut out = String::new();
    for row in rows.lines() {
        let mut cells: Vec<&str> = row.split(',').collect();
        if cells[1].starts_with("2026-q3-") {
            cells[1] = "RUN";
        }
        out.push_str(&cells.join(","));
        out.push('\n');
    }
    out
}

#[test]
fn a_quarter_is_computed_approved_published_and_mailed() {
    let merit = Merit::composed();
    let review = |args: &[&str]| merit.run(&[&["review"], args, &["--cycle", "2026-Q3"]].concat());

    // Before approval nothing is on the ledger, and the exit code says that someone must approve.
    let refused = review(&["export", "--what", "ledger", "--format", "csv"]).expect(4);
    assert!(refused.err.contains("--proposed"), "{}", refused.err);
    let proposed = review(&["export", "--what", "ledger", "--format", "csv", "--proposed"]).expect(0).out;
    assert_eq!(body(&proposed), LEDGER);
    review(&["publish"]).expect(4);

    merit.approve();
    assert_eq!(body(&merit.export("ledger")), LEDGER);
    assert!(review(&["publish"]).expect(0).out.contains("published"));
    let sent = merit.ok(&["mail", "send", "--to", "outbox"]);
    let mut mails: Vec<_> = std::fs::read_dir(merit.path("outbox"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    mails.sort();
    // Everyone employed and with an address gets their own, and Cy the team's; Eli has no address, Gus left in March.
    assert_eq!(mails.len(), 6, "{sent}\n{mails:?}");
    let ana = mails.iter().find(|name| name.contains("ana")).unwrap();
    let text = std::fs::read_to_string(merit.path("outbox").join(ana)).unwrap();
    assert!(text.contains("To: ") && text.contains("ana@example.com"), "{text}");
    // As plain text the name is what it is; as HTML it must not be mark-up, however the lines are broken.
    let (_, html) = text.split_once("Content-Type: text/html").unwrap();
    let html = html.replace("=\r\n", "");
    assert!(html.contains("Ana &lt;b&gt;Silva") || html.contains("Ana &#60;b&#62;Silva"), "{html}");
    assert!(!html.contains("<b>Silva"), "mark-up in a name got through:\n{html}");

    // Once handed over, a mail doesn't leave again.
    assert!(merit.ok(&["mail", "send", "--to", "outbox2"]).starts_with("0 mails"));
    assert!(review(&["verify"]).expect(0).out.contains("same to the byte"));
}

#[test]
fn people_who_could_not_be_scored_are_listed_with_the_reason() {
    let merit = Merit::composed();
    let status = merit.run(&["review", "status", "--cycle", "2026-Q3", "--json"]).expect(0).json();
    let findings: Vec<_> = status["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            (
                f["kind"].as_str().unwrap(),
                f["participant"].as_str().unwrap(),
                f["output"].as_str().unwrap(),
                f["reason"].as_str().unwrap(),
            )
        })
        .collect();
    let reason = |person: &str, output: &str| {
        findings
            .iter()
            .find(|f| f.1 == person && f.2 == output)
            .unwrap_or_else(|| panic!("{person} {output}: {findings:?}"))
            .3
    };
    assert!(reason("dee", "commission").contains("`quota` is missing"), "{findings:?}");
    assert!(reason("eli", "commission").contains("quota"), "{findings:?}");
    for person in ["cy", "fay"] {
        assert!(findings.iter().any(|f| f.0 == "not-covered" && f.1 == person), "{person}: {findings:?}");
    }
    assert!(!findings.iter().any(|f| f.1 == "gus"), "gus left before the cycle: {findings:?}");
}

#[test]
fn the_same_inputs_in_another_order_give_the_same_bytes() {
    let first = Merit::composed();
    first.approve();
    let second = Merit::new();
    second.ok(&["schema", "apply", &small("schema.merit")]);
    second.ok(&["cycle", "open", "2026-Q3", "--zone", "America/New_York"]);
    for (kind, file) in [("people", "people.csv"), ("goals", "goals.csv"), ("results", "deals.csv")] {
        let text = std::fs::read_to_string(small(file)).unwrap();
        let mut lines: Vec<_> = text.lines().collect();
        lines[1..].reverse();
        let file = second.file(file, lines.join("\n"));
        second.ok(&["import", kind, &file, "--profile", "merit"]);
    }
    second.run(&["review", "run", "--cycle", "2026-Q3", "--policies", &small("policies")]).expect(4);
    second.approve();
    for what in ["ledger", "scores", "credits", "payees", "scorecards"] {
        assert_eq!(first.export(what), second.export(what), "{what}");
    }
}

#[test]
fn asking_again_does_nothing_and_a_changed_result_supersedes() {
    let merit = Merit::composed();
    merit.approve();
    let again = merit.run(&["review", "run", "--cycle", "2026-Q3"]).expect(0);
    assert!(again.out.contains("nothing has changed"), "{}", again.out);
    assert_eq!(body(&merit.export("ledger")), LEDGER);

    // Bo's deal was worth ten dollars more: the old version stays, the new run pays the difference.
    let deals = std::fs::read_to_string(small("deals.csv")).unwrap().replace("30000.33", "30010.33");
    let file = merit.file("deals.csv", deals);
    let imported = merit.run(&["import", "results", &file, "--profile", "merit", "--json"]).expect(0).json();
    assert_eq!(
        (imported["added"].as_u64(), imported["changed"].as_u64(), imported["unchanged"].as_u64()),
        (Some(0), Some(1), Some(5))
    );
    merit.run(&["review", "run", "--cycle", "2026-Q3"]).expect(4);
    merit.approve();
    let ledger = body(&merit.export("ledger"));
    let of = |text: &str, person: &str| -> Vec<String> {
        text.lines().filter(|row| row.contains(&format!(",{person},"))).map(str::to_owned).collect()
    };
    assert_eq!(of(&ledger, "ana"), of(LEDGER, "ana"), "what didn't change is not posted again");
    let mut bo: Vec<_> = of(&ledger, "bo").iter().map(|row| row.split(',').nth(7).unwrap().to_owned()).collect();
    bo.sort();
    assert_eq!(bo, ["0.50", "1500.02"]);
    let payees = merit.export("payees");
    assert!(payees.contains("2026-Q3,bo,1500.52,150.05,USD"), "{payees}");
}

#[test]
fn an_adjustment_lives_apart_and_survives_a_recalculation() {
    let merit = Merit::composed();
    merit.approve();
    merit.ok(&[
        "review",
        "adjust",
        "--cycle",
        "2026-Q3",
        "--participant",
        "bo",
        "--amount",
        "$-12.50",
        "--reason",
        "returned badge",
    ]);
    let deals = std::fs::read_to_string(small("deals.csv")).unwrap().replace("30000.33", "30010.33");
    merit.ok(&["import", "results", &merit.file("deals.csv", deals), "--profile", "merit"]);
    merit.run(&["review", "run", "--cycle", "2026-Q3"]).expect(4);
    merit.approve();
    let ledger = merit.export("ledger");
    let adjustments: Vec<_> = ledger.lines().filter(|row| row.contains("returned badge")).collect();
    assert_eq!(adjustments.len(), 1, "{ledger}");
    assert!(adjustments[0].contains(",-12.50,0.00,USD,"), "{ledger}");
    assert!(merit.export("payees").contains("2026-Q3,bo,1488.02,"), "{}", merit.export("payees"));
}

#[test]
fn a_rejected_run_stays_on_record_and_pays_nothing() {
    let merit = Merit::composed();
    let refused = merit.run(&["review", "reject", "--cycle", "2026-Q3", "--reason", ""]).expect(1);
    assert!(refused.err.contains("reason"), "{}", refused.err);
    merit.ok(&["review", "reject", "--cycle", "2026-Q3", "--reason", "wrong quotas"]);
    merit.run(&["review", "approve", "--cycle", "2026-Q3"]).expect(1);
    let status = merit.run(&["review", "status", "--cycle", "2026-Q3", "--json"]).expect(0).json();
    assert_eq!(status["state"], "rejected");
    assert_eq!(status["decisions"][0]["reason"], "wrong quotas");
}

#[test]
fn a_dry_run_works_on_an_open_cycle_and_leaves_nothing() {
    let merit = Merit::small();
    merit.ok(&["rules", "publish", &small("policies")]);
    // A cycle that ends in the far future is open.
    merit.ok(&["cycle", "open", "2098-Q1"]);
    let refused = merit.run(&["review", "run", "--cycle", "2098-Q1"]).expect(1);
    assert!(refused.err.contains("--dry-run"), "{}", refused.err);
    merit.ok(&["review", "run", "--cycle", "2098-Q1", "--dry-run"]);
    let dry = merit.run(&["review", "run", "--cycle", "2026-Q3", "--dry-run", "--json"]).expect(0).json();
    assert_eq!(dry["lines"].as_array().unwrap().len(), 3);
    merit.run(&["review", "status", "--cycle", "2026-Q3"]).expect(1);
    merit.run(&["review", "export", "--cycle", "2026-Q3", "--what", "scores", "--format", "csv"]).expect(1);
}

#[test]
fn a_scheduler_closes_the_last_ended_cycle_by_itself() {
    let merit = Merit::small();
    merit.ok(&["rules", "publish", &small("policies")]);
    merit.ok(&["cycle", "set", "2026-Q3", "--approval", "automatic"]);
    let ended = merit.run(&["review", "run", "--cycle", "last-ended", "--json"]).expect(0).json();
    assert_eq!((ended["cycle"].as_str(), ended["state"].as_str()), (Some("2026-Q3"), Some("published")));
    // Kubernetes may start a CronJob twice.
    merit.run(&["review", "run", "--cycle", "last-ended"]).expect(0);
    assert_eq!(body(&merit.export("ledger")), LEDGER);
}

#[test]
fn a_scheduler_without_an_ended_cycle_has_nothing_to_do() {
    let merit = Merit::new();
    merit.ok(&["cycle", "open", "2098-Q1"]);
    let ended = merit.run(&["review", "run", "--cycle", "last-ended"]).expect(0);
    assert!(ended.out.contains("no cycle has ended"), "{}", ended.out);
}
