//! Reads settings in layers (what is compiled in, then a file, then the environment), remembers where each value comes
//! from, and collects every mistake before it complains.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use merit_core::text::shown;
use merit_core::{Error, Problem, Result};
use merit_rules::nearest;

use super::kind::{self, Raw};
use super::table::{self, SECTIONS, SETTINGS, Setting};

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// It is compiled in.
    Default,
    /// A file.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// Checked values, each with its source, and what is wrong with the rest.
#[derive(Debug, Default)]
pub struct Layers {
    values: BTreeMap<&'static str, (Raw, Source)>,
    problems: Vec<String>,
    refused: BTreeSet<&'static str>,
    asked: Mutex<BTreeSet<&'static str>>,
}

impl Layers {
    /// Reads a file, if there is one, and the environment's variables.
    pub fn read(file: Option<&Path>, environment: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut layers = Self::default();
        for setting in SETTINGS {
            if let Some(default) = setting.default {
                layers.values.insert(setting.key, (Raw::One(default.to_owned()), Source::Default));
            }
        }
        if let Some(file) = file {
            layers.read_file(file);
        }
        layers.read_environment(environment);
        layers
    }

    fn read_file(&mut self, path: &Path) {
        let file = path.display();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return self.wrong(format!("there is no file `{file}` of settings; see --config and MERIT_CONFIG"));
            }
            Err(error) => return self.wrong(format!("the settings `{file}` can't be read: {error}")),
        };
        let sections: toml::Table = match text.parse() {
            Ok(sections) => sections,
            Err(error) => {
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                let (line, column) =
                    (before.split('\n').count(), before.chars().rev().take_while(|&c| c != '\n').count() + 1);
                return self.wrong(format!(
                    "the settings `{file}` can't be read at line {line}, column {column}: {}; a section is a line like \
                     `[server]`, a setting one like `listen = \"127.0.0.1:50051\"`",
                    error.message()
                ));
            }
        };
        for (section, values) in &sections {
            let Some(values) = values.as_table() else {
                let help = meant(section, SETTINGS.iter().map(|setting| setting.key));
                self.wrong(format!("{file}: `{}` stands in no section{help}", shown(section)));
                continue;
            };
            if !SECTIONS.iter().any(|(name, _)| name == section) {
                let help = meant(section, SECTIONS.iter().map(|(name, _)| *name));
                self.wrong(format!("{file}: there is no section `{}`{help}", shown(section)));
                continue;
            }
            for (name, value) in values {
                let key = format!("{section}.{name}");
                let Some(setting) = table::find(&key) else {
                    let help = meant(&key, SETTINGS.iter().map(|setting| setting.key));
                    self.wrong(format!("{file}: there is no setting `{}`{help}", shown(&key)));
                    continue;
                };
                match Raw::from_toml(value) {
                    Some(raw) => self.take(setting, setting.key, raw, Source::File(path.to_owned())),
                    None => self.wrong(format!("the setting {key} in {file} takes {}", setting.kind.words())),
                }
            }
        }
    }

    fn read_environment(&mut self, environment: impl IntoIterator<Item = (String, String)>) {
        let known: Vec<_> =
            SETTINGS.iter().filter_map(|setting| setting.variable().map(|name| (name, setting))).collect();
        for (name, value) in environment {
            if value.is_empty() {
                continue;
            }
            if let Some((_, setting)) = known.iter().find(|(variable, _)| *variable == name) {
                self.take(setting, &name, Raw::One(value), Source::Variable(name.clone()));
            } else if SECTIONS
                .iter()
                .any(|(section, _)| name.starts_with(&format!("MERIT_{}_", section.to_uppercase())))
            {
                let help = meant(&name, known.iter().map(|(variable, _)| variable.as_str()));
                self.wrong(format!("there is no setting {}{help}", shown(&name)));
            }
        }
    }

    fn take(&mut self, setting: &Setting, name: &str, raw: Raw, source: Source) {
        let checked = setting.kind.check(&raw);
        if checked.is_err() {
            self.refused.insert(setting.key);
        }
        match checked {
            Ok(()) => {
                self.values.insert(setting.key, (raw, source));
            }
            // What was meant as an address may hold the password that doesn't belong there.
            Err(takes) if setting.kind.hides(&raw) => {
                self.wrong(format!("the setting {name} takes {takes}"));
            }
            Err(takes) => self.wrong(format!("the setting {name} is {}, and takes {takes}", raw.shown())),
        }
    }

    /// Adds a mistake.
    pub fn wrong(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// Says that a setting is missing, and what it takes; of one that is there and no good that was said already.
    pub fn missing(&mut self, key: &'static str, why: &str) {
        if self.refused.contains(key) {
            return;
        }
        let takes = table::find(key).map(|setting| setting.kind.words()).unwrap_or_default();
        let variable = table::find(key).and_then(Setting::variable);
        let name = variable.map_or_else(|| key.to_owned(), |variable| format!("{key} ({variable})"));
        self.wrong(format!("the setting {name} is needed {why}, and takes {takes}"));
    }

    /// A value and its source; none where it is not set.
    pub fn value(&self, key: &'static str) -> Option<&(Raw, Source)> {
        if let Ok(mut asked) = self.asked.lock() {
            asked.insert(key);
        }
        self.values.get(key)
    }

    /// Where a value comes from, if somebody set it.
    pub fn source(&self, key: &'static str) -> Option<String> {
        self.value(key).filter(|(_, source)| *source != Source::Default).map(|(_, source)| source.to_string())
    }

    /// A value as text.
    pub fn text(&self, key: &'static str) -> Option<String> {
        self.value(key).map(|(raw, _)| raw.line())
    }

    /// A value as a path. One from a file is seen from that file's folder.
    pub fn path(&self, key: &'static str) -> Option<PathBuf> {
        let (raw, source) = self.value(key)?;
        Some(seen_from(source, raw))
    }

    /// A value as a number; sizes in bytes.
    pub fn number(&self, key: &'static str) -> Option<u64> {
        self.text(key).and_then(|text| kind::bytes(&text))
    }

    /// Values of a list.
    pub fn words(&self, key: &'static str) -> Vec<String> {
        match self.value(key) {
            Some((Raw::Several(words), _)) => words.clone(),
            Some((raw, _)) => kind::list(&raw.line()),
            None => Vec::new(),
        }
    }

    /// A table of names.
    pub fn names(&self, key: &'static str) -> BTreeMap<String, String> {
        match self.value(key) {
            Some((Raw::Named(names), _)) => names.clone(),
            _ => BTreeMap::new(),
        }
    }

    /// Every setting with its value, as it may be shown, and its source.
    pub fn rows(&self) -> Vec<(&'static Setting, Option<(String, String)>)> {
        let row = |setting: &'static Setting| {
            let value = self.values.get(setting.key).map(|(raw, source)| {
                let value = match setting.is_secret() {
                    false => raw.line(),
                    true if seen_from(source, raw).exists() => format!("(from {})", raw.line()),
                    // It may be the secret itself.
                    true => "(from a file that is not there)".to_owned(),
                };
                (value, source.to_string())
            });
            (setting, value)
        };
        SETTINGS.iter().map(row).collect()
    }

    /// Where those that name a secret's file come from.
    pub fn secrets(&self) -> BTreeMap<&'static str, String> {
        let set = |setting: &Setting| Some((setting.key, self.values.get(setting.key)?.1.to_string()));
        SETTINGS.iter().filter(|setting| setting.is_secret()).filter_map(set).collect()
    }

    /// The keys that nobody has asked for.
    #[cfg(test)]
    pub fn unasked(&self) -> Vec<&'static str> {
        let asked = self.asked.lock().unwrap();
        SETTINGS.iter().map(|setting| setting.key).filter(|key| !asked.contains(key)).collect()
    }

    /// Nothing, if all is well.
    ///
    /// # Errors
    /// `BAD_SETTING` with every mistake.
    pub fn verdict(&self) -> Result<()> {
        match self.problems.as_slice() {
            [] => Ok(()),
            [problem] => Err(Error::invalid("BAD_SETTING", problem)),
            problems => {
                let rows = problems.iter().map(|problem| Problem::row(0, problem)).collect();
                Err(Error::invalid("BAD_SETTING", format!("{} settings can't be used", problems.len()))
                    .with_problems(rows))
            }
        }
    }
}

/// A path; one from a file is seen from that file's folder.
fn seen_from(source: &Source, raw: &Raw) -> PathBuf {
    let path = PathBuf::from(raw.line());
    match source {
        Source::File(file) => file.parent().map_or_else(|| path.clone(), |folder| folder.join(&path)),
        Source::Default | Source::Variable(_) => path,
    }
}

fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known)
        .map_or_else(|| "; `merit config show` lists all".to_owned(), |meant| format!("; did you mean `{meant}`?"))
}
