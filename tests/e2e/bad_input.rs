//! Bad input gets one clear message that says what to do, a non-zero exit, and nothing half done.

use crate::merit::{Merit, small};

/// Runs a command that must be refused, and checks that the whole state is what it was.
#[track_caller]
fn refused(merit: &Merit, args: &[&str], words: &[&str]) {
    let state = |merit: &Merit| {
        // Without a policy there is no dry run; what it says then is part of the state too.
        let dry = merit.run(&["review", "run", "--cycle", "2026-Q3", "--dry-run", "--json"]);
        let dry = (dry.code, dry.out);
        (dry, merit.ok(&["cycle", "list", "--json"]), merit.ok(&["standing", "ana", "--cycle", "2026-Q3", "--json"]))
    };
    let before = state(merit);
    let run = merit.run(args);
    assert_eq!(run.code, 1, "{args:?}\n{}\n{}", run.out, run.err);
    for word in words {
        assert!(run.err.contains(word), "{args:?} does not say `{word}`:\n{}", run.err);
    }
    assert!(!run.err.contains("::") && !run.err.contains("Error {"), "a type's name shows: {}", run.err);
    assert_eq!(before, state(merit), "{args:?} left something behind");
}

/// A copy of a small file with one text replaced.
fn altered(merit: &Merit, name: &str, from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(small(name)).unwrap();
    assert!(text.contains(from), "{from}");
    merit.file(name.rsplit('/').next().unwrap(), text.replacen(from, to, 1))
}

fn published() -> Merit {
    let merit = Merit::small();
    merit.ok(&["rules", "publish", &small("policies")]);
    merit
}

#[test]
fn rows_that_can_not_be_taken() {
    let merit = published();
    let table: &[(&str, &str, &str, &str, &[&str])] = &[
        ("results", "deals.csv", "USD 80000.00", "EUR 80000.00", &["line 2", "amount", "USD"]),
        ("results", "deals.csv", "USD 80000.00", "USD 80000.125", &["line 2", "amount", "decimals"]),
        ("results", "deals.csv", "D-2,", "D-1,", &["D-1", "line"]),
        ("results", "deals.csv", "ana,2026-07-14", "nobody,2026-07-14", &["line 2", "nobody"]),
        ("results", "deals.csv", "2026-07-14", "14/07/2026", &["line 2", "closed"]),
        ("results", "deals.csv", "is_new", "is_newish", &["is_newish"]),
        ("people", "people.csv", "Manager,West,,2020", "Manager,West,ana,2020", &["ana", "cy"]),
        ("people", "people.csv", "bo,Bo", "ana,Bo", &["ana", "line"]),
        ("people", "people.csv", "bo@example.com", "Ana@example.com", &["line 4", "`ana` too"]),
        ("people", "people.csv", "ana@example.com", "ana at example", &["line 3", "e-mail"]),
        ("people", "people.csv", "Bo Łęcki", "Bo\u{202E}Łęcki", &["line 4"]),
        ("goals", "goals.csv", "ana-quota,2026-Q3", "ana-quota,2027-Q3", &["2027-Q3", "line 2"]),
        ("goals", "goals.csv", "USD 60000.00", "EUR 60000.00", &["line 3", "USD"]),
        ("goals", "goals.csv", "bookings,100%", "bookinks,100%", &["line 2", "bookings"]),
    ];
    for (kind, file, from, to, words) in table {
        let path = altered(&merit, file, from, to);
        refused(&merit, &["import", kind, &path, "--profile", "merit"], words);
    }
}

#[test]
fn a_manager_without_an_address() {
    let merit = Merit::new();
    merit.ok(&["schema", "apply", &small("schema.merit")]);
    let path = altered(&merit, "people.csv", "cy@example.com", "");
    let refused = merit.run(&["import", "people", &path, "--profile", "merit"]).expect(1);
    for word in ["line 3", "`cy`", "no e-mail address"] {
        assert!(refused.err.contains(word), "{}", refused.err);
    }
    let taken = merit.run(&["import", "people", &small("people.csv"), "--profile", "merit", "--json"]).expect(0).json();
    assert_eq!(taken["added"], 7, "nothing had been taken before");
}

#[test]
fn a_goal_outside_its_cycle() {
    let merit = published();
    let head = "goal_id,cycle,owner_kind,owner,title,measure,weight,target,due\n";
    let path = merit.file("late.csv", format!("{head}bo-late,2026-Q3,person,bo,Late,csat,,4.5,2026-10-02\n"));
    refused(&merit, &["import", "goals", &path, "--profile", "merit"], &["line 2", "2026-10-02", "2026-09-30"]);
}

#[test]
fn files_that_are_not_csv() {
    let merit = published();
    for (name, bytes, words) in [
        ("latin.csv", &b"person_id,display_name\nx,Jos\xe9\n"[..], &["UTF-8"][..]),
        ("book.csv", b"PK\x03\x04rest of a zip file", &["spreadsheet", "CSV"]),
        ("empty.csv", b"", &["empty"]),
        ("ragged.csv", b"person_id,display_name,from\nx,X\n", &["line 2"]),
    ] {
        let path = merit.file(name, bytes);
        refused(&merit, &["import", "people", &path, "--profile", "merit"], words);
    }
    refused(&merit, &["import", "people", "nowhere.csv", "--profile", "merit"], &["nowhere.csv"]);
    refused(&merit, &["import", "people", &small("people.csv"), "--profile", "nothing"], &["nothing"]);
    let latin = merit.file("latin.merit", b"policy \"\xe9\" version 1\n");
    refused(&merit, &["rules", "check", &latin], &["UTF-8"]);
}

