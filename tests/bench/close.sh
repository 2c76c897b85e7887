#!/usr/bin/env bash
# Measures a whole close on SQLite: seconds and peak memory of each step.
#
# usage: close.sh [PARTICIPANTS] [RESULTS-EACH]      by default 10000 and 10
#
# Builds the release binary, or takes the one in MERIT_BIN. Everything happens in a folder of its own that is deleted
# afterwards; keep it with KEEP=FOLDER. What `merit generate` writes and this script reads: schema.merit, people.csv,
# goals.csv, results.csv, ratings.csv, a profile of the same name for each in profiles/, and policies/, all about the cycle
# 2026-Q3.
set -euo pipefail

participants=${1:-10000}
results=${2:-10}
cycle=2026-Q3
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

if [[ -z ${MERIT_BIN:-} ]]; then
  (cd "$root" && cargo build --release --locked --bin merit)
  MERIT_BIN=${CARGO_TARGET_DIR:-$root/target}/release/merit
fi
MERIT_BIN=$(realpath "$MERIT_BIN")
work=${KEEP:-$(mktemp -d)}
[[ -n ${KEEP:-} ]] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
for name in "${!MERIT_@}"; do
  [[ $name == MERIT_BIN ]] || unset "$name"
done
export MERIT_DATA="$work/data"
input="$work/input"

# step NAME WORDS…: runs the binary and tells its time and peak memory. Exit code 4, waiting for approval, is all right.
step() {
  local name=$1
  shift
  python3 "$root/tests/bench/measure.py" "$name" "$work/${name// /-}.out" "$MERIT_BIN" "$@"
}

# The seconds of each stage, which `review run --json` tells.
stages() {
  python3 "$root/tests/bench/stages.py" "$work/review-run.out"
}

printf '%s participants × %s results, %s, %s cores\n\n' "$participants" "$results" "$("$MERIT_BIN" --version)" "$(nproc)"
printf '%-24s %10s %12s\n' step seconds 'peak MiB'
step "generate" generate --participants "$participants" --results "$results" --seed 1 --out "$input"
step "schema" schema apply "$input/schema.merit"
step "open the cycle" cycle open "$cycle" --zone UTC
for kind in people goals results ratings; do
  step "import $kind" import "$kind" "$input/$kind.csv" --profile "$input/profiles/$kind.toml"
done
step "import results again" import results "$input/results.csv" --profile "$input/profiles/results.toml"
step "publish policies" rules publish "$input/policies"
step "review run" review run --cycle "$cycle" --json
stages
step "verify" review verify --cycle "$cycle"
step "approve" review approve --cycle "$cycle" --reason "measured"
step "publish" review publish --cycle "$cycle"
step "export ledger" review export --cycle "$cycle" --what ledger --format csv --out "$work/ledger.csv"
step "mail to a folder" mail send --to "$work/mail"
printf '\n%s rows in the ledger, %s mails, %s of data\n' "$(($(wc -l <"$work/ledger.csv") - 1))" \
  "$(find "$work/mail" -name '*.eml' | wc -l)" "$(du -sh "$MERIT_DATA" | cut -f1)"
