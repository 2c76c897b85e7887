//! The results that a policy read, and those that count nowhere.

use merit_proto::scoring::v1::{CountedResult, ExplainPersonResponse, FindingKind, PolicyExplanation};

use crate::show::{Screen, figures};

/// Results that are listed one by one; `--json` has them all.
const SHOWN: usize = 60;

/// What a policy read, list by list.
pub(super) fn show(screen: Screen, policy: &PolicyExplanation) {
    for results in policy.results.chunk_by(|a, b| a.list == b.list) {
        let Some(first) = results.first() else { continue };
        screen.line(format!("  {} that it read: {}", first.list, results.len()));
        let shared = results.iter().any(|result| !result.credited_as.is_empty());
        let mut head = vec!["    id", "dated", "#value"];
        if shared {
            head.extend(["credited as", "#share", "#credited"]);
        }
        head.push("counted in");
        let rows: Vec<_> = results.iter().take(SHOWN).map(|result| row(result, shared)).collect();
        screen.table(&head, &rows);
        if results.len() > SHOWN {
            screen.line(format!("    … and {} more; --json prints them all", results.len() - SHOWN));
        }
    }
}

fn row(result: &CountedResult, shared: bool) -> Vec<String> {
    let mut row = vec![format!("    {}", result.result), result.dated.clone(), figures::amount(result.value.as_ref())];
    if shared {
        let credited = figures::amount(result.credited.as_ref());
        row.extend([result.credited_as.clone(), figures::exact_percent(&result.share), credited]);
    }
    row.push(if result.counted_in.is_empty() { "nothing".to_owned() } else { result.counted_in.join(", ") });
    row
}

/// What names the person and counts for them nowhere, and what else could not be credited or scored.
pub(super) fn show_uncounted(screen: Screen, told: &ExplainPersonResponse) {
    if !told.uncounted.is_empty() {
        screen.heading(&format!("results that count for nothing here: {}", told.uncounted.len()));
        for result in told.uncounted.iter().take(SHOWN) {
            screen.wrapped(2, format!("{} {}, {}: {}", result.record, result.result, result.dated, result.reason));
        }
        if told.uncounted.len() > SHOWN {
            screen.line(format!("  … and {} more; --json prints them all", told.uncounted.len() - SHOWN));
        }
    }
    if !told.findings.is_empty() {
        screen.heading("found while this was computed");
    }
    for finding in &told.findings {
        let kind = match finding.kind() {
            FindingKind::NotScored => "not scored",
            FindingKind::NotCovered => "covered by no policy",
            FindingKind::NotCredited => "not credited",
            FindingKind::Unspecified => "found",
        };
        let what: Vec<&str> =
            [finding.policy.as_str(), finding.output.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        let what = if what.is_empty() { String::new() } else { format!(" ({})", what.join(": ")) };
        screen.wrapped(2, format!("{kind}{what}: {}", finding.reason));
    }
}
