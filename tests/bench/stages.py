"""Prints what `merit review run --json` tells of its own time, indented under the step.

    stages.py FILE

Reads `timing.stage_seconds` (a name and seconds for each state) and `timing.evaluation_ns_per_participant`.
"""

import json
import sys


def main():
    """Prints a row for each stage, and says so where nothing is told."""
    with open(sys.argv[1], encoding="utf-8") as file:
        timing = json.load(file).get("timing", {})
    for stage, seconds in timing.get("stage_seconds", {}).items():
        print(f"  {stage:<22} {float(seconds):>10.2f}")
    nanoseconds = timing.get("evaluation_ns_per_participant")
    if nanoseconds is None:
        print("  evaluation with trace: this build doesn't tell its time")
    else:
        print(f"  evaluation with trace: {nanoseconds:,} ns per participant")


if __name__ == "__main__":
    main()
