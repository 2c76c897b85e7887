//! What a setting takes: the check of a value, and the words for what would have been right.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use merit_platform::telemetry;
use tonic::codegen::http::Uri;

/// A value as it was written, before anybody knows whether it is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Raw {
    /// One value.
    One(String),
    /// Several.
    Several(Vec<String>),
    /// Names with a value each.
    Named(BTreeMap<String, String>),
}

impl Raw {
    /// A table's value from a TOML file; none for what no setting takes, such as a table in a list.
    pub fn from_toml(value: &toml::Value) -> Option<Self> {
        match value {
            toml::Value::Array(values) => values.iter().map(scalar).collect::<Option<_>>().map(Self::Several),
            toml::Value::Table(table) => table
                .iter()
                .map(|(name, value)| Some((name.clone(), scalar(value)?)))
                .collect::<Option<_>>()
                .map(Self::Named),
            value => scalar(value).map(Self::One),
        }
    }

    /// The value as a message shows it: what is no single value is only named.
    pub fn shown(&self) -> String {
        match self {
            Self::One(value) => format!("`{}`", merit_core::text::shown(value)),
            Self::Several(_) => "a list".to_owned(),
            Self::Named(_) => "a table".to_owned(),
        }
    }

    /// The value as one line, for people.
    pub fn line(&self) -> String {
        match self {
            Self::One(value) => value.clone(),
            Self::Several(values) => values.join(", "),
            Self::Named(values) => {
                values.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Boolean(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => None,
    }
}

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text; the words say which, with an example.
    Text(&'static str),
    /// An address and port to listen on.
    Listen,
    /// Where something answers over HTTP, such as `https://goals:50051`, without a user's name or a password.
    Url {
        /// The schemes that are good.
        schemes: &'static [&'static str],
        /// Where a secret belongs that somebody put into the address.
        secret: &'static str,
    },
    /// A machine's name or address alone; the words say where the port, the user and the password belong.
    Host(&'static str),
    /// An address of a PostgreSQL database, without a password.
    Database,
    /// A file.
    File,
    /// A file whose content is never shown.
    SecretFile,
    /// A file, or an address that begins with `https://` and has no user's name or password in it.
    FileOrUrl,
    /// One of these words.
    Word(&'static [&'static str]),
    /// What is logged: a level, or a filter of several parts.
    Filter,
    /// What may stand before a schema's name.
    Prefix,
    /// Some of these words.
    Words(&'static [&'static str]),
    /// A whole number from one to another, and what it is.
    Number(u64, u64, &'static str),
    /// A number of bytes from one to another, such as `4 MiB`.
    Bytes(u64, u64),
    /// A table of names; the words say of what.
    Names(&'static str),
}

impl Kind {
    /// Takes a value, or says what would have been right.
    ///
    /// # Errors
    /// The words after "takes".
    pub fn check(self, raw: &Raw) -> Result<(), String> {
        let good = match (self, raw) {
            (Self::Words(known), Raw::Several(words)) => {
                !words.is_empty() && words.iter().all(|word| known.contains(&word.as_str()))
            }
            (Self::Words(known), Raw::One(text)) => list(text).iter().all(|word| known.contains(&word.as_str())),
            (Self::Names(_), Raw::Named(_)) => true,
            (_, Raw::One(text)) => self.takes_text(text),
            _ => false,
        };
        match self.misplaced(raw) {
            Some(belongs) => Err(format!("an address without a user's name or a password in it: {belongs}")),
            None if good => Ok(()),
            None => Err(self.words()),
        }
    }

    /// Whether the value may hold a secret, so that no message shows it.
    pub fn hides(self, raw: &Raw) -> bool {
        let at = || matches!(raw, Raw::One(text) if text.contains('@'));
        match self {
            Self::SecretFile | Self::Database => true,
            Self::Host(_) => at(),
            _ => self.misplaced(raw).is_some(),
        }
    }

    /// Where what looks like a secret in an address belongs, if there is any. An address has no other use for an `@`.
    fn misplaced(self, raw: &Raw) -> Option<&'static str> {
        let Raw::One(text) = raw else { return None };
        let belongs = match self {
            Self::Url { secret, .. } => secret,
            Self::FileOrUrl if text.contains("://") => "a provider's keys are public, and are asked for without one",
            _ => return None,
        };
        text.contains('@').then_some(belongs)
    }

    fn takes_text(self, text: &str) -> bool {
        let plain = !text.trim().is_empty() && !text.chars().any(char::is_control);
        match self {
            Self::Text(_) | Self::File | Self::SecretFile => plain,
            Self::FileOrUrl => plain && (!text.contains("://") || url(text, &["https"]).is_some()),
            Self::Listen => text.parse::<SocketAddr>().is_ok(),
            Self::Url { schemes, .. } => url(text, schemes).is_some_and(|uri| is_bare(&uri)),
            Self::Host(_) => host(text),
            Self::Database => url(text, &["postgres", "postgresql"]).is_some() && !has_password(text),
            Self::Filter => plain && filter(text),
            Self::Prefix => prefix(text),
            Self::Word(known) => known.contains(&text),
            Self::Number(least, most, _) => text.parse::<u64>().is_ok_and(|number| (least..=most).contains(&number)),
            Self::Bytes(least, most) => bytes(text).is_some_and(|number| (least..=most).contains(&number)),
            Self::Words(_) | Self::Names(_) => false,
        }
    }

    /// What it takes, in words that follow "takes".
    pub fn words(self) -> String {
        match self {
            Self::Text(words) | Self::Names(words) => words.to_owned(),
            Self::Listen => "an address and port to listen on, such as 127.0.0.1:50051".to_owned(),
            Self::Url { schemes, .. } => {
                let examples: Vec<_> = schemes.iter().map(|scheme| format!("{scheme}://HOST:PORT")).collect();
                format!("an address with its scheme: {}, with a port up to 65535 and no path", examples.join(" or "))
            }
            Self::Host(belongs) => {
                format!("a name or an address alone, such as relay.example.com, without a scheme or a path: {belongs}")
            }
            Self::Database => {
                "an address such as postgres://merit@db:5432/merit, with the password in a file of its own".to_owned()
            }
            Self::Filter => {
                "a level (off, error, warn, info, debug, trace), or a filter such as info,merit_scoring=debug"
                    .to_owned()
            }
            Self::Prefix => {
                "up to 41 small letters, digits and underscores, such as test_, that begin with neither a digit nor pg_"
                    .to_owned()
            }
            Self::File => "a file's path".to_owned(),
            Self::SecretFile => "the path of a file that only its owner may read".to_owned(),
            Self::FileOrUrl => "a file's path, or an address that begins with https://".to_owned(),
            Self::Word(known) => format!("one of {}", known.join(", ")),
            Self::Words(known) => format!("some of {}", known.join(", ")),
            Self::Number(least, most, what) => format!("{what} from {least} to {most}"),
            Self::Bytes(least, most) => format!("a size from {} to {}", in_bytes(least), in_bytes(most)),
        }
    }
}

/// The words of a list that is written as one text.
pub fn list(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_owned()).collect()
}

/// A number of bytes: `4194304`, `4096 KiB` or `4 MiB`.
pub fn bytes(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let factor = match unit.trim() {
        "" => 1,
        "KiB" => 1024,
        "MiB" => 1024 * 1024,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

fn in_bytes(number: u64) -> String {
    match number {
        n if n % (1024 * 1024) == 0 => format!("{} MiB", n / (1024 * 1024)),
        n if n % 1024 == 0 => format!("{} KiB", n / 1024),
        n => n.to_string(),
    }
}

/// An address with one of these schemes, a host, and a port from 1 to 65535 where it names one.
fn url(text: &str, schemes: &[&str]) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let scheme = uri.scheme_str().is_some_and(|scheme| schemes.contains(&scheme));
    let host = uri.host().filter(|host| !host.is_empty())?;
    // What stands behind the host: `:50051`, or nothing.
    let behind = uri.authority()?.as_str().rsplit_once(host)?.1;
    let port = match behind.strip_prefix(':') {
        Some(port) => port.parse::<u16>().is_ok_and(|port| port != 0),
        None => behind.is_empty(),
    };
    (scheme && port).then_some(uri)
}

/// Whether nothing follows the host and the port: what stands there would be left out without a word.
fn is_bare(uri: &Uri) -> bool {
    uri.path_and_query().is_none_or(|rest| rest.as_str() == "/")
}

/// Whether a text is a machine's name or address and nothing else.
fn host(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let label = |label: &str| !label.is_empty() && label.len() <= 63 && label.chars().all(letter);
    let name = text.strip_suffix('.').unwrap_or(text);
    text.parse::<IpAddr>().is_ok() || (name.len() <= 253 && name.split('.').all(label))
}

/// Whether an address holds a password: beside the user's name, or among its parameters.
fn has_password(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let (authority, after) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // With an `@` behind the host, what stands before it is a password with a `/` or the like in it.
    let beside = authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) || after.contains('@');
    let named = |pair: &str| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        decoded(name).to_ascii_lowercase().windows(8).any(|part| part == b"password")
    };
    beside || after.split(['?', '#', '&', ';']).skip(1).any(named)
}

