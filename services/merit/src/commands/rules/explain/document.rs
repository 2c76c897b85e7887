//! An explanation for programs.

use merit_proto::scoring::v1::{
    CountedResult, ExplainPersonResponse, Line, LineKind, LineTotal, OutputExplanation, PolicyExplanation,
};
use serde_json::{Value, json};

use crate::commands::{id, review};
use crate::show::figures;

/// All of it.
pub(super) fn of(person: &str, told: &ExplainPersonResponse, state: &str) -> Value {
    let run = told.run.clone().unwrap_or_default();
    json!({
        "person": person, "cycle": id(&run.cycle), "run": id(&run.name), "preview": told.preview, "state": state,
        "lines": told.lines.iter().map(line).collect::<Vec<_>>(),
        "totals": told.totals.iter().map(total).collect::<Vec<_>>(),
        "posted": told.posted.iter().map(total).collect::<Vec<_>>(),
        "policies": told.policies.iter().map(policy).collect::<Vec<_>>(),
        "uncounted": told.uncounted.iter().map(|result| json!({
            "result": result.result, "record": result.record, "dated": result.dated, "reason": result.reason,
        })).collect::<Vec<_>>(),
        "findings": review::findings_document(&told.findings),
    })
}

fn line(line: &Line) -> Value {
    let kind = match line.kind() {
        LineKind::Payout => "payout",
        LineKind::Contest => "contest",
        LineKind::Settlement => "settlement",
        LineKind::Release => "release",
        LineKind::Adjustment => "adjustment",
        LineKind::Unspecified => "other",
    };
    json!({
        "kind": kind, "run": id(&line.run), "policy": line.policy, "version": line.version, "payout": line.payout,
        "line": line.line, "amount": figures::plain_amount(line.amount.as_ref()),
        "held": figures::plain_amount(line.held.as_ref()),
        "currency": line.amount.as_ref().map(|amount| &amount.currency_code), "earned_on": line.earned_on,
        "payable_on": line.payable_on, "reason": line.reason, "words": line.figures,
    })
}

fn total(total: &LineTotal) -> Value {
    json!({
        "currency": total.amount.as_ref().map(|amount| &amount.currency_code),
        "amount": figures::plain_amount(total.amount.as_ref()), "held": figures::plain_amount(total.held.as_ref()),
    })
}

fn policy(policy: &PolicyExplanation) -> Value {
    json!({
        "policy": policy.policy, "version": policy.version, "period": policy.period, "applies": policy.applies,
        "why": policy.why, "outputs": policy.outputs.iter().map(output).collect::<Vec<_>>(),
        "results": policy.results.iter().map(result).collect::<Vec<_>>(),
    })
}

fn output(output: &OutputExplanation) -> Value {
    json!({
        "output": output.output, "kind": output.kind, "value": output.value.as_ref().map(figures::plain),
        "unit": output.value.as_ref().map(figures::unit),
        "not_scored": if output.value.is_none() { Some(&output.reason) } else { None }, "words": output.figures,
    })
}

fn result(result: &CountedResult) -> Value {
    json!({
        "result": result.result, "record": result.record, "list": result.list, "dated": result.dated,
        "value": result.value.as_ref().map(|money| figures::plain_amount(Some(money))),
        "credited": result.credited.as_ref().map(|money| figures::plain_amount(Some(money))),
        "currency": result.credited.as_ref().or(result.value.as_ref()).map(|money| &money.currency_code),
        "credited_as": result.credited_as, "share": figures::plain_ratio(&result.share),
        "counted_in": result.counted_in,
    })
}
