//! Payouts and recommendations with any of their statements, in any order.

use super::literals::{money, rounding};
use super::schema::Kind;
use super::{Named, Writer};

impl Writer {
    pub(super) fn outcome(&mut self) {
        let pays = self.random.chance(65);
        let kind = if pays {
            *self.random.pick(&[Kind::Money, Kind::Money, Kind::Points])
        } else {
            *self.random.pick(&Kind::ALL)
        };
        let name = self.fresh(if pays { "payout" } else { "proposal" });
        let verb = if pays { "pay" } else { "propose" };
        let mut statements = Vec::new();
        let lets: Vec<String> = (0..self.random.below(3)).map(|_| self.a_let()).collect();
        statements.push(format!("  {verb} {}", self.expression(kind, 3, true)));
        for _ in 0..self.random.below(3) {
            statements.extend(self.multiplied(kind));
        }
        for _ in 0..self.random.below(3) {
            statements.push(self.gate(kind, verb));
        }
        if kind.is_amount() {
            self.cap_and_floor(kind, &mut statements);
        }
        if kind.is_amount() {
            let to = rounding(kind, &mut self.random, self.currency);
            statements.push(format!("  round {} to {to}", self.rounding_mode()));
        }
        if pays && kind == Kind::Money {
            self.after_rounding(&mut statements);
        }
        let waits = statements.iter().any(|line| line.contains("payable as"));
        if pays && kind == Kind::Money && !waits && self.random.chance(40) {
            let share = *self.random.pick(&["10%", "33.33%", "100%", "0.5%"]);
            let event = *self.random.pick(&["invoices_paid", "year_closed"]);
            statements.push(format!("  hold back {share} until {event} because \"Later\""));
        }
        self.random.shuffle(&mut statements);
        // Lets see those above them; elsewhere the order doesn't matter.
        for line in lets.into_iter().rev() {
            statements.insert(0, line);
        }
        self.lets.clear();
        let word = if pays { "payout" } else { "recommend" };
        self.declarations.push(format!("{word} {name} : {} {{\n{}\n}}", kind.word(), statements.join("\n")));
        self.names.push(Named::new(name, kind));
    }

    /// True up, take back and payable as.
    fn after_rounding(&mut self, statements: &mut Vec<String>) {
        if self.random.chance(20) {
            let unit = *self.random.pick(&["year", "half", "quarter", "month"]);
            statements.push(format!("  true up over {unit} because \"Year to date\""));
        }
        let listed = |writer: &Self, list: &str| writer.lists.iter().any(|own| own.name == list);
        let lists: Vec<&str> = ["cancellations", "refunds"].into_iter().filter(|list| listed(self, list)).collect();
        if matches!(self.measure, Some("bookings" | "cost")) && !lists.is_empty() && self.random.chance(30) {
            let share = *self.random.pick(&["25%", "100%", "33.33%"]);
            let how = *self.random.pick(&["at the rate paid", "by recomputing"]);
            statements.push(format!("  take back {share} {how} on {}", self.random.pick(&lists)));
        }
        if listed(self, "invoices") && listed(self, "payments") && self.random.chance(25) {
            statements.push("  payable as payments.amount against invoices.amount".to_owned());
        }
    }

    fn a_let(&mut self) -> String {
        let kinds = [
            Kind::Money,
            Kind::Percent,
            Kind::Count,
            Kind::Number,
            Kind::Date,
            Kind::Duration,
            Kind::YesNo,
            Kind::Level,
        ];
        let kind = *self.random.pick(&kinds);
        let value = self.expression(kind, 2, false);
        let name = self.fresh("part");
        self.lets.push(Named::new(name.clone(), kind));
        format!("  let {name} = {value}")
    }

    fn multiplied(&mut self, kind: Kind) -> Option<String> {
        let factor = match kind {
            Kind::Money | Kind::Percent => *self.random.pick(&[Kind::Percent, Kind::Number, Kind::Count]),
            Kind::Number => *self.random.pick(&[Kind::Percent, Kind::Number, Kind::Count]),
            Kind::Points => *self.random.pick(&[Kind::Number, Kind::Count]),
            _ => return None,
        };
        let by = self.expression(factor, 2, false);
        let when = if self.random.chance(60) {
            format!(" when {}", self.expression(Kind::YesNo, 2, false))
        } else {
            String::new()
        };
        Some(format!("  multiply by {by}{when} because \"Multiplied\""))
    }

    fn gate(&mut self, kind: Kind, verb: &str) -> String {
        let condition = self.expression(Kind::YesNo, 2, false);
        // There is no date and no choice that is nothing.
        let always = kind == Kind::Date || !kind.options().is_empty();
        let otherwise = if always || self.random.chance(40) {
            format!(" else {verb} {}", self.expression(kind, 2, true))
        } else {
            String::new()
        };
        format!("  gate {condition}{otherwise} because \"Gated\"")
    }

    fn cap_and_floor(&mut self, kind: Kind, statements: &mut Vec<String>) {
        let both = self.random.chance(20);
        if both && kind == Kind::Money {
            let (least, most) = (self.random.between(-10_000, 10_000), self.random.between(10_000, 3_000_000));
            statements.push(format!("  floor at {}", money(least, self.currency)));
            statements.push(format!("  cap at {}", money(most, self.currency)));
        } else if self.random.chance(35) {
            statements.push(format!("  cap at {} because \"Capped\"", self.expression(kind, 1, true)));
        } else if self.random.chance(35) {
            statements.push(format!("  floor at {} because \"Floored\"", self.expression(kind, 1, true)));
        } else if self.random.chance(10) {
            // Both computed: the floor may turn out to lie above the cap.
            let (a, b) = (self.expression(kind, 2, true), self.expression(kind, 2, true));
            statements.push(format!("  cap at max({a}, {a})"));
            statements.push(format!("  floor at min({a}, {b})"));
        }
    }
}
