//! Mapping profiles: TOML that says which column of somebody's file is what.

mod built_in;
mod rule;

use std::collections::BTreeMap;
use std::path::Path;

use merit_core::text::shown;
use merit_core::{Currency, Error, Result};
use merit_rules::nearest;
use serde::Deserialize;

use super::ImportKind;
use super::cell::{DateFormat, Formats, Mark, PercentFormat};
use super::table::Delimiter;
pub use rule::{Lookup, Rule, Source, Words};

/// A mapping profile.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name or file, for messages.
    #[serde(skip)]
    pub(super) name: String,
    /// What it is for.
    pub(super) imports: ImportKind,
    /// Where the rows come from, such as `crm`. With a row's external id it identifies the row for good.
    pub(super) source: String,
    /// For results: the schema's record that each row is, unless a field says it.
    pub(super) record: Option<String>,
    pub(super) delimiter: Option<Delimiter>,
    #[serde(default)]
    formats: FormatWords,
    /// Whether a column that is called like a field is that field; then no column may be left over.
    #[serde(default)]
    pub(super) same_names: bool,
    /// With `same_names`: columns that are left out.
    #[serde(default)]
    pub(super) ignore: Vec<String>,
    /// Only rows whose column has one of these texts, in capitals or not.
    #[serde(default)]
    pub(super) only: BTreeMap<String, Words>,
    /// No rows whose column has one of these texts. Where `only` names the column too, other texts are a problem.
    #[serde(default)]
    pub(super) except: BTreeMap<String, Words>,
    /// For results: what is corrected where a row that is left out is on record from before.
    #[serde(default)]
    pub(super) withdrawn: BTreeMap<String, Rule>,
    /// Where each field comes from.
    #[serde(default)]
    pub(super) fields: BTreeMap<String, Rule>,
    /// Columns that name people who have no rows of their own.
    #[serde(default)]
    pub(super) people_from: Vec<PeopleFrom>,
}

/// People that appear only in a column, such as managers in a list of agents.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeopleFrom {
    /// The column with their names.
    pub column: String,
    /// What becomes of them, from the first row that names each; other rows have to agree.
    pub fields: BTreeMap<String, Rule>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormatWords {
    #[serde(default)]
    dates: DateFormat,
    decimal: Option<Mark>,
    thousands: Option<Mark>,
    currency: Option<Currency>,
    percent: Option<PercentFormat>,
}

impl Profile {
    /// A built-in profile by its name, or one from a file. `merit` is the built-in one for files whose columns are called
    /// like the fields.
    ///
    /// # Errors
    /// `UNKNOWN_PROFILE` when there is neither such a name nor such a file, `WRONG_PROFILE` when it is for something else,
    /// and those of [`Profile::parse`].
    pub fn load(name_or_path: &str, kind: ImportKind) -> Result<Self> {
        let profile = if name_or_path == built_in::OWN {
            Self::own(kind)
        } else if let Some(text) = built_in::text(name_or_path) {
            Self::parse(name_or_path, text)?
        } else {
            let path = Path::new(name_or_path);
            let bytes = std::fs::read(path).map_err(|error| unknown(name_or_path, kind, &error))?;
            let text = String::from_utf8(bytes).map_err(|_| {
                Error::invalid("BAD_PROFILE", format!("the profile `{name_or_path}` is not UTF-8 text"))
            })?;
            Self::parse(name_or_path, &text)?
        };
        if profile.imports == kind {
            return Ok(profile);
        }
        Err(Error::invalid(
            "WRONG_PROFILE",
            format!("the profile `{name_or_path}` is for {}, not {kind}; name another with --profile", profile.imports),
        ))
    }

