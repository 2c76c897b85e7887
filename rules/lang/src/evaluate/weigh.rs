//! Averages of weighted parts.

use merit_core::Ratio;

use super::machine::{Held, Machine};
use super::stop::Stop;
use crate::program::{Expr, Quantity};
use crate::trace::{Step, WeighedPart};

impl<'p> Machine<'p, '_> {
    /// With missing parts left out: the sum of weight × part over those that are there, divided by their weights; missing
    /// where none is there. Otherwise a missing part counts as 0 and all weights count.
    pub(super) fn weigh(&mut self, parts: &'p [(Expr, Expr)], left_out: bool) -> Held {
        let (mut total, mut weights) = (Ratio::ZERO, Ratio::ZERO);
        let mut told = Vec::with_capacity(parts.len());
        let mut any = false;
        for (part, weight) in parts {
            let weight = self.eval(weight)?.exact();
            let value = match self.eval(part) {
                Ok(value) => Some(value.exact()),
                Err(stop) if stop.is_caught() => None,
                Err(stop) => return Err(stop),
            };
            if let Some(value) = &value {
                total = &total + &(&weight * value);
                any = true;
            }
            if value.is_some() || !left_out {
                weights = &weights + &weight;
            }
            told.push(WeighedPart { place: (part.place.start, part.place.end), weight, value });
        }
        if left_out && !any {
            return Err(Stop::absent("all of its parts are missing", None));
        }
        let value = total.checked_div(&weights).ok_or_else(|| Stop::zero("the weights sum to 0", None))?;
        let ty = parts.first().map_or(crate::program::Type::Number, |(part, _)| part.ty.clone());
        self.steps.push(Step::Weighed { parts: told, left_out, total, weights, ty, value: value.clone() });
        Ok(Quantity::Exact(value))
    }
}
