//! Expressions of a wanted kind. Whatever is compound stands in parentheses.

use super::literals::not_zero;
use super::schema::Kind;
use super::{Named, Writer};

impl Writer {
    /// An expression. `wanted` where the checker knows the kind from outside, so that a choice's word can stand alone.
    pub(super) fn expression(&mut self, kind: Kind, depth: usize, wanted: bool) -> String {
        if depth == 0 {
            return self.leaf(kind, wanted);
        }
        match self.random.below(12) {
            0..=2 => self.leaf(kind, wanted),
            3 => self.branches(kind, depth - 1, wanted),
            4 => {
                let left = self.leniently(|writer| writer.expression(kind, depth - 1, wanted));
                let right = self.expression(kind, depth - 1, true);
                format!("({left} otherwise {right})")
            }
            5 if kind.is_ordered() => {
                let function = *self.random.pick(&["min", "max"]);
                let first = self.expression(kind, depth - 1, wanted);
                let rest: Vec<_> =
                    (0..1 + self.random.below(2)).map(|_| self.expression(kind, depth - 1, true)).collect();
                format!("{function}({first}, {})", rest.join(", "))
            }
            6 => self.lookup(kind, depth - 1).unwrap_or_else(|| self.leaf(kind, wanted)),
            7 => self.on_record(kind).unwrap_or_else(|| self.computed(kind, depth - 1, wanted)),
            8 => self.aggregate(kind, depth - 1).unwrap_or_else(|| self.computed(kind, depth - 1, wanted)),
            _ => self.computed(kind, depth - 1, wanted),
        }
    }

    /// A name or a literal.
    fn leaf(&mut self, kind: Kind, wanted: bool) -> String {
        if self.random.chance(65)
            && let Some(name) = self.name(kind)
        {
            return name;
        }
        if !wanted && !kind.options().is_empty() {
            // A choice's word has no meaning where its choice isn't known.
            return match self.name(kind) {
                Some(name) => name,
                None => self.choice_without_a_name(kind),
            };
        }
        self.literal(kind)
    }

    fn choice_without_a_name(&mut self, kind: Kind) -> String {
        let name = self.fresh("word");
        let value = self.literal(kind);
        self.declarations.push(format!("define {name} : {} = {value}", kind.word()));
        self.names.push(Named::new(name.clone(), kind));
        name
    }

    /// All that may be named here: a row's columns hide other names.
    pub(super) fn nameable(&self, kind: Kind) -> Vec<Named> {
        let columns = self.row.map(|list| list.columns).unwrap_or_default();
        let own = self.columns.iter().filter(|(list, ..)| self.row.is_some_and(|row| row.name == *list));
        let others = self.lets.iter().chain(&self.names);
        let mut found: Vec<Named> = others
            .filter(|named| named.kind == kind && columns.iter().all(|(column, ..)| *column != named.name))
            .cloned()
            .collect();
        for (name, _, optional) in columns.iter().filter(|(_, own, _)| *own == kind) {
            // Twice, so that conditions speak of their row.
            let above_zero = *name == "estimate";
            let column = Named { optional: *optional, above_zero, ..Named::new(*name, kind) };
            found.extend([column.clone(), column]);
        }
        found.extend(own.filter(|(.., own)| *own == kind).map(|(_, name, _)| Named::new(name.clone(), kind)));
        found
    }

    /// A name, guarded if it may be missing.
    pub(super) fn name(&mut self, kind: Kind) -> Option<String> {
        let names = self.nameable(kind);
        if names.is_empty() {
            return None;
        }
        let named = self.random.pick(&names).clone();
        if !named.optional || self.lenient > 0 || self.present.contains(&named.name) {
            return Some(named.name);
        }
        if kind == Kind::Person {
            return None;
        }
        let name = named.name;
        let instead = self.literal(kind);
        // A choice's word stands alone only where its choice is known: after the name.
        if kind.options().is_empty() && self.random.chance(30) {
            return Some(format!("(if {name} is missing then {instead} else {name})"));
        }
        Some(format!("({name} otherwise {instead})"))
    }

