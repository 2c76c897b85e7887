#!/usr/bin/env python3
"""Writes each agent's quota for 2017-Q3: 105% of what they won in 2017-Q2. Who won nothing gets none.

usage: quotas.py CRM-FOLDER OUT-FOLDER
"""

import collections
import csv
import decimal
import pathlib
import sys


def won(crm, first, last):
    """What each agent won from the first to the last day."""
    total = collections.defaultdict(decimal.Decimal)
    with open(crm / "sales_pipeline.csv", newline="", encoding="utf-8") as file:
        for deal in csv.DictReader(file):
            if deal["deal_stage"] == "Won" and first <= deal["close_date"] <= last:
                total[deal["sales_agent"]] += decimal.Decimal(deal["close_value"])
    return total


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    crm, out = map(pathlib.Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    cent = decimal.Decimal("0.01")
    with open(out / "quotas.csv", "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["sales_agent", "quota"])
        for agent, value in sorted(won(crm, "2017-04-01", "2017-06-30").items()):
            if value > 0:
                quota = (value * decimal.Decimal("1.05")).quantize(cent, decimal.ROUND_HALF_EVEN)
                rows.writerow([agent, quota])


if __name__ == "__main__":
    main()
