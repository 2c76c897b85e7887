//! Each service as a process of its own: what they close together is what one process closes on SQLite, to the byte, and
//! what one has to tell another survives that either is gone.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::merit::{Merit, Run};

/// Each after those that it asks.
const SERVICES: [&str; 6] = ["directory", "goals", "feedback", "scoring", "notifications", "reviews"];
const CYCLES: [&str; 2] = ["2026-Q2", "2026-Q3"];

/// Where the processes keep their records.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Each in a folder of its own.
    Folders,
    /// Each in a schema of its own.
    Postgres,
}

/// Processes that share a file of settings.
struct Split {
    merit: Merit,
    kept: Kept,
    config: String,
    token: String,
    running: BTreeMap<&'static str, (Child, String)>,
}

impl Split {
    /// Settings and a token, and nobody at work.
    fn prepare(kept: Kept) -> Self {
        let merit = Merit::new();
        merit.secret("identity.key", "5".repeat(64));
        let storage = if kept == Kept::Postgres { merit.postgres() } else { String::new() };
        let config = merit.file("merit.toml", format!("[identity]\nkey_file = 'identity.key'\n{storage}"));
        let mut split = Self { merit, kept, config, token: String::new(), running: BTreeMap::new() };
        let token = split.local(&["token", "--as", "operator", "--role", "operator"]).expect(0).out;
        split.token = split.merit.file("operator.token", token);
        split
    }

    /// All of them at work.
    fn start(kept: Kept) -> Self {
        let mut split = Self::prepare(kept);
        if kept == Kept::Postgres {
            let early = split.local(&["serve", "--services", "directory", "--listen", "127.0.0.1:0"]);
            assert!(early.code != 0 && early.err.contains("merit migrate"), "{early:?}");
            split.local(&["migrate"]).expect(0);
        }
        for service in SERVICES {
            split.serve(service, "127.0.0.1:0");
            split.tell_addresses();
        }
        split
    }

    /// A process for one service. Before this one the file names all that it asks.
    fn serve(&mut self, service: &'static str, listen: &str) {
        let words = ["serve", "--services", service, "--listen", listen, "--config", &self.config];
        let mut command = match self.kept {
            Kept::Folders => self.merit.command_in(service, &words),
            Kept::Postgres => self.merit.command(&words),
        };
        command.env("MERIT_SERVICES_RELAY_SECONDS", "1").stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let rest = line.split(" on ").nth(1).unwrap_or_else(|| panic!("{service}: {line}"));
        let address = rest.split(';').next().unwrap().to_owned();
        self.running.insert(service, (child, address));
    }

    fn tell_addresses(&self) {
        let mut text = std::fs::read_to_string(&self.config).unwrap();
        text.truncate(text.find("[services]").unwrap_or(text.len()));
        text.push_str("[services]\n");
        for (service, (_, address)) in &self.running {
            writeln!(text, "{service} = 'http://{address}'").unwrap();
        }
        std::fs::write(&self.config, text).unwrap();
    }

    /// Ends a process as a crash would, and gives its address.
    fn kill(&mut self, service: &'static str) -> String {
        let (mut child, address) = self.running.remove(service).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        address
    }

    fn local(&self, words: &[&str]) -> Run {
        self.merit.run(&[words, &["--config", &self.config]].concat())
    }

    /// A command that talks to the processes.
    #[track_caller]
    fn ok(&self, words: &[&str]) -> String {
        self.local(&[words, &["--token", &self.token]].concat()).expect(0).out
    }

    /// Takes in everything that the demo takes in.
    fn take_in(&self) {
        self.ok(&["schema", "apply", "demo/policies/schema.merit"]);
        for cycle in CYCLES {
            self.ok(&["cycle", "open", cycle, "--zone", "America/New_York"]);
        }
        for (file, kind, profile) in sample_files() {
            self.ok(&["import", &kind, &format!("demo/sample/{file}"), "--profile", &profile]);
        }
        self.ok(&["rules", "publish", "demo/policies"]);
    }

    fn close(&self, cycle: &str) {
        let run = self.local(&["review", "run", "--cycle", cycle, "--token", &self.token]);
        assert!([0, 4].contains(&run.code), "{}", run.err);
        if run.code == 4 {
            self.ok(&["review", "approve", "--cycle", cycle, "--reason", "demo"]);
        }
    }
}

