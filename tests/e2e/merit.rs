//! Runs the built binary in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A data folder, and files beside it, for one test.
pub struct Merit {
    dir: tempfile::TempDir,
}

/// What a command left.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// Stops the test unless the command ended so.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// The one document for programs.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// Where this project's own test files lie.
pub fn files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests")
}

/// One of the small organisation's files.
pub fn small(name: &str) -> String {
    files().join("e2e/small").join(name).display().to_string()
}

impl Merit {
    /// Nothing in it yet.
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// The small organisation with an ended third quarter, nothing run yet.
    pub fn small() -> Self {
        let merit = Self::new();
        merit.ok(&["schema", "apply", &small("schema.merit")]);
        merit.ok(&["cycle", "open", "2026-Q3", "--zone", "America/New_York"]);
        for (kind, file) in [("people", "people.csv"), ("goals", "goals.csv"), ("results", "deals.csv")] {
            merit.ok(&["import", kind, &small(file), "--profile", "merit"]);
        }
        merit
    }

    /// The small organisation with its quarter composed.
    pub fn composed() -> Self {
        let merit = Self::small();
        merit.run(&["review", "run", "--cycle", "2026-Q3", "--policies", &small("policies")]).expect(4);
        merit
    }

    /// The folder of the test.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file into the folder of the test and gives its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name).display().to_string()
    }

    /// Writes a file that only its owner may read, and gives its path.
    pub fn secret(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.file(name, content);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// Settings of a database on the tests' server, with schemas that nobody else uses.
    pub fn postgres(&self) -> String {
        let address = std::env::var("MERIT_TEST_POSTGRES").expect("run the tests by `cargo nextest run`");
        let (user, rest) = address.split_once("://").unwrap().1.split_once('@').unwrap();
        let (user, password) = user.split_once(':').unwrap();
        self.secret("database.password", password);
        let folder = self.dir.path().file_name().unwrap().to_str().unwrap().trim_start_matches('.').to_lowercase();
        let prefix = format!("e2e{}_{folder}_", std::process::id());
        format!(
            "[storage]\nkind = 'postgres'\nurl = 'postgres://{user}@{rest}'\npassword_file = 'database.password'\n\
             schema_prefix = '{prefix}'\nconnections = 4\n"
        )
    }

    /// A file of settings with a database and the key that it needs.
    pub fn on_postgres(&self) -> String {
        self.secret("identity.key", "5".repeat(64));
        self.file("merit.toml", format!("[identity]\nkey_file = 'identity.key'\n{}", self.postgres()))
    }

    /// The command, ready to run.
    pub fn command(&self, args: &[&str]) -> Command {
        self.command_in("data", args)
    }

    /// The command on another data folder.
    pub fn command_in(&self, data: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
        command.args(args).arg("--data").arg(self.path(data)).stdin(Stdio::null());
        for variable in ["MERIT_DATA", "MERIT_SERVER", "MERIT_TOKEN_FILE", "MERIT_LISTEN", "MERIT_LOG", "MERIT_CONFIG"]
        {
            command.env_remove(variable);
        }
        command.current_dir(self.dir.path());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Run {
        let output = self.command(args).output().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that has to succeed.
    #[track_caller]
    pub fn ok(&self, args: &[&str]) -> String {
        self.run(args).expect(0).out
    }

    /// An export of the third quarter's review as CSV.
    #[track_caller]
    pub fn export(&self, what: &str) -> String {
        self.ok(&["review", "export", "--cycle", "2026-Q3", "--what", what, "--format", "csv"])
    }

    /// Approves the third quarter's review.
    #[track_caller]
    pub fn approve(&self) -> String {
        self.ok(&["review", "approve", "--cycle", "2026-Q3", "--reason", "checked"])
    }
}
