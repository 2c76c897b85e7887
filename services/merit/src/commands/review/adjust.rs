//! `merit review adjust`: a manual entry with a reason.

use merit_core::ids::PersonId;
use merit_core::{Currency, Error, Money, Ratio, Result};
use merit_platform::wire;
use merit_proto::scoring::v1::CreateAdjustmentRequest;

use super::export;
use crate::cli::Adjust;
use crate::commands::{answer, cycle_name, id};
use crate::exit::Outcome;
use crate::session::Session;
use crate::show::{Screen, figures};

pub(crate) async fn run(screen: Screen, session: &Session, args: &Adjust) -> Result<Outcome> {
    let participant = PersonId::new(args.participant.strip_prefix("people/").unwrap_or(&args.participant))?;
    let amount = parse_amount(&args.amount)?;
    let request = CreateAdjustmentRequest {
        cycle: cycle_name(&args.cycle)?,
        participant: participant.name(),
        amount: Some(wire::money(amount)),
        reason: args.reason.clone(),
        request_id: args.request_id.clone(),
        ..Default::default()
    };
    let line = answer(session.scoring().create_adjustment(request).await)?.line.unwrap_or_default();
    screen.line(format!(
        "{}: {} for {}, because {}",
        line.line,
        figures::amount(line.amount.as_ref()),
        id(&line.participant),
        line.reason
    ));
    screen.json(&export::line_document(&line));
    Ok(Outcome::Done)
}

/// Reads `USD 250.00`, `USD -250`, `-USD 1,250.00`, `$250` or `$-12.50`.
fn parse_amount(typed: &str) -> Result<Money> {
    let bad = || {
        Error::invalid(
            "BAD_MONEY",
            format!("`{typed}` is not an amount with its currency, like \"USD 250.00\" or \"$-12.50\""),
        )
    };
    let text = typed.trim();
    let (outer, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest.trim_start()));
    let (currency, number) = match text.strip_prefix('$') {
        Some(number) => (Currency::USD, number),
        None => {
            let (code, number) = text.split_once(' ').ok_or_else(bad)?;
            (code.parse()?, number)
        }
    };
    let number = number.trim();
    let grouped = number.trim_start_matches('-').split('.').next().unwrap_or_default();
    let groups: Vec<_> = grouped.split(',').collect();
    let well_grouped = groups.len() == 1
        || (groups.first().is_some_and(|g| (1..=3).contains(&g.len())) && groups.iter().skip(1).all(|g| g.len() == 3));
    if !well_grouped || (outer && number.starts_with('-')) {
        return Err(bad());
    }
    let major: Ratio = number.replace(',', "").parse().map_err(|_| bad())?;
    Money::from_major(&if outer { -major } else { major }, currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_people_type_them() {
        for (typed, canonical) in [
            ("USD 250.00", "USD 250.00"),
            ("USD -250", "USD -250.00"),
            ("$1,250.5", "USD 1250.50"),
            ("$-12.50", "USD -12.50"),
            ("-$12.50", "USD -12.50"),
            ("EUR 1", "EUR 1.00"),
        ] {
            assert_eq!(parse_amount(typed).unwrap().to_string(), canonical, "{typed}");
        }
        for (typed, reason) in [
            ("250", "BAD_MONEY"),
            ("USD", "BAD_MONEY"),
            ("XXQ 5", "UNKNOWN_CURRENCY"),
            ("$1,2", "BAD_MONEY"),
            ("-$-5", "BAD_MONEY"),
            ("$1.005", "TOO_PRECISE"),
        ] {
            assert_eq!(parse_amount(typed).unwrap_err().reason, reason, "{typed}");
        }
    }
}
