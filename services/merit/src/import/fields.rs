//! A profile's rules bound to a file's columns, and one row seen through them.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::ids::PersonId;
use merit_core::text::shown;
use merit_core::{Problem, Value, ValueType};
use merit_platform::wire;
use merit_proto::r#type::v1::Value as WireValue;
use merit_rules::nearest;

use super::PeopleIndex;
use super::cell::{self, Formats, Wanted};
use super::profile::{Lookup, Profile, Rule, Source};
use super::table::{Row, Table};

/// Columns by name.
pub type Columns = BTreeMap<String, usize>;

/// A field that rows of a kind have.
#[derive(Debug, Clone)]
pub struct Known {
    pub name: String,
    /// Whether no row can do without.
    pub needed: bool,
}

impl Known {
    /// Several fields that rows can, or can't, do without.
    pub fn list<'a>(names: &'a [&'a str], needed: bool) -> impl Iterator<Item = Self> + 'a {
        names.iter().map(move |name| Self { name: (*name).to_owned(), needed })
    }
}

/// Rules by field, all their columns there.
#[derive(Debug)]
pub struct Fields {
    rules: BTreeMap<String, (Rule, Formats)>,
    columns: Columns,
    /// Where the rows come from.
    source: String,
}

/// Where each column stands.
pub fn columns_of(table: &Table) -> Columns {
    table
        .headers
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.is_empty())
        .map(|(index, name)| (name.clone(), index))
        .collect()
}

/// Binds the profile's own fields, with those that `same_names` adds.
///
/// # Errors
/// Everything that keeps the profile from fitting the file.
pub fn bind(profile: &Profile, what: &str, known: &[Known], columns: &Columns) -> Result<Fields, Vec<Problem>> {
    let mut rules = profile.fields.clone();
    let mut problems = Vec::new();
    if profile.same_names {
        let used: BTreeSet<String> = used_columns(profile).into_iter().map(str::to_owned).collect();
        for column in columns.keys() {
            if known.iter().any(|field| field.name == *column) {
                rules.entry(column.clone()).or_insert_with(|| Rule::column(column));
            } else if !used.contains(column) && !profile.ignore.contains(column) {
                problems.push(left_over(column, what, known));
            }
        }
    }
    for column in profile.only.keys().chain(profile.except.keys()).chain(profile.people_from.iter().map(|p| &p.column))
    {
        if !columns.contains_key(column) {
            problems.push(no_column("the profile", column, columns));
        }
    }
    match bind_rules(profile, rules, what, known, columns) {
        Ok(fields) if problems.is_empty() => Ok(fields),
        Ok(_) => Err(problems),
        Err(more) => {
            problems.extend(more);
            Err(problems)
        }
    }
}

