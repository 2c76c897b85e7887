//! What an auditor asks: who saw whose pay and scorecards.

use serde_json::Value;

use crate::merit::Merit;

/// Reader, person and what was read of each entry, the latest first.
fn told(document: &Value) -> Vec<String> {
    let words = |read: &Value| {
        let word = |key: &str| read[key].as_str().unwrap().to_owned();
        let of = word("of").split("/2026-q3-").next().unwrap().to_owned();
        format!("{} {}: {} {of} by {}", word("reader"), word("person"), word("what"), word("method"))
    };
    document["reads"].as_array().unwrap().iter().map(words).collect()
}

#[test]
fn whoever_saw_pay_scorecards_or_mails_is_in_one_list() {
    let merit = Merit::composed();
    assert_eq!(merit.ok(&["reads", "--by", "audrey"]), "no such read is on record\n");
    merit.approve();
    merit.ok(&["review", "publish", "--cycle", "2026-Q3"]);
    let token = |person: &str, role: &str| merit.secret(person, merit.ok(&["token", "--as", person, "--role", role]));
    let (audrey, cy) = (token("audrey", "auditor"), token("cy", "manager"));
    for what in ["scorecards", "ledger"] {
        merit.ok(&["review", "export", "--what", what, "--format", "csv", "--cycle", "2026-Q3", "--token", &audrey]);
    }
    merit.ok(&["mail", "send", "--to", "outbox"]);

    let all = merit.run(&["reads", "--json", "--token", &audrey]).expect(0).json();
    assert_eq!(all["more"], false);
    let all = told(&all);
    let latest = [
        "operator : mails  by FetchMails",
        "audrey : pay cycles/2026-Q3 by ListLines",
        "audrey : scorecards runs by ListScorecards",
    ];
    assert_eq!(all[..3], latest, "{all:#?}");
    // What our own parts read for an approval is on record, too.
    assert!(all[3..].iter().any(|read| read.starts_with("service : pay runs")), "{all:#?}");

    let of_one = merit.run(&["reads", "--by", "audrey", "--newest", "1", "--json"]).expect(0).json();
    assert_eq!((told(&of_one), &of_one["more"]), (vec![latest[1].to_owned()], &Value::Bool(true)));
    let until = of_one["reads"][0]["read_at"].as_str().unwrap();
    let before = merit.run(&["reads", "--by", "audrey", "--until", until, "--json"]).expect(0).json();
    assert_eq!(told(&before), [latest[2]]);
    assert_eq!(merit.ok(&["reads", "--since", "2999-01-01"]), "no such read is on record\n");

    let table = merit.ok(&["reads", "--by", "audrey", "--newest", "1"]);
    let row = table.lines().nth(1).unwrap();
    assert!(row.contains("audrey  auditor  several people  pay 2026-Q3  ListLines"), "{table}");
    assert!(table.lines().nth(2).unwrap().contains("--newest"), "{table}");

    assert!(merit.run(&["reads", "--since", "yesterday"]).expect(1).err.contains("a day like 2026-10-05"));
    assert!(merit.run(&["reads", "--token", &cy]).expect(3).err.contains("your role may not do this"));
}