    /// A name that needs no guard, for places where only a name may stand.
    pub(super) fn bare_name(&mut self, kind: Kind) -> Option<Named> {
        let mut names = self.nameable(kind);
        names.retain(|named| !named.optional || self.lenient > 0 || self.present.contains(&named.name));
        if names.is_empty() { None } else { Some(self.random.pick(&names).clone()) }
    }

    fn branches(&mut self, kind: Kind, depth: usize, wanted: bool) -> String {
        let optional: Vec<Named> =
            Kind::ALL.iter().flat_map(|kind| self.nameable(*kind)).filter(|n| n.optional).collect();
        if !optional.is_empty() && self.random.chance(40) {
            let name = self.random.pick(&optional).name.clone();
            let missing = self.expression(kind, depth, wanted);
            let there = self.knowing(&name, |writer| writer.expression(kind, depth, true));
            return format!("(if {name} is missing then {missing} else {there})");
        }
        let condition = self.expression(Kind::YesNo, depth, false);
        let (yes, no) = (self.expression(kind, depth, wanted), self.expression(kind, depth, true));
        format!("(if {condition} then {yes} else {no})")
    }

    fn computed(&mut self, kind: Kind, depth: usize, wanted: bool) -> String {
        match kind {
            Kind::YesNo => self.condition(depth),
            Kind::Date => self.date(depth),
            Kind::Duration => {
                let (a, b) = (self.expression(Kind::Date, depth, false), self.expression(Kind::Date, depth, false));
                format!("({a} - {b})")
            }
            kind if kind.is_amount() => self.amount(kind, depth),
            kind => self.leaf(kind, wanted),
        }
    }

    fn amount(&mut self, kind: Kind, depth: usize) -> String {
        match self.random.below(9) {
            0 => format!("(-{})", self.unsigned(kind, depth)),
            1 => {
                let inner = self.expression(kind, depth, false);
                if kind == Kind::Count { inner } else { format!("abs({inner})") }
            }
            2 => {
                let (value, mode) = (self.expression(kind, depth, false), self.rounding_mode());
                let to = super::literals::rounding(kind, &mut self.random, self.currency);
                format!("({value} rounded {mode} to {to})")
            }
            3 => self.applied(kind).unwrap_or_else(|| self.sum(kind, depth)),
            8 if kind == Kind::Money => self.converted().unwrap_or_else(|| self.sum(kind, depth)),
            4 if kind != Kind::Count => self.quotient(kind, depth).unwrap_or_else(|| self.sum(kind, depth)),
            4 | 5 if kind == Kind::Count => self.between_dates(depth),
            4..=6 if kind != Kind::Count => self.product(kind, depth),
            _ => self.sum(kind, depth),
        }
    }

    /// What earlier periods have on record.
    fn on_record(&mut self, kind: Kind) -> Option<String> {
        if self.row.is_some() {
            return None;
        }
        let ours = ["figure", "payout", "proposal"];
        let mut names = self.names.clone();
        names.retain(|named| named.kind == kind && ours.iter().any(|stem| named.name.starts_with(stem)));
        if kind == Kind::Count && self.random.chance(30) {
            let flags: Vec<_> = self
                .names
                .iter()
                .filter(|named| named.kind == Kind::YesNo && named.name.starts_with("figure"))
                .collect();
            return (!flags.is_empty()).then(|| format!("(periods in a row where {})", self.random.pick(&flags).name));
        }
        if names.is_empty() {
            return None;
        }
        let name = self.random.pick(&names).name.clone();
        let optional = names.iter().any(|named| named.name == name && named.optional);
        if kind.is_amount() && !optional && self.random.chance(60) {
            let unit = *self.random.pick(&["year", "half", "quarter"]);
            return Some(match self.random.below(2) {
                0 => format!("(total of {name} in the {unit} to date)"),
                _ => format!("(total of {name} earlier in the {unit})"),
            });
        }
        let instead = self.leaf(kind, true);
        Some(format!("((previous {name}) otherwise {instead})"))
    }

