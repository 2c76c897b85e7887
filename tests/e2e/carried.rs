//! What one quarter leaves to the next: pay that waits for an event, and what a spreadsheet left before the first close.

use crate::merit::{Merit, small};

const HEAD: &str = "person,policy,what,value,first_day,last_day,payout,until\n";

/// The small organisation with quotas and deals in the second quarter too.
fn two_quarters() -> Merit {
    let merit = Merit::small();
    merit.ok(&["cycle", "open", "2026-Q2", "--zone", "America/New_York"]);
    let goals = "goal_id,cycle,owner_kind,owner,title,measure,weight,target\n\
        ana-q2,2026-Q2,person,ana,New business of $50k from clinics,bookings,100%,USD 50000.00\n";
    let deals = "external_id,record,amount,owner,closed,is_new\nD-21,Deal,USD 40000.00,ana,2026-05-04,yes\n";
    for (kind, text) in [("goals", goals), ("results", deals)] {
        let file = merit.file("q2.csv", text);
        merit.ok(&["import", kind, &file, "--profile", "merit"]);
    }
    merit.ok(&["rules", "publish", &small("policies")]);
    merit
}

fn close(merit: &Merit, cycle: &str) {
    merit.run(&["review", "run", "--cycle", cycle]).expect(4);
    merit.ok(&["review", "approve", "--cycle", cycle, "--reason", "checked"]);
    assert!(merit.ok(&["review", "verify", "--cycle", cycle]).contains("same to the byte"));
}

/// The third quarter's ledger of ana, from the payout on.
fn of_ana(merit: &Merit) -> Vec<String> {
    let ledger = merit.export("ledger");
    let rows = ledger.lines().filter(|row| row.contains(",ana,"));
    rows.map(|row| row.split_once("Small plan,1,").unwrap().1.to_owned()).collect()
}

#[test]
fn pay_that_is_held_back_comes_with_its_event() {
    let merit = two_quarters();
    // 5% of 40,000 is 2,000, a tenth of it held back.
    close(&merit, "2026-Q2");
    let events = merit.file("events.csv", "event,cycle,person,date\npaid_in,2026-Q2,,2026-07-20\n");
    let dry = merit.ok(&["import", "events", &events, "--profile", "merit", "--dry-run"]);
    assert!(dry.contains("would add 1") && dry.contains("nothing was written"), "{dry}");
    assert!(merit.ok(&["import", "events", &events, "--profile", "merit"]).contains("added 1"));
    assert!(merit.ok(&["import", "events", &events, "--profile", "merit"]).contains("1 as on record"));

    merit.run(&["review", "run", "--cycle", "2026-Q3"]).expect(4);
    let status = merit.ok(&["review", "status", "--cycle", "2026-Q3"]);
    assert!(status.contains("held back; $200.00 that was held back earlier is payable now"), "{status}");
    merit.approve();
    assert_eq!(
        of_ana(&merit),
        [
            "cap total,2026-Q3,-500.00,0.00,USD,2026-09-30,2026-09-30,Plan section 5",
            "commission,\"2026-04-01 to 2026-06-30, paid_in, 2026-09-30\",0.00,-200.00,USD,2026-06-30,2026-09-30,$200.00 that was held back is payable now: paid_in came (The invoices are paid)",
            "commission,2026-Q3,7500.00,750.00,USD,2026-09-30,2026-09-30,Plan section 4",
        ]
    );
    // 7,500 − 500 earned, 750 of it held, 200 freed.
    assert!(
        merit.export("payees").contains("2026-Q3,ana,7000.00,750.00,USD,200.00,6450.00"),
        "{}",
        merit.export("payees")
    );
    assert!(merit.export("scorecards").contains("2026-Q3,person,ana,ana,release,commission,200.00,USD,"));
    assert!(merit.ok(&["review", "verify", "--cycle", "2026-Q3"]).contains("same to the byte"));

    merit.ok(&["review", "publish", "--cycle", "2026-Q3"]);
    merit.ok(&["mail", "send", "--to", "outbox"]);
    let mails = std::fs::read_dir(merit.path("outbox")).unwrap().map(|entry| entry.unwrap().path());
    let mails: Vec<String> = mails.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let ana = mails.iter().find(|mail| mail.contains("ana@example.com") && mail.contains("held back earlier")).unwrap();
    for said in ["Quarterly commission, held back earlier", "$200.00", "$6,450.00"] {
        assert!(ana.contains(said), "{said}\n{ana}");
    }
    assert!(!ana.contains("-$200.00"), "{ana}");
}

