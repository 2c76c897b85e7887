//! The header: every line that a policy needs, each once, each with a meaning.

use jiff::civil::Date;
use merit_core::Currency;
use merit_core::period::PeriodUnit;

use super::Checker;
use crate::diagnostics::{Diagnostic, Span, codes};
use crate::program::MonthEnds;
use crate::syntax::ast;

/// A header's lines, checked, but for the condition of `applies to`, which reads inputs.
pub struct Lines {
    /// The policy's name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// What it is about.
    pub about: Option<String>,
    /// First and last day.
    pub effective: (Date, Option<Date>),
    /// Its period.
    pub period: PeriodUnit,
    /// Its currency.
    pub currency: Currency,
    /// How month ends round.
    pub month_ends: Option<MonthEnds>,
    /// The month in which a year to date begins.
    pub year_starts: i8,
    /// The header's measure.
    pub measure: Option<String>,
}

impl Checker<'_> {
    /// Checks a policy's header, and takes its currency and month ends for the rest. `None` where it was reported.
    pub fn header(&mut self, header: &ast::Header) -> Option<Lines> {
        self.header_damaged = header.damaged;
        self.month_ends = header.month_ends_up.is_some();
        let name = header.name.as_ref()?;
        let version = self.version(header, name.span);
        if header.uses_schema.is_none() {
            self.lacks(header, "which schema it uses", "uses schema \"schema.merit\"");
        }
        if header.applies.is_none() {
            self.lacks(header, "whom it applies to", "applies to everyone");
        }
        let effective = self.effective(header);
        if header.period.is_none() {
            self.lacks(header, "which period it is computed for", "period quarter");
        }
        let currency = self.header_currency(header);
        self.currency = currency;
        if let Some(measure) = &header.attainment_of {
            self.bind_attainment(measure);
        }
        if header.damaged {
            return None;
        }
        Some(Lines {
            name: name.node.clone(),
            version: version?,
            about: header.about.as_ref().map(|about| about.node.clone()),
            effective: effective?,
            period: header.period.as_ref()?.node,
            currency: currency?,
            month_ends: header.month_ends_up.as_ref().map(|up| if up.node { MonthEnds::Up } else { MonthEnds::Down }),
            year_starts: header.year_starts.as_ref().map_or(1, |month| month.node),
            measure: header.attainment_of.as_ref().map(|measure| measure.node.clone()),
        })
    }

    fn lacks(&mut self, header: &ast::Header, what: &str, line: &str) {
        // A line that could not be read may be the one that lacks.
        let Some(name) = header.name.as_ref().filter(|_| !header.damaged) else { return };
        let title = format!("the header doesn't say {what}");
        self.said.push(
            Diagnostic::new(codes::HEADER_MISSING, title, name.span, "").help(format!("add a line such as `{line}`")),
        );
    }

    fn version(&mut self, header: &ast::Header, name: Span) -> Option<u32> {
        let Some(version) = &header.version else {
            if !header.damaged {
                self.said.push(
                    Diagnostic::new(codes::HEADER_MISSING, "the policy has no version", name, "")
                        .help("write `version 1` after the name; a published version never changes"),
                );
            }
            return None;
        };
        if version.node == 0 {
            self.said.push(Diagnostic::new(codes::BAD_NUMBER, "versions start at 1", version.span, ""));
            return None;
        }
        Some(version.node)
    }

    fn effective(&mut self, header: &ast::Header) -> Option<(Date, Option<Date>)> {
        let Some(effective) = &header.effective else {
            self.lacks(header, "from when it is effective", "effective 2026-01-01 to 2026-12-31");
            return None;
        };
        let (from, to) = effective.node;
        if to.is_some_and(|to| to < from) {
            let title = "the policy ends before it starts";
            self.said
                .push(Diagnostic::new(codes::EFFECTIVE, title, effective.span, "").help("write the first day first"));
            return None;
        }
        Some((from, to))
    }

    fn header_currency(&mut self, header: &ast::Header) -> Option<Currency> {
        let Some(written) = &header.currency else {
            self.lacks(header, "in which currency it pays", "currency USD");
            return None;
        };
        match written.node.parse() {
            Ok(currency) => Some(currency),
            Err(error) => {
                self.said.push(
                    Diagnostic::new(codes::UNKNOWN_CURRENCY, error.message, written.span, "")
                        .help("codes are three capital letters: USD, EUR, GBP, CAD"),
                );
                None
            }
        }
    }
}
