//! Events and opening balances.

use merit_platform::wire;

use super::*;

const EVENTS: &str = include_str!("../../../../../tests/sample/profiles/events.toml");
const BALANCES: &str = include_str!("../../../../../tests/sample/profiles/balances.toml");

#[test]
fn events_are_for_a_person_or_for_everybody() {
    let csv =
        "What,Quarter,Seller,Paid on\nInvoices paid,2026-Q2,,7/20/2026\ninvoices_paid,2026-Q3,Ana Silva,10/12/2026\n";
    let reading = reading(EVENTS, csv).unwrap();
    let Rows::Events(rows) = &reading.rows else { panic!("{reading:?}") };
    let told: Vec<_> =
        rows.iter().map(|r| format!("{} {} {} {} {}", r.line, r.event, r.cycle, r.person, r.on)).collect();
    assert_eq!(
        told,
        ["2 invoices_paid cycles/2026-Q2  2026-07-20", "3 invoices_paid cycles/2026-Q3 people/ana-silva 2026-10-12"]
    );
    assert_eq!(
        wrong(EVENTS, "What,Quarter,Seller,Paid on\n,2026-Q2,Zed,20/7/2026\n"),
        [
            "line 2, column `Paid on`: `20/7/2026` is not a day; correct it, or say in the profile how `dates` are written (month/day/year now)",
            "line 2, column `Seller`: nobody is called `Zed`; correct the name, or import people first",
            "line 2, column `What`: `event` is empty, and it is needed; fill it in, or leave the row out",
        ]
    );
}

#[test]
fn balances_have_the_types_that_their_policies_say() {
    let head = "person,policy,what,value,first_day,last_day,payout,until\n";
    let days = "2026-01-01,2026-06-30";
    let csv = format!(
        "{head}ana-silva,Plan,bookings,\"200,000\",{days},,\nana-silva,Plan,on_target,yes,{days},,\n\
         ana-silva,Plan,owed,4000,{days},,\nana-silva,Plan,held,USD 5,{days},commission,invoices_paid\n\
         ana-silva,Plan,recognition,First deal,{days},,\nana-silva,Plan,bookings,,{days},,\nana-silva,Plan,elsewhere,x,{days},,\n"
    );
    let reading = reading(BALANCES, &csv).unwrap();
    let Rows::Balances(rows) = &reading.rows else { panic!("{reading:?}") };
    let told: Vec<_> = rows
        .iter()
        .map(|r| {
            let value = r.value.as_ref().map(|value| wire::parse_value(value).unwrap());
            let value = value.map(|value| format!("{} {value}", value.kind().word())).unwrap_or_default();
            format!("{} {} {} {} {}", r.what, value, r.first_day, r.payout, r.until).trim().to_owned()
        })
        .collect();
    assert_eq!(
        told,
        [
            "bookings money USD 200000.00 2026-01-01",
            "on_target yes/no yes 2026-01-01",
            "owed money USD 4000.00 2026-01-01",
            "held money USD 5.00 2026-01-01 commission invoices_paid",
            "recognition text First deal 2026-01-01",
            "bookings  2026-01-01",
            // Scoring says that the policy has no such name.
            "elsewhere text x 2026-01-01",
        ]
    );
    assert_eq!(
        wrong(BALANCES, &format!("{head}ana-silva,Plan,on_target,maybe,{days},,\n,Plan,owed,much,{days},,\n")),
        [
            "line 2, column `value`: `maybe` is not yes or no; give the profile `aliases` that say which it is",
            "line 3, column `person`: `person` is empty, and it is needed; fill it in, or leave the row out",
            "line 3, column `value`: `much` is not a number",
        ]
    );
}
