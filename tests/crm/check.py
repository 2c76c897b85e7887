#!/usr/bin/env python3
"""Computes each agent's won value, attainment and commission for 2017-Q3 from the CRM's own files, with exact fractions and
nothing of Merit's, and compares them with what Merit exported. Ends with 1 and a line for each difference.

usage: check.py CRM-FOLDER LEDGER.csv SCORES.csv
"""

import collections
import csv
import decimal
import pathlib
import re
import sys
from fractions import Fraction

# Up to here (share of quota) at this rate; each rate on its own band only.
BANDS = [(Fraction(1, 2), "0.03"), (Fraction(1), "0.055"), (Fraction(6, 5), "0.09"), (None, "0.125")]


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def person_id(name):
    """As the profile makes it. The export's names are plain Latin."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower().replace("'", "")).strip("-")


def rounded(value, places):
    """To so many decimal places, a half to the even neighbour: so `round` does with a fraction."""
    return Fraction(round(value * 10**places), 10**places)


def shown(value):
    """For people; up to twelve places are exact here."""
    return "missing" if value is None else f"{value.numerator / decimal.Decimal(value.denominator):f}"


def won(deals, first, last):
    total = collections.defaultdict(Fraction)
    for deal in deals:
        if deal["deal_stage"] == "Won" and first <= deal["close_date"] <= last:
            total[deal["sales_agent"]] += Fraction(deal["close_value"])
    return total


def commission(value, quota):
    paid, below = Fraction(0), Fraction(0)
    for top, rate in BANDS:
        upper = value if top is None else min(value, top * quota)
        if upper > below:
            paid += (upper - below) * Fraction(rate)
            below = upper
    return rounded(paid, 2)


def expected(crm):
    """By participant: the outputs that Merit should have exported; without a quota only what was won."""
    deals = rows(crm / "sales_pipeline.csv")
    before, now = won(deals, "2017-04-01", "2017-06-30"), won(deals, "2017-07-01", "2017-09-30")
    people = {}
    for agent in rows(crm / "sales_teams.csv"):
        name = agent["sales_agent"]
        value = now.get(name, Fraction(0))
        found = {"bookings": value}
        if before.get(name, 0) > 0:
            quota = rounded(before[name] * Fraction(105, 100), 2)
            found["attainment"] = rounded(value / quota, 12)
            found["commission"] = commission(value, quota)
        people[person_id(name)] = found
    return people


def exported(path):
    """By participant: bookings, attainment and commission, each of which may come once."""
    people = collections.defaultdict(dict)
    for row in rows(path):
        output = row["output"]
        if output in ("bookings", "attainment", "commission") and row["value"] != "":
            person = row["participant"].removeprefix("people/")
            if output in people[person]:
                sys.exit(f"{path}: {person} has two values of {output}")
            people[person][output] = Fraction(row["value"])
    return people


def ledger(path):
    """By participant: the sum of the lines' amounts."""
    people = collections.defaultdict(Fraction)
    for row in rows(path):
        if row["cycle"].removeprefix("cycles/") != "2017-Q3" or row["currency"] != "USD":
            sys.exit(f"{path}: a line of {row['cycle']} in {row['currency']}")
        people[row["participant"].removeprefix("people/")] += Fraction(row["amount"])
    return people


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    crm, ledger_file, scores_file = map(pathlib.Path, sys.argv[1:])
    wanted, scores, paid = expected(crm), exported(scores_file), ledger(ledger_file)
    wrong, compared = [], 0
    for person, outputs in sorted(wanted.items()):
        found = scores.get(person, {})
        for output in ("bookings", "attainment", "commission"):
            compared += 1
            if found.get(output) != outputs.get(output):
                wrong.append(f"{person}: {output} is {shown(found.get(output))} and should be {shown(outputs.get(output))}")
        due = outputs.get("commission", Fraction(0))
        compared += 1
        if paid.get(person, Fraction(0)) != due:
            wrong.append(f"{person}: the ledger has {shown(paid.get(person))} and should have {shown(due)}")
    strangers = sorted(person for person, amount in paid.items() if person not in wanted and amount != 0)
    wrong += [f"{person}: the ledger pays {shown(paid[person])} to somebody who is no agent" for person in strangers]
    for line in wrong:
        print(line, file=sys.stderr)
    agents = sum("commission" in outputs for outputs in wanted.values())
    print(f"{compared} figures of {len(wanted)} agents compared ({agents} with a quota), {len(wrong)} differ")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
