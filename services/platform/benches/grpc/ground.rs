//! An organisation with a published review on SQLite and the same on PostgreSQL, and the processes that are measured.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use bytes::Bytes;
use merit_platform::identity::Keys;

use super::{Failed, floor};

/// The cycle that `merit generate` is about.
pub const CYCLE: &str = "2026-Q3";
/// Results of each person.
const RESULTS: &str = "4";

/// Which kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Sqlite,
    Postgres,
}

impl Kept {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// A process and where it listens. It ends with this.
pub struct Running {
    child: Child,
    pub address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Everything that is there before the first call.
pub struct Ground {
    /// Whose scorecards and goals are read.
    pub people: Vec<String>,
    /// What signs their tokens.
    pub keys: Keys,
    merit: PathBuf,
    folder: tempfile::TempDir,
    database: String,
}

impl Ground {
    /// Generates, imports, closes and publishes on SQLite, and takes a backup of it to PostgreSQL.
    pub fn make(participants: u32) -> Result<Self, Failed> {
        let merit =
            env::var_os("MERIT_BIN").ok_or("MERIT_BIN names no binary of Merit; run this by `just bench-grpc`")?;
        let folder = tempfile::tempdir()?;
        let database = start_postgres()?;
        let mut ground =
            Self { people: Vec::new(), keys: Keys::from_secret(&[]), merit: merit.into(), folder, database };
        let input = ground.path("input");
        ground.run(&[
            "generate",
            "--participants",
            &participants.to_string(),
            "--results",
            RESULTS,
            "--out",
            &input,
        ])?;
        ground.run(&["schema", "apply", &format!("{input}/schema.merit")])?;
        ground.run(&["cycle", "open", CYCLE, "--zone", "UTC"])?;
        for kind in ["people", "goals", "results", "ratings"] {
            let (file, profile) = (format!("{input}/{kind}.csv"), format!("{input}/profiles/{kind}.toml"));
            ground.run(&["import", kind, &file, "--profile", &profile])?;
        }
        ground.run(&["rules", "publish", &format!("{input}/policies")])?;
        ground.run(&["review", "run", "--cycle", CYCLE])?;
        ground.run(&["review", "approve", "--cycle", CYCLE, "--reason", "measured"])?;
        ground.run(&["review", "publish", "--cycle", CYCLE])?;
        let backup = ground.path("backup");
        ground.run(&["backup", &backup])?;
        fs::write(ground.path("postgres.toml"), ground.settings()?)?;
        ground.run(&["migrate", "--config", &ground.path("postgres.toml")])?;
        ground.run(&["restore", &backup, "--config", &ground.path("postgres.toml")])?;
        ground.keys = Keys::load(Path::new(&ground.path("data/identity.key")))?;
        ground.people = paid_people(
            &ground.output(&["review", "export", "--cycle", CYCLE, "--what", "scores", "--format", "csv"])?,
        )?;
        Ok(ground)
    }

    /// `merit serve` with settings as they come, apart from where records are.
    pub fn serve(&self, kept: Kept) -> Result<Running, Failed> {
        let mut words = vec!["serve".to_owned(), "--listen".to_owned(), "127.0.0.1:0".to_owned()];
        if kept == Kept::Postgres {
            words.extend(["--config".to_owned(), self.path("postgres.toml")]);
        }
        start(self.command(&words))
    }

    /// The floor on the same kind of database, with these rows.
    pub async fn floor(&self, kept: Kept, rows: &[Bytes]) -> Result<Running, Failed> {
        let place = match kept {
            Kept::Sqlite => self.path("floor.db"),
            Kept::Postgres => self.database.clone(),
        };
        floor::fill(&place, rows).await?;
        let mut command = Command::new(env::current_exe()?);
        command.args([floor::WORD, &place]);
        start(command)
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn command(&self, words: &[String]) -> Command {
        let mut command = Command::new(&self.merit);
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MERIT_")) {
            command.env_remove(name);
        }
        command.args(words).args(["--data", &self.path("data")]).stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Result<(), Failed> {
        self.output(words).map(drop)
    }

    /// What a command prints. Exit code 4, waiting for approval, is all right.
    fn output(&self, words: &[&str]) -> Result<String, Failed> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let output = self.command(&words).output()?;
        if ![Some(0), Some(4)].contains(&output.status.code()) {
            return Err(format!("merit {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The settings for PostgreSQL: as they come, and the data folder's key.
    fn settings(&self) -> Result<String, Failed> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let (user, rest) = self.database.split_once('@').ok_or("the database's address names no user")?;
        let (user, password) = user.rsplit_once(':').ok_or("the database's address has no password")?;
        let secret = self.path("database.password");
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&secret)?;
        std::io::Write::write_all(&mut &file, password.as_bytes())?;
        Ok(format!(
            "[storage]\nkind = 'postgres'\nurl = '{user}@{rest}'\npassword_file = '{secret}'\n\
             [identity]\nkey_file = '{}'\n",
            self.path("data/identity.key")
        ))
    }
}

/// Starts a process that says where it listens in its first line: `… on ADDRESS; …`.
fn start(mut command: Command) -> Result<Running, Failed> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    if let Some(out) = child.stdout.take() {
        BufReader::new(out).read_line(&mut line)?;
    }
    let address = line.split(" on ").nth(1).and_then(|rest| rest.split(';').next()).map(str::to_owned);
    let running = Running { child, address: address.unwrap_or_default() };
    if running.address.is_empty() { Err(format!("a server did not start: {line}").into()) } else { Ok(running) }
}

/// A throw-away server that ends with this process, as the tests have it.
fn start_postgres() -> Result<String, Failed> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/postgres/start");
    let output = Command::new(script).env_remove("NEXTEST_ENV").stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("there is no PostgreSQL to measure on".into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The people of an export, each once.
fn paid_people(export: &str) -> Result<Vec<String>, Failed> {
    let mut lines = export.lines();
    let head = lines.next().ok_or("the export is empty")?;
    let at = head.split(',').position(|name| name == "participant").ok_or(format!("no column of people in {head}"))?;
    let mut people: Vec<String> =
        lines.filter_map(|line| line.split(',').nth(at)).map(|name| name.replace("people/", "")).collect();
    people.sort();
    people.dedup();
    Ok(people)
}
