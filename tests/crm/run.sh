#!/bin/sh
# Closes 2017-Q3 on a public CRM export and compares every figure with those of check.py.
#
# usage: run.sh MERIT-BINARY CRM-FOLDER
#
# The export isn't part of the project; nothing of it stays behind. Keep what was made with KEEP=FOLDER.
set -eu
merit=$1
crm=$2
here=$(cd "$(dirname "$0")" && pwd)
for file in sales_teams.csv sales_pipeline.csv; do
    [ -f "$crm/$file" ] || { echo "no $file in $crm" >&2; exit 2; }
done
work=${KEEP:-$(mktemp -d)}
[ -n "${KEEP:-}" ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
MERIT_DATA=$work/data
export MERIT_DATA

say() { echo "crm: $*"; }

say "schema, cycle, people, quotas, deals"
"$merit" schema apply "$here/policies/schema.merit"
"$merit" cycle open 2017-Q3 --zone UTC
"$merit" import people "$crm/sales_teams.csv" --profile "$here/profiles/people.toml"
python3 "$here/quotas.py" "$crm" "$work"
"$merit" import goals "$work/quotas.csv" --profile "$here/profiles/goals.toml"
"$merit" import results "$crm/sales_pipeline.csv" --profile "$here/profiles/deals.toml"

say "the same file again changes nothing"
again=$("$merit" --json import results "$crm/sales_pipeline.csv" --profile "$here/profiles/deals.toml")
echo "$again" | python3 -c '
import json, sys
said = json.load(sys.stdin)
if said["added"] or said["changed"] or not said["unchanged"]:
    sys.exit(f"importing the same file again did something: {said}")'

say "run, approve, publish"
status=0
"$merit" review run --cycle 2017-Q3 --policies "$here/policies" || status=$?
case $status in
    0) ;;
    4) "$merit" review approve --cycle 2017-Q3 ;;
    *) exit "$status" ;;
esac
"$merit" review publish --cycle 2017-Q3

say "exports and figures"
"$merit" review export --cycle 2017-Q3 --what ledger --format csv > "$work/ledger.csv"
"$merit" review export --cycle 2017-Q3 --what scores --format csv > "$work/scores.csv"
python3 "$here/check.py" "$crm" "$work/ledger.csv" "$work/scores.csv"

say "verify"
"$merit" review verify --cycle 2017-Q3
