//! The results that a policy read, and those that count nowhere.

use merit_proto::scoring::v1::{CountedResult, ExplainPersonResponse, Finding, FindingKind, PolicyExplanation};

use crate::show::{Screen, figures};

/// Results that are listed one by one; `--json` has them all.
const SHOWN: usize = 60;

/// What a policy read, list by list; a list that a policy before it read in the same way is not listed again.
pub(super) fn show(screen: Screen, policy: &PolicyExplanation, before: &[&PolicyExplanation]) {
    for results in policy.results.chunk_by(|a, b| a.list == b.list) {
        let Some(first) = results.first() else { continue };
        let known = before.iter().find(|policy| same(&policy.results, results, &first.list));
        if let Some(known) = known {
            let counted = counts(results);
            let words = format!("{}: the same {} as under {}, {counted}", first.list, results.len(), known.policy);
            screen.wrapped(2, words);
            continue;
        }
        screen.line(format!("  {} that it read: {}", first.list, results.len()));
        list(screen, results);
    }
}

fn list(screen: Screen, results: &[CountedResult]) {
    let valued = results.iter().any(|result| result.value.is_some());
    let shared = results.iter().any(|result| !result.credited_as.is_empty());
    let mut head = vec!["    id", "dated"];
    if valued {
        head.push("#value");
    }
    if shared {
        head.extend(["credited as", "#share", "#credited"]);
    }
    head.push("counted in");
    let row = |result: &CountedResult| {
        let mut row = vec![format!("    {}", result.result), result.dated.clone()];
        if valued {
            row.push(figures::amount(result.value.as_ref()));
        }
        if shared {
            let credited = figures::amount(result.credited.as_ref());
            row.extend([result.credited_as.clone(), figures::exact_percent(&result.share), credited]);
        }
        row.push(if result.counted_in.is_empty() { "nothing".to_owned() } else { result.counted_in.join(", ") });
        row
    };
    let rows: Vec<_> = results.iter().take(SHOWN).map(row).collect();
    screen.table(&head, &rows);
    if results.len() > SHOWN {
        screen.line(format!("    … and {} more; --json prints them all", results.len() - SHOWN));
    }
}

/// Whether a policy read just these of the list, credited just so.
fn same(all: &[CountedResult], these: &[CountedResult], list: &str) -> bool {
    let key = |result: &CountedResult| (result.result.clone(), result.credited.clone(), result.credited_as.clone());
    all.iter().filter(|result| result.list == list).map(key).eq(these.iter().map(key))
}

/// `7 counted in bookings, 5 in new_deals`.
fn counts(results: &[CountedResult]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for name in results.iter().flat_map(|result| &result.counted_in) {
        match counts.iter_mut().find(|(own, _)| own == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    let words: Vec<String> = counts.iter().map(|(name, count)| format!("{count} in {name}")).collect();
    if words.is_empty() { "none of them counted".to_owned() } else { format!("counted {}", words.join(", ")) }
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
    let findings: Vec<&Finding> = told.findings.iter().filter(|finding| !is_told(finding, told)).collect();
    if !findings.is_empty() {
        screen.heading("found while this was computed");
    }
    for finding in findings {
        let kind = match finding.kind() {
            FindingKind::NotScored => "not scored",
            FindingKind::NotCovered => "covered by no policy",
            FindingKind::NotCredited => "not credited",
            FindingKind::Guideline => "a guideline",
            FindingKind::Unspecified => "found",
        };
        let what: Vec<&str> =
            [finding.policy.as_str(), finding.output.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        let what = if what.is_empty() { String::new() } else { format!(" ({})", what.join(": ")) };
        screen.wrapped(2, format!("{kind}{what}: {}", finding.reason));
    }
}

/// Whether an output or a result above says it already.
fn is_told(finding: &Finding, told: &ExplainPersonResponse) -> bool {
    if finding.kind() == FindingKind::NotCredited {
        return told.uncounted.iter().any(|result| finding.reason.contains(&result.result));
    }
    let own = told.policies.iter().filter(|policy| policy.applies && policy.policy == finding.policy);
    finding.kind() == FindingKind::NotScored
        && own.flat_map(|policy| &policy.outputs).any(|output| output.output == finding.output)
}
