//! Recognitions: whether they are given, and with how many points.

use num_rational::BigRational;

use super::Person;
use super::values::Gap;
use crate::syntax::ast::{Recognition, Recognize, Template, TemplatePart};

/// A recognition that is given.
#[derive(Debug, PartialEq)]
pub struct Given {
    pub name: String,
    pub points: Option<BigRational>,
    /// From whom, where that person is known.
    pub kudos: Option<String>,
    pub announced: bool,
}

impl Person<'_> {
    /// None where its condition doesn't hold, or where something that it says isn't there.
    pub(super) fn recognition(&self, recognize: &Recognize) -> Option<Given> {
        self.given(recognize).unwrap_or(None)
    }

    fn given(&self, recognize: &Recognize) -> Result<Option<Given>, Gap> {
        let name = recognize.name.node.clone();
        let mut given = Given { name, points: None, kudos: None, announced: false };
        for statement in &recognize.statements {
            match &statement.node {
                Recognition::When(condition) if !self.read(condition)?.yes() => return Ok(None),
                Recognition::Award(points) => given.points = Some(self.read(points)?.number().clone()),
                Recognition::Kudos { from, saying } => {
                    if let Some(Ok(super::Value::Words(person))) = self.figure(&from.node) {
                        saying.as_ref().map_or(Ok(()), |saying| self.can_be_said(saying))?;
                        given.kudos = Some(person);
                    }
                }
                Recognition::Announce { saying, .. } => {
                    self.can_be_said(saying)?;
                    given.announced = true;
                }
                _ => {}
            }
        }
        Ok(Some(given))
    }

    fn can_be_said(&self, template: &Template) -> Result<(), Gap> {
        template.parts.iter().try_for_each(|part| match part {
            TemplatePart::Hole(name) => self.figure(&name.node).unwrap().map(drop),
            _ => Ok(()),
        })
    }
}