#[test]
fn a_bad_file_of_events_or_balances_is_named_line_by_line_and_not_taken() {
    let merit = two_quarters();
    let events = "event,cycle,person,date\npaid_inn,2026-Q2,,2026-07-20\npaid_in,2026-Q9,ana,2026-07-20\n";
    let events = merit.file("events.csv", events);
    let refused = merit.run(&["import", "events", &events, "--profile", "merit"]).expect(1).err;
    for said in ["line 2, column `event`", "did you mean `paid_in`?", "line 3, column `cycle`", "2026-Q9"] {
        assert!(refused.contains(said), "{said}\n{refused}");
    }
    let rows = "ana,Small plan,commision,USD 1.00,2026-01-01,2026-03-31,,\n\
        ana,Small plan,attainment,lots,2026-01-01,2026-03-31,,\n\
        ana,Small plan,held,USD 1.00,2026-01-01,2026-03-31,commission,paid\n";
    let balances = merit.file("balances.csv", format!("{HEAD}{rows}"));
    let refused = merit.run(&["import", "balances", &balances, "--profile", "merit"]).expect(1).err;
    for said in ["did you mean `commission`?", "`lots` is not", "no event `paid`; it has paid_in"] {
        assert!(refused.contains(said), "{said}\n{refused}");
    }
    close(&merit, "2026-Q2");
    let late = "ana,Small plan,commission,USD 1.00,2026-06-01,2026-06-30,,\n";
    let balances = merit.file("balances.csv", format!("{HEAD}{late}"));
    let refused = merit.run(&["import", "balances", &balances, "--profile", "merit"]).expect(1).err;
    assert!(
        refused.contains("2026-Q2 is closed; its figures are on record: correct them by an adjustment"),
        "{refused}"
    );
}

#[test]
fn opening_balances_in_another_order_give_the_same_bytes() {
    let rows = [
        "ana,Small plan,held,USD 120.00,2026-04-01,2026-06-30,commission,paid_in",
        "ana,Small plan,commission,USD 1200.00,2026-04-01,2026-06-30,,",
        "bo,Small plan,held,USD 30.00,2026-01-01,2026-03-31,commission,paid_in",
        "bo,Small plan,attainment,85%,2026-01-01,2026-06-30,,",
    ];
    let closed = |turned: bool| {
        let merit = Merit::small();
        merit.ok(&["cycle", "open", "2026-Q2", "--zone", "America/New_York"]);
        merit.ok(&["cycle", "open", "2026-Q1", "--zone", "America/New_York"]);
        merit.ok(&["rules", "publish", &small("policies")]);
        let mut rows = rows.to_vec();
        let mut events = ["paid_in,2026-Q2,ana,2026-07-03", "paid_in,2026-Q1,,2026-08-01"];
        if turned {
            rows.reverse();
            events.reverse();
        }
        let file = merit.file("balances.csv", format!("{HEAD}{}\n", rows.join("\n")));
        merit.ok(&["import", "balances", &file, "--profile", "merit"]);
        let file = merit.file("events.csv", format!("event,cycle,person,date\n{}\n", events.join("\n")));
        merit.ok(&["import", "events", &file, "--profile", "merit"]);
        close(&merit, "2026-Q3");
        merit
    };
    let (first, second) = (closed(false), closed(true));
    let payees = first.export("payees");
    // Freed: 120 of ana's second quarter, 30 of bo's first.
    assert!(payees.contains("2026-Q3,ana,7000.00,750.00,USD,120.00,6370.00"), "{payees}");
    assert!(payees.contains("2026-Q3,bo,1500.02,150.00,USD,30.00,1380.02"), "{payees}");
    for what in ["ledger", "scores", "credits", "payees", "scorecards"] {
        assert_eq!(first.export(what), second.export(what), "{what}");
    }
}
