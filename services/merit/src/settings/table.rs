//! The one list of settings: what each is called, what it takes, what it is without anybody's doing, and what it does.
//! Reading, `merit config show` and the reference page are all made from it.

use merit_platform::identity::ALGORITHMS;

use super::kind::Kind;

/// Where a service is.
const ADDRESS: Kind = Kind::Url {
    schemes: &["http", "https"],
    secret: "services are known to each other by identity.key_file, or by services.cert_file",
};
/// Where a collector is. The exporter is built without TLS.
const COLLECTOR: Kind = Kind::Url {
    schemes: &["http"],
    secret: "what a collector asks for goes into the variable OTEL_EXPORTER_OTLP_HEADERS",
};
/// Where the relay is.
const RELAY: Kind =
    Kind::Host("the port is smtp.port, the user smtp.username, and the password stands in smtp.password_file");

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its section and its name there: `server.listen`.
    pub key: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it is where nobody says anything; none where it is then not set.
    pub default: Option<&'static str>,
    /// What it does, for the reference.
    pub help: &'static str,
}

impl Setting {
    /// The environment variable for it: `MERIT_SMTP_HOST`. A table of names has none.
    pub fn variable(&self) -> Option<String> {
        match self.key {
            // Names that scripts knew before there was a file.
            "server.listen" => Some("MERIT_LISTEN".to_owned()),
            "telemetry.log" => Some("MERIT_LOG".to_owned()),
            _ if matches!(self.kind, Kind::Names(_)) => None,
            key => Some(format!("MERIT_{}", key.replace('.', "_").to_uppercase())),
        }
    }

    /// Whether what it points to is never shown.
    pub fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::SecretFile)
    }

    /// The section that it stands in.
    pub fn section(&self) -> &'static str {
        self.key.split_once('.').map_or(self.key, |(section, _)| section)
    }
}

const fn setting(key: &'static str, kind: Kind, default: Option<&'static str>, help: &'static str) -> Setting {
    Setting { key, kind, default, help }
}

/// What each section is about, in the order of the reference.
pub const SECTIONS: &[(&str, &str)] = &[
    ("server", "How the process answers gRPC."),
    ("storage", "Where the services keep their records."),
    (
        "services",
        "Where the services are that this process does not run. The command line asks them there when any are named. One file can serve all processes: what a process runs itself it reaches inside.",
    ),
    ("identity", "How the process knows who calls."),
    ("access", "Who may do what."),
    ("telemetry", "What the process tells of itself: logs, traces and metrics, with nothing personal in them."),
    ("mail", "What leaves as mail."),
    (
        "smtp",
        "The relay that mail leaves through. Without a host, mail leaves only as files, by `merit mail send --to`.",
    ),
];