#[test]
fn policies_that_can_not_be_published() {
    let merit = Merit::small();
    std::fs::create_dir(merit.path("p")).unwrap();
    std::fs::copy(small("schema.merit"), merit.path("schema.merit")).unwrap();
    let plan = std::fs::read_to_string(small("policies/plan.merit")).unwrap();
    for (from, to, words) in [
        ("apply rates to bookings", "apply ratez to bookings", &["ratez", "rates", "plan.merit:"][..]),
        ("$7,500.00", "$7,501.00", &["a quarter past quota", "$7,501.00", "$7,500.00"]),
        ("  | below 100%     | 5% ", "  | below 100%     | 6% ", &["a quarter past quota"]),
    ] {
        assert!(plan.contains(from), "{from}");
        let path = merit.file("p/plan.merit", plan.replacen(from, to, 1));
        refused(&merit, &["rules", "publish", &path], words);
        refused(
            &merit,
            &["review", "run", "--cycle", "2026-Q3", "--policies", &merit.path("p").display().to_string()],
            words,
        );
    }
}

#[test]
fn a_refused_policy_as_data_and_how_to_read_more() {
    let merit = Merit::small();
    std::fs::create_dir(merit.path("p")).unwrap();
    std::fs::copy(small("schema.merit"), merit.path("schema.merit")).unwrap();
    let plan = std::fs::read_to_string(small("policies/plan.merit")).unwrap();
    let path = merit.file("p/plan.merit", plan.replacen("apply rates to bookings", "apply ratez to bookings", 1));
    let run = merit.run(&["rules", "check", &path, "--json"]);
    assert_eq!(run.code, 1, "{}", run.err);
    let document: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let one = &document[0]["diagnostics"][0];
    let place = &one["labels"][0];
    for shown in [
        format!("error[{}]: {}", one["code"].as_str().unwrap(), one["title"].as_str().unwrap()),
        format!("plan.merit:{}:{}", place["start_line"], place["start_column"]),
        format!("help: {}", one["help"].as_str().unwrap()),
    ] {
        assert!(run.err.contains(&shown), "{shown} is not in\n{}", run.err);
    }
    let code = one["code"].as_str().unwrap();
    assert!(run.err.trim_end().ends_with(&format!("`merit rules code {code}` explains the first")), "{}", run.err);
    assert!(merit.ok(&["rules", "code", code]).contains(code));
    refused(&merit, &["rules", "code", "N0301"], &["M0301"]);
}

#[test]
fn a_policy_version_with_other_content() {
    let merit = published();
    std::fs::create_dir(merit.path("p")).unwrap();
    std::fs::copy(small("schema.merit"), merit.path("schema.merit")).unwrap();
    let plan = std::fs::read_to_string(small("policies/plan.merit")).unwrap();
    let path = merit.file("p/plan.merit", plan.replace("about \"Five", "about \"Now five"));
    refused(&merit, &["rules", "publish", &path], &["version 1", "version 2"]);
}

#[test]
fn a_schema_version_with_other_content() {
    let merit = published();
    let schema = std::fs::read_to_string(small("schema.merit")).unwrap();
    let path = merit.file("schema.merit", schema.replace("\"Customer score\"", "\"Score\""));
    refused(&merit, &["schema", "apply", &path], &["version"]);
}

#[test]
fn a_dry_import_tells_and_keeps_nothing() {
    let merit = published();
    let path = altered(&merit, "deals.csv", "80000.00", "81000.00");
    let before = merit.ok(&["standing", "ana", "--cycle", "2026-Q3", "--json"]);
    let told = merit.run(&["import", "results", &path, "--profile", "merit", "--dry-run", "--json"]).expect(0).json();
    assert_eq!(told["changed"], 1);
    assert_eq!(before, merit.ok(&["standing", "ana", "--cycle", "2026-Q3", "--json"]));
    let again = merit.run(&["import", "results", &small("deals.csv"), "--profile", "merit", "--json"]).expect(0).json();
    assert_eq!(
        (again["added"].as_u64(), again["changed"].as_u64(), again["unchanged"].as_u64()),
        (Some(0), Some(0), Some(6))
    );
}

#[test]
fn wrong_use_is_exit_code_two() {
    let merit = Merit::new();
    for args in [&["review", "fly"][..], &["import", "cats", "x.csv", "--profile", "merit"], &["cycle", "open"], &[]] {
        merit.run(args).expect(2);
    }
}

#[test]
fn things_that_are_not_there() {
    let merit = published();
    for (args, words) in [
        (&["standing", "nobody", "--cycle", "2026-Q3"][..], &["nobody"][..]),
        (&["standing", "ana", "--cycle", "2031-Q1"], &["2031-Q1"]),
        (&["review", "status", "--cycle", "2031-Q1"], &["2031-Q1"]),
        (
            &["review", "adjust", "--cycle", "2026-Q3", "--participant", "ana", "--amount", "10", "--reason", "x"],
            &["USD 250.00"],
        ),
        (
            &["review", "adjust", "--cycle", "2026-Q3", "--participant", "ana", "--amount", "$1.005", "--reason", "x"],
            &["decimals"],
        ),
        (&["cycle", "open", "2026-Q5"], &["quarter 5"]),
        (&["cycle", "open", "2027-Q1", "--zone", "Mars/Olympus"], &["Mars/Olympus"]),
        (&["cycle", "open", "autumn", "--starts", "2026-08-01", "--ends", "2026-10-31"], &["2026-Q3"]),
    ] {
        refused(&merit, args, words);
    }
}
