//! What `merit generate` promises: the same bytes for the same numbers, and files that can be imported whole.

use std::collections::BTreeMap;
use std::path::Path;

use merit_core::digest::sha256;
use merit_rules::Source;

use super::people::Organisation;
use super::{Summary, generate};
use crate::import::{ImportKind, Known, PeopleIndex, Profile, Recorded, Rows, read};

/// Every file's name and digest.
fn digests(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for inside in ["", "profiles", "policies"] {
        for entry in std::fs::read_dir(folder.join(inside)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, sha256(&std::fs::read(&path).unwrap()));
            }
        }
    }
    found
}

fn made(participants: u32, results: u32, seed: u64) -> (tempfile::TempDir, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let summary = generate(participants, results, seed, folder.path()).unwrap();
    (folder, summary)
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let (first, _) = made(150, 4, 7);
    let (second, _) = made(150, 4, 7);
    let (other, _) = made(150, 4, 8);
    assert_eq!(digests(first.path()), digests(second.path()));
    for file in ["people.csv", "goals.csv", "results.csv", "ratings.csv"] {
        assert_ne!(digests(first.path())[file], digests(other.path())[file], "{file}");
    }
    // Into the same folder again, over longer files.
    generate(150, 4, 8, first.path()).unwrap();
    assert_eq!(digests(first.path()), digests(other.path()));
}

#[test]
fn the_bytes_stay_what_they_were() {
    // Figures of benchmarks are compared over time: whoever changes what is generated changes this on purpose.
    let (folder, _) = made(100, 3, 1);
    let files = ["people.csv", "goals.csv", "results.csv", "ratings.csv"];
    let digests = digests(folder.path());
    let all: String = files.iter().map(|file| digests[*file].as_str()).collect();
    assert_eq!(sha256(all.as_bytes()), "ff9a565937b4cd217dc7c3ebc23d71e5275ce79de960bcb5786a046144189132");
}

#[test]
fn every_row_can_be_imported() {
    let (folder, summary) = made(600, 5, 1);
    let out = folder.path();
    let text = std::fs::read(out.join("schema.merit")).unwrap();
    let schema = merit_rules::load_schema(&Source::from_bytes("schema.merit", &text).unwrap()).unwrap();
    let (people, recorded) = (PeopleIndex::new(), Recorded::default());
    let known = Known { schema: Some(&schema), people: &people, recorded: &recorded };
    let mut counts = BTreeMap::new();
    for kind in [ImportKind::People, ImportKind::Goals, ImportKind::Results, ImportKind::Ratings] {
        let profile = out.join(format!("profiles/{kind}.toml"));
        let profile = Profile::load(profile.to_str().unwrap(), kind).unwrap();
        let file = out.join(format!("{kind}.csv"));
        let reading = read(kind, &file, &profile, &known).unwrap();
        assert_eq!(reading.problems, [], "{kind}");
        if let Rows::Results(rows) = &reading.rows {
            let deal = &schema.records()["Deal"];
            for (name, value) in rows.iter().flat_map(|row| &row.values) {
                let value = merit_platform::wire::parse_value(value).unwrap();
                deal.fields[name].accepts(&value).unwrap();
            }
        }
        counts.insert(kind.word(), reading.rows.len() as u64);
    }
    assert_eq!((counts["people"], counts["results"]), (600, 3_000));
    let told = [summary.people, summary.goals, summary.results, summary.ratings];
    assert_eq!(told, [counts["people"], counts["goals"], counts["results"], counts["ratings"]]);
}

#[test]
fn the_policies_pass_against_the_schema_beside_them() {
    let (folder, _) = made(1, 0, 1);
    let policies = folder.path().join("policies");
    let source = |name: &str| Source::from_bytes(name, &std::fs::read(policies.join(name)).unwrap()).unwrap();
    let schema = merit_rules::load_schema(&source("schema.merit")).unwrap();
    for name in ["ae_commission.merit", "recognition.merit", "review_score.merit"] {
        let program = merit_rules::load_policy(&source(name), &schema).unwrap();
        let failed = merit_rules::run_tests(&program).into_iter().filter(|test| !test.failures.is_empty()).count();
        assert_eq!(failed, 0, "{name}");
    }
}

#[test]
fn reporting_lines_are_a_tree_of_eight() {
    let organisation = Organisation { people: 10_000, seed: 1 };
    let mut reports: BTreeMap<u32, u32> = BTreeMap::new();
    for person in 1..organisation.people {
        let manager = Organisation::manager(person).unwrap();
        assert!(manager < person && organisation.leads(manager));
        *reports.entry(manager).or_default() += 1;
    }
    assert!(reports.values().all(|count| *count <= 8));
    assert_eq!(Organisation::manager(0), None);
    let leading = (0..organisation.people).filter(|person| organisation.leads(*person)).count();
    assert_eq!(leading, reports.len());
}

#[test]
fn everybody_has_a_quota_and_the_asked_for_results() {
    let (folder, _) = made(50, 0, 3);
    let goals = std::fs::read_to_string(folder.path().join("goals.csv")).unwrap();
    assert_eq!(goals.lines().filter(|line| line.contains(",bookings,")).count(), 50);
    assert_eq!(std::fs::read_to_string(folder.path().join("results.csv")).unwrap().lines().count(), 1);
}

#[test]
fn a_folder_that_is_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out");
    std::fs::write(&file, "mine").unwrap();
    assert_eq!(generate(1, 1, 1, &file).unwrap_err().reason, "OUT_FOLDER");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}
