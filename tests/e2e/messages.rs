//! What people read when they get something wrong: the settings and the files that these name, and commands on what is there.
//! `INSTA_UPDATE=always cargo nextest run -p merit messages` writes the snapshots again; read the difference.

use std::fmt::Write as _;

use crate::merit::Merit;

/// Mistakes in a file of settings: what is wrong, and the file.
const MISTAKES: &[(&str, &str)] = &[
    ("a wrong key", "[server]\nlisen = '127.0.0.1:50051'\n[sever]\ncalls = 1"),
    ("no TOML", "[server\nlisten = 1"),
    ("wrong types", "[server]\ncalls = 'many'\nlisten = true\ntls_cert_file = ['a']\n[identity]\nalgorithms = 'HS256'"),
    (
        "ports out of range",
        "[server]\nlisten = '127.0.0.1:99999'\n[smtp]\nhost = 'relay'\nport = 70000\n[mail]\nfrom = 'm@example.com'",
    ),
    ("a secret that is not there", "[identity]\nkey_file = 'nowhere.key'"),
    (
        "secrets that everybody reads",
        "[identity]\nkey_file = 'open.key'\n[smtp]\nhost = 'relay'\nusername = 'u'\npassword_file = 'open.key'\n[mail]\nfrom = 'm@example.com'",
    ),
    ("a key that is none", "[identity]\nkey_file = 'short.key'"),
    (
        "callers' certificates without a certificate of one's own",
        "[server]\nclient_ca_file = 'ca.pem'\n[services]\ncert_file = 'c.pem'",
    ),
    (
        "certificates of callers whom no authority vouches for",
        "[identity.certificates]\n'spiffe://merit/goals' = 'service'",
    ),
    (
        "TLS without its files",
        "[server]\ntls_cert_file = 'c.pem'\ntls_key_file = 'identity.key'\nclient_ca_file = 'ca.pem'",
    ),
    ("a certificate that is none", "[server]\ntls_cert_file = 'open.key'\ntls_key_file = 'identity.key'"),
    (
        "settings that contradict each other",
        "[storage]\nurl = 'postgres://merit@db/merit'\n[identity]\nissuer = 'https://login.example'\n\
         [smtp]\nhost = 'relay'\nsecurity = 'none'\nusername = 'u'\npassword_file = 'identity.key'\n[mail]\nfrom = 'm@example.com'",
    ),
    (
        "half addresses",
        "[services]\ngoals = 'goals:50051'\ndirectory = 'https://'\n[telemetry]\notlp = '127.0.0.1:4317'",
    ),
    (
        "addresses with a port that there is not, or with a path",
        "[services]\ngoals = 'http://goals:70000'\ndirectory = 'https://people.example/directory'",
    ),
    (
        "secrets in place of their files' names",
        "[identity]\nkey_file = '5555555555555555555555555555555555555555555555555555555555555555'\n[storage]\nkind = 'postgres'\n\
         url = 'postgres://merit@db/merit'\npassword_file = 'hunter2'\n[smtp]\nhost = 'relay'\nusername = 'u'\n\
         password_file = 'hunter2'\n[mail]\nfrom = 'm@example.com'",
    ),
    (
        "a relay's whole address, and a sender without an address",
        "[smtp]\nhost = 'smtp://u:hunter2@relay:587'\n[mail]\nfrom = 'the scorecards'",
    ),
    ("keys of a provider that are not there", "[identity]\njwks = 'login.example/keys'\nissuer = 'i'\naudience = 'a'"),
    (
        "an address of a database with its password",
        "[storage]\nkind = 'postgres'\nurl = 'postgres://merit:hunter2@db/merit'",
    ),
    ("access policies that break off", "[access]\npolicies_file = 'breaks-off.cedar'"),
    ("access policies with an unknown action", "[access]\npolicies_file = 'unknown-action.cedar'"),
    ("access policies that don't fit the schema", "[access]\npolicies_file = 'misfit.cedar'"),
    ("access policies that are not there", "[access]\npolicies_file = 'nowhere.cedar'"),
];

/// A folder with files to name.
fn prepared() -> Merit {
    let merit = Merit::new();
    merit.secret("identity.key", "5".repeat(64));
    merit.secret("short.key", "5");
    merit.file("open.key", "5".repeat(64));
    merit.file("breaks-off.cedar", "// Ours.\npermit (principal,\n");
    merit.file(
        "unknown-action.cedar",
        "// Ours.\npermit (principal, action == Merit::Action::\"readEverything\", resource);\n",
    );
    merit.file(
        "misfit.cedar",
        "permit (principal in Merit::Role::\"mangaer\", action, resource);\n\
         forbid (principal, action, resource) when { resource.pay > 3 };\n",
    );
    merit
}

/// What a command said on a data folder, with the test's folder called `DIR`.
fn told(merit: &Merit, data: &str, words: &[&str]) -> (i32, String) {
    let output = merit.command_in(data, words).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let folder = merit.path("").display().to_string();
    (output.status.code().unwrap(), said.replace(folder.trim_end_matches('/'), "DIR"))
}

