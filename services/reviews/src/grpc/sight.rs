//! What of a scorecard somebody may see. What they may not see is taken out of the message; nothing says that it was there.
//! One of which they see everything leaves as the bytes that are kept.

use merit_core::ids::PersonId;
use merit_core::{Result, Scope};
use merit_proto::Encoded;
use merit_proto::scorecard::v1::{ScoreLine, Scorecard, ScorecardKind};
use merit_proto::r#type::v1::{Value, ValueKind};

use crate::encoding::decode;
use crate::model::{CardKind, StoredCard};

/// Whose parts of scorecards a reader sees.
pub struct Sight {
    /// Whose attainment.
    pub seen: Scope,
    /// Whose pay.
    pub paid: Scope,
    /// Whose feedback.
    pub feedback: Scope,
}

impl Sight {
    /// Scorecards with what is for the reader.
    pub fn shown(&self, cards: Vec<StoredCard>) -> Result<Vec<Encoded<Scorecard>>> {
        let shown = |card: StoredCard| {
            if self.is_whole(&card) {
                return Ok(Encoded::Kept(card.bytes.into()));
            }
            let mut scorecard = decode(&card.bytes)?;
            self.narrow(&mut scorecard);
            Ok(Encoded::Read(scorecard))
        };
        cards.into_iter().map(shown).collect()
    }

    /// Whether nothing would be taken out: a person's card tells of nobody else, a team's of people whom only it names.
    fn is_whole(&self, card: &StoredCard) -> bool {
        match card.kind {
            CardKind::Person => self.paid.holds(&card.person) && self.feedback.holds(&card.person),
            CardKind::Team => {
                [&self.seen, &self.paid, &self.feedback].into_iter().all(|scope| *scope == Scope::Everyone)
            }
        }
    }

    /// Takes out what is not for the reader: pay, feedback, and the people of a team whom they may not read about.
    pub fn narrow(&self, card: &mut Scorecard) {
        // A team's sums tell of everybody in it.
        let paid = match card.kind() {
            ScorecardKind::Team => card.members.iter().all(|member| holds(&self.paid, &member.person)),
            _ => holds(&self.paid, &card.person),
        };
        if !paid {
            card.rewards.clear();
            card.totals.clear();
            without_pay(&mut card.scores);
        }
        if !holds(&self.feedback, &card.person) {
            card.feedback.clear();
        }
        card.members.retain(|member| holds(&self.seen, &member.person));
        for member in &mut card.members {
            if !holds(&self.paid, &member.person) {
                member.totals.clear();
                without_pay(&mut member.scores);
            }
        }
    }
}

/// Leaves no outcome that may let pay be seen: amounts, proposed raises, and the figures behind any. An amount may be one
/// that was sold; its goal says that too.
fn without_pay(scores: &mut Vec<ScoreLine>) {
    let kind = |line: &ScoreLine| line.value.as_ref().map_or(ValueKind::Unspecified, Value::kind);
    scores.retain(|line| kind(line) != ValueKind::Money && !(line.proposal && kind(line) == ValueKind::Percent));
    for line in scores {
        line.figures.clear();
    }
}

fn holds(scope: &Scope, name: &str) -> bool {
    PersonId::from_name(name).is_ok_and(|person| scope.holds(&person))
}

#[cfg(test)]
mod tests {
    use merit_proto::scorecard::v1::{FeedbackLine, RewardLine, RewardTotal, TeamMember};
    use prost::Message as _;

    use super::*;

    #[test]
    fn what_is_not_for_the_reader_is_taken_out() {
        let totals = || vec![RewardTotal::default()];
        let member = |person: &str| TeamMember { person: person.to_owned(), totals: totals(), ..TeamMember::default() };
        let score = |kind: ValueKind, proposal| ScoreLine {
            value: Some(Value { kind: kind.into(), text: String::new() }),
            figures: vec!["5% of $10,000".to_owned()],
            proposal,
            ..ScoreLine::default()
        };
        let card = Scorecard {
            person: "people/mia".to_owned(),
            scores: vec![
                score(ValueKind::Money, false),
                score(ValueKind::Percent, true),
                score(ValueKind::Percent, false),
            ],
            rewards: vec![RewardLine::default()],
            totals: totals(),
            feedback: vec![FeedbackLine::default()],
            members: ["people/dan", "people/fay"].map(member).to_vec(),
            ..Scorecard::default()
        };
        let [mia, dan] = ["mia", "dan"].map(|id| PersonId::new(id).unwrap());
        let mut whole = card.clone();
        Sight { seen: Scope::Everyone, paid: Scope::Everyone, feedback: Scope::Everyone }.narrow(&mut whole);
        assert_eq!(whole, card);
        let mut own = card.clone();
        let line = Scope::of([mia.clone(), dan]);
        Sight { seen: line.clone(), paid: Scope::only(&mia), feedback: line }.narrow(&mut own);
        assert_eq!((own.rewards.len(), own.totals.len(), own.feedback.len()), (1, 1, 1));
        assert_eq!(own.members, [TeamMember { totals: Vec::new(), ..member("people/dan") }]);
        let mut team = Scorecard { kind: ScorecardKind::Team.into(), ..card.clone() };
        Sight { seen: Scope::Everyone, paid: Scope::only(&mia), feedback: Scope::Everyone }.narrow(&mut team);
        assert!(team.totals.is_empty() && team.rewards.is_empty(), "what a team is paid is not its manager's");
        let mut other = card;
        Sight { seen: Scope::Everyone, paid: Scope::nobody(), feedback: Scope::nobody() }.narrow(&mut other);
        assert_eq!(other.scores, [ScoreLine { figures: Vec::new(), ..score(ValueKind::Percent, false) }]);
        assert_eq!((other.rewards.len(), other.totals.len(), other.feedback.len(), other.members.len()), (0, 0, 0, 2));
    }

    /// Bytes go on as they are only where nothing on them is for others.
    #[test]
    fn a_card_is_sent_as_it_is_kept_where_all_of_it_is_for_the_reader() {
        let ana = PersonId::new("ana").unwrap();
        let [everyone, own, nobody] = [Scope::Everyone, Scope::only(&ana), Scope::nobody()];
        let card = |kind| {
            let rewards = vec![RewardLine::default()];
            let scorecard = Scorecard { person: "people/ana".to_owned(), rewards, ..Scorecard::default() };
            StoredCard { kind, person: ana.clone(), bytes: scorecard.encode_to_vec() }
        };
        for (kind, seen, paid, feedback, whole) in [
            (CardKind::Person, &own, &own, &own, true),
            (CardKind::Person, &everyone, &nobody, &everyone, false),
            (CardKind::Person, &everyone, &everyone, &nobody, false),
            (CardKind::Team, &everyone, &everyone, &everyone, true),
            (CardKind::Team, &own, &everyone, &everyone, false),
            (CardKind::Team, &everyone, &own, &everyone, false),
            (CardKind::Team, &everyone, &everyone, &own, false),
        ] {
            let sight = Sight { seen: seen.clone(), paid: paid.clone(), feedback: feedback.clone() };
            let shown = sight.shown(vec![card(kind)]).unwrap();
            let (kept, case) = (Encoded::Kept(card(kind).bytes.into()), (kind, seen, paid, feedback));
            assert_eq!(shown == [kept], whole, "{case:?}");
            let rewards = shown.into_iter().next().unwrap().read().unwrap().rewards.len();
            assert_eq!(rewards == 0, paid == &nobody, "{case:?}");
        }
    }
}
