//! Explanations and comparisons on the wire.

use merit_core::ids::{PersonId, RunId};
use merit_core::{Error, Money, Result, Scope};
use merit_platform::access::Permit;
use merit_platform::wire;
use merit_proto::scoring::v1 as proto;

use super::{Answers, Grpc, diagnostics, messages};
use crate::compute::explain::{Counted, OutputExplained, PolicyExplained, Uncounted};
use crate::service::{Comparison, Explainable, Named, SourceText};

/// Rows of one message of a comparison.
const PIECE: usize = 500;

impl Grpc {
    pub(super) async fn policy(&self, request: &proto::GetPolicyRequest) -> Result<proto::GetPolicyResponse> {
        let policy = self.scoring.policy(&request.policy_name, request.version).await?;
        Ok(proto::GetPolicyResponse {
            policy: Some(messages::policy(&policy, false)),
            source: Some(proto::PolicySource { file_name: policy.file_name, text: policy.text }),
            schema_source: policy.schema_text,
        })
    }

    pub(super) async fn explain(
        &self,
        request: &proto::ExplainPersonRequest,
        permit: &Permit,
    ) -> Result<proto::ExplainPersonResponse> {
        let person = PersonId::from_name(&request.person)?;
        if request.cycle.is_empty() && request.run.is_empty() {
            return Err(Error::invalid("NO_CYCLE", "name a cycle or a run to explain"));
        }
        let run = if request.run.is_empty() { None } else { Some(RunId::from_name(&request.run)?) };
        let scope = self.explain_scope(&person, run.as_ref(), &request.cycle, permit).await?;
        let posted_only = scope != Scope::Everyone;
        let of = Explainable { cycle: request.cycle.clone(), run, posted_only };
        self.forget_in_time();
        let told = self.scoring.explain(&person, &of).await?;
        let cycle = told.run.cycle.clone();
        self.pay_read(permit, "ExplainPerson", &cycle.name(), [&person]).await?;
        let lines = told.lines.into_iter().map(|told| messages::line(&cycle, &told.run, None, told.line, told.figures));
        Ok(proto::ExplainPersonResponse {
            run: Some(self.with_about(&told.run).await?),
            preview: told.preview,
            lines: lines.collect(),
            totals: told.totals.into_iter().map(total).collect(),
            posted: told.posted.into_iter().map(total).collect(),
            policies: told.explained.policies.into_iter().map(policy).collect(),
            findings: told.findings.into_iter().map(messages::finding).collect(),
            uncounted: told.explained.uncounted.into_iter().map(uncounted).collect(),
        })
    }

    /// Whose pay of the run or cycle the caller may see, if this person is among them and the run is for them to see.
    async fn explain_scope(
        &self,
        person: &PersonId,
        run: Option<&RunId>,
        cycle: &str,
        permit: &Permit,
    ) -> Result<Scope> {
        let scope = match run {
            None => self.pay_scope(permit, cycle).await?,
            Some(id) => {
                // Whether there is such a run is told after whether the person is for the caller to see.
                let cycle = self.found(id).await?.map(|run| run.cycle.name());
                match cycle {
                    Some(cycle) => self.pay_scope(permit, &cycle).await?,
                    None => permit.scope().await?,
                }
            }
        };
        if !scope.holds(person) {
            return Err(Error::hidden(&person.name()));
        }
        match run {
            Some(id) => Ok(self.run_for_pay(permit, id).await?.1),
            None => Ok(scope),
        }
    }

    pub(super) async fn compare(
        &self,
        request: proto::CompareImpactRequest,
        permit: &Permit,
    ) -> Result<Answers<proto::CompareImpactResponse>> {
        let text = |source: proto::PolicySource| SourceText { file_name: source.file_name, text: source.text };
        let new = request.new.map(text).ok_or_else(|| Error::invalid("NO_POLICY", "name the new policy"))?;
        let old = match request.old {
            Some(source) => Named::Text(text(source)),
            None if request.old_name.is_empty() => return Err(Error::invalid("NO_POLICY", "name the old policy")),
            None => Named::Registered(request.old_name, request.old_version),
        };
        let pieces = match self.scoring.compare_impact(&request.cycle, old, new).await? {
            Ok(comparison) => {
                self.several_read(permit, "CompareImpact", &comparison.run.cycle.name()).await?;
                let run = self.with_about(&comparison.run).await?;
                comparison_pieces(*comparison, run)
            }
            Err(refusals) => {
                let failures = refusals.into_iter().map(diagnostics::failure).collect();
                vec![proto::CompareImpactResponse { failures, ..Default::default() }]
            }
        };
        Ok(Box::pin(tokio_stream::iter(pieces.into_iter().map(Ok))))
    }
}

fn comparison_pieces(comparison: Comparison, run: proto::Run) -> Vec<proto::CompareImpactResponse> {
    let Comparison { preview, old, new, impact, .. } = comparison;
    let totals = impact.totals.into_iter().map(|total| proto::ImpactTotal {
        before: Some(wire::money(total.before)),
        after: Some(wire::money(total.after)),
        gaining: total.gaining,
        losing: total.losing,
        unchanged: total.unchanged,
    });
    let head = proto::Impact {
        run: Some(run),
        preview,
        old: Some(messages::policy(&old, false)),
        new: Some(messages::policy(&new, false)),
        totals: totals.collect(),
        newly_not_scored: impact.newly_not_scored.into_iter().map(messages::finding).collect(),
        no_longer_not_scored: impact.no_longer_not_scored.into_iter().map(messages::finding).collect(),
    };
    let mut pieces = vec![proto::CompareImpactResponse { impact: Some(head), ..Default::default() }];
    let rows = impact.rows.into_iter().map(|row| proto::ImpactRow {
        participant: row.participant.name(),
        before: Some(wire::money(row.before)),
        after: Some(wire::money(row.after)),
    });
    for rows in rows.collect::<Vec<_>>().chunks(PIECE) {
        pieces.push(proto::CompareImpactResponse { rows: rows.to_vec(), ..Default::default() });
    }
    pieces
}

fn total((amount, held): (Money, Money)) -> proto::LineTotal {
    proto::LineTotal { amount: Some(wire::money(amount)), held: Some(wire::money(held)) }
}

fn policy(policy: PolicyExplained) -> proto::PolicyExplanation {
    proto::PolicyExplanation {
        policy: policy.policy,
        version: policy.version,
        period: policy.period,
        applies: policy.applies,
        why: policy.why,
        outputs: policy.outputs.into_iter().map(output).collect(),
        results: policy.results.into_iter().map(counted).collect(),
    }
}

fn output(output: OutputExplained) -> proto::OutputExplanation {
    let (value, reason) = match output.value {
        Ok(value) => (Some(wire::value(&value.0)), String::new()),
        Err(reason) => (None, reason),
    };
    proto::OutputExplanation {
        output: output.output,
        kind: output.kind.to_owned(),
        about: output.about,
        value,
        reason,
        figures: output.figures,
    }
}

fn counted(result: Counted) -> proto::CountedResult {
    proto::CountedResult {
        result: result.result,
        record: result.record,
        list: result.list,
        dated: result.dated.map(|day| day.to_string()).unwrap_or_default(),
        value: result.value.map(wire::money),
        credited: result.credited.map(wire::money),
        credited_as: result.credited_as,
        share: result.share.map(|share| share.to_string()).unwrap_or_default(),
        counted_in: result.counted_in,
    }
}

fn uncounted(result: Uncounted) -> proto::UncountedResult {
    proto::UncountedResult {
        result: result.result,
        record: result.record,
        dated: result.dated.to_string(),
        reason: result.reason,
    }
}
