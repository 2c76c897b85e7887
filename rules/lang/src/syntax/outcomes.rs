//! Payouts, recommendations, contests, settlements and recognitions.

use pest::iterators::Pair;

use super::ast::{
    Contest, Draw, Guarantee, Item, Name, Outcome, Prizes, Recognition, Recognize, Settle, Spanned, Statement,
    Template, TemplatePart,
};
use super::declarations::head;
use super::expressions::rounding;
use super::grammar::{Kids, Rule};
use super::header::period_unit;
use super::parser::Reader;
use crate::diagnostics::{Diagnostic, Span, codes};

impl Reader<'_> {
    /// A stage of a policy.
    pub fn stage(&mut self, pair: &Pair<'_, Rule>) -> Option<Item> {
        let kids = Kids::of(pair);
        let span = head(self.span(pair), pair);
        match pair.as_rule() {
            Rule::contest => self.contest(&kids).map(Item::Contest),
            Rule::settle => self.settle(&kids, span).map(Item::Settle),
            Rule::recognize => self.recognize(&kids).map(Item::Recognize),
            _ => self.outcome(pair, &kids).map(Item::Outcome),
        }
    }

    fn about(&self, kids: &Kids<'_>) -> Option<Name> {
        kids.get(Rule::doc).and_then(|doc| self.named(&Kids::of(doc), Rule::text))
    }

    fn outcome(&mut self, pair: &Pair<'_, Rule>, kids: &Kids<'_>) -> Option<Outcome> {
        let name = self.named(kids, Rule::name)?;
        let ty = self.type_ref(kids.get(Rule::type_ref)?)?;
        let about = self.about(kids);
        let mut damaged = self.damaged;
        let mut statements = Vec::new();
        for statement in kids.iter() {
            let span = self.span(statement);
            match statement.as_rule() {
                Rule::let_stmt
                | Rule::amount_is
                | Rule::multiply
                | Rule::gate
                | Rule::cap
                | Rule::floor_stmt
                | Rule::round_stmt
                | Rule::true_up
                | Rule::take_back
                | Rule::payable
                | Rule::hold_back => {
                    let built = self.statement(statement);
                    damaged |= built.is_none();
                    statements.extend(built.map(|built| Spanned::new(built, span)));
                }
                _ => {}
            }
        }
        Some(Outcome { pays: pair.as_rule() == Rule::payout, name, ty, about, statements, damaged })
    }

    fn statement(&mut self, pair: &Pair<'_, Rule>) -> Option<Statement> {
        let kids = Kids::of(pair);
        let because = kids.get(Rule::reason).and_then(|pair| self.named(&Kids::of(pair), Rule::text));
        Some(match pair.as_rule() {
            Rule::let_stmt => {
                Statement::Let { name: self.named(&kids, Rule::name)?, value: self.expr(kids.get(Rule::expr)?)? }
            }
            Rule::amount_is => {
                Statement::Amount { pays: kids.has(Rule::kw_pay), value: self.expr(kids.get(Rule::expr)?)? }
            }
            Rule::multiply => Statement::Multiply {
                by: self.expr(kids.nth(Rule::expr, 0)?)?,
                when: self.maybe(kids.nth(Rule::expr, 1))?,
                because,
            },
            Rule::gate => Statement::Gate {
                condition: self.expr(kids.nth(Rule::expr, 0)?)?,
                otherwise: self.maybe(kids.nth(Rule::expr, 1))?.map(|value| (kids.has(Rule::kw_pay), value)),
                because,
            },
            Rule::cap => Statement::Cap { at: self.expr(kids.get(Rule::expr)?)?, because },
            Rule::floor_stmt => Statement::Floor { at: self.expr(kids.get(Rule::expr)?)?, because },
            Rule::round_stmt => Statement::Round { mode: rounding(&kids), to: self.literal(kids.get(Rule::literal)?)? },
            Rule::true_up => {
                let over = kids.get(Rule::period_unit)?;
                Statement::TrueUp { over: Spanned::new(period_unit(over)?, self.span(over)), because }
            }
            Rule::take_back => {
                let percent = kids.get(Rule::percent)?;
                let percent = Spanned::new(self.percent(percent)?, self.span(percent));
                let recomputing = kids.has(Rule::kw_by_recomputing);
                Statement::TakeBack { percent, recomputing, list: self.named(&kids, Rule::name)?, because }
            }
            Rule::payable => Statement::Payable {
                paid: self.list_column(kids.nth(Rule::list_col, 0)?)?,
                against: self.list_column(kids.nth(Rule::list_col, 1)?)?,
                because,
            },
            Rule::hold_back => {
                let percent = kids.get(Rule::percent)?;
                let percent = Spanned::new(self.percent(percent)?, self.span(percent));
                Statement::Hold { percent, until: self.named(&kids, Rule::name)?, because }
            }
            _ => return None,
        })
    }

    fn contest(&mut self, kids: &Kids<'_>) -> Option<Contest> {
        let rank = Kids::of(kids.get(Rule::rank)?);
        let award = kids
            .iter()
            .find(|pair| matches!(pair.as_rule(), Rule::award_places | Rule::award_top | Rule::distribute))?;
        let prizes = self.prizes(award)?;
        let award = Kids::of(award);
        let only_in = match kids.get(Rule::only_in).map(Kids::of) {
            Some(kids) => Some((self.whole(kids.get(Rule::whole)?)?, kids.has(Rule::kw_guideline))),
            None => None,
        };
        Some(Contest {
            name: self.named(kids, Rule::name)?,
            about: self.about(kids),
            by: self.expr(rank.get(Rule::expr)?)?,
            within: self.named(&rank, Rule::name),
            prizes,
            only_in,
            because: award.get(Rule::reason).and_then(|pair| self.named(&Kids::of(pair), Rule::text)),
        })
    }

    fn prizes(&mut self, pair: &Pair<'_, Rule>) -> Option<Prizes> {
        let kids = Kids::of(pair);
        match pair.as_rule() {
            Rule::award_places => {
                let mut prizes = Vec::new();
                for prize in kids.all(Rule::literal) {
                    prizes.push(self.literal(prize)?);
                }
                Some(Prizes::Places { places: self.whole(kids.get(Rule::whole)?)?, prizes })
            }
            Rule::award_top => {
                let percent = kids.get(Rule::percent)?;
                let percent = Spanned::new(self.percent(percent)?, self.span(percent));
                Some(Prizes::Top { percent, prize: self.literal(kids.get(Rule::literal)?)? })
            }
            _ => {
                let mut shares = Vec::new();
                for (percent, label) in kids.all(Rule::percent).zip(kids.all(Rule::name)) {
                    shares.push((Spanned::new(self.percent(percent)?, self.span(percent)), self.name(label)));
                }
                Some(Prizes::Distribute(shares))
            }
        }
    }

    fn settle(&mut self, kids: &Kids<'_>, span: Span) -> Option<Settle> {
        for (rule, words) in [(Rule::cap_total, "`cap total at`"), (Rule::guarantee, "`guarantee`")] {
            if let (Some(first), Some(second)) = (kids.nth(rule, 0), kids.nth(rule, 1)) {
                let (first, second) = (self.span(first), self.span(second));
                let said = Diagnostic::new(codes::REPEATED, format!("{words} stands here twice"), second, "again here");
                self.said.push(said.also(first, "first here"));
            }
        }
        let cap = match kids.get(Rule::cap_total) {
            Some(pair) => {
                let kids = Kids::of(pair);
                let because = kids.get(Rule::reason).and_then(|pair| self.named(&Kids::of(pair), Rule::text));
                Some((self.expr(kids.get(Rule::expr)?)?, because))
            }
            None => None,
        };
        let guarantee = match kids.get(Rule::guarantee) {
            Some(pair) => Some(self.guarantee(pair)?),
            None => None,
        };
        Some(Settle { all: kids.has(Rule::kw_all), guarantee, cap, span })
    }

    fn guarantee(&mut self, pair: &Pair<'_, Rule>) -> Option<Guarantee> {
        let kids = Kids::of(pair);
        let unit = kids.get(Rule::period_unit)?;
        let number = |reader: &mut Self, pair: Option<&Pair<'_, Rule>>| match pair.map(Kids::of) {
            Some(kids) => reader.whole(kids.get(Rule::whole)?).map(Some),
            None => Some(None),
        };
        let periods = number(self, kids.get(Rule::for_periods))?;
        let draw = match kids.get(Rule::draw).map(Kids::of) {
            Some(kids) => Some(Draw {
                recoverable: kids.has(Rule::kw_recoverable),
                recover_from: number(self, kids.get(Rule::recover_from))?,
                never_below: kids.get(Rule::never_below).map(|pair| self.span(pair)),
                may_take_all: kids.get(Rule::kw_may_take_all).map(|pair| self.span(pair)),
            }),
            None => None,
        };
        Some(Guarantee {
            at_least: self.expr(kids.get(Rule::expr)?)?,
            per: Spanned::new(period_unit(unit)?, self.span(unit)),
            periods,
            draw,
            because: kids.get(Rule::reason).and_then(|pair| self.named(&Kids::of(pair), Rule::text)),
            span: self.span(pair),
        })
    }

    fn recognize(&mut self, kids: &Kids<'_>) -> Option<Recognize> {
        let mut damaged = self.damaged;
        let mut statements = Vec::new();
        for statement in kids.iter() {
            if !matches!(
                statement.as_rule(),
                Rule::when_stmt | Rule::badge | Rule::award | Rule::kudos | Rule::announce | Rule::once
            ) {
                continue;
            }
            let span = self.span(statement);
            let built = self.recognition(statement);
            damaged |= built.is_none();
            statements.extend(built.map(|built| Spanned::new(built, span)));
        }
        Some(Recognize { name: self.named(kids, Rule::text)?, about: self.about(kids), statements, damaged })
    }

    fn recognition(&mut self, pair: &Pair<'_, Rule>) -> Option<Recognition> {
        let kids = Kids::of(pair);
        Some(match pair.as_rule() {
            Rule::when_stmt => Recognition::When(self.expr(kids.get(Rule::expr)?)?),
            Rule::badge => Recognition::Badge {
                name: self.name(kids.nth(Rule::name, 0)?),
                level: kids.nth(Rule::name, 1).map(|pair| self.name(pair)),
            },
            Rule::award => Recognition::Award(self.expr(kids.get(Rule::expr)?)?),
            Rule::kudos => Recognition::Kudos {
                from: self.named(&kids, Rule::name)?,
                saying: kids.get(Rule::template).map(|pair| self.template(pair)),
            },
            Rule::announce => Recognition::Announce {
                to: self.named(&kids, Rule::text)?,
                saying: self.template(kids.get(Rule::template)?),
            },
            _ => Recognition::Once(kids.get(Rule::period_unit).and_then(period_unit)),
        })
    }

    fn template(&mut self, pair: &Pair<'_, Rule>) -> Template {
        let mut parts = Vec::new();
        for part in Kids::of(pair).iter() {
            match part.as_rule() {
                Rule::chunk => parts.push(TemplatePart::Text(part.as_str().to_owned())),
                Rule::hole => {
                    let kids = Kids::of(part);
                    parts.push(match kids.get(Rule::name) {
                        Some(name) => TemplatePart::Hole(self.name(name)),
                        None => TemplatePart::ParticipantName,
                    });
                }
                _ => {}
            }
        }
        Template { parts }
    }
}