#[test]
fn a_mistake_in_the_settings_is_said_before_anything_starts() {
    let merit = prepared();
    let mut page = String::new();
    for (what, file) in MISTAKES {
        merit.file("merit.toml", file);
        let (code, said) = told(&merit, "data", &["config", "check", "--config", "merit.toml"]);
        let (serve, also) = told(&merit, "data", &["serve", "--listen", "127.0.0.1:0", "--config", "merit.toml"]);
        assert!(code != 0 && serve != 0, "{what}: {said}{also}");
        assert_eq!(said, also, "{what}: `merit serve` says something else than `merit config check`");
        assert!(!merit.path("data").exists(), "{what}: something was made");
        assert!(!said.contains("hunter2") && !said.contains(&"5".repeat(64)), "{what}: a secret is shown");
        let _ = write!(page, "{what}\n{said}\n");
    }
    insta::assert_snapshot!(page);
}

#[test]
fn an_outbox_alone_needs_the_relays_password() {
    let merit = prepared();
    let relay = "[smtp]\nhost = 'r'\nusername = 'u'\npassword_file = 'nowhere'\n[mail]\nfrom = 'm@example.com'\n";
    merit.file("merit.toml", format!("{relay}[services]\ndirectory = 'http://127.0.0.1:1'"));
    let at = |service| {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = taken.local_addr().unwrap().to_string();
        told(&merit, "data", &["serve", "--services", service, "--listen", &listen, "--config", "merit.toml"]).1
    };
    assert!(at("notifications").contains("smtp.password_file"), "{}", at("notifications"));
    assert!(at("goals").contains("can't be listened on"), "{}", at("goals"));
}

#[test]
fn commands_on_what_is_not_there_or_is_there_already_say_what_to_do() {
    let merit = prepared();
    merit.file("there", "");
    std::fs::create_dir(merit.path("full")).unwrap();
    merit.file("full/something", "");
    let postgres = "[storage]\nkind = 'postgres'\nurl = 'postgres://merit@127.0.0.1:1/merit'\n[identity]\nkey_file = 'identity.key'";
    merit.file("postgres.toml", postgres);
    merit.file("good.toml", "[identity]\nkey_file = 'identity.key'");
    assert_eq!(told(&merit, "old", &["migrate"]).0, 0);
    let mut page = String::new();
    for line in [
        "config check --config good.toml",
        "config check --config nowhere.toml",
        "config check --config postgres.toml",
        "serve --config postgres.toml --listen 127.0.0.1:0",
        "migrate --config postgres.toml",
        "backup new.backup --config postgres.toml",
        "restore there --config postgres.toml",
        "serve --services gaols,rules",
        "serve --services goals --listen 127.0.0.1:0",
        "token --as= --role member",
        "token --as ana_and_bob@example.com --role member",
        "token --as ana --role king",
        "backup new.backup --data nowhere",
        "backup there --data old",
        "backup new.backup --server http://127.0.0.1:1",
        "restore nowhere.backup",
        "restore there",
        "restore there --data full",
    ] {
        let (command, data) = line.split_once(" --data ").unwrap_or((line, "data"));
        let words: Vec<&str> = command.split(' ').collect();
        let (code, said) = told(&merit, data, &words);
        let _ = write!(page, "$ merit {line}\n{said}-> {code}\n\n");
    }
    insta::assert_snapshot!(page);
}

#[test]
fn a_secret_in_place_of_its_files_name_is_shown_by_no_command() {
    let merit = prepared();
    merit.file("key.toml", "[identity]\nkey_file = 'hunter2'");
    let relay = "[smtp]\nhost = 'r'\nusername = 'u'\npassword_file = 'hunter2'\n[mail]\nfrom = 'm@example.com'";
    merit.file("relay.toml", relay);
    let database =
        "[identity]\nkey_file = 'identity.key'\n[storage]\nkind = 'postgres'\nurl = 'postgres://merit@127.0.0.1:1/m'\n";
    merit.file("database.toml", format!("{database}password_file = 'hunter2'"));
    merit.file("own.toml", "[services]\ncert_file = 'open.key'\nkey_file = 'hunter2'");
    for (line, setting) in [
        ("token --as ana --role member --config key.toml", "identity.key_file (key.toml)"),
        ("backup new --config key.toml --data old", "identity.key_file (key.toml)"),
        ("mail send --config relay.toml", "smtp.password_file (relay.toml)"),
        ("migrate --config database.toml", "storage.password_file (database.toml)"),
        (
            "goals coverage --cycle 2026-Q3 --config own.toml --server https://127.0.0.1:1",
            "services.key_file (own.toml)",
        ),
    ] {
        std::fs::create_dir_all(merit.path("old")).unwrap();
        let (command, data) = line.split_once(" --data ").unwrap_or((line, "data"));
        let (code, said) = told(&merit, data, &command.split(' ').collect::<Vec<_>>());
        assert!(code != 0 && said.contains(setting) && !said.contains("hunter2"), "{line}: {said}");
    }
    let (_, shown) = told(&merit, "data", &["config", "show", "--config", "relay.toml"]);
    assert!(shown.contains("(from a file that is not there)") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let merit = Merit::new();
    let variables = ["MERIT_DATA", "MERIT_SERVER", "MERIT_TOKEN_FILE", "MERIT_CONFIG"];
    for words in [&["config", "check"][..], &["cycle", "open", "2026-Q3"]] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_merit"));
        command.args(words).envs(variables.map(|name| (name, ""))).env_remove("MERIT_LISTEN").env_remove("MERIT_LOG");
        let output = command.current_dir(merit.path("")).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(merit.path("merit-data/directory.db").is_file(), "the default's folder is the one");
}
