//! The goals service over gRPC: translation, and who may read what.

mod filter;
mod one_goal;
mod settings;
mod wire_goal;

#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::Arc;

use futures::Stream;
use merit_core::ids::CycleId;
use merit_core::text::shown;
use merit_core::{Error, Result, Scope};
use merit_platform::access::Permit;
use merit_platform::answers::{Answers, Question};
use merit_platform::client::LIMIT;
use merit_platform::import::{Tally, collect};
use merit_platform::page::{Page, cut, fill};
use merit_platform::status::to_status;
use merit_platform::wire::optional_day;
use merit_proto::Encoded;
use merit_proto::goals::v1 as proto;
use merit_proto::goals::v1::goals_service_server::{GoalsService, GoalsServiceServer};
use merit_proto::kept::ListGoalsResponse;
use tonic::{Request, Response, Status, Streaming};

use crate::model::{Cycle, GoalsFile, Owner, SchemaRecord};
use crate::service::{Assessed, Goals, LAST_ENDED, Listing};

/// Goals in one message of a snapshot.
const CHUNK: usize = 500;

impl Goals {
    /// The gRPC service.
    #[must_use]
    pub fn server(&self) -> GoalsServiceServer<Grpc> {
        GoalsServiceServer::new(Grpc { goals: self.clone(), lists: Arc::default() })
            .max_decoding_message_size(LIMIT)
            .max_encoding_message_size(LIMIT)
    }
}

/// The goals service behind its contract.
#[derive(Clone)]
pub struct Grpc {
    goals: Goals,
    lists: Arc<Answers<ListGoalsResponse>>,
}

impl Grpc {
    fn cycle(&self, cycle: &Cycle) -> proto::Cycle {
        let (ended, window_ended) = self.goals.ended(cycle);
        wire_goal::cycle(cycle, ended, window_ended)
    }

    async fn chunk(
        &self,
        cutoff: i64,
        cycle: &CycleId,
        after: Option<String>,
    ) -> Result<Option<(proto::SnapshotGoalsResponse, Option<String>)>> {
        let goals = self.goals.snapshot(cutoff, cycle, after, CHUNK).await?;
        let Some(last) = goals.last().map(|goal| goal.goal.id.as_str().to_owned()) else { return Ok(None) };
        let goals = goals.iter().map(wire_goal::goal).collect();
        Ok(Some((proto::SnapshotGoalsResponse { goals }, Some(last))))
    }
}

#[tonic::async_trait]
impl GoalsService for Grpc {
    async fn apply_schema(
        &self,
        request: Request<proto::ApplySchemaRequest>,
    ) -> Result<Response<proto::ApplySchemaResponse>, Status> {
        let request = request.into_inner();
        let (schema, created) =
            self.goals.apply_schema(&request.file_name, &request.source).await.map_err(to_status)?;
        Ok(Response::new(proto::ApplySchemaResponse { schema: Some(wire_schema(schema)), created }))
    }

    async fn get_schema(
        &self,
        _: Request<proto::GetSchemaRequest>,
    ) -> Result<Response<proto::GetSchemaResponse>, Status> {
        let schema = self.goals.schema().await.map_err(to_status)?;
        Ok(Response::new(proto::GetSchemaResponse { schema: Some(wire_schema(schema)) }))
    }

    async fn open_cycle(
        &self,
        request: Request<proto::OpenCycleRequest>,
    ) -> Result<Response<proto::OpenCycleResponse>, Status> {
        let request = request.into_inner();
        let first = optional_day("the first day", &request.first_day).map_err(to_status)?;
        let last = optional_day("the last day", &request.last_day).map_err(to_status)?;
        let cycle = self.goals.open_cycle(&request.cycle_id, first, last, &request.zone).await.map_err(to_status)?;
        Ok(Response::new(proto::OpenCycleResponse { cycle: Some(self.cycle(&cycle)) }))
    }

    async fn update_cycle(
        &self,
        request: Request<proto::UpdateCycleRequest>,
    ) -> Result<Response<proto::UpdateCycleResponse>, Status> {
        let permit = Permit::of(&request)?;
        self.change_settings(permit.principal(), &request.into_inner()).await.map(Response::new).map_err(to_status)
    }

