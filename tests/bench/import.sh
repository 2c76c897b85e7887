#!/usr/bin/env bash
# Measures what it takes to bring in people, goals and results, on SQLite and on PostgreSQL: seconds of each.
#
# usage: import.sh [PARTICIPANTS] [RESULTS-EACH]      by default 10000 and 10
#
# Builds the release binary, or takes the one in MERIT_BIN. PostgreSQL is a throw-away server that doesn't wait for the disk
# (tests/postgres/start), or the one in MERIT_TEST_POSTGRES; SQLite does wait, once a file.
set -euo pipefail

participants=${1:-10000}
results=${2:-10}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

if [[ -z ${MERIT_BIN:-} ]]; then
  (cd "$root" && cargo build --release --locked --bin merit)
  MERIT_BIN=${CARGO_TARGET_DIR:-$root/target}/release/merit
fi
MERIT_BIN=$(realpath "$MERIT_BIN")
address=$(env -u NEXTEST_ENV "$root/tests/postgres/start")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for name in "${!MERIT_@}"; do
  [[ $name == MERIT_BIN ]] || unset "$name"
done
export MERIT_DATA="$work/data"
input="$work/input"

user=${address#*://}
password=${user#*:}
(umask 077 && printf '%s' "${password%%@*}" >"$work/password" && printf '6%.0s' {1..64} >"$work/identity.key")
cat >"$work/postgres.toml" <<TOML
[storage]
kind = 'postgres'
url = 'postgres://${user%%:*}@${address#*@}'
password_file = '$work/password'
schema_prefix = 'import$$_'
[identity]
key_file = '$work/identity.key'
TOML
touch "$work/sqlite.toml"

"$MERIT_BIN" generate --participants "$participants" --results "$results" --seed 1 --out "$input" >/dev/null
printf '%s participants × %s results, %s, %s cores\n\n' "$participants" "$results" "$("$MERIT_BIN" --version)" "$(nproc)"
for kept in sqlite postgres; do
  take() {
    "$MERIT_BIN" "$@" --config "$work/$kept.toml"
  }
  take migrate >/dev/null
  take schema apply "$input/schema.merit" >/dev/null
  take cycle open 2026-Q3 --zone UTC >/dev/null
  for kind in people goals results; do
    python3 "$root/tests/bench/measure.py" "$kept: import $kind" "$work/$kind.out" \
      "$MERIT_BIN" import "$kind" "$input/$kind.csv" --profile "$input/profiles/$kind.toml" --config "$work/$kept.toml"
  done
done
