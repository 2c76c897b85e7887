//! What stands around the outcomes: crediting, recognitions, contests and settling.

use super::Writer;
use super::schema::Kind;

impl Writer {
    pub(super) fn stages(&mut self) {
        if self.lists.iter().any(|list| list.name == "deals") && self.random.chance(60) {
            self.credit();
        }
        for _ in 0..self.random.below(3) {
            self.recognize();
        }
        for _ in 0..self.random.below(3) {
            self.contest();
        }
        if self.random.chance(60) {
            self.settle();
        }
    }

    fn settle(&mut self) {
        let mut lines = Vec::new();
        if self.random.chance(70) {
            lines.push(format!("  cap total at {} because \"Enough\"", self.expression(Kind::Money, 2, true)));
        }
        if lines.is_empty() || self.random.chance(60) {
            let at_least =
                if self.random.chance(60) { self.literal(Kind::Money) } else { self.expression(Kind::Money, 2, true) };
            let units: Vec<&str> =
                ["week", "month", "quarter", "half", "year"].into_iter().take(self.unit + 1).collect();
            let per = *self.random.pick(&units);
            let periods = if self.random.chance(50) {
                format!(" for {} periods", self.random.between(1, 4))
            } else {
                String::new()
            };
            let draw = match self.random.below(4) {
                0 => String::new(),
                1 => " as non-recoverable draw".to_owned(),
                _ => {
                    let how = *self.random.pick(&["never below the guarantee", "may take all"]);
                    let from = if self.random.chance(50) {
                        format!(", recover from period {}", self.random.between(1, 3))
                    } else {
                        String::new()
                    };
                    format!(" as recoverable draw{from}, {how}")
                }
            };
            lines.push(format!("  guarantee at least {at_least} per {per}{periods}{draw}"));
        }
        self.declarations.push(format!("settle {{\n{}\n}}", lines.join("\n")));
    }

    fn credit(&mut self) {
        let of = *self.random.pick(&["", "", "  of costs\n", "  of amount, costs\n"]);
        let mut fields = vec!["owner", "partner", "overlay"];
        self.random.shuffle(&mut fields);
        let mut shares = Vec::new();
        let mut left = 10_000;
        let within = 1 + self.random.below(3);
        for (at, field) in fields.iter().take(within).enumerate() {
            // What is left is enough for those that come.
            let after = i64::try_from(within - at - 1).unwrap();
            let part = if after == 0 { left } else { self.random.between(1, left - 10 * after) };
            left -= part;
            let otherwise = if self.random.chance(30) { " otherwise owner" } else { "" };
            shares.push(format!("{field} {}.{:02}%{otherwise}", part / 100, part % 100));
        }
        for field in fields.iter().skip(within) {
            if self.random.chance(50) {
                shares.push(format!("{field} {} in addition", self.random.pick(&["30%", "12.5%", "33.33%", "150%"])));
            }
        }
        self.random.shuffle(&mut shares);
        let roll = if self.random.chance(60) { "\n  roll up to managers on closed" } else { "" };
        self.declarations.push(format!("credit deals {{\n{of}  to {}{roll}\n}}", shares.join(", ")));
    }

    fn recognize(&mut self) {
        let mut lines =
            vec![format!("  when {}", self.expression(Kind::YesNo, 3, false)), "  badge star level gold".to_owned()];
        if self.random.chance(60) {
            lines.push(format!("  award {}", self.expression(Kind::Points, 2, true)));
        }
        let people: Vec<_> =
            self.names.iter().filter(|named| named.kind == Kind::Person).map(|n| n.name.clone()).collect();
        if !people.is_empty() && self.random.chance(50) {
            let hole = self.hole();
            lines.push(format!("  kudos from {} saying \"Well done{hole}\"", self.random.pick(&people)));
        }
        if self.random.chance(40) {
            let hole = self.hole();
            lines.push(format!("  announce to \"#wins\" saying \"{{participant.name}} did it{hole}\""));
        }
        if self.random.chance(40) {
            lines.push(format!("  once per {}", self.random.pick(&["quarter", "policy", "year"])));
        }
        let name = self.fresh("Star");
        self.declarations.push(format!("recognize \"{name}\" {{\n{}\n}}", lines.join("\n")));
    }

    /// A value in a text; never money.
    fn hole(&mut self) -> String {
        let kind = *self.random.pick(&[Kind::Percent, Kind::Count, Kind::Text, Kind::Level, Kind::Date]);
        self.bare_name(kind).map(|named| format!(": {{{}}}", named.name)).unwrap_or_default()
    }

    fn contest(&mut self) {
        let kind = *self.random.pick(&Kind::ORDERED);
        let by = self.expression(kind, 2, false);
        let groups: Vec<_> =
            self.names.iter().filter(|named| named.input && !named.optional).map(|n| n.name.clone()).collect();
        let within = match groups.is_empty() {
            false if self.random.chance(60) => format!(" within {}", self.random.pick(&groups)),
            _ => String::new(),
        };
        let prizes: Vec<String> = (0..1 + self.random.below(4))
            .map(|_| {
                let prize = self.random.between(0, 100_000);
                super::literals::money(prize, self.currency)
            })
            .collect();
        let name = self.fresh("contest");
        let award = match self.random.below(4) {
            1 if self.random.chance(50) => "distribute 30% high, 70% usual".to_owned(),
            1 => "distribute 10% high, 33.33% good, 56.67% usual".to_owned(),
            0 => format!("award top {} {} each", self.random.pick(&["10%", "33.33%", "50%", "100%"]), prizes[0]),
            _ => format!("award first {} places {}", prizes.len(), prizes.join(", ")),
        };
        let only = *self.random.pick(&[
            "",
            "",
            "  only in groups of 4 and above\n",
            "  only in groups of 7 and above, otherwise as a guideline\n",
        ]);
        self.declarations
            .push(format!("contest {name} {{\n  rank participants by {by}{within}\n  {award}\n{only}  ties share\n}}"));
    }
}
