//! The inputs that a policy lists, each with a range, a default or `optional` of its own now and then.

use super::literals::{is_above_zero, step, steps};
use super::schema::{KNOWN, Kind, Known};
use super::{LISTS, Named, Writer};

impl Writer {
    /// Writes the `inputs` block; gives the header's measure, if there is one.
    pub(super) fn inputs(&mut self) -> Option<&'static str> {
        let mut lines = Vec::new();
        let measure =
            self.random.chance(75).then(|| *self.random.pick(&["bookings", "cost", "defects", "csat", "effort"]));
        for known in KNOWN {
            let header = measure == Some(known.name);
            if !self.random.chance(if header { 30 } else { 65 }) {
                if header {
                    let optional = known.optional;
                    self.names.push(Named { optional, input: true, ..Named::new(known.name, known.kind) });
                }
                continue;
            }
            let line = self.input(known);
            lines.push(line);
        }
        if let Some(measure) = measure {
            let kind = KNOWN.iter().find(|known| known.name == measure).unwrap().kind;
            lines.extend(self.target("quota", kind, if kind == Kind::Money { 3 } else { 2 }));
            lines.extend(self.target("attainment", Kind::Percent, 1));
        }
        if self.random.chance(50) {
            self.foreign = true;
            lines.push("  foreign : money".to_owned());
        }
        for list in LISTS {
            if self.random.chance(80) {
                self.lists.push(list);
                lines.push(format!("  {} : list of {}", list.name, list.record));
            }
        }
        self.random.shuffle(&mut lines);
        if !lines.is_empty() {
            self.declarations.push(format!("inputs {{\n{}\n}}", lines.join("\n")));
        }
        measure
    }

    fn input(&mut self, known: &'static Known) -> String {
        let mut named = Named { input: true, above_zero: known.above_zero, ..Named::new(known.name, known.kind) };
        // The schema's own range counts for what bands cover.
        named.range = known.range;
        let mut line = format!("  {} : {}", known.name, known.kind.word());
        if self.random.chance(35)
            && let Some((least, most)) = self.narrowed(known)
        {
            line += &self.range(known.kind, least, most);
            named.above_zero |= is_above_zero(known.kind, least);
            named.range = (Some(least), most.or(known.range.1));
        }
        let has_default = ["bonus_target", "karma", "notice", "certified", "defects"].contains(&known.name);
        if known.kind != Kind::Person
            && known.kind.options().is_empty()
            && named.range == (None, None)
            && self.random.chance(20)
        {
            let word = self.literal(known.kind);
            line += &format!(" default {word}");
        } else if known.optional || self.random.chance(8) {
            line += " optional";
            named.optional = !has_default;
        }
        self.names.push(named);
        line
    }

    /// `quota` or `attainment`, listed or as the header binds it.
    fn target(&mut self, name: &str, kind: Kind, least: usize) -> Option<String> {
        let mut named = Named { input: true, ..Named::new(name, kind) };
        let listed = self.random.chance(60);
        let mut line = format!("  {name} : {}", kind.word());
        if listed && self.random.chance(70) {
            line += &self.range(kind, least, None);
            named.above_zero = is_above_zero(kind, least);
            named.range = (Some(least), None);
        }
        self.names.push(named);
        listed.then_some(line)
    }

    fn range(&self, kind: Kind, least: usize, most: Option<usize>) -> String {
        let least = step(kind, least, self.currency);
        match most {
            Some(most) => format!(" from {least} to {}", step(kind, most, self.currency)),
            None => format!(" from {least} and above"),
        }
    }

    /// A range inside the schema's; none where the kind has no order.
    fn narrowed(&mut self, known: &Known) -> Option<(usize, Option<usize>)> {
        let steps = steps(known.kind);
        if steps == 0 {
            return None;
        }
        let first = known.range.0.unwrap_or(0);
        let last = known.range.1.unwrap_or(steps - 1);
        let least = first + self.random.below(last - first);
        if known.range.1.is_none() && self.random.chance(40) {
            return Some((least, None));
        }
        Some((least, Some(least + 1 + self.random.below(last - least))))
    }
}
