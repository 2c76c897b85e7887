//! Policy files put into their one form, and their tables taken to a spreadsheet and back.

use std::io::Write as _;
use std::process::Stdio;

use crate::merit::{Merit, Run, files, small};

/// A folder with the small organisation's schema and its policy laid out badly.
fn messy() -> (Merit, String, String) {
    let merit = Merit::new();
    std::fs::create_dir(merit.path("p")).unwrap();
    std::fs::copy(small("schema.merit"), merit.path("schema.merit")).unwrap();
    let plan = std::fs::read_to_string(small("policies/plan.merit")).unwrap();
    let messy = plan.replace(" = ", "  =  ").replace("  pay ", "\tpay  ");
    assert_ne!(messy, plan);
    let path = merit.file("p/plan.merit", &messy);
    (merit, path, messy)
}

fn piped(merit: &Merit, args: &[&str], input: &str) -> Run {
    let mut child =
        merit.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn files_are_formatted_in_place_and_stay_policies() {
    let (merit, path, messy) = messy();
    let folder = merit.path("p").display().to_string();
    let told = merit.run(&["rules", "fmt", &folder, "--check"]).expect(1);
    assert!(told.out.contains("plan.merit: would change"), "{}", told.out);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), messy, "--check changed the file");
    let told = merit.ok(&["rules", "fmt", &folder]);
    assert!(told.contains("plan.merit: formatted") && told.contains("1 of 1 changed"), "{told}");
    let formatted = std::fs::read_to_string(&path).unwrap();
    assert!(!formatted.contains("  =  ") && !formatted.contains('\t'), "{formatted}");
    merit.ok(&["rules", "fmt", &folder, "--check"]);
    assert!(merit.ok(&["rules", "fmt", &folder]).contains("0 of 1 changed"));
    assert_eq!(std::fs::read_dir(merit.path("p")).unwrap().count(), 1, "a file was left behind");
    let json = merit.run(&["rules", "fmt", &folder, "--check", "--json"]).expect(0).json();
    assert_eq!(json[0]["state"], "unchanged");
    merit.ok(&["rules", "test", &path]);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let (merit, path, messy) = messy();
    let out = piped(&merit, &["rules", "fmt", "-"], &messy).expect(0).out;
    merit.ok(&["rules", "fmt", &path]);
    assert_eq!(out, std::fs::read_to_string(&path).unwrap());
    piped(&merit, &["rules", "fmt", "-", "--check"], &messy).expect(1);
    piped(&merit, &["rules", "fmt", "-", "--check"], &out).expect(0);
    let refused = piped(&merit, &["rules", "fmt", "-"], "policy \"x\" version 1\n  perod month\n").expect(1);
    assert!(refused.out.is_empty() && refused.err.contains("`period`"), "{}", refused.err);
    let refused = piped(&merit, &["rules", "fmt", "-", &path], &messy).expect(1);
    assert!(refused.err.contains("stands alone"), "{}", refused.err);
}

#[test]
fn a_file_that_can_not_be_read_is_left_and_the_others_are_formatted() {
    let (merit, path, _) = messy();
    let broken = merit.file("p/broken.merit", "policy \"x\"   version 1\n  perod month\n");
    let run = merit.run(&["rules", "fmt", &merit.path("p").display().to_string()]).expect(1);
    assert!(run.err.contains("broken.merit") && run.err.contains("did you mean `period`?"), "{}", run.err);
    assert!(run.out.contains("plan.merit: formatted"), "{}", run.out);
    assert!(std::fs::read_to_string(&broken).unwrap().contains("\"x\"   version"));
    merit.run(&["rules", "fmt", &path, "--check"]).expect(0);
}

#[test]
fn the_policies_that_ship_need_no_formatting() {
    let policies = files().join("../rules/policies").display().to_string();
    Merit::new().ok(&["rules", "fmt", &policies, "--check"]);
}

#[test]
fn a_table_goes_to_a_spreadsheet_and_back() {
    let (merit, path, _) = messy();
    merit.ok(&["rules", "fmt", &path]);
    let before = std::fs::read_to_string(&path).unwrap();
    let csv = merit.ok(&["rules", "table", "export", &path, "rates"]);
    assert!(csv.starts_with("attainment,rate -> percent\n"), "{csv}");
    let sheet = merit.path("rates.csv").display().to_string();
    merit.ok(&["rules", "table", "export", &path, "rates", "--out", &sheet]);
    assert_eq!(std::fs::read_to_string(&sheet).unwrap(), csv);
    let told = merit.ok(&["rules", "table", "import", &path, "rates", &sheet]);
    assert!(told.contains("already"), "{told}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);

    let pasted = csv.replace(" -> percent", "").replace(',', "\t").replace("\tbelow", "below").replace("5%", "6.50%");
    let sheet = merit.file("pasted.txt", pasted);
    merit.ok(&["rules", "table", "import", &path, "rates", &sheet]);
    let after = std::fs::read_to_string(&path).unwrap();
    assert!(after.contains("6.50%"), "{after}");
    assert_eq!(after.lines().filter(|line| !before.contains(*line)).count(), 1, "{after}");
    assert_eq!(std::fs::read_dir(merit.path("p")).unwrap().count(), 1, "a file was left behind");
}

#[test]
fn a_sheet_with_bad_cells_changes_nothing() {
    let (merit, path, messy) = messy();
    let sheet = merit.file("bad.csv", "attainment,rate\nbelow 100%,0.05\n100% and above,\n");
    let run = merit.run(&["rules", "table", "import", &path, "rates", &sheet]).expect(1);
    for words in ["line 2, column `rate`", "write `5%`", "line 3, column `rate`", "empty", "2 places"] {
        assert!(run.err.contains(words), "{words}: {}", run.err);
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), messy);
    let run = merit.run(&["rules", "table", "export", &path, "ratez"]).expect(1);
    assert!(run.err.contains("did you mean `rates`?"), "{}", run.err);
    let run = merit.run(&["rules", "table", "import", &path, "rates", "nowhere.csv"]).expect(1);
    assert!(run.err.contains("nowhere.csv"), "{}", run.err);
}