    async fn get_cycle(
        &self,
        request: Request<proto::GetCycleRequest>,
    ) -> Result<Response<proto::GetCycleResponse>, Status> {
        let id = cycle_id(&request.into_inner().name).map_err(to_status)?;
        let cycle = self.goals.cycle(&id).await.map_err(to_status)?;
        Ok(Response::new(proto::GetCycleResponse { cycle: Some(self.cycle(&cycle)) }))
    }

    async fn list_cycles(
        &self,
        request: Request<proto::ListCyclesRequest>,
    ) -> Result<Response<proto::ListCyclesResponse>, Status> {
        let request = request.into_inner();
        let page = Page::of(&request).map_err(to_status)?;
        // Cycles don't overlap, so their first instants, all of one form, are their keys.
        let key = |cycle: &Cycle| cycle.starts_at.to_string();
        let mut cycles = self.goals.cycles().await.map_err(to_status)?;
        cycles.retain(|cycle| page.after.as_ref().is_none_or(|after| key(cycle) > *after));
        let (cycles, next_page_token) = cut(cycles, &page, key);
        let cycles = cycles.iter().map(|cycle| self.cycle(cycle)).collect();
        Ok(Response::new(proto::ListCyclesResponse { cycles, next_page_token }))
    }

    async fn import_goals(
        &self,
        request: Request<Streaming<proto::ImportGoalsRequest>>,
    ) -> Result<Response<proto::ImportGoalsResponse>, Status> {
        let import =
            collect(request.into_inner(), |message| (message.header, message.rows)).await.map_err(to_status)?;
        let mut file = GoalsFile {
            source: import.source,
            file_name: import.file_name,
            validate_only: import.validate_only,
            ..GoalsFile::default()
        };
        for row in import.rows {
            let row = wire_goal::row(row, &mut file.problems);
            file.rows.push(row);
        }
        let outcome = self.goals.import(&file).await.map_err(to_status)?;
        let tally = Tally {
            added: outcome.added,
            changed: outcome.changed,
            unchanged: outcome.unchanged,
            problems: outcome.problems,
            quarantined: Vec::new(),
        };
        Ok(Response::new(proto::ImportGoalsResponse { summary: Some(tally.to_wire()) }))
    }

    async fn get_goal(
        &self,
        request: Request<proto::GetGoalRequest>,
    ) -> Result<Response<proto::GetGoalResponse>, Status> {
        let permit = Permit::of(&request)?;
        self.one(&permit, &request.into_inner().name).await.map(Response::new).map_err(to_status)
    }

    async fn create_goal(
        &self,
        request: Request<proto::CreateGoalRequest>,
    ) -> Result<Response<proto::CreateGoalResponse>, Status> {
        let permit = Permit::of(&request)?;
        self.create(&permit, request.into_inner()).await.map(Response::new).map_err(to_status)
    }

    async fn update_goal(
        &self,
        request: Request<proto::UpdateGoalRequest>,
    ) -> Result<Response<proto::UpdateGoalResponse>, Status> {
        let permit = Permit::of(&request)?;
        self.update(&permit, request.into_inner()).await.map(Response::new).map_err(to_status)
    }

    async fn record_progress(
        &self,
        request: Request<proto::RecordProgressRequest>,
    ) -> Result<Response<proto::RecordProgressResponse>, Status> {
        let permit = Permit::of(&request)?;
        self.progress(&permit, request.into_inner()).await.map(Response::new).map_err(to_status)
    }