    /// Reads a profile's text.
    ///
    /// # Errors
    /// `BAD_PROFILE` with the line and what to do.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let mut profile: Self = toml::from_str(text).map_err(|error| bad(name, text, &error))?;
        name.clone_into(&mut profile.name);
        let refuse = |message: String| Err(Error::invalid("BAD_PROFILE", format!("the profile `{name}`: {message}")));
        if let Err(error) = merit_core::ids::check("a source", &profile.source) {
            return refuse(error.message);
        }
        let formats = profile.formats();
        if formats.thousands.is_some() && formats.thousands == Some(formats.decimal.unwrap_or(Mark::Point)) {
            return refuse("`decimal` and `thousands` are the same mark; change one".to_owned());
        }
        if profile.imports != ImportKind::People && !profile.people_from.is_empty() {
            return refuse("`people_from` is only for people; remove it".to_owned());
        }
        if profile.imports != ImportKind::Results && profile.record.is_some() {
            return refuse("`record` is only for results; remove it".to_owned());
        }
        if profile.imports != ImportKind::Results && !profile.withdrawn.is_empty() {
            return refuse("`withdrawn` is only for results; remove it".to_owned());
        }
        if profile.only.is_empty() && profile.except.is_empty() && !profile.withdrawn.is_empty() {
            return refuse("`withdrawn` is for rows that are left out; say which, by `only` or `except`".to_owned());
        }
        if !profile.ignore.is_empty() && !profile.same_names {
            return refuse(
                "`ignore` needs `same_names = true`; without it, columns that no field names are left out anyway"
                    .to_owned(),
            );
        }
        Ok(profile)
    }

    /// The profile for files whose columns are called like the fields.
    fn own(kind: ImportKind) -> Self {
        Self {
            name: built_in::OWN.to_owned(),
            imports: kind,
            source: built_in::OWN.to_owned(),
            record: None,
            delimiter: None,
            formats: FormatWords::default(),
            same_names: true,
            ignore: Vec::new(),
            only: BTreeMap::new(),
            except: BTreeMap::new(),
            withdrawn: BTreeMap::new(),
            fields: BTreeMap::new(),
            people_from: Vec::new(),
        }
    }

    /// Where the rows come from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn formats(&self) -> Formats {
        let words = &self.formats;
        Formats {
            dates: words.dates.clone(),
            decimal: words.decimal,
            thousands: words.thousands,
            currency: words.currency,
            percent: words.percent,
            unit: None,
        }
    }
}

fn unknown(name: &str, kind: ImportKind, error: &std::io::Error) -> Error {
    let path = Path::new(name);
    if path.extension().is_some() || path.components().count() > 1 {
        return Error::not_found("UNKNOWN_PROFILE", format!("the profile `{}` can't be read: {error}", shown(name)));
    }
    let names = built_in::names(kind);
    let meant =
        nearest(name, names.iter().copied()).map_or_else(String::new, |name| format!("did you mean `{name}`? "));
    Error::not_found(
        "UNKNOWN_PROFILE",
        format!("there is no profile `{}`; {meant}name a TOML file or one of {}", shown(name), names.join(", ")),
    )
}

fn bad(name: &str, text: &str, error: &toml::de::Error) -> Error {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
    Error::invalid("BAD_PROFILE", format!("the profile `{name}`, line {line}: {}", in_words(error.message())))
}

