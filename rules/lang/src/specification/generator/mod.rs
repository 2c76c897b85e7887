//! Writes policies and people: well-typed policies over one rich schema, with every construct that the specification
//! covers, and inputs that miss, stray out of range, lie on a band's edge or don't divide.

mod expressions;
mod figures;
mod inputs;
mod literals;
mod outcomes;
pub mod people;
mod random;
mod schema;
mod stages;
mod tables;

use merit_core::Currency;

pub use random::Random;
pub use schema::text as schema_text;
use schema::{Kind, LISTS, Listed};
use tables::Read;

/// A policy as it was written.
pub struct Written {
    pub text: String,
    pub currency: Currency,
    /// What the header's measure and its quota are.
    pub quota: Kind,
}

/// Something that an expression may name.
#[derive(Debug, Clone)]
struct Named {
    name: String,
    kind: Kind,
    /// Its reads have to be guarded.
    optional: bool,
    /// The checker knows that it lies above 0.
    above_zero: bool,
    /// An input, so that contests may group by it and its range says what bands have to cover.
    input: bool,
    /// The ladder's steps at which its range starts and ends.
    range: (Option<usize>, Option<usize>),
}

impl Named {
    fn new(name: impl Into<String>, kind: Kind) -> Self {
        let name = name.into();
        Self { name, kind, optional: false, above_zero: false, input: false, range: (None, None) }
    }
}

/// A policy being written.
struct Writer {
    random: Random,
    currency: Currency,
    names: Vec<Named>,
    lets: Vec<Named>,
    lists: Vec<&'static Listed>,
    /// Columns of the policy's own: list, name and kind.
    columns: Vec<(&'static str, String, Kind)>,
    /// Which of the units of periods is the policy's, the shortest first.
    unit: usize,
    /// The header's measure.
    measure: Option<&'static str>,
    /// Whether the amount in pounds is listed.
    foreign: bool,
    tables: Vec<Read>,
    rates: Vec<String>,
    month_ends: bool,
    declarations: Vec<String>,
    /// How many things were given names.
    counted: usize,
    /// Above 0 inside what `otherwise` or `is missing` holds.
    lenient: usize,
    /// Optional names that a condition has shown to be there.
    present: Vec<String>,
    /// The list whose row is at hand.
    row: Option<&'static Listed>,
}

/// Writes the policy of a seed.
pub fn policy(seed: u64) -> Written {
    let mut random = Random(seed);
    let currency = *random.pick(&[
        Currency::USD,
        Currency::USD,
        Currency::USD,
        Currency::EUR,
        "JPY".parse().unwrap(),
        "KWD".parse().unwrap(),
    ]);
    let mut writer = Writer {
        random,
        currency,
        names: vec![Named::new("period_start", Kind::Date), Named::new("period_end", Kind::Date)],
        lets: Vec::new(),
        lists: Vec::new(),
        columns: Vec::new(),
        unit: 0,
        measure: None,
        foreign: false,
        tables: Vec::new(),
        rates: Vec::new(),
        month_ends: false,
        declarations: Vec::new(),
        counted: 0,
        lenient: 0,
        present: Vec::new(),
        row: None,
    };
    let text = writer.policy();
    let measure = schema::KNOWN.iter().find(|known| Some(known.name) == writer.measure);
    Written { text, currency, quota: measure.map_or(Kind::Money, |known| known.kind) }
}

impl Writer {
    fn policy(&mut self) -> String {
        self.unit = self.random.below(5);
        let mut header = vec![
            "policy \"Generated\" version 1".to_owned(),
            "  uses schema \"schema.merit\"".to_owned(),
            "  effective 2026-01-01".to_owned(),
            format!("  period {}", ["week", "month", "quarter", "half", "year"][self.unit]),
            format!("  currency {}", self.currency),
        ];
        if self.random.chance(70) {
            self.month_ends = true;
            header.push(format!("  month ends round {}", self.random.pick(&["down", "up"])));
        }
        if self.random.chance(50) {
            header.push(format!("  year starts in {}", self.random.pick(&["January", "February", "July", "December"])));
        }
        self.measure = self.inputs();
        header.extend(self.measure.map(|measure| format!("  attainment of {measure}")));
        self.declarations.push("choice Grade = Low or Medium or High".to_owned());
        for _ in 0..3 + self.random.below(8) {
            self.figure();
        }
        header.push(self.applies());
        for _ in 0..3 + self.random.below(8) {
            match self.random.below(5) {
                0 | 1 => self.figure(),
                _ => self.outcome(),
            }
        }
        self.stages();
        let mut declarations = std::mem::take(&mut self.declarations);
        self.random.shuffle(&mut declarations);
        format!("{}\n\n{}\n", header.join("\n"), declarations.join("\n\n"))
    }