impl Drop for Split {
    fn drop(&mut self) {
        for service in SERVICES {
            if self.running.contains_key(service) {
                self.kill(service);
            }
        }
    }
}

/// The demo's files in its order: name, kind and profile, from its own list.
fn sample_files() -> Vec<(String, String, String)> {
    let list = include_str!("../../services/merit/src/commands/demo/sample.rs");
    let files: Vec<_> = list
        .lines()
        .filter_map(|line| {
            let mut parts = line.trim().strip_prefix('"')?.split('"');
            let (name, kind, profile) = (parts.next()?, parts.next()?.trim(), parts.next()?);
            let kind = match kind {
                "SelfAssessments" => "self-assessments".to_owned(),
                kind => kind.to_lowercase(),
            };
            name.ends_with(".csv").then(|| (name.to_owned(), kind, profile.to_owned()))
        })
        .collect();
    assert!(files.len() > 20, "{files:?}");
    files
}

/// Every export of a cycle.
fn exports(cycle: &str, ask: impl Fn(&[&str]) -> String) -> BTreeMap<String, String> {
    [("ledger", "csv"), ("scores", "csv"), ("credits", "csv"), ("payees", "csv"), ("scorecards", "json")]
        .into_iter()
        .map(|(what, format)| {
            let text = ask(&["review", "export", "--cycle", cycle, "--what", what, "--format", format]);
            (format!("{cycle} {what}"), text)
        })
        .collect()
}

#[test]
fn six_processes_close_as_one_does_and_mails_outlive_both_ends() {
    closes_as_one_does(Kept::Folders);
}

#[test]
fn six_processes_close_on_postgres_as_one_does_on_sqlite() {
    closes_as_one_does(Kept::Postgres);
}

#[test]
fn one_process_on_postgres_needs_no_addresses_and_no_folder() {
    let split = Split::prepare(Kept::Postgres);
    split.local(&["migrate"]).expect(0);
    split.local(&["schema", "apply", &crate::merit::small("schema.merit")]).expect(0);
    assert!(!split.merit.path("data").exists());
}

fn closes_as_one_does(kept: Kept) {
    let mut split = Split::start(kept);
    split.merit.ok(&["demo", "--out", "demo"]);
    split.take_in();
    split.close("2026-Q2");
    split.ok(&["review", "publish", "--cycle", "2026-Q2"]);
    split.close("2026-Q3");

    // Nobody takes mails when the review is published, and then reviews is gone, too.
    let outbox = split.kill("notifications");
    split.ok(&["review", "publish", "--cycle", "2026-Q3"]);
    let reviews = split.kill("reviews");
    let down = split.local(&["review", "status", "--cycle", "2026-Q3", "--token", &split.token]).expect(3);
    assert!(down.err.contains("`reviews` doesn't answer"), "{}", down.err);
    split.serve("reviews", &reviews);
    split.serve("notifications", &outbox);

    let one = |words: &[&str]| {
        let data = split.merit.path("demo/data").display().to_string();
        let output =
            std::process::Command::new(env!("CARGO_BIN_EXE_merit")).args(words).args(["--data", &data]).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    for cycle in CYCLES {
        let (alone, together) = (exports(cycle, one), exports(cycle, |words| split.ok(words)));
        for (name, text) in &alone {
            assert!(text.len() > 100, "{name} is empty: {text}");
            assert!(*text == together[name], "{name} differs");
        }
    }

    // The mails come, each once, and none again.
    let wanted = names(&split.merit.path("demo/mail"));
    let began = Instant::now();
    while names(&split.merit.path("mail")) != wanted {
        assert!(began.elapsed() < Duration::from_secs(60), "{:?} of {wanted:?}", names(&split.merit.path("mail")));
        split.ok(&["mail", "send", "--to", "mail"]);
    }
    split.ok(&["review", "publish", "--cycle", "2026-Q3"]);
    assert!(split.ok(&["mail", "send", "--to", "again"]).contains("0 mails"));
    assert!(!split.merit.path("data").exists(), "nothing belongs into a data folder here");
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_service_whose_neighbours_have_no_address_does_not_start() {
    let split = Split::prepare(Kept::Folders);
    let refused = split.local(&["serve", "--services", "goals", "--listen", "127.0.0.1:0"]).expect(1);
    assert!(refused.err.contains("services.directory"), "{}", refused.err);
}