    async fn list_goals(
        &self,
        request: Request<proto::ListGoalsRequest>,
    ) -> Result<Response<ListGoalsResponse>, Status> {
        let permit = Permit::of(&request)?;
        let request = request.into_inner();
        let page = Page::of(&request).map_err(to_status)?;
        let owner = if request.owner.is_empty() { None } else { Some(owner(&request.owner).map_err(to_status)?) };
        let cycle = cycle_id(&request.cycle).map_err(to_status)?;
        let filter = filter::read(&request.filter).map_err(to_status)?;
        let scope = scope(&permit, owner.as_ref()).await.map_err(to_status)?;
        let cutoff = self.goals.cutoff().await.map_err(to_status)?;
        // Which cycle has ended last depends on the day.
        let lasting = cycle.as_str() != LAST_ENDED;
        let question = lasting.then(|| Question::new(&request, vec![scope.clone()]));
        if let Some(answer) = question.as_ref().and_then(|question| self.lists.given(cutoff, question)) {
            return Ok(Response::new(answer));
        }
        // An owner that a filter names narrows the query; that their goals may be read is not settled by it.
        let owner = owner.or_else(|| Owner::from_name(filter.needs("owner")?));
        let listing = Listing { cutoff, cycle, scope, owner, after: page.after.clone(), limit: page.size + 1 };
        let key = |goal: &Assessed| goal.goal.id.as_str().to_owned();
        let goals = fill(&page, &filter, filter::passes, key, |after, limit| {
            let listing = Listing { after, limit, ..listing.clone() };
            async move { self.goals.list(&listing).await }
        });
        let (goals, next_page_token) = cut(goals.await.map_err(to_status)?, &page, key);
        // Written once, however often the answer is told.
        let goals = goals.iter().map(|goal| Encoded::kept(&wire_goal::goal(goal))).collect();
        let answer = ListGoalsResponse { goals, next_page_token };
        if let Some(question) = question {
            self.lists.keep(cutoff, question, &answer);
        }
        Ok(Response::new(answer))
    }

    type SnapshotGoalsStream = Pin<Box<dyn Stream<Item = Result<proto::SnapshotGoalsResponse, Status>> + Send>>;

    async fn snapshot_goals(
        &self,
        request: Request<proto::SnapshotGoalsRequest>,
    ) -> Result<Response<Self::SnapshotGoalsStream>, Status> {
        let request = request.into_inner();
        let cycle = self.goals.cycle(&cycle_id(&request.cycle).map_err(to_status)?).await.map_err(to_status)?.id;
        let cutoff = self.goals.resolve(request.cutoff).await.map_err(to_status)?;
        let this = self.clone();
        let chunks = futures::stream::try_unfold(None, move |after| {
            let (this, cycle) = (this.clone(), cycle.clone());
            async move { this.chunk(cutoff, &cycle, after).await.map_err(to_status) }
        });
        Ok(Response::new(Box::pin(chunks)))
    }

    async fn get_coverage(
        &self,
        request: Request<proto::GetCoverageRequest>,
    ) -> Result<Response<proto::GetCoverageResponse>, Status> {
        let cycle = cycle_id(&request.into_inner().cycle).map_err(to_status)?;
        let coverage = self.goals.coverage(&cycle).await.map_err(to_status)?;
        Ok(Response::new(wire_goal::coverage(&coverage)))
    }

    async fn get_cutoff(
        &self,
        _: Request<proto::GetCutoffRequest>,
    ) -> Result<Response<proto::GetCutoffResponse>, Status> {
        let cutoff = self.goals.cutoff().await.map_err(to_status)?;
        Ok(Response::new(proto::GetCutoffResponse { cutoff }))
    }
}

/// Whose personal goals a list tells of. Goals of teams and of the organisation are everybody's to see; a person who is
/// asked for by name has to be one whose goals the caller may read.
async fn scope(permit: &Permit, owner: Option<&Owner>) -> Result<Scope> {
    match owner {
        Some(Owner::Person(person)) => {
            permit.on(person).await?;
            Ok(Scope::only(person))
        }
        _ => permit.scope().await,
    }
}

fn owner(name: &str) -> Result<Owner> {
    Owner::from_name(name).ok_or_else(|| {
        Error::invalid("BAD_NAME", format!("`{}` is not an owner like people/… or teams/…", shown(name)))
    })
}

fn cycle_id(name: &str) -> Result<CycleId> {
    CycleId::from_name(name)
}

fn wire_schema(record: SchemaRecord) -> proto::Schema {
    proto::Schema { schema_name: record.name, version: record.version, source: record.source, sha256: record.sha256 }
}
