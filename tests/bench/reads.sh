#!/usr/bin/env bash
# Measures ordinary reads over gRPC in a large organisation with a closed quarter, see reads.py.
#
# usage: reads.sh [PARTICIPANTS] [RESULTS-EACH]      by default 10000 and 10
#
# Builds the release binary, or takes the one in MERIT_BIN. KEPT=FOLDER takes the organisation that `KEEP=FOLDER just
# bench-close` left, instead of making one in a folder that is deleted afterwards.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
if [[ -z ${MERIT_BIN:-} ]]; then
  (cd "$root" && cargo build --release --locked --bin merit)
  MERIT_BIN=$target/release/merit
fi
MERIT_BIN=$(realpath "$MERIT_BIN")
export MERIT_BIN

# The client is made from the contracts, as that of the tests is.
python=$target/tools/bench/bin/python
if ! "$python" -c 'import grpc, grpc_tools' 2>/dev/null; then
  python3 -m venv "$target/tools/bench"
  "$python" -m pip install --quiet --disable-pip-version-check --requirement "$root/tests/clients/python/requirements.txt"
fi

work=${KEPT:-}
if [[ -z $work ]]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  KEEP=$work "$root/tests/bench/close.sh" "$@"
fi
"$python" "$root/tests/bench/reads.py" "$MERIT_BIN" "$work"