/// All settings, section by section.
pub const SETTINGS: &[Setting] = &[
    setting(
        "server.listen",
        Kind::Listen,
        Some("127.0.0.1:50051"),
        "Where the process listens. `--listen` wins over it.",
    ),
    setting(
        "server.tls_cert_file",
        Kind::File,
        None,
        "The server's certificate and those up to its authority (PEM). With it the server speaks only TLS. Read again when it changes, like the two below.",
    ),
    setting("server.tls_key_file", Kind::SecretFile, None, "The certificate's key (PEM)."),
    setting(
        "server.client_ca_file",
        Kind::File,
        None,
        "Authorities (PEM) whose certificates callers may show instead of a token; `identity.certificates` says who they are.",
    ),
    setting(
        "server.call_seconds",
        Kind::Number(1, 86400, "seconds"),
        Some("300"),
        "How long a call may take until its answer begins. A caller may ask for less (`grpc-timeout`), and what is left goes on to the calls that it causes.",
    ),
    setting(
        "server.calls",
        Kind::Number(1, 1_000_000, "a number"),
        Some("1024"),
        "Calls at work at a time, of which one caller has a quarter at most. One more is refused with `RESOURCE_EXHAUSTED`, reason `OVERLOADED`; from who has had their quarter, nothing more is read for a second.",
    ),
    setting(
        "server.connections",
        Kind::Number(1, 1_000_000, "a number"),
        Some("1024"),
        "Connections open at a time. One more is closed.",
    ),
    setting(
        "server.streams",
        Kind::Number(1, 100_000, "a number"),
        Some("100"),
        "Calls open on one connection at a time. One more waits.",
    ),
    setting(
        "server.message_size",
        Kind::Bytes(1024, 1024 * 1024 * 1024),
        Some("4 MiB"),
        "Size of a request's message. A larger one is refused with the reason `MESSAGE_TOO_LARGE` before it is read.",
    ),
    setting(
        "server.large_message_size",
        Kind::Bytes(1024, 1024 * 1024 * 1024),
        Some("64 MiB"),
        "The same for calls that carry a whole file: imports, schemas, policies, mails to send.",
    ),
    setting(
        "server.handshake_seconds",
        Kind::Number(1, 3600, "seconds"),
        Some("10"),
        "How long a new connection may take until the first call on it, TLS included.",
    ),
    setting(
        "server.age_seconds",
        Kind::Number(1, 31_536_000, "seconds"),
        Some("3600"),
        "How old a connection gets. Its callers are then told to open another, which spreads them over new processes.",
    ),
    setting(
        "server.age_grace_seconds",
        Kind::Number(1, 31_536_000, "seconds"),
        Some("600"),
        "How long calls may still take on a connection of that age.",
    ),
    setting(
        "server.drain_seconds",
        Kind::Number(0, 3600, "seconds"),
        Some("30"),
        "How long open calls may still take once the process is told to stop.",
    ),
    setting(
        "storage.kind",
        Kind::Word(&["folder", "postgres"]),
        Some("folder"),
        "`folder`: one SQLite file a service in the data folder (`--data` or `MERIT_DATA`). `postgres`: one schema a service in a PostgreSQL database; `merit migrate` makes them.",
    ),
    setting("storage.url", Kind::Database, None, "The database. Needed with `postgres`."),
    setting("storage.password_file", Kind::SecretFile, None, "The database user's password."),
    setting(
        "storage.connections",
        Kind::Number(2, 1000, "a number"),
        Some("10"),
        "Connections that each service keeps to the database, at most; as many again for readers who may see only some.",
    ),
    setting(
        "storage.schema_prefix",
        Kind::Prefix,
        None,
        "Stands before the name of each schema, where several Merits share one database.",
    ),
    setting("services.directory", ADDRESS, None, "People and reporting lines."),
    setting("services.goals", ADDRESS, None, "Cycles, schema and goals."),
    setting("services.feedback", ADDRESS, None, "Feedback, self-assessments and ratings."),
    setting("services.scoring", ADDRESS, None, "Results, policies, runs and the ledger."),
    setting("services.notifications", ADDRESS, None, "The outbox."),
    setting("services.reviews", ADDRESS, None, "The close and its scorecards."),
    setting(
        "services.ca_file",
        Kind::File,
        None,
        "Authorities (PEM) to trust at addresses with `https`, instead of the public ones.",
    ),
    setting(
        "services.cert_file",
        Kind::File,
        None,
        "The certificate (PEM) that this process or command shows to others.",
    ),
    setting("services.key_file", Kind::SecretFile, None, "That certificate's key (PEM)."),
    setting(
        "services.relay_seconds",
        Kind::Number(1, 3600, "seconds"),
        Some("30"),
        "How often reviews hands on mails that notifications has not taken yet.",
    ),
    setting(
        "identity.key_file",
        Kind::SecretFile,
        None,
        "The key that signs our own tokens, 64 hexadecimal digits (`openssl rand -hex 32`). Without it, the data folder's, which is made at first use. Processes that call each other need the same one; needed with `postgres`.",
    ),
    setting(
        "identity.jwks",
        Kind::FileOrUrl,
        None,
        "The public keys of an identity provider (JWKS). People's tokens then come from there, and `merit token` is for our own parts only. Read again every ten minutes, and when a token names a new key.",
    ),
    setting(
        "identity.jwks_ca_file",
        Kind::File,
        None,
        "Authorities (PEM) to trust at that address, instead of the public ones.",
    ),
    setting(
        "identity.issuer",
        Kind::Text("the `iss` of the provider's tokens"),
        None,
        "The `iss` that a token must have. Needed with `jwks`.",
    ),
    setting(
        "identity.audience",
        Kind::Text("the `aud` of the provider's tokens"),
        None,
        "The `aud` that a token must have. Needed with `jwks`.",
    ),
    setting(
        "identity.algorithms",
        Kind::Words(ALGORITHMS),
        Some("RS256, ES256"),
        "The algorithms by which the provider signs. No others are taken.",
    ),
    setting(
        "identity.leeway_seconds",
        Kind::Number(0, 300, "seconds"),
        Some("5"),
        "By how much the provider's clock and ours may differ.",
    ),
    setting(
        "identity.role_claim",
        Kind::Text("a claim's name, such as `roles` or `realm_access.roles`"),
        Some("roles"),
        "The claim with the caller's roles: a list of words, or one text with spaces between. A word that is no role of ours refuses the token.",
    ),
    setting(
        "identity.certificates",
        Kind::Names("a table such as `\"spiffe://merit/goals\" = \"service\"`"),
        None,
        "Who a caller with a certificate is, by a URI among its alternative names or its common name: `service`, or a person and roles such as `ana as manager, executive`.",
    ),
    setting(
        "access.policies_file",
        Kind::File,
        None,
        "Cedar policies in place of those that come with Merit (`services/platform/access/merit.cedar`).",
    ),
    setting(
        "telemetry.log",
        Kind::Filter,
        None,
        "What is logged, to standard error. A filter has parts with commas between: a level, one of our parts, or any program's part with a level. Without it `info` for `merit serve`, `error` for other commands.",
    ),
    setting(
        "telemetry.log_format",
        Kind::Word(&["json", "text"]),
        None,
        "An object a line for programs, or lines for people. Without it `json` for `merit serve`, `text` for other commands.",
    ),
    setting(
        "telemetry.otlp",
        COLLECTOR,
        None,
        "An OpenTelemetry collector that takes OTLP over gRPC without TLS, such as http://127.0.0.1:4317: one nearby, which hands on over TLS what has to go further. What it asks for as credentials stands in the variable `OTEL_EXPORTER_OTLP_HEADERS`.",
    ),
    setting(
        "telemetry.prometheus",
        Kind::Listen,
        None,
        "Where `merit serve` offers metrics to Prometheus, such as 127.0.0.1:9464. Each process on a host needs an address of its own; other commands offer none.",
    ),
    setting(
        "mail.from",
        Kind::Text("who the mails are from, such as `Merit <scorecards@example.com>`"),
        None,
        "Who the mails are from. Needed with a relay.",
    ),
    setting(
        "mail.resend_unclear",
        Kind::Word(&["no", "yes"]),
        Some("no"),
        "Whether a mail whose acknowledgement was lost is sent again: it may then arrive twice. With `no`, somebody looks first.",
    ),
    setting("smtp.host", RELAY, None, "The relay's name or address."),
    setting(
        "smtp.port",
        Kind::Number(1, 65535, "a port"),
        None,
        "The relay's port. Without it 587, 465 or 25, by `smtp.security`.",
    ),
    setting(
        "smtp.security",
        Kind::Word(&["starttls", "tls", "none"]),
        Some("starttls"),
        "How the connection to the relay is protected. `none` is for a relay on this machine or in a trusted network.",
    ),
    setting("smtp.username", Kind::Text("a user's name"), None, "Who we are to the relay, where it asks."),
    setting(
        "smtp.password_file",
        Kind::SecretFile,
        None,
        "The password for the relay. Read at each connection, so a new one needs no restart.",
    ),
    setting(
        "smtp.ca_file",
        Kind::File,
        None,
        "Certificates (PEM) to trust beside the public ones, for a relay of one's own.",
    ),
];

/// The setting with a key.
pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}