    /// Pounds in the policy's currency.
    fn converted(&mut self) -> Option<String> {
        let rates: Vec<String> = self.rates.clone();
        let on = self.bare_name(Kind::Date)?.name;
        if !self.foreign || rates.is_empty() {
            return None;
        }
        let amount = *self.random.pick(&["foreign", "(foreign * 2)", "(foreign + foreign)"]);
        let rates = self.random.pick(&rates);
        Some(format!("({amount} converted to {} by {rates} on {on})", self.currency))
    }

    /// Something that has no sign of its own in front, so that a minus in front of it stays one.
    fn unsigned(&mut self, kind: Kind, depth: usize) -> String {
        let inner = self.expression(kind, depth, false);
        format!("({inner})")
    }

    fn sum(&mut self, kind: Kind, depth: usize) -> String {
        let (a, b) = (self.expression(kind, depth, false), self.expression(kind, depth, false));
        format!("({a} {} {b})", self.random.pick(&["+", "-"]))
    }

    fn product(&mut self, kind: Kind, depth: usize) -> String {
        let factor = match kind {
            Kind::Money => *self.random.pick(&[Kind::Percent, Kind::Number, Kind::Count]),
            Kind::Percent => *self.random.pick(&[Kind::Percent, Kind::Number, Kind::Count]),
            Kind::Number => *self.random.pick(&[Kind::Number, Kind::Count]),
            _ => *self.random.pick(&[Kind::Number, Kind::Count]),
        };
        let (a, b) = (self.expression(kind, depth, false), self.expression(factor, depth, false));
        if self.random.chance(50) { format!("({a} * {b})") } else { format!("({b} * {a})") }
    }

    fn quotient(&mut self, kind: Kind, depth: usize) -> Option<String> {
        let (top, bottom) = match kind {
            Kind::Money => (Kind::Money, *self.random.pick(&[Kind::Number, Kind::Count])),
            Kind::Percent => (Kind::Money, Kind::Money),
            Kind::Number => (Kind::Number, *self.random.pick(&[Kind::Number, Kind::Count])),
            _ => return None,
        };
        if self.random.chance(40) {
            // Anything may be divided by where 0 is caught.
            let inner = self.leniently(|writer| {
                let (a, b) = (writer.expression(top, depth, false), writer.expression(bottom, depth, false));
                format!("{a} / {b}")
            });
            let instead = self.expression(kind, depth, true);
            return Some(format!("({inner} otherwise {instead})"));
        }
        let (a, b) = (self.expression(top, depth, false), self.divisor(bottom));
        Some(format!("({a} / {b})"))
    }

    /// Something that the checker knows not to be 0.
    pub(super) fn divisor(&mut self, kind: Kind) -> String {
        let mut names = self.nameable(kind);
        names.retain(|named| named.above_zero && !named.optional);
        if !names.is_empty() && self.random.chance(60) {
            return self.random.pick(&names).name.clone();
        }
        let literal = not_zero(kind, &mut self.random, self.currency);
        format!("({literal})")
    }

    pub(super) fn above_zero(&mut self, kind: Kind) -> String {
        let literal = not_zero(kind, &mut self.random, self.currency);
        literal.trim_start_matches('-').to_owned()
    }

    fn date(&mut self, depth: usize) -> String {
        let day = self.expression(Kind::Date, depth, false);
        let sign = *self.random.pick(&["+", "-"]);
        if !self.month_ends {
            return format!("({day} {sign} {} days)", self.random.below(400));
        }
        let length = self.expression(Kind::Duration, depth, false);
        format!("({day} {sign} {length})")
    }

    fn between_dates(&mut self, depth: usize) -> String {
        if self.random.chance(70)
            && let (Some(from), Some(to)) = (self.bare_name(Kind::Date), self.bare_name(Kind::Date))
        {
            let ends = *self.random.pick(&["both ends", "the first day", "the last day", "neither end"]);
            return format!("(days from {} to {}, counting {ends})", from.name, to.name);
        }
        let function = *self.random.pick(&["months_between", "days_between"]);
        let (a, b) = (self.expression(Kind::Date, depth, false), self.expression(Kind::Date, depth, false));
        format!("{function}({a}, {b})")
    }

    pub(super) fn rounding_mode(&mut self) -> &'static str {
        const MODES: [&str; 4] = ["half even", "half up", "down", "up"];
        MODES[self.random.below(MODES.len())]
    }
}
