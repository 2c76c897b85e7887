//! Settling: guarantees, draws and caps over a payee's payouts.

use merit_core::period::PeriodUnit;

use super::Checker;
use super::bands::place;
use crate::diagnostics::{Diagnostic, Span, codes};
use crate::program::{CapTotal, Draw, Guarantee, Settle, Type};
use crate::syntax::ast;

impl Checker<'_> {
    /// Checks a settlement. `None` where it was reported.
    pub fn settle(&mut self, settle: &ast::Settle, period: Option<PeriodUnit>) -> Option<Settle> {
        let ty = Type::Money(self.fallback());
        let cap_total = match &settle.cap {
            Some((at, because)) => {
                let checked = self.expr_of(at, &ty, "`cap total at`")?;
                let because = because.as_ref().map(|because| because.node.clone());
                Some(CapTotal { at: checked, because, place: place(at.span) })
            }
            None => None,
        };
        let guarantee = match &settle.guarantee {
            Some(written) => Some(self.guarantee(written, &ty, period)?),
            None => None,
        };
        Some(Settle { all: settle.all, guarantee, cap_total })
    }

    fn guarantee(&mut self, written: &ast::Guarantee, ty: &Type, period: Option<PeriodUnit>) -> Option<Guarantee> {
        let at_least = self.expr_of(&written.at_least, ty, "`guarantee at least`")?;
        if period.is_some_and(|period| period < written.per.node) {
            let (per, period) = (written.per.node.word(), period.map_or("", PeriodUnit::word));
            let title = format!("a {per} is longer than the policy's period, a {period}");
            self.said.push(
                Diagnostic::new(codes::SETTLE, title, written.per.span, "")
                    .help(format!("guarantee an amount per {period}, or give the policy a longer period")),
            );
            return None;
        }
        for number in [written.periods.as_ref(), written.draw.as_ref().and_then(|draw| draw.recover_from.as_ref())] {
            if let Some(number) = number.filter(|number| number.node == 0) {
                self.said.push(Diagnostic::new(codes::SETTLE, "periods are counted from 1", number.span, ""));
                return None;
            }
        }
        let draw = match &written.draw {
            Some(draw) => Some(self.draw(draw, written.span)?),
            None => None,
        };
        Some(Guarantee {
            at_least,
            per: written.per.node,
            periods: written.periods.as_ref().map(|periods| periods.node),
            draw,
            because: written.because.as_ref().map(|because| because.node.clone()),
            place: place(written.span),
        })
    }

    /// A recoverable draw says how far it may be taken back; another is never taken back.
    fn draw(&mut self, draw: &ast::Draw, span: Span) -> Option<Draw> {
        let says = [draw.never_below, draw.may_take_all];
        match (draw.recoverable, says) {
            (true, [Some(_), Some(second)]) => {
                let title = "`never below the guarantee` and `may take all` exclude each other";
                self.said.push(Diagnostic::new(codes::SETTLE, title, second, ""));
                None
            }
            (true, [None, None]) => {
                self.said.push(
                    Diagnostic::new(codes::SETTLE, "how far may this draw be taken back?", span, "")
                        .help("add `, never below the guarantee` or `, may take all`"),
                );
                None
            }
            (false, says) => {
                let from = draw.recover_from.as_ref().map(|from| from.span);
                if let Some(span) = says.into_iter().flatten().chain(from).next() {
                    let title = "a non-recoverable draw is never taken back";
                    self.said.push(Diagnostic::new(codes::SETTLE, title, span, "").help("leave this out"));
                    return None;
                }
                Some(Draw { recoverable: false, recover_from: 1, may_take_all: false })
            }
            (true, [_, take_all]) => Some(Draw {
                recoverable: true,
                recover_from: draw.recover_from.as_ref().map_or(1, |from| from.node),
                may_take_all: take_all.is_some(),
            }),
        }
    }
}
