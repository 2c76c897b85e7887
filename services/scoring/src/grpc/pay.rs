//! Who may see whose pay, and the record of who did.

use std::collections::BTreeSet;

use merit_core::ids::{PersonId, RunId};
use merit_core::{Error, Result, Scope};
use merit_platform::access::{Action, Permit, Terms};
use merit_platform::reads::{cut_reads, wanted};
use merit_proto::scoring::v1 as proto;

use super::Grpc;
use crate::model::{PayRead, Run, RunState};
use crate::service::NewPayRead;

impl Grpc {
    /// Whose pay the caller may see in a cycle, by its resource name: some cycles show a team's to its manager.
    pub(super) async fn pay_scope(&self, permit: &Permit, cycle: &str) -> Result<Scope> {
        let permit = permit.to(Action::ReadPay);
        let scope = permit.scope().await?;
        if scope == Scope::Everyone {
            return Ok(scope);
        }
        permit.scope_on(Terms { team_pay_shown: self.scoring.team_pay_shown(cycle).await? }).await
    }

    /// A run and whose pay of it the caller may see.
    pub(super) async fn run_for_pay(&self, permit: &Permit, id: &RunId) -> Result<(Run, Scope)> {
        let run = self.found(id).await?;
        let scope = match &run {
            Some(run) => self.pay_scope(permit, &run.cycle.name()).await?,
            None => permit.to(Action::ReadPay).scope().await?,
        };
        Ok((readable(id, run, &scope)?, scope))
    }

    /// A run and whose rows of it the caller may see.
    pub(super) async fn run_for(&self, permit: &Permit, id: &RunId) -> Result<(Run, Scope)> {
        let scope = permit.scope().await?;
        Ok((readable(id, self.found(id).await?, &scope)?, scope))
    }

    /// A run, if there is one.
    pub(super) async fn found(&self, id: &RunId) -> Result<Option<Run>> {
        match self.scoring.run(id).await {
            Ok(run) => Ok(Some(run)),
            Err(error) if error.reason == "UNKNOWN_RUN" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts on record whose pay is in an answer that is about to leave, of a cycle or a run. One's own is nobody's concern.
    pub(super) async fn pay_read(
        &self,
        permit: &Permit,
        method: &'static str,
        what: &str,
        whose: impl IntoIterator<Item = &PersonId> + Send,
    ) -> Result<()> {
        let oneself = permit.principal().person();
        let others: BTreeSet<&PersonId> =
            whose.into_iter().filter(|person| oneself.as_ref() != Some(*person)).collect();
        match (others.first(), others.len()) {
            (None, _) => Ok(()),
            (Some(one), 1) => self.log(permit, method, what, Some((*one).clone())).await,
            (Some(_), _) => self.log(permit, method, what, None).await,
        }
    }

    /// As [`Grpc::pay_read`], for answers with the pay of several people.
    pub(super) async fn several_read(&self, permit: &Permit, method: &'static str, what: &str) -> Result<()> {
        self.log(permit, method, what, None).await
    }

    async fn log(&self, permit: &Permit, method: &'static str, what: &str, person: Option<PersonId>) -> Result<()> {
        let reader = permit.principal();
        let roles = reader.roles.iter().map(|role| role.word().to_owned()).collect();
        let what = what.to_owned();
        self.scoring.log_pay_read(NewPayRead { reader: reader.subject.clone(), roles, person, what, method }).await
    }

    pub(super) async fn pay_reads(&self, request: &proto::ListPayReadsRequest) -> Result<proto::ListPayReadsResponse> {
        let (page, part) = wanted(request)?;
        let (found, next_page_token) = cut_reads(self.scoring.pay_reads(&part).await?, &page);
        let reads = found.into_iter().map(message).collect();
        Ok(proto::ListPayReadsResponse { reads, next_page_token })
    }
}

/// Who may see everybody sees a run from the beginning, others once it is posted; before that there is nothing for them.
fn readable(id: &RunId, run: Option<Run>, scope: &Scope) -> Result<Run> {
    match run {
        Some(run) if *scope == Scope::Everyone || run.state == RunState::Posted => Ok(run),
        None if *scope == Scope::Everyone => Err(Error::not_found("UNKNOWN_RUN", format!("there is no run `{id}`"))),
        _ => Err(Error::hidden(&id.name())),
    }
}

/// The participant that a list is narrowed to.
pub(super) fn participant(name: &str) -> Result<Option<PersonId>> {
    if name.is_empty() { Ok(None) } else { PersonId::from_name(name).map(Some) }
}

fn message(read: PayRead) -> proto::PayRead {
    proto::PayRead {
        reader: read.reader,
        roles: read.roles,
        person: read.person.as_ref().map(PersonId::name).unwrap_or_default(),
        of: read.what,
        method: read.method,
        read_at: read.at.to_string(),
    }
}
