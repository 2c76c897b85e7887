//! Crediting, contests, settling and recognitions.

use std::collections::BTreeMap;

use merit_core::{Money, Ratio};

use super::meaning::{plain, written};
use super::{Aspect, Both, Of, Part, paired, shown};
use crate::program::{
    CapTotal, Contest, Guarantee, OncePer, Prizes, Program, Quantity, Recognize, Share, TemplatePart, Type,
};

impl Both<'_> {
    pub(super) fn credit(&mut self) {
        let (old, new) = (self.old.credit.as_ref(), self.new.credit.as_ref());
        let of = Of { part: Part::Credit, name: "", pays: true };
        let list = |program: &Program, credit: Option<&crate::program::Credit>| {
            let list = program.lists.get(credit?.list.0)?;
            Some(format!("`{}`, of `{}`", list.name, credit?.of.join("` and `")))
        };
        let (was, is) = (list(self.old, old), list(self.new, new));
        self.note(of, Aspect::Line, "what is shared out", was, is);
        let none: &[Share] = &[];
        let (before, after) = (old.map_or(none, |c| &c.shares), new.map_or(none, |c| &c.shares));
        for (old, new) in paired(before, after, |share| &share.to) {
            let Some(share) = new.or(old) else { continue };
            let at = format!("share of `{}`", share.to);
            self.note(of, Aspect::Line, &at, old.map(part), new.map(part));
        }
        let rolls = |credit: Option<&crate::program::Credit>| {
            credit.and_then(|credit| credit.roll_up.as_ref()).map(|roll_up| format!("to managers on `{}`", roll_up.on))
        };
        self.note(of, Aspect::Line, "roll-up", rolls(old), rolls(new));
    }

    pub(super) fn contests(&mut self) {
        self.renamed(Part::Contest);
        for (old, new) in paired(&self.old.contests, &self.new.contests, |contest| &contest.name) {
            let Some(contest) = new.or(old) else { continue };
            let of = Of { part: Part::Contest, name: &contest.name, pays: true };
            let (Some(old), Some(new)) = (old, new) else {
                let told = |contest: Option<&Contest>| contest.map(|contest| format!("to win: {}", prizes(contest)));
                self.note(of, Aspect::Itself, "", told(old), told(new));
                continue;
            };
            self.contest(of, old, new);
        }
    }

    fn contest(&mut self, of: Of<'_>, old: &Contest, new: &Contest) {
        if !self.alike(&old.rank_by, &new.rank_by) {
            let (was, is) = (shown(self.old, &old.rank_by), shown(self.new, &new.rank_by));
            self.note(of, Aspect::Line, "ranked by", code(&was), code(&is));
        }
        let within = |program: &Program, contest: &Contest| {
            let fact = program.facts.get(contest.within?.0)?;
            code(&fact.name)
        };
        let (was, is) = (within(self.old, old), within(self.new, new));
        self.note(of, Aspect::Line, "ranked within", was, is);
        if let (Prizes::Places(was), Prizes::Places(is)) = (&old.prizes, &new.prizes) {
            for place in 0..was.len().max(is.len()) {
                let prize = |prizes: &[Money]| prizes.get(place).map(Money::spoken);
                self.note(of, Aspect::Cell, &format!("place {}", place + 1), prize(was), prize(is));
            }
        } else {
            self.note(of, Aspect::Line, "what there is to win", Some(prizes(old)), Some(prizes(new)));
        }
        let (was, is) = (old.only_in.map(group), new.only_in.map(group));
        self.note(of, Aspect::Line, "least group", was, is);
        self.words(of, Aspect::About, "", old.about.as_ref(), new.about.as_ref());
        self.words(of, Aspect::Because, "the prizes", old.because.as_ref(), new.because.as_ref());
    }

    pub(super) fn settlement(&mut self) {
        let of = Of { part: Part::Settlement, name: "", pays: true };
        let (old, new) = (self.old.settle.as_ref(), self.new.settle.as_ref());
        let over = |settle: &crate::program::Settle| {
            if settle.all { "all policies' payouts" } else { "this policy's payouts" }.to_owned()
        };
        self.note(of, Aspect::Line, "what is settled", old.map(over), new.map(over));
        self.guarantee(
            of,
            old.and_then(|settle| settle.guarantee.as_ref()),
            new.and_then(|settle| settle.guarantee.as_ref()),
        );
        let cap = |settle: &crate::program::Settle| settle.cap_total.clone();
        let (was, is): (Option<CapTotal>, Option<CapTotal>) = (old.and_then(cap), new.and_then(cap));
        self.formula(of, Aspect::Cap, "", was.as_ref().map(|cap| &cap.at), is.as_ref().map(|cap| &cap.at));
        if let (Some(was), Some(is)) = (&was, &is) {
            self.words(of, Aspect::Because, "cap", was.because.as_ref(), is.because.as_ref());
        }
    }

    fn guarantee(&mut self, of: Of<'_>, old: Option<&Guarantee>, new: Option<&Guarantee>) {
        if let (Some(old), Some(new)) = (old, new) {
            self.words(of, Aspect::Because, "guarantee", old.because.as_ref(), new.because.as_ref());
            let rest = |guarantee: &Guarantee| (guarantee.per, guarantee.periods, guarantee.draw);
            if rest(old) == rest(new) && self.alike(&old.at_least, &new.at_least) {
                return;
            }
        }
        let said = |program, guarantee: Option<&Guarantee>| guarantee.map(|guarantee| guaranteed(program, guarantee));
        let (was, is) = (said(self.old, old), said(self.new, new));
        self.note(of, Aspect::Line, "guarantee", was, is);
    }

    pub(super) fn recognitions(&mut self) {
        self.renamed(Part::Recognition);
        for (old, new) in paired(&self.old.recognitions, &self.new.recognitions, |recognize| &recognize.name) {
            let Some(recognize) = new.or(old) else { continue };
            let of = Of { part: Part::Recognition, name: &recognize.name, pays: false };
            let (Some(old), Some(new)) = (old, new) else {
                let when = |program, recognize: Option<&Recognize>| {
                    recognize.map(|recognize| format!("when `{}`", shown(program, &recognize.when)))
                };
                let (was, is) = (when(self.old, old), when(self.new, new));
                self.note(of, Aspect::Itself, "", was, is);
                continue;
            };
            self.recognition(of, old, new);
        }
    }

    fn recognition(&mut self, of: Of<'_>, old: &Recognize, new: &Recognize) {
        if !self.alike(&old.when, &new.when) {
            let (was, is) = (shown(self.old, &old.when), shown(self.new, &new.when));
            self.note(of, Aspect::Line, "condition", code(&was), code(&is));
        }
        let (was, is) = (given(self.old, old), given(self.new, new));
        for (what, is) in &is {
            self.note(of, Aspect::Line, what, was.get(what).cloned(), Some(is.clone()));
        }
        for (what, was) in was.iter().filter(|(what, _)| !is.contains_key(*what)) {
            self.note(of, Aspect::Line, what, Some(was.clone()), None);
        }
        self.words(of, Aspect::About, "", old.about.as_ref(), new.about.as_ref());
    }
}

