//! Recognition: badges, points, kudos and announcements.

use super::machine::{Held, Machine, figure};
use super::stop::Stop;
use super::{Announcement, Kudos, Recognition};
use crate::program::{Quantity, Recognize, TemplatePart, Type};
use crate::trace::Told;

impl<'p> Machine<'p, '_> {
    /// The recognition, if it is given, and how that came about.
    pub(super) fn recognize(&mut self, recognize: &'p Recognize) -> (Option<Recognition>, Told) {
        let when = self.needs(&recognize.when, false).and_then(|()| self.eval(&recognize.when));
        let given = match &when {
            Ok(when) if when.is_yes() => self.give(recognize).map(Some),
            Ok(_) => Ok(None),
            Err(stop) => Err(stop.clone()),
        };
        let steps = self.take_steps();
        match given {
            Ok(given) => (given, Told { value: figure(&when), steps, computed: true }),
            Err(stop) => {
                let held: Held = Err(stop);
                (None, Told { value: figure(&held), steps, computed: true })
            }
        }
    }

    fn give(&mut self, recognize: &'p Recognize) -> Result<Recognition, Stop> {
        let points = match &recognize.points {
            Some(points) => {
                self.needs(points, false)?;
                Some(self.eval(points)?.exact())
            }
            None => None,
        };
        let kudos = match &recognize.kudos {
            Some(kudos) => match self.eval(&kudos.from) {
                Ok(from) => match from.to_value(&Type::Participant) {
                    Ok(merit_core::Value::Participant(from)) => Some(Kudos { from, text: self.fill(&kudos.saying)? }),
                    _ => None,
                },
                Err(_) => None,
            },
            None => None,
        };
        let announce = match &recognize.announce {
            Some(announce) => Some(Announcement { to: announce.to.clone(), text: self.fill(&announce.saying)? }),
            None => None,
        };
        Ok(Recognition {
            name: recognize.name.clone(),
            badge: recognize.badge.clone(),
            points,
            kudos,
            announce,
            once_per: recognize.once_per,
        })
    }

    /// A text with its holes filled, but for the participant's name.
    fn fill(&mut self, parts: &'p [TemplatePart]) -> Result<String, Stop> {
        let mut text = String::new();
        for part in parts {
            match part {
                TemplatePart::Text(words) => text.push_str(words),
                TemplatePart::ParticipantName => text.push_str(super::PARTICIPANT_NAME),
                TemplatePart::Value(expr) => {
                    let value: Quantity = self.quietly(|machine| machine.eval(expr))?;
                    text.push_str(&value.spoken(&expr.ty));
                }
            }
        }
        Ok(text)
    }
}
