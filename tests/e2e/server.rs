//! A running server: who may call, and what the data folder says to a second process.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use crate::merit::{Merit, Run};

pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    fn start(merit: &Merit) -> Self {
        Self::start_with(merit, &[])
    }

    pub fn start_with(merit: &Merit, variables: &[(&str, &str)]) -> Self {
        let mut command = merit.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.envs(variables.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.split(" on ").nth(1).and_then(|rest| rest.split(';').next()).unwrap_or_else(|| panic!("{line}"));
        Self { child, url: format!("http://{}", address.trim()) }
    }
}

impl Server {
    /// Asks the server to stop, as a scheduler does, and waits until it has.
    pub fn stop(mut self) {
        let stopped = std::process::Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(stopped.success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn token(merit: &Merit, person: &str, role: &str) -> String {
    let token = merit.ok(&["token", "--as", person, "--role", role]);
    merit.file(&format!("{person}-{role}.token"), token)
}

#[test]
fn a_server_answers_by_role_and_the_folder_says_who_holds_it() {
    let merit = Merit::composed();
    merit.approve();
    let server = Server::start(&merit);
    let locked = merit.run(&["cycle", "list"]).expect(3);
    assert!(locked.err.contains("--server http://"), "{}", locked.err);

    let ask = |token: Option<&str>, args: &[&str]| -> Run {
        let mut args = [args, &["--server", &server.url]].concat();
        args.extend(token.iter().flat_map(|file| ["--token", file]));
        merit.run(&args)
    };
    let ana = token(&merit, "ana", "member");
    assert!(ask(None, &["standing", "ana", "--cycle", "2026-Q3"]).expect(1).err.contains("merit token"));
    assert!(ask(Some(&ana), &["standing", "ana", "--cycle", "2026-Q3"]).expect(0).out.contains("125.0%"));
    for forbidden in [
        &["review", "run", "--cycle", "2026-Q3"][..],
        &["review", "export", "--cycle", "2026-Q3", "--what", "ledger", "--format", "csv"],
        &["review", "adjust", "--cycle", "2026-Q3", "--participant", "ana", "--amount", "$5", "--reason", "please"],
    ] {
        let refused = ask(Some(&ana), forbidden).expect(3);
        assert!(refused.err.contains("may"), "{forbidden:?}: {}", refused.err);
    }
    // Somebody else looks like nobody.
    for person in ["bo", "zed"] {
        let refused = ask(Some(&ana), &["standing", person, "--cycle", "2026-Q3"]).expect(1);
        assert!(
            refused.err.contains(&format!("there is no `people/{person}`, or it is not for you to see")),
            "{}",
            refused.err
        );
    }
    let operations = token(&merit, "cy", "revenue-operations");
    ask(Some(&operations), &["review", "publish", "--cycle", "2026-Q3"]).expect(0);
    let forged = merit.file("forged.token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.");
    assert!(ask(Some(&forged), &["cycle", "list"]).expect(3).err.contains("merit token"));
}

#[test]
fn nobody_approves_their_own_line_alone() {
    let merit = Merit::composed();
    let ana = token(&merit, "ana", "compensation-administrator");
    let cy = token(&merit, "cy", "executive");
    let approve = |token: &str| merit.run(&["review", "approve", "--cycle", "2026-Q3", "--token", token]);
    assert!(approve(&ana).expect(4).out.contains("second person"));
    // The same person again is not a second one.
    approve(&ana).expect(4);
    approve(&cy).expect(0);
}

#[test]
fn the_key_and_the_data_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let merit = Merit::small();
    merit.ok(&["token", "--as", "ana", "--role", "member"]);
    for entry in std::fs::read_dir(merit.path("data")).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{:?} has mode {mode:o}", entry.file_name());
    }
    let unknown = merit.run(&["token", "--as", "ana", "--role", "king"]).expect(1);
    assert!(unknown.err.contains("revenue-operations"), "{}", unknown.err);
}