/// Binds these rules.
///
/// # Errors
/// Everything that keeps them from fitting the file.
pub fn bind_rules(
    profile: &Profile,
    mut rules: BTreeMap<String, Rule>,
    what: &str,
    known: &[Known],
    columns: &Columns,
) -> Result<Fields, Vec<Problem>> {
    let mut problems = Vec::new();
    for (name, rule) in &rules {
        if !known.iter().any(|field| field.name == *name) {
            problems.push(no_field(name, what, known));
            continue;
        }
        for column in rule.needed_columns() {
            if !rule.optional && !columns.contains_key(column) {
                problems.push(no_column(&format!("the profile's field `{name}`"), column, columns));
            }
        }
    }
    for field in known.iter().filter(|field| field.needed && !rules.contains_key(&field.name)) {
        problems.push(Problem::row(
            1,
            format!("the profile says nothing of `{}`, which {what} need; add it under `fields`", field.name),
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    rules.retain(|_, rule| !rule.optional || rule.needed_columns().iter().all(|column| columns.contains_key(*column)));
    let general = profile.formats();
    let rules = rules.into_iter().map(|(name, rule)| (name, (rule.clone(), rule.formats(&general)))).collect();
    Ok(Fields { rules, columns: columns.clone(), source: profile.source.clone() })
}

fn used_columns(profile: &Profile) -> BTreeSet<&str> {
    let made = profile.people_from.iter().flat_map(|people| people.fields.values());
    let rules = profile.fields.values().chain(profile.withdrawn.values()).chain(made);
    let mut used: BTreeSet<&str> = rules.flat_map(Rule::columns).collect();
    used.extend(profile.only.keys().chain(profile.except.keys()).map(String::as_str));
    used.extend(profile.people_from.iter().map(|people| people.column.as_str()));
    used
}

fn no_column(who: &str, column: &str, columns: &Columns) -> Problem {
    let names = columns.keys().map(String::as_str);
    let there = match nearest(column, names.clone()) {
        Some(meant) => format!("did you mean `{}`?", shown(meant)),
        None => {
            format!("its columns are {}", names.map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", "))
        }
    };
    Problem::row(1, format!("{who} reads the column `{}`, and the file has none of that name; {there}", shown(column)))
}

fn no_field(name: &str, what: &str, known: &[Known]) -> Problem {
    let names = known.iter().map(|field| field.name.as_str());
    let there = match nearest(name, names.clone()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are {}", names.collect::<Vec<_>>().join(", ")),
    };
    Problem::row(1, format!("the profile gives `{}`, which {what} don't have; {there}", shown(name)))
}

fn left_over(column: &str, what: &str, known: &[Known]) -> Problem {
    let names = known.iter().map(|field| field.name.as_str());
    let advice = match nearest(column, names) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "rename or remove it, or use a profile that leaves it out".to_owned(),
    };
    Problem::cell(1, column, format!("{what} have no field of that name; {advice}"))
}

impl Fields {
    /// Whether the profile says where the field comes from.
    pub fn has(&self, name: &str) -> bool {
        self.rules.contains_key(name)
    }

    /// The fields' names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(String::as_str)
    }

    /// The file's column behind a field; empty if there is none or several.
    pub fn column(&self, name: &str) -> &str {
        match self.rules.get(name).map(|(rule, _)| rule.columns()).as_deref() {
            Some([column, ..]) => self.columns.get_key_value(*column).map_or("", |(key, _)| key.as_str()),
            _ => "",
        }
    }

    /// Whether the field's ids are made from names, so that two names may end in one id.
    pub fn is_made(&self, name: &str) -> bool {
        self.rules.get(name).is_some_and(|(rule, _)| matches!(rule.source, Source::Template(_)))
    }
}

/// A row seen through the rules. What is wrong with it gathers in `problems`.
pub struct Cells<'a> {
    fields: &'a Fields,
    people: &'a PeopleIndex,
    row: &'a Row,
    pub problems: Vec<Problem>,
}

impl<'a> Cells<'a> {
    pub const fn new(fields: &'a Fields, people: &'a PeopleIndex, row: &'a Row) -> Self {
        Self { fields, people, row, problems: Vec::new() }
    }

    pub const fn line(&self) -> u32 {
        self.row.line
    }

    /// Adds a problem with a field's cell.
    pub fn wrong(&mut self, name: &str, message: impl Into<String>) {
        self.problems.push(Problem::cell(self.row.line, self.fields.column(name), message));
    }