    /// A constant, a definition or a table.
    fn figure(&mut self) {
        match self.random.below(12) {
            0 => self.constant(),
            1..=5 => self.definition(),
            6 => self.own_column(),
            7 => self.weigh(),
            _ => self.a_table(),
        }
    }

    fn constant(&mut self) {
        let kind = *self.random.pick(&Kind::ORDERED);
        let name = self.fresh("fixed");
        // A divisor that is 0 in so many words is a mistake even where 0 is caught.
        let value = match kind {
            Kind::Money | Kind::Count | Kind::Number => literals::not_zero(kind, &mut self.random, self.currency),
            _ => self.literal(kind),
        };
        self.declarations.push(format!("const {name} = {value}"));
        self.names.push(Named::new(name, kind));
    }

    fn definition(&mut self) {
        let kind = *self.random.pick(&Kind::ALL);
        let name = self.fresh("figure");
        let mut named = Named::new(name.clone(), kind);
        let value = match kind {
            Kind::Percent if self.random.chance(20) => {
                let (top, bottom) = (self.expression(Kind::Number, 2, false), self.divisor(Kind::Number));
                format!("{top} / {bottom}")
            }
            Kind::Money | Kind::Number | Kind::Count if self.random.chance(20) => {
                named.above_zero = true;
                let (some, least) = (self.expression(kind, 2, false), self.above_zero(kind));
                format!("max({some}, {least})")
            }
            _ => self.expression(kind, 3, true),
        };
        self.declarations.push(format!("define {name} : {} = {value}", kind.word()));
        self.names.push(named);
    }

    /// A column of the policy's own.
    fn own_column(&mut self) {
        let Some(list) = self.list() else { return self.definition() };
        let kind = *self.random.pick(&Kind::ALL);
        let name = self.fresh("own");
        let value = self.in_row(list, |writer| writer.expression(kind, 3, true));
        self.declarations.push(format!("define {}.{name} : {} = {value}", list.name, kind.word()));
        self.columns.push((list.name, name, kind));
    }

    /// An average of weighted parts.
    fn weigh(&mut self) {
        let kind = *self.random.pick(&Kind::AMOUNTS);
        let mut parts: Vec<Named> = self.names.iter().filter(|named| named.kind == kind).cloned().collect();
        if parts.is_empty() {
            return self.definition();
        }
        parts = self.random.some(&parts, 4);
        let name = self.fresh("figure");
        let rows: Vec<String> = parts
            .iter()
            .map(|part| {
                let weight = *self.random.pick(&["50%", "12.5%", "1", "3", "0.75", "max(2, team_size)"]);
                let known =
                    self.names.iter().any(|named| named.name == "team_size" && named.above_zero && !named.optional);
                format!(
                    "  | {} | {} |",
                    part.name,
                    if known { weight } else { weight.split('(').next().filter(|w| *w != "max").unwrap_or("2") }
                )
            })
            .collect();
        let left_out = self.random.chance(50);
        let missing = if left_out { "left out" } else { "count as 0" };
        self.declarations.push(format!(
            "weigh {name} : {}, missing parts {missing} {{\n  | part | weight |\n{}\n}}",
            kind.word(),
            rows.join("\n")
        ));
        // Where all parts may be missing, so may their average.
        let optional = left_out && parts.iter().all(|part| part.optional);
        self.names.push(Named { optional, ..Named::new(name, kind) });
    }

    fn applies(&mut self) -> String {
        if self.random.chance(60) {
            return "  applies to everyone".to_owned();
        }
        format!("  applies to participants where {}", self.expression(Kind::YesNo, 2, false))
    }

    /// A name that nothing else has.
    fn fresh(&mut self, stem: &str) -> String {
        self.counted += 1;
        format!("{stem}_{}", self.counted)
    }

    fn literal(&mut self, kind: Kind) -> String {
        literals::any(kind, &mut self.random, self.currency)
    }

    fn list(&mut self) -> Option<&'static Listed> {
        if self.lists.is_empty() { None } else { Some(*self.random.pick(&self.lists)) }
    }

    /// Writes something in which what is missing is caught.
    fn leniently<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        self.lenient += 1;
        let written = write(self);
        self.lenient -= 1;
        written
    }

    /// Writes something in a place where an optional name was shown to be there.
    fn knowing<T>(&mut self, name: &str, write: impl FnOnce(&mut Self) -> T) -> T {
        self.present.push(name.to_owned());
        let written = write(self);
        self.present.pop();
        written
    }

    /// Writes something inside a row of a list.
    fn in_row<T>(&mut self, list: &'static Listed, write: impl FnOnce(&mut Self) -> T) -> T {
        let before = (self.row.replace(list), std::mem::take(&mut self.lenient));
        let written = write(self);
        (self.row, self.lenient) = before;
        written
    }
}
