//! The header's lines.

use jiff::civil::Date;
use merit_core::period::PeriodUnit;
use pest::iterators::Pair;

use super::ast::{Header, Spanned};
use super::grammar::{Kids, Rule};
use super::parser::Reader;
use crate::diagnostics::{Diagnostic, Span, codes};

impl Reader<'_> {
    /// `policy "name" version 1`
    pub fn first_line(&mut self, pair: &Pair<'_, Rule>, header: &mut Header) {
        let kids = Kids::of(pair);
        header.name = self.named(&kids, Rule::text);
        header.version = kids.get(Rule::whole).and_then(|pair| self.whole(pair));
        header.damaged |= kids.has(Rule::whole) && header.version.is_none();
    }

    /// One line of the header.
    pub fn header_line(&mut self, pair: &Pair<'_, Rule>, header: &mut Header) {
        let span = self.span(pair);
        let kids = Kids::of(pair);
        let before = match pair.as_rule() {
            Rule::doc => set(&mut header.about, self.named(&kids, Rule::text)),
            Rule::uses_schema => set(&mut header.uses_schema, self.named(&kids, Rule::text)),
            Rule::attainment_of => set(&mut header.attainment_of, self.named(&kids, Rule::name)),
            Rule::currency_decl => set(&mut header.currency, self.named(&kids, Rule::currency)),
            Rule::period_decl => {
                let unit = kids.get(Rule::period_unit).and_then(period_unit);
                set(&mut header.period, unit.map(|unit| Spanned::new(unit, span)))
            }
            Rule::year_decl => {
                let month = kids.get(Rule::month).and_then(month);
                set(&mut header.year_starts, month.map(|month| Spanned::new(month, span)))
            }
            Rule::months_decl => set(&mut header.month_ends_up, Some(Spanned::new(kids.has(Rule::kw_up), span))),
            Rule::applies => {
                let condition = kids.get(Rule::expr).map(|pair| self.expr(pair));
                match condition {
                    Some(None) => header.damaged = true,
                    Some(Some(condition)) => {
                        let again = set(&mut header.applies, Some(Spanned::new(Some(condition), span)));
                        self.twice(again, span, pair);
                    }
                    None => {
                        let again = set(&mut header.applies, Some(Spanned::new(None, span)));
                        self.twice(again, span, pair);
                    }
                }
                return;
            }
            Rule::effective => {
                let from = kids.nth(Rule::date, 0).and_then(|pair| self.date(pair));
                let to = kids.nth(Rule::date, 1).map(|pair| self.date(pair));
                match (from, to) {
                    (Some(from), None) => set(&mut header.effective, Some(Spanned::new((from, None), span))),
                    (Some(from), Some(Some(to))) => {
                        set(&mut header.effective, Some(Spanned::new((from, Some(to)), span)))
                    }
                    _ => {
                        header.damaged = true;
                        None
                    }
                }
            }
            _ => None,
        };
        self.twice(before, span, pair);
    }

    fn twice(&mut self, before: Option<Span>, span: Span, pair: &Pair<'_, Rule>) {
        if let Some(before) = before {
            let word = super::split::first_word(pair.as_str()).to_owned();
            let title = format!("the header says `{word}` twice");
            self.said.push(Diagnostic::new(codes::REPEATED, title, span, "again here").also(before, "first here"));
        }
    }

    /// A whole number, such as a version.
    pub fn whole(&mut self, pair: &Pair<'_, Rule>) -> Option<Spanned<u32>> {
        let span = self.span(pair);
        let number = pair.as_str().replace(',', "").parse().ok();
        if number.is_none() {
            self.said.push(Diagnostic::new(codes::BAD_NUMBER, "this number is too large", span, ""));
        }
        number.map(|number| Spanned::new(number, span))
    }

    /// A day of the calendar.
    pub fn date(&mut self, pair: &Pair<'_, Rule>) -> Option<Date> {
        let date = pair.as_str().parse::<Date>().ok();
        if date.is_none() {
            let span = self.span(pair);
            self.said.push(
                Diagnostic::new(codes::BAD_DATE, format!("there is no day {}", pair.as_str()), span, "")
                    .help(real_day(pair.as_str())),
            );
        }
        date
    }
}

/// What to write for a day that doesn't exist.
fn real_day(written: &str) -> String {
    let parts: Vec<i16> = written.split('-').filter_map(|part| part.parse().ok()).collect();
    if let [year, month, day @ 29..=31] = parts.as_slice()
        && let Some(first) = i8::try_from(*month).ok().and_then(|month| Date::new(*year, month, 1).ok())
    {
        let last = first.last_of_month();
        let leap = if *month == 2 && *day == 29 { format!("{year} is not a leap year: ") } else { String::new() };
        return format!("{leap}the last day of that month is {last}");
    }
    "dates are year, month, day: 2026-07-31".to_owned()
}

/// A period's unit.
pub fn period_unit(pair: &Pair<'_, Rule>) -> Option<PeriodUnit> {
    Some(match pair.as_str().trim() {
        "week" => PeriodUnit::Week,
        "month" => PeriodUnit::Month,
        "quarter" => PeriodUnit::Quarter,
        "half" => PeriodUnit::Half,
        "year" => PeriodUnit::Year,
        _ => return None,
    })
}

/// A month's number, from 1.
fn month(pair: &Pair<'_, Rule>) -> Option<i8> {
    let names = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let found = names.iter().position(|name| *name == pair.as_str().trim())?;
    i8::try_from(found + 1).ok()
}

/// Sets what isn't set yet; gives the place of what was.
fn set<T>(slot: &mut Option<Spanned<T>>, value: Option<Spanned<T>>) -> Option<Span> {
    match slot {
        Some(before) => Some(before.span),
        None => {
            *slot = value;
            None
        }
    }
}