/// What a text with `%70` in it means.
fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let byte = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(b'%'));
        rest = byte.and_then(|_| after.get(2..)).unwrap_or(after);
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// Whether a text says what is logged. A word alone is a level or a part of ours: a level with a letter wrong would otherwise be
/// taken for some program's name, and silence everything else.
fn filter(text: &str) -> bool {
    let known = |part: &str| {
        part.contains('=')
            || part.parse::<tracing::level_filters::LevelFilter>().is_ok()
            || part.strip_prefix("merit").is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', ':', '[']))
    };
    telemetry::is_filter(text) && text.split(',').filter(|part| !part.is_empty()).all(known)
}

/// Whether a text may stand before a schema's name: PostgreSQL keeps `pg_` for itself, and cuts off what is longer than 63
/// bytes.
fn prefix(text: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.len() <= 41
        && text.chars().all(word)
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.starts_with("pg_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_takes_what_it_says() {
        let size = Kind::Bytes(1024, 64 * 1024 * 1024);
        let table: [(Kind, &[&str], &[&str]); 12] = [
            (Kind::Listen, &["127.0.0.1:0", "[::1]:50051"], &["localhost", "50051", ""]),
            (
                Kind::Url { schemes: &["http", "https"], secret: "a file" },
                &["http://goals:50051", "https://g.example", "https://g.example/", "http://[::1]:50051"],
                &[
                    "goals:50051",
                    "ftp://g",
                    "http://",
                    "http://goals:70000",
                    "http://goals:0",
                    "http://goals:",
                    "http://[::1]:70000",
                    "http://goals:50051/v1",
                    "http://goals:50051?a=b",
                ],
            ),
            (
                Kind::Host("the port is another setting"),
                &["relay", "relay.example.com", "relay.example.com.", "mail_relay", "10.0.0.7", "::1"],
                &[
                    "smtp://relay",
                    "relay:587",
                    "u@relay",
                    "smtp://u:hunter2@relay:587",
                    "relay/",
                    "[::1]",
                    "[::1]:25",
                    "a relay",
                    "relay..example",
                    ".",
                    "",
                ],
            ),
            (
                Kind::Database,
                &[
                    "postgres://merit@db/merit",
                    "postgresql://merit@[::1]:5432/merit?sslmode=verify-full&sslrootcert=/run/ca.crt",
                    "postgres://db:5432/merit?user=merit&application_name=pass",
                ],
                &[
                    "db",
                    "postgres://merit:secret@db/merit",
                    "postgres://merit:se/cret@db/merit",
                    "postgres://merit:1/cret@db/merit",
                    "postgres://db/merit?user=merit&password=secret",
                    "postgres://merit@db/merit?PassWord=secret",
                    "postgres://merit@db/merit?sslmode=require&%70assw%6Frd=secret",
                    "postgres://merit@db/merit?sslpassword=secret",
                    "postgres://merit@db/merit#password=secret",
                    "postgres://merit@db:70000/merit",
                ],
            ),
            (
                Kind::Filter,
                &["warn", "INFO", "off", "info,merit_scoring=debug", "merit", "merit::call", "hyper=warn", "info,"],
                &["inof", "info, debug=inof", "warn,inof", "meritless", "hyper=inof", "merit[", "", " "],
            ),
            (
                Kind::Prefix,
                &["", "test_", "_a1", "a23456789_123456789_123456789_123456789_1"],
                &["Test_", "1a", "a-b", "a b", "\"", "ä", "pg_", "a23456789_123456789_123456789_123456789_12"],
            ),
            (
                Kind::FileOrUrl,
                &["keys.json", "https://login.example/keys"],
                &["http://login.example/keys", "https://login.example:70000/keys", " "],
            ),
            (Kind::Word(&["yes", "no"]), &["yes"], &["maybe", "Yes"]),
            (Kind::Words(&["RS256", "ES256"]), &["RS256", "RS256, ES256"], &["none", "RS256,", ""]),
            (Kind::Number(1, 9, "a number"), &["1", "9"], &["0", "10", "-1", "two"]),
            (size, &["4 MiB", "1KiB", "2048"], &["4 GB", "1023", "99999999999999999999 MiB"]),
            (Kind::File, &["a b.txt"], &["", "a\nb"]),
        ];
        for (kind, good, bad) in table {
            for text in good {
                assert_eq!(kind.check(&Raw::One((*text).to_owned())), Ok(()), "{kind:?} {text}");
            }
            for text in bad {
                assert_eq!(kind.check(&Raw::One((*text).to_owned())), Err(kind.words()), "{kind:?} {text}");
            }
        }
    }
}
