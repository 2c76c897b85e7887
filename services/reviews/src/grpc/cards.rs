//! Scorecards to their readers: who reads, what of them they see, and pages of them. A person's own are the same each time
//! once they are published.

use merit_core::ids::PersonId;
use merit_core::{Result, Scope};
use merit_platform::access::{Action, Permit, Terms};
use merit_platform::answers::Question;
use merit_platform::page::{Page, cut};
use merit_proto::kept::ListScorecardsResponse;
use merit_proto::reviews::v1::ListScorecardsRequest;

use super::Grpc;
use super::sight::Sight;
use crate::model::StoredCard;
use crate::service::{CardPage, Others, Reader};

impl Grpc {
    /// A page of scorecards.
    pub(super) async fn scorecards(
        &self,
        request: &ListScorecardsRequest,
        permit: &Permit,
    ) -> Result<ListScorecardsResponse> {
        let page = Page::of(request)?;
        let person = self.one(permit, &request.person).await?;
        let reader = self.reader(permit, "ListScorecards").await?;
        let sight = self.sight(permit, &request.cycle, &reader.scope).await?;
        let readable = self.reviews.readable(&reader, &request.cycle, &request.run).await?;
        // Whose read it is matters, too: what is one person's own has to be put on record for another.
        let own = reader.person.as_ref().map_or_else(Scope::nobody, Scope::only);
        let scopes = vec![own, sight.seen.clone(), sight.paid.clone(), sight.feedback.clone()];
        let question = readable.published.map(|seq| (seq, Question::new(request, scopes)));
        if let Some(answer) = question.as_ref().and_then(|(seq, question)| self.cards.given(*seq, question)) {
            return Ok(answer);
        }
        let wanted = CardPage { person, after: page.after.clone(), limit: page.size + 1, answered: page.size };
        let mut on_record = Others::Nobody;
        let cards = self.reviews.scorecards(&reader, &readable.run, &wanted, &mut on_record).await?;
        let (cards, next_page_token) = cut(cards, &page, StoredCard::key);
        let answer = ListScorecardsResponse { scorecards: sight.shown(cards)?, next_page_token };
        // What has to be put on record each time is read each time.
        if let Some((seq, question)) = question.filter(|_| on_record == Others::Nobody) {
            self.cards.keep(seq, question, &answer);
        }
        Ok(answer)
    }

    /// The one person whose scorecards are wanted, whom the caller has to be allowed to read about.
    pub(super) async fn one(&self, permit: &Permit, name: &str) -> Result<Option<PersonId>> {
        if name.is_empty() {
            return Ok(None);
        }
        let person = PersonId::from_name(name)?;
        permit.on(&person).await?;
        Ok(Some(person))
    }

    /// Who reads, by which call, and whose scorecards.
    pub(super) async fn reader(&self, permit: &Permit, method: &'static str) -> Result<Reader> {
        let principal = permit.principal();
        Ok(Reader {
            subject: principal.subject.clone(),
            roles: principal.roles.iter().map(|role| role.word().to_owned()).collect(),
            person: principal.person(),
            scope: permit.to(Action::ReadScorecards).scope().await?,
            reads_runs: permit.may(Action::ReadRuns),
            method,
        })
    }

    /// What of the scorecards of a cycle the caller sees.
    pub(super) async fn sight(&self, permit: &Permit, cycle: &str, seen: &Scope) -> Result<Sight> {
        Ok(Sight {
            seen: seen.clone(),
            paid: self.paid(permit, cycle).await?,
            feedback: permit.to(Action::ReadFeedback).scope().await?,
        })
    }

    /// Whose pay a reader may see on scorecards of a cycle. The cycle is asked only where its setting matters.
    async fn paid(&self, permit: &Permit, cycle: &str) -> Result<Scope> {
        let pay = permit.to(Action::ReadPay);
        let hidden = pay.scope().await?;
        let shown = pay.scope_on(Terms { team_pay_shown: true }).await?;
        if hidden == shown || !self.reviews.shows_pay(cycle).await? { Ok(hidden) } else { Ok(shown) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use async_trait::async_trait;
    use merit_platform::access::{Decider, Reach};
    use merit_platform::identity::{Principal, Role};
    use merit_proto::kept::read;

    use super::*;
    use crate::grpc::tests::over;
    use crate::service::fakes::{CYCLE, bench, person};
    use crate::store::conformance::Statements as _;
    use crate::store::sqlite;

    /// Ana reports to whoever asks.
    struct Ana;

    #[async_trait]
    impl Reach for Ana {
        async fn line(&self, _: &PersonId) -> Result<Arc<BTreeSet<PersonId>>> {
            Ok(Arc::new([person("ana")].into()))
        }
    }

    /// About whom somebody reads which runs, where a person's scorecards are wanted.
    async fn asked(grpc: &Grpc, caller: &Principal, decider: &Decider, wanted: &str) -> Vec<(String, String)> {
        let permit = Permit::new(caller.clone(), Action::ReadScorecards, decider.clone(), Arc::new(Ana));
        let person = format!("people/{wanted}");
        let request = ListScorecardsRequest { cycle: CYCLE.to_owned(), person, ..Default::default() };
        let answer = grpc.scorecards(&request, &permit).await.unwrap();
        read(answer.scorecards).unwrap().into_iter().map(|card| (card.person, card.run)).collect()
    }

    #[tokio::test]
    async fn what_is_kept_is_read_until_another_run_is_published() {
        let bench = bench().await;
        let (world, ana) = (Arc::clone(&bench.world), Principal::new("ana", Role::Member));
        let (grpc, decider) = (over(bench.reviews, bench.operations.clone()), Decider::embedded().unwrap());
        for run in ["2026-q3-aaa", "2026-q3-bbb"] {
            world.0.lock().unwrap().run = run;
            grpc.reviews.run(CYCLE, &|_| {}).await.unwrap();
            grpc.reviews.approve(CYCLE, "", "operator", "").await.unwrap();
            grpc.reviews.publish(CYCLE, "", "operator").await.unwrap();
            for time in ["first", "again"] {
                let read = asked(&grpc, &ana, &decider, "ana").await;
                assert_eq!(read, [("people/ana".to_owned(), format!("runs/{run}"))], "{time}");
            }
        }
    }

    /// Whoever may read about the same people reads the same, and yet not as their own.
    #[tokio::test]
    async fn somebody_elses_read_is_on_record_each_time() {
        let bench = bench().await;
        let store = sqlite::open(&bench.folder.path().join("reviews.db")).await.unwrap();
        let grpc = over(bench.reviews, bench.operations.clone());
        grpc.reviews.run(CYCLE, &|_| {}).await.unwrap();
        grpc.reviews.approve(CYCLE, "", "operator", "").await.unwrap();
        grpc.reviews.publish(CYCLE, "", "operator").await.unwrap();
        let [own, reports] = [
            "permit (principal, action, resource) when { principal has person && resource == principal.person };",
            "permit (principal, action, resource) when { principal has person && resource != principal.person
                                                         && resource in principal.person };",
        ]
        .map(|policy| Decider::parse(policy).unwrap());
        let [ana, bo] = [("ana", Role::Member), ("bo", Role::Manager)].map(|(id, role)| Principal::new(id, role));
        for _ in 0..2 {
            assert_eq!(asked(&grpc, &ana, &own, "ana").await, asked(&grpc, &bo, &reports, "ana").await);
        }
        let reads = store.seen(&Scope::Everyone, "SELECT reader || '/' || person FROM reads").await.unwrap();
        assert_eq!(reads, ["bo/ana", "bo/ana"]);
    }
}
