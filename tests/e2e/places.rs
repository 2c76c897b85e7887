//! Where commands work: each at the place that the settings name or the server that the command line names, or it says why
//! not. None makes a data folder that nobody asked for.

use std::collections::BTreeSet;

use crate::merit::{Merit, small};

/// A way to use each command that keeps or reads records. `FILE` is a file that is not there yet.
const KEEPING: &[(&str, &[&str])] = &[
    ("migrate", &["migrate"]),
    ("schema", &["schema", "apply", "SCHEMA"]),
    ("cycle", &["cycle", "open", "2026-Q3"]),
    ("import", &["import", "people", "PEOPLE", "--profile", "merit"]),
    ("goals", &["goals", "coverage", "--cycle", "2026-Q3"]),
    ("reads", &["reads"]),
    ("standing", &["standing", "ana", "--cycle", "2026-Q3"]),
    ("rules", &["rules", "publish", "POLICIES"]),
    ("review", &["review", "run", "--cycle", "2026-Q3", "--dry-run"]),
    ("mail", &["mail", "send", "--to", "mails"]),
    ("token", &["token", "--as", "ana", "--role", "member"]),
    ("backup", &["backup", "FILE"]),
    ("restore", &["restore", "FILE"]),
];
/// Those that keep nothing on record, or keep it in a folder of their own. `serve` is what `split` is about.
const ELSEWHERE: [&str; 5] = ["demo", "serve", "config", "generate", "help"];

fn words(merit: &Merit, words: &[&str]) -> Vec<String> {
    let file = merit.path("file.backup").display().to_string();
    words
        .iter()
        .map(|word| match *word {
            "SCHEMA" => small("schema.merit"),
            "PEOPLE" => small("people.csv"),
            "POLICIES" => small("policies"),
            "FILE" => file.clone(),
            word => word.to_owned(),
        })
        .collect()
}

fn run(merit: &Merit, command: &[&str], more: &[&str]) -> crate::merit::Run {
    let command = words(merit, command);
    let command: Vec<&str> = command.iter().map(String::as_str).chain(more.iter().copied()).collect();
    merit.run(&command)
}

#[test]
fn every_command_has_its_row() {
    let help = Merit::new().ok(&["--help"]);
    let commands = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let named = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let named: BTreeSet<&str> = named.map(|line| line.split_whitespace().next().unwrap()).collect();
    let known: BTreeSet<&str> = KEEPING.iter().map(|(command, _)| *command).chain(ELSEWHERE).collect();
    assert_eq!(named, known);
}

#[test]
fn on_postgres_no_command_touches_a_data_folder() {
    let merit = Merit::new();
    let config = merit.on_postgres();
    for (command, line) in KEEPING {
        let done = run(&merit, line, &["--config", &config]);
        // What was backed up can't be restored over itself.
        let code = if *command == "restore" { 1 } else { 0 };
        assert_eq!(done.code, code, "{command}: {}{}", done.out, done.err);
        assert!(!merit.path("data").exists(), "{command} made a data folder");
    }
}

#[test]
fn with_a_server_no_command_touches_a_data_folder() {
    let merit = Merit::new();
    let token = merit.file("token", "x.y.z");
    for (command, line) in KEEPING {
        let done = run(&merit, line, &["--server", "http://127.0.0.1:1", "--token", &token]);
        let said = match *command {
            "migrate" | "backup" | "restore" => "run it where they are, without --server",
            "token" => "name its data folder with --data",
            _ => "127.0.0.1:1",
        };
        assert!(done.code != 0 && done.err.contains(said), "{command}: {}{}", done.out, done.err);
        assert!(!merit.path("data").exists(), "{command} made a data folder");
    }
}

#[test]
fn where_each_service_keeps_a_folder_no_command_takes_one_for_the_whole() {
    let merit = Merit::new();
    let config =
        merit.file("merit.toml", "[services]\ngoals = 'http://127.0.0.1:1'\ndirectory = 'http://127.0.0.1:1'\n");
    for (command, line) in KEEPING {
        // Both work on one service's own folder.
        if ["migrate", "token"].contains(command) {
            continue;
        }
        let done = run(&merit, line, &["--config", &config]);
        let said = match *command {
            "backup" | "restore" => "copy each folder while its service is stopped",
            _ => "pass --token FILE",
        };
        assert!(done.code != 0 && done.err.contains(said), "{command}: {}{}", done.out, done.err);
        assert!(!merit.path("data").exists(), "{command} made a data folder");
    }
    // A service's folder has its own file and no other's.
    merit.ok(&["migrate", "--services", "directory", "--config", &config]);
    let files: Vec<_> = std::fs::read_dir(merit.path("data")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(
        files.iter().any(|name| name == "directory.db") && !files.iter().any(|name| name == "goals.db"),
        "{files:?}"
    );
}
