#!/usr/bin/env python3
"""Computes every payout of the sample organisation's plans for 2026-Q2 and 2026-Q3 from the CSV files, with exact fractions and
nothing of Merit's, and compares it, line by line and to the cent, with the ledgers that Merit exported. Ends with 1 and a line
for each difference.

usage: check.py SAMPLE-FOLDER LEDGER-Q2.csv LEDGER-Q3.csv
"""

import collections
import csv
import datetime
import pathlib
import sys
from fractions import Fraction

CYCLES = {"2026-Q2": (datetime.date(2026, 4, 1), datetime.date(2026, 7, 1)), "2026-Q3": (datetime.date(2026, 7, 1), datetime.date(2026, 10, 1))}
FILES = {"2026-Q2": "2026-q2", "2026-Q3": "2026-q3"}
CENT = Fraction(1, 100)
NOTHING = (Fraction(0), Fraction(0))


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def both(folder, kind):
    """A kind's rows of both quarters."""
    return [row for name in FILES.values() for row in rows(folder / f"{kind}-{name}.csv")]


def money(text):
    return Fraction(text.replace("$", "").replace(",", ""))


def percent(text):
    return Fraction(text.rstrip("%")) / 100


def day(text):
    month, day_of_month, year = text.split("/")
    return datetime.date(int(year), int(month), int(day_of_month))


def cents(value):
    """Half to the even cent: so `round` does with a fraction."""
    return Fraction(round(value * 100), 100)


def down(value):
    return Fraction(int(value * 100), 100)


def slices(amount, base, bands):
    """Each rate on its own band only. The last band has no top; tops are shares of the base."""
    paid, low = Fraction(0), Fraction(0)
    for top, rate in bands:
        high = amount if top is None else min(amount, Fraction(top) * base)
        if high > low:
            paid += (high - low) * Fraction(rate)
            low = high
    return paid


def on_curve(at, points, below, above):
    """Straight lines between points; outside them a number, or none for the nearest point's."""
    if at < points[0][0]:
        return points[0][1] if below is None else below
    if at > points[-1][0]:
        return points[-1][1] if above is None else above
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if at <= x1:
            return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    return points[-1][1]


