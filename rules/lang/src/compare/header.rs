//! What stands above the declarations.

use super::{Aspect, Both, Of, Part};
use crate::program::{Header, MonthEnds};

impl Both<'_> {
    pub(super) fn header(&mut self) {
        let (old, new) = (&self.old.header, &self.new.header);
        let of = Of { part: Part::Header, name: "", pays: true };
        let words = Of { pays: false, ..of };
        self.note(words, Aspect::Line, "name", Some(quote(&old.name)), Some(quote(&new.name)));
        self.note(words, Aspect::Version, "", Some(old.version.to_string()), Some(new.version.to_string()));
        self.words(of, Aspect::About, "", old.about.as_ref(), new.about.as_ref());
        self.note(of, Aspect::Effective, "", Some(days(old)), Some(days(new)));
        self.applies();
        let unit = |header: &Header| Some(header.period.word().to_owned());
        self.note(of, Aspect::Line, "period", unit(old), unit(new));
        let currency = |header: &Header| Some(header.currency.to_string());
        self.note(of, Aspect::Line, "currency", currency(old), currency(new));
        let month_ends = |header: &Header| {
            header.month_ends.map(|way| match way {
                MonthEnds::Down => "down".to_owned(),
                MonthEnds::Up => "up".to_owned(),
            })
        };
        self.note(of, Aspect::Line, "rounding of month ends", month_ends(old), month_ends(new));
        let year = |header: &Header| Some(format!("begins in month {}", header.year_starts));
        self.note(of, Aspect::Line, "year", year(old), year(new));
        let measure = |header: &Header| header.measure.as_deref().map(quote);
        self.note(of, Aspect::Line, "measure of `attainment`", measure(old), measure(new));
    }

    fn applies(&mut self) {
        let of = Of { part: Part::Header, name: "", pays: true };
        let (old, new) = (self.old.header.applies.as_ref(), self.new.header.applies.as_ref());
        if let (Some(old), Some(new)) = (old, new)
            && self.alike(old, new)
        {
            return;
        }
        let whom = |program, condition: Option<&_>| {
            Some(condition.map_or_else(
                || "everyone".to_owned(),
                |condition| format!("participants where `{}`", super::shown(program, condition)),
            ))
        };
        let (old, new) = (whom(self.old, old), whom(self.new, new));
        self.note(of, Aspect::AppliesTo, "", old, new);
    }
}

fn quote(name: impl AsRef<str>) -> String {
    format!("`{}`", name.as_ref())
}

fn days(header: &Header) -> String {
    match header.effective {
        (from, Some(to)) => format!("from {from} to {to}"),
        (from, None) => format!("from {from} on"),
    }
}
