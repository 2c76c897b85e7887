//! What a setting takes: the check of a value, and the words for what would have been right.

use std::collections::BTreeMap;
use std::net::SocketAddr;

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
    /// Where something answers over HTTP, such as `https://goals:50051`; the schemes that are good.
    Url(&'static [&'static str]),
    /// An address of a PostgreSQL database, without a password.
    Database,
    /// A file.
    File,
    /// A file whose content is never shown.
    SecretFile,
    /// A file, or an address that begins with `https://`.
    FileOrUrl,
    /// One of these words.
    Word(&'static [&'static str]),
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
        if good { Ok(()) } else { Err(self.words()) }
    }

    fn takes_text(self, text: &str) -> bool {
        let plain = !text.trim().is_empty() && !text.chars().any(char::is_control);
        match self {
            Self::Text(_) | Self::File | Self::SecretFile => plain,
            Self::FileOrUrl => plain && (!text.contains("://") || url(text, &["https"])),
            Self::Listen => text.parse::<SocketAddr>().is_ok(),
            Self::Url(schemes) => url(text, schemes),
            Self::Database => {
                url(text, &["postgres", "postgresql"])
                    && !text
                        .split_once("://")
                        .and_then(|(_, rest)| rest.split_once('@'))
                        .is_some_and(|(user, _)| user.contains(':'))
            }
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
            Self::Url(schemes) => {
                let examples: Vec<_> = schemes.iter().map(|scheme| format!("{scheme}://HOST:PORT")).collect();
                format!("an address with its scheme: {}", examples.join(" or "))
            }
            Self::Database => {
                "an address such as postgres://merit@db:5432/merit, with the password in a file of its own".to_owned()
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

fn url(text: &str, schemes: &[&str]) -> bool {
    let Ok(uri) = text.parse::<tonic::codegen::http::Uri>() else { return false };
    uri.scheme_str().is_some_and(|scheme| schemes.contains(&scheme)) && uri.host().is_some_and(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_takes_what_it_says() {
        let size = Kind::Bytes(1024, 64 * 1024 * 1024);
        let table: [(Kind, &[&str], &[&str]); 9] = [
            (Kind::Listen, &["127.0.0.1:0", "[::1]:50051"], &["localhost", "50051", ""]),
            (
                Kind::Url(&["http", "https"]),
                &["http://goals:50051", "https://g.example"],
                &["goals:50051", "ftp://g", "http://"],
            ),
            (Kind::Database, &["postgres://merit@db/merit"], &["postgres://merit:secret@db/merit", "db"]),
            (Kind::FileOrUrl, &["keys.json", "https://login.example/keys"], &["http://login.example/keys", " "]),
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
