//! Ids and resource names (AIP-122): a collection, a slash, an id.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::text::shown;

/// Longest id, in characters (AIP-122).
pub const MAX_ID: usize = 63;

/// Checks an id: 1 to 63 of letters, digits, `-`, `_`, `.`, beginning with a letter or a digit.
///
/// # Errors
/// `BAD_ID` when it is anything else.
pub fn check(what: &str, id: &str) -> Result<()> {
    let mut chars = id.chars();
    let ok = id.len() <= MAX_ID
        && chars.next().is_some_and(|c| c.is_ascii_alphanumeric())
        && chars.all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if ok {
        Ok(())
    } else {
        Err(Error::invalid(
            "BAD_ID",
            format!(
                "`{}` can't be {what}: use 1 to {MAX_ID} letters, digits, `-`, `_` or `.`, beginning with a letter or digit",
                shown(id)
            ),
        ))
    }
}

/// Makes an id from a person's words: `Zoë O'Neil` becomes `zoe-oneil`. Empty if nothing is left.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'A'..='Z' => out.push(c.to_ascii_lowercase()),
            '\'' | '’' | '.' => {}
            _ => match plain_letters(c) {
                Some(letters) => out.push_str(letters),
                None if !out.is_empty() && !out.ends_with('-') => out.push('-'),
                None => {}
            },
        }
    }
    out.truncate(MAX_ID);
    out.trim_end_matches('-').to_owned()
}

/// The plain letters of a Latin letter with marks.
fn plain_letters(c: char) -> Option<&'static str> {
    Some(match c.to_lowercase().next()? {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì'..='ï' | 'ī' | 'ı' => "i",
        'ł' | 'ľ' | 'ĺ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'œ' => "oe",
        'ř' | 'ŕ' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'þ' => "th",
        _ => return None,
    })
}

macro_rules! resource {
    ($(#[$doc:meta])* $name:ident, $collection:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// From the id alone.
            ///
            /// # Errors
            /// `BAD_ID` when it is not an id.
            pub fn new(id: &str) -> Result<Self> {
                check($what, id)?;
                Ok(Self(id.to_owned()))
            }

            /// From a resource name, such as
            #[doc = concat!("`", $collection, "/…`.")]
            ///
            /// # Errors
            /// `BAD_NAME` when the collection is another one, or the rest is not an id.
            pub fn from_name(name: &str) -> Result<Self> {
                match name.strip_prefix(concat!($collection, "/")) {
                    Some(id) => Self::new(id).map_err(|error| Error::invalid("BAD_NAME", error.message)),
                    None => Err(Error::invalid(
                        "BAD_NAME",
                        format!("`{}` is not a name like {}/…", shown(name), $collection),
                    )),
                }
            }

            /// The id alone.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The resource name.
            #[must_use]
            pub fn name(&self) -> String {
                format!(concat!($collection, "/{}"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

resource!(/// A person in the directory.
    PersonId, "people", "a person's id");
resource!(/// A team in the directory.
    TeamId, "teams", "a team's id");
resource!(/// A cycle, such as `2026-Q3`.
    CycleId, "cycles", "a cycle's id");
resource!(/// A goal.
    GoalId, "goals", "a goal's id");
resource!(/// One execution of a close.
    RunId, "runs", "a run's id");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids_round_trip() {
        let id = PersonId::from_name("people/ana-silva").unwrap();
        assert_eq!((id.as_str(), id.name().as_str()), ("ana-silva", "people/ana-silva"));
        for bad in ["ana-silva", "people/", "teams/x", "people/a b", "people/-x", "people/../x"] {
            assert_eq!(PersonId::from_name(bad).unwrap_err().reason, "BAD_NAME", "{bad}");
        }
    }

    #[test]
    fn slugs_are_ids() {
        for (text, id) in
            [("Zoë O'Neil", "zoe-oneil"), ("  Łukasz  Żak ", "lukasz-zak"), ("Anna-Maria", "anna-maria"), ("李", "")]
        {
            assert_eq!(slug(text), id);
        }
    }
}
