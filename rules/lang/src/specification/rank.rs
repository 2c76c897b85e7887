//! Contests: everybody's values against each other.

use num_bigint::BigInt;
use num_traits::ToPrimitive as _;

use super::credit::divided;
use super::values::{Value, coins, exact, integer};
use super::{Person, literal};
use crate::syntax::ast::{Contest, Prizes};

/// What a contest comes to.
#[derive(Debug, Default, PartialEq)]
pub struct Decided {
    /// Who, in which place, with how many coins.
    pub awards: Vec<(String, u32, i64)>,
    /// Who, with which label.
    pub labels: Vec<(String, String)>,
    /// So many groups are too small, and are given a guideline.
    pub guidelines: usize,
    /// Who could not be ranked.
    pub not_ranked: Vec<String>,
}

/// Those who tie share the prizes of the places that they take together; of labels they all get the better one.
pub fn decided(contest: &Contest, people: &[Person<'_>]) -> Decided {
    let mut decided = Decided::default();
    let mut groups: Vec<(Value, Vec<(Value, String)>)> = Vec::new();
    for person in people {
        let group =
            contest.within.as_ref().map_or(Ok(Value::Flag(true)), |within| person.figure(&within.node).unwrap());
        let id = person.inputs.person.as_str().to_owned();
        match (person.read(&contest.by), group) {
            (Ok(value), Ok(group)) => match groups.iter_mut().find(|(own, _)| *own == group) {
                Some((_, all)) => all.push((value, id)),
                None => groups.push((group, vec![(value, id)])),
            },
            _ => decided.not_ranked.push(id),
        }
    }
    for (_, ranked) in &groups {
        match &contest.only_in {
            Some((least, guideline)) if ranked.len() < least.node as usize => {
                decided.guidelines += usize::from(*guideline);
            }
            _ => in_group(contest, people, ranked, &mut decided),
        }
    }
    decided.awards.sort();
    decided.labels.sort();
    decided.not_ranked.sort();
    decided
}

fn in_group(contest: &Contest, people: &[Person<'_>], ranked: &[(Value, String)], decided: &mut Decided) {
    let currency = people[0].currency();
    let minor = |prize| (literal(prize).number() * coins(currency)).to_integer().to_i64().unwrap();
    let size = integer(ranked.len().to_i64().unwrap());
    for (value, id) in ranked {
        let ahead = ranked.iter().filter(|(other, _)| other.order(value).is_gt()).count();
        let mut tied: Vec<&String> =
            ranked.iter().filter(|(other, _)| other.order(value).is_eq()).map(|(_, id)| id).collect();
        tied.sort();
        let prizes: Vec<i64> = match &contest.prizes {
            Prizes::Places { prizes, .. } => prizes.iter().map(minor).collect(),
            Prizes::Top { percent, prize } => {
                let winners = (&size * exact(&percent.node)).floor().to_integer().max(BigInt::from(1));
                vec![minor(prize); winners.to_usize().unwrap()]
            }
            Prizes::Distribute(shares) => {
                let parts: Vec<_> = shares.iter().map(|(share, _)| exact(&share.node)).collect();
                let counts = divided(ranked.len().to_i64().unwrap(), &parts);
                let mut words = shares
                    .iter()
                    .zip(counts)
                    .flat_map(|((_, word), count)| std::iter::repeat_n(word.node.clone(), count.to_usize().unwrap()));
                decided.labels.push((id.clone(), words.nth(ahead).unwrap()));
                continue;
            }
        };
        let shared: Vec<i64> = prizes.into_iter().skip(ahead).take(tied.len()).collect();
        if shared.is_empty() {
            continue;
        }
        let each = integer(1) / integer(tied.len().to_i64().unwrap());
        let parts = divided(shared.iter().sum(), &vec![each; tied.len()]);
        let at = tied.iter().position(|other| *other == id).unwrap();
        decided.awards.push((id.clone(), u32::try_from(ahead + 1).unwrap(), parts[at]));
    }
}
