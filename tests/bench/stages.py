"""Prints what `merit review run --json` tells of its own time, indented under the step.

    stages.py FILE

Reads `timing.stage_seconds`: a name and seconds for each stage.
"""

import json
import sys

ORDER = ("freezing", "crediting", "scoring", "ranking", "settling", "composing")


def main():
    """Prints a row for each stage, in the order in which they happen."""
    with open(sys.argv[1], encoding="utf-8") as file:
        told = json.load(file).get("timing", {}).get("stage_seconds", {})
    known = [stage for stage in ORDER if stage in told]
    for stage in known + [stage for stage in told if stage not in ORDER]:
        seconds = told[stage]
        print(f"  {stage:<22} {float(seconds):>10.2f}")


if __name__ == "__main__":
    main()