    fn cell(&self, column: &str) -> &'a str {
        self.fields.columns.get(column).and_then(|index| self.row.cells.get(*index)).unwrap_or_default()
    }

    /// The field's text as the rule gives it; empty where there is none.
    pub fn text(&mut self, name: &str) -> String {
        let Some((rule, _)) = self.fields.rules.get(name) else { return String::new() };
        let read = match &rule.source {
            Source::Column(column) => Ok(self.cell(column).to_owned()),
            Source::Always(text) => Ok(text.clone()),
            Source::Template(template) => template.fill(|column| self.cell(column)),
        };
        let text = match read {
            Ok(text) => rule.aliases.get(&text).cloned().unwrap_or(text),
            Err(message) => {
                self.wrong(name, message);
                return String::new();
            }
        };
        if text.is_empty() { rule.otherwise.clone().unwrap_or_default() } else { text }
    }

    /// The text, with a problem where there is none.
    pub fn needed(&mut self, name: &str) -> String {
        let before = self.problems.len();
        let text = self.text(name);
        if text.is_empty() && self.problems.len() == before {
            self.wrong(name, format!("`{name}` is empty, and it is needed; fill it in, or leave the row out"));
        }
        text
    }

    /// Whether the text is the one that says "there is none from now on".
    pub fn is_nothing(&self, name: &str, text: &str) -> bool {
        self.fields.rules.get(name).is_some_and(|(rule, _)| rule.nothing.as_deref() == Some(text))
    }

    fn checked<T>(&mut self, name: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|message| self.wrong(name, message)).ok()
    }

    /// A line of text that holds nothing a header or a terminal would obey; empty where there is none.
    pub fn line_of_text(&mut self, name: &str) -> String {
        let text = self.text(name);
        if text.is_empty() {
            return text;
        }
        self.checked(name, merit_core::text::line("the text", &text).map_err(|error| error.message)).unwrap_or_default()
    }

    /// Several lines of text; empty where there is none.
    pub fn note(&mut self, name: &str) -> String {
        let text = self.text(name);
        if text.is_empty() {
            return text;
        }
        self.checked(name, merit_core::text::note("the text", &text).map_err(|error| error.message)).unwrap_or_default()
    }

    /// An id of its own form; empty where there is none.
    pub fn id(&mut self, name: &str, what: &str) -> String {
        let text = self.text(name);
        if text.is_empty() {
            return text;
        }
        self.checked(name, merit_core::ids::check(what, &text).map_err(|error| error.message))
            .map_or_else(String::new, |()| text)
    }

    /// A day in its canonical text; empty where there is none.
    pub fn day(&mut self, name: &str) -> String {
        let text = self.text(name);
        match self.fields.rules.get(name) {
            Some((_, formats)) if !text.is_empty() => {
                let read = formats.dates.read(&text);
                self.checked(name, read).map_or_else(String::new, |day| day.to_string())
            }
            _ => String::new(),
        }
    }

    /// A share in its canonical text; empty where there is none.
    pub fn share(&mut self, name: &str) -> String {
        let text = self.text(name);
        match self.fields.rules.get(name) {
            Some((_, formats)) if !text.is_empty() => {
                let read = cell::percent(&text, formats);
                self.checked(name, read).map_or_else(String::new, |share| share.to_string())
            }
            _ => String::new(),
        }
    }

    /// A person's id; empty where there is none.
    pub fn person(&mut self, name: &str) -> String {
        let text = self.text(name);
        if text.is_empty() {
            return text;
        }
        let read = self.person_called(name, &text);
        self.checked(name, read).unwrap_or_default()
    }

    fn person_called(&self, name: &str, text: &str) -> Result<String, String> {
        match self.fields.rules.get(name).map(|(rule, _)| rule.by) {
            Some(Lookup::Name) => self.people.find(text).map(str::to_owned),
            Some(Lookup::ExternalId) => self.people.keyed(&self.fields.source, text).map(str::to_owned),
            _ => PersonId::new(text).map(|id| id.as_str().to_owned()).map_err(|error| error.message),
        }
    }

    /// A value of the schema's type; none where the cell is empty.
    pub fn value(&mut self, name: &str, wanted: Wanted<'_>) -> Option<WireValue> {
        let text = self.text(name);
        let (rule, formats) = self.fields.rules.get(name)?;
        if text.is_empty() {
            return None;
        }
        let read = if wanted.kind == ValueType::Participant {
            self.person_called(name, &text)
                .and_then(|id| PersonId::new(&id).map(Value::Participant).map_err(|error| error.message))
        } else {
            match self.row_formats(rule, formats) {
                Ok(own) => cell::value(wanted, &text, own.as_ref().unwrap_or(formats)),
                Err(message) => Err(message),
            }
        };
        self.checked(name, read).map(|value| wire::value(&value))
    }

    /// The formats with the currency that this row's own column names.
    fn row_formats(&self, rule: &Rule, formats: &Formats) -> Result<Option<Formats>, String> {
        match rule.currency_column.as_deref().map(|column| self.cell(column)) {
            None | Some("") => Ok(None),
            Some(code) => {
                let currency = code.parse().map_err(|error: merit_core::Error| error.message)?;
                Ok(Some(Formats { currency: Some(currency), ..formats.clone() }))
            }
        }
    }
}
