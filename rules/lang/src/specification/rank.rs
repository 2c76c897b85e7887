//! Contests: everybody's values against each other.

use super::credit::divided;
use super::values::{Value, coins, exact, integer};
use super::{Person, literal};
use crate::syntax::ast::{Contest, Prizes};
use num_traits::ToPrimitive as _;

/// Who, in which place, with how many coins.
pub type Award = (String, u32, i64);

/// The prizes of a contest, and who could not be ranked. Those who tie share the prizes of the places that they take
/// together.
pub fn awards(contest: &Contest, people: &[Person<'_>]) -> (Vec<Award>, Vec<String>) {
    let (mut ranked, mut not_ranked) = (Vec::new(), Vec::new());
    for person in people {
        let group =
            contest.within.as_ref().map_or(Ok(Value::Flag(true)), |within| person.figure(&within.node).unwrap());
        let id = person.inputs.person.as_str().to_owned();
        match (person.read(&contest.by), group) {
            (Ok(value), Ok(group)) => ranked.push((group, value, id)),
            _ => not_ranked.push(id),
        }
    }
    let currency = people[0].currency();
    let minor = |prize| (literal(prize).number() * coins(currency)).to_integer().to_i64().unwrap();
    let mut awards = Vec::new();
    for (group, value, id) in &ranked {
        let of_group = || ranked.iter().filter(|(other, ..)| other == group);
        let size = of_group().count();
        if contest.only_in.as_ref().is_some_and(|(least, _)| size < least.node as usize) {
            continue;
        }
        let prizes: Vec<i64> = match &contest.prizes {
            Prizes::Places { prizes, .. } => prizes.iter().map(minor).collect(),
            Prizes::Top { percent, prize } => {
                let winners = (integer(size.to_i64().unwrap()) * exact(&percent.node)).floor().to_integer();
                vec![minor(prize); winners.to_usize().unwrap().max(1)]
            }
            Prizes::Distribute(_) => Vec::new(),
        };
        let ahead = of_group().filter(|(_, other, _)| other.order(value).is_gt()).count();
        let mut tied: Vec<&String> =
            of_group().filter(|(_, other, _)| other.order(value).is_eq()).map(|(_, _, id)| id).collect();
        tied.sort();
        let shared: Vec<i64> = prizes.iter().copied().skip(ahead).take(tied.len()).collect();
        if shared.is_empty() {
            continue;
        }
        let each = integer(1) / integer(tied.len().to_i64().unwrap());
        let parts = divided(shared.iter().sum(), &vec![each; tied.len()]);
        let at = tied.iter().position(|other| *other == id).unwrap();
        awards.push((id.clone(), u32::try_from(ahead + 1).unwrap(), parts[at]));
    }
    awards.sort();
    not_ranked.sort();
    (awards, not_ranked)
}