/// What the TOML reader says, in the reader's words.
fn in_words(message: &str) -> String {
    if let Some((key, expected)) =
        message.strip_prefix("unknown field ").and_then(|rest| rest.split_once(", expected "))
    {
        let words: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        return match nearest(key.trim_matches('`'), words.iter().copied()) {
            Some(word) => format!("there is no {key}; did you mean `{word}`?"),
            None => format!("there is no {key}; there are {}", words.join(", ")),
        };
    }
    if let Some((word, expected)) =
        message.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(", expected "))
    {
        return format!("{word} is not known here; write {}", expected.trim_start_matches("one of "));
    }
    if let Some(key) = message.strip_prefix("missing field ") {
        return format!("{key} is missing");
    }
    message.replace("expected a map", "expected a table").replace("expected a sequence", "expected a list")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        Profile::parse("hr.toml", text).map_or_else(|error| error.message, |_| "fine".to_owned())
    }

    #[test]
    fn profiles_say_what_is_wrong_with_them() {
        let head = "imports = \"people\"\nsource = \"hr\"\n";
        for (text, expected) in [
            ("", "fine"),
            ("filds = {}", "the profile `hr.toml`, line 3: there is no `filds`; did you mean `fields`?"),
            (
                "[fields]\nemail = { colum = \"E-mail\" }",
                "the profile `hr.toml`, line 4: there is no `colum`; did you mean `column`?",
            ),
            (
                "[fields]\nemail = 3",
                "the profile `hr.toml`, line 4: invalid type: integer `3`, expected a column's name, or a table such as { column = \"…\" }",
            ),
            (
                "[fields]\nemail = { currency = \"USD\" }",
                "the profile `hr.toml`, line 4: a field needs one of `column`, `always`, `template` and `slug`",
            ),
            (
                "[fields]\nemail = { column = \"A\", always = \"b\" }",
                "the profile `hr.toml`, line 4: a field takes one of `column`, `always`, `template` and `slug`, not several",
            ),
            (
                "[fields]\nemail = { template = \"x\" }",
                "the profile `hr.toml`, line 4: the template `x` has no hole; write holes like {Name} or {Name|slug}",
            ),
            ("delimiter = \"|\"", "the profile `hr.toml`, line 3: `|` is not known here; write `,`, `;`, `tab`"),
            (
                "[formats]\ncurrency = \"usd\"",
                "the profile `hr.toml`, line 4: `usd` is not a currency code; write one like USD, EUR or GBP",
            ),
            (
                "[formats]\ndates = \"dd/mm/yyyy\"",
                "the profile `hr.toml`, line 4: `dd/mm/yyyy` is not a form of dates like `month/day/year` or `day.month.year`",
            ),
            (
                "[formats]\ndecimal = \",\"\nthousands = \",\"",
                "the profile `hr.toml`: `decimal` and `thousands` are the same mark; change one",
            ),
            ("record = \"Deal\"", "the profile `hr.toml`: `record` is only for results; remove it"),
            (
                "[only]\nstage = 3",
                "the profile `hr.toml`, line 4: invalid type: integer `3`, expected a text or a list of texts",
            ),
            (
                "ignore = [\"x\"]",
                "the profile `hr.toml`: `ignore` needs `same_names = true`; without it, columns that no field names are left out anyway",
            ),
        ] {
            assert_eq!(message(&format!("{head}{text}")), expected);
        }
        assert_eq!(message("imports = \"people\""), "the profile `hr.toml`, line 1: `source` is missing");
        assert_eq!(
            message("imports = \"deals\"\nsource = \"x\""),
            "the profile `hr.toml`, line 1: `deals` is not known here; write `people`, `goals`, `results`, `ratings`, `events`, `balances`, `feedback`, `self-assessments`"
        );
    }

    #[test]
    fn profiles_are_found_by_name_or_path() {
        let load =
            |name: &str, kind| Profile::load(name, kind).map_or_else(|error| error.message, |_| "fine".to_owned());
        for kind in ImportKind::ALL {
            assert_eq!(load("merit", kind), "fine");
            for name in built_in::names(kind) {
                assert_eq!(load(name, kind), "fine", "{name}");
            }
        }
        assert_eq!(
            load("sample-peple", ImportKind::People),
            "there is no profile `sample-peple`; did you mean `sample-people`? name a TOML file or one of merit, crm-people, salesforce-users, \
             sample-people"
        );
        assert!(load("gone/hr.toml", ImportKind::People).starts_with("the profile `gone/hr.toml` can't be read: "));
        assert_eq!(
            load("sample-deals", ImportKind::People),
            "the profile `sample-deals` is for results, not people; name another with --profile"
        );
    }
}