fn code(text: &str) -> Option<String> {
    Some(format!("`{text}`"))
}

/// `at least $2,000 per month for 3 periods, recoverable from period 4`.
fn guaranteed(program: &Program, guarantee: &Guarantee) -> String {
    let mut words = format!("at least {} per {}", shown(program, &guarantee.at_least), guarantee.per.word());
    if let Some(periods) = guarantee.periods {
        words.push_str(&format!(" for {periods} periods"));
    }
    match guarantee.draw {
        None => {}
        Some(draw) if draw.recoverable => {
            let most = if draw.may_take_all { "may take all" } else { "never below the guarantee" };
            words.push_str(&format!(", as a draw recovered from period {}, {most}", draw.recover_from));
        }
        Some(_) => words.push_str(", as a draw that is not recovered"),
    }
    words
}

/// `30% in addition`.
fn part(share: &Share) -> String {
    let mut words = Quantity::Exact(share.share.clone()).spoken(&Type::Percent);
    if share.in_addition {
        words.push_str(" in addition");
    }
    if let Some(otherwise) = &share.otherwise {
        words.push_str(&format!(", otherwise to `{otherwise}`"));
    }
    words
}

fn prizes(contest: &Contest) -> String {
    let percent = |share: &Ratio| Quantity::Exact(share.clone()).spoken(&Type::Percent);
    match &contest.prizes {
        Prizes::Places(prizes) => prizes.iter().map(Money::spoken).collect::<Vec<_>>().join(", "),
        Prizes::Top(share, prize) => format!("{} each to the first {}", prize.spoken(), percent(share)),
        Prizes::Distribute(shares) => {
            let shares: Vec<String> =
                shares.iter().map(|(share, label)| format!("{} {label}", percent(share))).collect();
            shares.join(", ")
        }
    }
}

fn group((least, guideline): (u32, bool)) -> String {
    let otherwise = if guideline { ", otherwise as a guideline" } else { "" };
    format!("{least} people{otherwise}")
}

/// What a recognition gives, by what it is.
fn given(program: &Program, recognize: &Recognize) -> BTreeMap<&'static str, String> {
    let mut given = BTreeMap::new();
    if let Some((badge, level)) = &recognize.badge {
        let level = level.as_ref().map(|level| format!(" level {level}")).unwrap_or_default();
        given.insert("badge", format!("{badge}{level}"));
    }
    if let Some(points) = &recognize.points {
        given.insert("points", plain(&shown(program, points)));
    }
    if let Some(kudos) = &recognize.kudos {
        let words = format!("from {} “{}”", shown(program, &kudos.from), template(program, &kudos.saying));
        given.insert("kudos", words);
    }
    if let Some(announce) = &recognize.announce {
        given.insert("announcement", format!("to {} “{}”", announce.to, template(program, &announce.saying)));
    }
    match recognize.once_per {
        Some(OncePer::Policy) => drop(given.insert("how often", "once under the policy".to_owned())),
        Some(OncePer::Period(unit)) => {
            given.insert("how often", format!("once per {}", unit.word()));
        }
        None => {}
    }
    given
}

fn template(program: &Program, parts: &[TemplatePart]) -> String {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => text.clone(),
        TemplatePart::ParticipantName => "{participant.name}".to_owned(),
        TemplatePart::Value(expr) => format!("{{{}}}", written(program, expr.place)),
    };
    parts.iter().map(part).collect()
}
