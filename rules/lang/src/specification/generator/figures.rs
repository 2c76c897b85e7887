//! Conditions, and figures over lists.

use super::schema::Kind;
use super::{Named, Writer};

impl Writer {
    pub(super) fn condition(&mut self, depth: usize) -> String {
        match self.random.below(9) {
            0 | 1 => {
                let word = *self.random.pick(&["and", "or"]);
                let (a, b) = (self.expression(Kind::YesNo, depth, false), self.expression(Kind::YesNo, depth, false));
                format!("({a} {word} {b})")
            }
            2 => format!("(not {})", self.expression(Kind::YesNo, depth, false)),
            3 => self.missing(depth),
            4 => self.one_of(),
            5 if self.row.is_none() => self.any_of(depth).unwrap_or_else(|| self.comparison(depth)),
            _ => self.comparison(depth),
        }
    }

    fn comparison(&mut self, depth: usize) -> String {
        if self.random.chance(25) {
            let kind = *self.random.pick(&[Kind::Text, Kind::YesNo, Kind::Region, Kind::Level, Kind::Grade]);
            let (a, b) = (self.expression(kind, depth.min(1), false), self.expression(kind, depth.min(1), true));
            return format!("({a} {} {b})", self.random.pick(&["=", "<>"]));
        }
        let kind = *self.random.pick(&Kind::ORDERED);
        let sign = *self.random.pick(&["=", "<>", "<", "<=", "is at most", ">", ">=", "is at least"]);
        let (a, b) = (self.expression(kind, depth, false), self.expression(kind, depth, true));
        format!("({a} {sign} {b})")
    }

    /// `x is missing`, alone or before a condition that reads it.
    fn missing(&mut self, depth: usize) -> String {
        let all: Vec<Named> = Kind::ALL.iter().flat_map(|kind| self.nameable(*kind)).collect();
        let Some(named) = (!all.is_empty()).then(|| self.random.pick(&all).clone()) else { return "yes".to_owned() };
        let name = named.name;
        match self.random.below(3) {
            0 => format!("({name} is missing)"),
            1 => {
                let there = self.knowing(&name, |writer| writer.expression(Kind::YesNo, depth, false));
                format!("({name} is missing or {there})")
            }
            _ => {
                let there = self.knowing(&name, |writer| writer.expression(Kind::YesNo, depth, false));
                format!("(not ({name} is missing) and {there})")
            }
        }
    }

    fn one_of(&mut self) -> String {
        let kind = *self.random.pick(&[Kind::Region, Kind::Level, Kind::Grade]);
        let value = self.expression(kind, 0, false);
        let words = self.random.some(kind.options(), 3);
        format!("({value} in ({}))", words.join(", "))
    }

    fn any_of(&mut self, depth: usize) -> Option<String> {
        let list = self.list()?;
        let condition = self.in_row(list, |writer| writer.expression(Kind::YesNo, depth.min(2), false));
        Some(format!("(any of {} where ({condition}))", list.name))
    }

    /// `sum of deals.credited where (…)`; none where no list gives such a thing.
    pub(super) fn aggregate(&mut self, kind: Kind, depth: usize) -> Option<String> {
        if self.row.is_some() {
            return None;
        }
        let list = self.list()?;
        let column = |writer: &mut Self, kind: Kind| {
            let columns = list.columns.iter().filter(|(_, own, optional)| *own == kind && !optional);
            let own = writer.columns.iter().filter(|(of, _, own)| *of == list.name && *own == kind);
            let mut names: Vec<String> = columns.map(|(name, ..)| (*name).to_owned()).collect();
            // Twice, since the schema's are many.
            names.extend(own.flat_map(|(_, name, _)| [name.clone(), name.clone()]));
            if names.is_empty() { None } else { Some(writer.random.pick(&names).clone()) }
        };
        let what = if kind == Kind::Count && self.random.chance(60) {
            let any = self.random.pick(list.columns).0;
            if self.random.chance(50) {
                format!("count of {}", list.name)
            } else {
                format!("count of {}.{any}", list.name)
            }
        } else {
            let (of, words): (Kind, &[&str]) = match kind {
                Kind::Number if self.random.chance(30) => (Kind::Count, &["average"]),
                Kind::Count => (kind, &["sum", "highest", "lowest"]),
                kind if kind.is_amount() => (kind, &["sum", "sum", "average", "highest", "lowest"]),
                kind if kind.is_ordered() => (kind, &["highest", "lowest"]),
                _ => return None,
            };
            let word = *self.random.pick(words);
            format!("{word} of {}.{}", list.name, column(self, of)?)
        };
        let may_be_missing = !what.starts_with("sum") && !what.starts_with("count");
        let mut figure = what.clone();
        if self.random.chance(65) {
            let condition = self.in_row(list, |writer| writer.expression(Kind::YesNo, depth.min(2), false));
            figure += &format!(" where ({condition})");
        }
        if what.starts_with("average")
            && self.random.chance(40)
            && let Some(weight) = column(self, Kind::Number)
        {
            figure += &format!(" weighted by {weight}");
        }
        if may_be_missing && self.lenient == 0 {
            let instead = self.literal(kind);
            return Some(format!("({figure} otherwise {instead})"));
        }
        Some(format!("({figure})"))
    }
}