def largest_remainder(total, weights):
    """A sum in cents divided by weights, to the cent: first down, then a cent each to the largest remainders."""
    whole = sum(weights)
    exact = [total * 100 * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[: int(total * 100) - sum(parts)]:
        parts[index] += 1
    return [Fraction(part, 100) for part in parts]


class Sample:
    """What the files say, by day where it changes."""

    def __init__(self, folder):
        self.versions = collections.defaultdict(list)
        people = rows(folder / "people-2026-q2.csv") + rows(folder / "people-changes-2026-q3.csv")
        names = {}
        for row in people:
            names.setdefault(row["Name"], row["User name"])
        # Two people of one name are nowhere named by it.
        for row in people:
            said = {key: value for key, value in row.items() if value}
            known = self.versions[row["User name"]]
            before = known[-1][1] if known else {}
            known.append((day(row["In force from"]), {**before, **said}))
        self.id = lambda name: names[name]
        self.quotas = collections.defaultdict(dict)
        for row in both(folder, "goals"):
            if row["owner_kind"] == "person" and row["measure"] in ("bookings", "accepted_pipeline", "expansion"):
                self.quotas[(row["owner"], row["cycle"])][row["measure"]] = money(row["target"])
            self.quotas["by id", row["goal_id"]] = (row["owner"], row["cycle"], row["measure"])
        # The later target is the one in force at the end.
        for row in rows(folder / "goals-changes-2026-q3.csv"):
            if row["target"] and row["measure"] == "bookings":
                owner, cycle, measure = self.quotas["by id", row["goal_id"]]
                self.quotas[(owner, cycle)][measure] = money(row["target"])
        self.ratings = {}
        for row in sorted(both(folder, "ratings"), key=lambda row: row["on"]):
            cycle = next(name for name, (first, end) in CYCLES.items() if first <= datetime.date.fromisoformat(row["on"]) < end)
            self.ratings[(row["person"], row["measure"], cycle)] = row["value"]
        # A deal below $0 is put aside at import.
        self.deals = [deal for deal in both(folder, "deals") if money(deal["Annual value"]) >= 0]
        self.files = {kind: both(folder, kind) for kind in ("cancellations", "meetings", "renewals", "invoices", "payments")}
        self.events = [(row["person"], row["cycle"], datetime.date.fromisoformat(row["date"])) for row in rows(folder / "events-2026-q3.csv")]
        self.ideas = [row for row in both(folder, "ideas") if row["Stage"] == "Adopted"]

    def about(self, person, on):
        """A person's attributes on a day."""
        return [said for start, said in self.versions[person] if start <= on][-1]

    def people(self, job, cycle):
        """Who has a job at the cycle's end, and was there in it."""
        first, end = CYCLES[cycle]
        last = end - datetime.timedelta(1)
        for person, versions in sorted(self.versions.items()):
            if versions[0][0] > last:
                continue
            said = self.about(person, last)
            left = said.get("Last day")
            gone = left is not None and day(left) < first
            if said["Job"] == job and not gone and day(said["Hired"]) <= last:
                yield person, said

    def quota(self, person, cycle, measure="bookings"):
        """None where there is none, or where it is nothing."""
        quota = self.quotas[(person, cycle)].get(measure)
        return quota if quota else None

    def rating(self, person, measure, cycle):
        return self.ratings.get((person, measure, cycle))

    def credited(self, person, cycle, overlay=True, own=True):
        """Deals of the cycle with the part that the person is credited with, as an owner or as a specialist."""
        first, end = CYCLES[cycle]
        for deal in self.deals:
            if not first <= day(deal["Closed"]) < end:
                continue
            if own and self.id(deal["Owner"]) == person:
                yield deal, money(deal["Annual value"])
            if overlay and deal["Specialist"] and self.id(deal["Specialist"]) == person:
                yield deal, cents(money(deal["Annual value"]) * Fraction(30, 100))

    def in_cycle(self, kind, column, person, who, cycle):
        first, end = CYCLES[cycle]
        return [row for row in self.files[kind] if self.id(row[who]) == person and first <= day(row[column]) < end]


def new(deal):
    return deal["Type"] == "New"


def bookings(credited):
    return sum((amount for deal, amount in credited if new(deal)), Fraction(0))


def uplift(region, segment):
    if region == "East":
        return Fraction(1)
    if region == "Central":
        return Fraction(105, 100) if segment == "Enterprise" else Fraction(102, 100)
    return Fraction(104, 100)


class Executives:
    """Account executives, who carry what they earned and owe from one quarter to the next."""

    POLICY = "Account executive commission, FY26"

    def __init__(self, sample):
        self.sample = sample
        self.record = {}
        self.held = {}
        self.owed = collections.defaultdict(Fraction)

    def lines(self, cycle):
        found, reached = {}, collections.defaultdict(list)
        for person, said in self.sample.people("Account Executive", cycle):
            quota = self.sample.quota(person, cycle)
            if quota is not None:
                credited = list(self.sample.credited(person, cycle))
                found[(person, self.POLICY, "commission")] = self.commission(person, said, cycle, quota, credited)
                reached[said["Region"]].append((bookings(credited) / quota, person))
        # Nobody has the same attainment as another one, so that no prize is shared.
        for people in reached.values():
            ranked = sorted(people, reverse=True)
            assert len({attainment for attainment, _ in ranked[:4]}) == len(ranked[:4]), "shared places"
            for (_, person), prize in zip(ranked, (1000, 500, 250)):
                found[(person, self.POLICY, "top_closers")] = (Fraction(prize), Fraction(0))
        self.free(cycle, found)
        for person, said in self.sample.people("Account Executive", cycle):
            self.settle(person, said, cycle, found)
        return found

    def commission(self, person, said, cycle, quota, credited):
        booked = bookings(credited)
        long = sum((a for d, a in credited if new(d) and int(d["Months"]) >= 24), Fraction(0))
        coding = sum((a for d, a in credited if new(d) and d["Product"] == "Oncology Coding"), Fraction(0))
        bands = [("1/2", "4/100"), (1, "8/100"), ("5/4", "12/100"), (None, "15/100")]
        amount = slices(booked, quota, bands) + long * Fraction(2, 100) + coding * Fraction(1, 100)
        segment = said.get("Segment") if said.get("Segment") not in (None, "none") else "Group"
        amount *= uplift(said["Region"], segment)
        csat = self.sample.rating(person, "csat", cycle)
        if csat is not None and Fraction(csat) >= Fraction(9, 2):
            amount *= Fraction(105, 100)
        if csat is not None and Fraction(csat) < Fraction(7, 2):
            amount = Fraction(0)
        earned = cents(max(min(amount, Fraction(250000)), Fraction(0)))
        self.record[(person, cycle)] = (earned, booked)
        back, by_cycle = Fraction(0), collections.defaultdict(Fraction)
        for row in self.sample.in_cycle("cancellations", "Cancelled", person, "Owner", cycle):
            credited_in = next(name for name, (first, end) in CYCLES.items() if first <= day(row["Won"]) < end)
            by_cycle[credited_in] += money(row["Amount"])
        for credited_in, gone in by_cycle.items():
            paid, measure = self.record[(person, credited_in)]
            back += cents(gone * paid / measure)
        amount = earned - back
        self.held[(person, cycle)] = cents(amount / 10)
        return amount, self.held[(person, cycle)]

    def free(self, cycle, found):
        """What was held back in an earlier quarter, once its invoices are paid."""
        first, end = CYCLES[cycle]
        for person, of, on in self.sample.events:
            if first <= on < end and of != cycle:
                found[(person, self.POLICY, "commission", "invoices_paid")] = (Fraction(0), -self.held[(person, of)])

    def settle(self, person, said, cycle, found):
        """A new hire's advance, and nobody pays in."""
        first, end = CYCLES[cycle]
        hired = day(said["Hired"])
        months = (end.year - hired.year) * 12 + end.month - hired.month - (1 if hired.day > end.day else 0)
        after = min(day(said["Last day"]) + datetime.timedelta(1), end) if said.get("Last day") else end
        active = max((after - max(hired, first)).days, 0)
        least = down(3 * Fraction(3000) * active / (end - first).days) if months < 6 else Fraction(0)
        own = [(amount, held) for key, (amount, held) in found.items() if key[:2] == (person, self.POLICY)]
        payable = sum((amount - held for amount, held in own), Fraction(0))
        total = sum((amount for amount, _ in own), Fraction(0))
        if total > 250500:
            found[(person, self.POLICY, "cap total")] = (250500 - total, Fraction(0))
            payable += 250500 - total
        if payable < least:
            found[(person, self.POLICY, "draw")] = (least - payable, Fraction(0))
            self.owed[person] += least - payable
        elif self.owed[person] > 0:
            back = min(payable - least, self.owed[person])
            found[(person, self.POLICY, "draw recovery")] = (-back, Fraction(0))
            self.owed[person] -= back


def development(sample, cycle):
    found, policy = {}, "Sales development, FY26"
    first, _ = CYCLES[cycle]
    for person, _ in sample.people("Sales Development Representative", cycle):
        shares = largest_remainder(sample.quota(person, cycle, "accepted_pipeline"), [Fraction(1)] * 3)
        meetings = sample.in_cycle("meetings", "Held", person, "Representative", cycle)
        for index, quota in enumerate(shares):
            month = first.month + index
            held = [row for row in meetings if day(row["Held"]).month == month]
            taken = [row for row in held if row["Taken over"] == "Yes"]
            bonus = len(taken) * Fraction(75) * (Fraction(125, 100) if len(taken) >= 5 else 1)
            if held and len(taken) * 2 < len(held):
                bonus = len(taken) * Fraction(40)
            else:
                bonus = min(bonus, Fraction(1000))
            pipeline = sum((money(row["Pipeline"]) for row in taken), Fraction(0))
            paid = slices(pipeline, quota, [(1, "2/1000"), ("3/2", "4/1000"), (None, "3/1000")])
            label = f"2026-{month:02}"
            found[(person, policy, "meeting_bonus", label)] = (cents(bonus), Fraction(0))
            found[(person, policy, "pipeline_commission", label)] = (cents(min(paid, Fraction(2000))), Fraction(0))
    return found


def managers(sample, cycle):
    found, policy = {}, "Regional sales manager, FY26"
    first, end = CYCLES[cycle]
    names = {said["Name"]: person for person, versions in sample.versions.items() for _, said in versions}
    for person, said in sample.people("Manager", cycle):
        if said.get("Segment") in (None, "none"):
            continue
        quota, team, long = sample.quota(person, cycle), Fraction(0), Fraction(0)
        for deal in sample.deals:
            closed = day(deal["Closed"])
            if not first <= closed < end or not new(deal):
                continue
            # Up the reporting line of that day.
            above = sample.about(sample.id(deal["Owner"]), closed).get("Manager")
            while above and above != "none":
                if names[above] == person:
                    team += money(deal["Annual value"])
                    long += money(deal["Annual value"]) if int(deal["Months"]) >= 24 else 0
                above = sample.about(names[above], closed).get("Manager")
        reached = team / quota >= Fraction(7, 10)
        paid = slices(team, quota, [(1, "4/1000"), ("6/5", "8/1000"), (None, "1/100")]) if reached else Fraction(0)
        found[(person, policy, "team_override")] = (cents(min(paid, Fraction(40000))), Fraction(0))
        found[(person, policy, "multi_year_override")] = (cents(long / 1000) if reached else Fraction(0), Fraction(0))
        accuracy = percent(sample.rating(person, "forecast_accuracy", cycle) or "0%")
        factor = on_curve(accuracy, [(Fraction(85, 100), Fraction(1, 4)), (Fraction(95, 100), Fraction(1))], Fraction(0), None)
        found[(person, policy, "forecast_bonus")] = (cents(money(said["Quarterly bonus"]) / 2 * factor), Fraction(0))
    return found


def specialists(sample, cycle):
    found, policy = {}, "Solutions specialist, FY26"
    curve = [(Fraction(3, 5), Fraction(2, 5)), (Fraction(1), Fraction(1)), (Fraction(7, 5), Fraction(9, 5))]
    for person, said in sample.people("Specialist", cycle):
        credited = list(sample.credited(person, cycle))
        helped = [(deal, amount) for deal, amount in sample.credited(person, cycle, own=False) if new(deal)]
        factor = on_curve(bookings(credited) / sample.quota(person, cycle), curve, Fraction(0), None)
        bonus = cents(money(said["Quarterly bonus"]) * factor)
        coding = sum((a for d, a in helped if d["Product"] == "Oncology Coding"), Fraction(0)) / 100
        kicker = cents(min(coding, Fraction(2500))) if len(helped) >= 3 else Fraction(0)
        found[(person, policy, "overlay_bonus")] = (bonus, Fraction(0))
        found[(person, policy, "coding_kicker")] = (kicker, Fraction(0))
        if bonus + kicker > 12000:
            found[(person, policy, "cap total")] = (12000 - bonus - kicker, Fraction(0))
    return found


class Success:
    """Customer success, whose renewals become payable with the practices' money."""

    POLICY = "Customer success, FY26"

    def __init__(self, sample):
        self.sample = sample
        self.waiting = []

    def lines(self, cycle):
        found = {}
        _, end = CYCLES[cycle]
        for item in self.waiting:
            free = self.payable(item, cycle) - item["payable"]
            item["payable"] += free
            found[(item["person"], self.POLICY, "renewal_commission", item["reference"])] = (Fraction(0), -free)
        for person, _ in self.sample.people("Customer Success Manager", cycle):
            renewals = self.sample.in_cycle("renewals", "Ends", person, "Success manager", cycle)
            due, renewed, sold = (
                sum((money(row[column]) for row in renewals), Fraction(0)) for column in ("Up for renewal", "Renewed", "Expansion")
            )
            retention = renewed / due
            rate = "1/100" if retention < Fraction(92, 100) else "15/1000" if retention < Fraction(97, 100) else "2/100"
            earned = renewed * Fraction(rate)
            csat = Fraction(self.sample.rating(person, "csat", cycle) or 0)
            if all(money(row["Renewed"]) > 0 for row in renewals) and csat >= Fraction(9, 2):
                earned *= Fraction(110, 100)
            kept = retention >= Fraction(85, 100)
            earned = cents(earned) if kept else Fraction(0)
            quota = self.sample.quota(person, cycle, "expansion")
            paid = min(slices(sold, quota, [(1, "4/100"), (None, "7/100")]), Fraction(15000)) if kept else sold / 100
            found[(person, self.POLICY, "expansion_commission")] = (cents(paid), Fraction(0))
            held = self.wait(person, cycle, earned) if earned > 0 else Fraction(0)
            found[(person, self.POLICY, "renewal_commission")] = (earned, held)
        return found

    def wait(self, person, cycle, earned):
        """Divides what is earned among the quarter's invoices; gives what isn't payable yet."""
        invoices = sorted(self.sample.in_cycle("invoices", "Issued", person, "Success manager", cycle), key=lambda row: row["Invoice"])
        held = Fraction(0)
        for row, part in zip(invoices, largest_remainder(earned, [money(row["Amount"]) for row in invoices])):
            item = {"person": person, "reference": row["Invoice"], "earned": part, "invoiced": money(row["Amount"]), "from": cycle}
            item["payable"] = self.payable(item, cycle)
            held += part - item["payable"]
            self.waiting.append(item)
        return held

    def payable(self, item, cycle):
        """As much of it as of the invoice has come in by the cycle's end."""
        first, end = CYCLES[item["from"]][0], CYCLES[cycle][1]
        payments = [row for row in self.sample.files["payments"] if row["Invoice"] == item["reference"]]
        came = sum((money(row["Amount"]) for row in payments if first <= day(row["Received"]) < end), Fraction(0))
        return item["earned"] if came >= item["invoiced"] else down(item["earned"] * came / item["invoiced"])


def innovation(sample, cycle):
    found = {}
    first, end = CYCLES[cycle]
    adopted = collections.defaultdict(Fraction)
    for idea in sample.ideas:
        if first <= day(idea["Adopted"]) < end:
            adopted[idea["Author"]] += money(idea["Savings"]) / int(idea["Authors"])
    for person, savings in adopted.items():
        paid = down(min(savings / 20, Fraction(10000)))
        found[(person, "Recognition and innovation awards", "innovation_bonus")] = (paid, Fraction(0))
    return found


def reviewed(sample, cycle):
    """The quarterly bonus and the spring drive, on what people sold themselves."""
    found, policy = {}, "Quarterly performance review score"
    _, end = CYCLES[cycle]
    curve = [(Fraction(4, 5), Fraction(1, 2)), (Fraction(1), Fraction(1)), (Fraction(3, 2), Fraction(2))]
    for person, said in sample.people("Account Executive", cycle):
        hired = day(said["Hired"])
        if (end.year - hired.year) * 12 + end.month - hired.month - (1 if hired.day > end.day else 0) < 3:
            continue
        own = list(sample.credited(person, cycle, overlay=False))
        count = sum(new(deal) for deal, _ in own)
        found[(person, policy, "spif_bonus")] = (Fraction(count * (0 if count < 5 else 40 if count < 10 else 60)), Fraction(0))
        quota = sample.quota(person, cycle)
        if quota is not None and 4 * quota >= bookings(own) >= quota * Fraction(4, 5):
            bonus = cents(money(said["Quarterly bonus"]) * on_curve(bookings(own) / quota, curve, None, None))
            found[(person, policy, "quarter_bonus")] = (bonus, Fraction(0))
    return found


def exported(path, cycle):
    """The ledger's lines, by participant, policy and payout; by month where there are several, by invoice where one is freed."""
    found = collections.defaultdict(lambda: NOTHING)
    for row in rows(path):
        if row["cycle"].removeprefix("cycles/") != cycle or row["currency"] != "USD":
            sys.exit(f"{path}: a line of {row['cycle']} in {row['currency']}")
        key = (row["participant"].removeprefix("people/"), row["policy"], row["payout"])
        if row["policy"].startswith("Sales development"):
            key += (row["line"][:7],)
        elif row["line"] != cycle:
            key += (row["line"].split(", ")[1],)
        before = found[key]
        found[key] = (before[0] + Fraction(row["amount"]), before[1] + Fraction(row["held"]))
    return found


def shown(key, line):
    amount, held = (f"{float(part):,.2f}" for part in line)
    return f"{' / '.join(key)}: {amount}, of which {held} held"


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sample = Sample(pathlib.Path(sys.argv[1]))
    executives, success = Executives(sample), Success(sample)
    wrong, compared = [], collections.Counter()
    for cycle, path in zip(CYCLES, sys.argv[2:]):
        wanted = {**executives.lines(cycle), **success.lines(cycle)}
        for plan in (development, managers, specialists, innovation, reviewed):
            wanted.update(plan(sample, cycle))
        found = exported(path, cycle)
        for key in sorted(wanted.keys() | found.keys()):
            due, came = wanted.get(key, NOTHING), found.get(key, NOTHING)
            compared[key[1]] += due != NOTHING
            if due != came:
                wrong.append(f"{cycle}: {shown(key, came)}; it should be {shown(key[-1:], due)}")
    for line in wrong:
        print(line, file=sys.stderr)
    for policy, count in sorted(compared.items()):
        print(f"{count:4} lines of {policy}")
    print(f"{sum(compared.values())} lines compared, {len(wrong)} differ")
    sys.exit(1 if wrong or min(compared.values()) == 0 else 0)


if __name__ == "__main__":
    main()
