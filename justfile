# Every task a person runs. `just` alone lists them.

set shell := ["bash", "-euo", "pipefail", "-c"]

# Lists the tasks.
default:
    @just --list --unsorted

# Imports a sample organisation, closes a quarter and shows what came out.
demo *words:
    cargo run --release -- demo {{ words }}

# Runs every check and test, and installs what they need.
test:
    ./tests/run

# Runs the tests of one crate, for example `just test-crate merit-goals`.
test-crate crate *words:
    cargo nextest run -p {{ crate }} {{ words }}

# Holds the policy language's evaluator to its specification on many generated policies and people; takes some twenty minutes.
spec-long cases="1000000":
    MERIT_CASES={{ cases }} cargo nextest run --release -p merit-rules --lib --profile long specification

# Holds the formatter to its laws on many generated files; takes an hour.
format-long cases="1000000":
    MERIT_CASES={{ cases }} cargo nextest run --release -p merit-rules --test format --profile long

# Checks format and lints.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Formats the sources.
fmt:
    cargo fmt --all

# Closes 2017-Q3 of the public CRM export and compares with figures computed apart. FOLDER holds its CSV files.
crm folder:
    cargo build --bin merit
    tests/crm/run.sh target/debug/merit {{ quote(folder) }}

# Measures a close of 10,000 participants with 10 results each: seconds and peak memory of each step; and its evaluation alone.
bench-close participants="10000" results="10": && bench-evaluate
    tests/bench/close.sh {{ participants }} {{ results }}

# Measures ordinary reads over gRPC in an organisation of 10,000 people with a closed quarter: milliseconds.
bench-reads participants="10000" results="10":
    tests/bench/reads.sh {{ participants }} {{ results }}

# Measures imports of 10,000 people, their goals and 100,000 results on SQLite and on PostgreSQL: seconds and peak memory.
bench-import participants="10000" results="10":
    tests/bench/import.sh {{ participants }} {{ results }}

# Measures policy evaluation with its trace, and the telling of that trace: nanoseconds per participant.
bench-evaluate:
    cargo bench --quiet --locked -p merit-rules --bench evaluate

# Measures texts meant to choke the policy reader: milliseconds and peak memory of each, against the limits.
bench-hostile *cases:
    cargo bench --quiet --locked -p merit-rules --bench hostile -- {{ cases }}

# Measures reads of a scorecard and of a goal list, on SQLite and PostgreSQL, beside a bare service with one point read. Exits 1 below 60% of its rate: --at-least, --rounds, --seconds, --people, --only.
bench-grpc *words:
    cargo build --release --locked --bin merit
    MERIT_BIN="$(realpath "${CARGO_TARGET_DIR:-target}/release/merit")" cargo bench --quiet --locked -p merit-platform --bench grpc -- {{ words }}

# Measures what stands before each call: a decision with its scope, and a token of each algorithm. Nanoseconds.
bench-access:
    cargo bench --quiet --locked -p merit-platform --bench access

# Abuses a server on loopback: slow connections, resets, large messages, open streams. Says what another client felt.
bench-abuse *words:
    cargo build --release --locked --bin merit
    python3 tests/bench/abuse/run.py "${CARGO_TARGET_DIR:-target}/release/merit" {{ words }}

# Looks for texts that break a law of the policy language, for so many seconds: parse_policy, check_policy, format_policy, eval.
fuzz target seconds="60" *words:
    cargo fuzz --version || cargo install --locked cargo-fuzz
    mkdir -p rules/fuzz/target/corpus/{{ target }} rules/fuzz/corpus/{{ target }}
    RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir rules/fuzz --target-dir rules/fuzz/target --sanitizer none {{ target }} \
        rules/fuzz/target/corpus/{{ target }} rules/fuzz/corpus/{{ target }} rules/policies rules/lang/tests/mistakes -- \
        -max_total_time={{ seconds }} -dict=rules/fuzz/merit.dict -timeout=10 -rss_limit_mb=1024 {{ words }}

# Renders the chart; helm has to be on the path.
chart *words:
    helm lint charts/merit --strict
    helm template merit charts/merit {{ words }}

# Checks licences, duplicate versions and sources of the dependencies, and known vulnerabilities.
deny:
    cargo deny --version || cargo install --locked cargo-deny
    cargo deny check

# Deletes the data folder that commands use by default: people, goals, results, pay. Asks first.
[confirm("Delete the data folder with all its quarters?")]
clean-data folder=env("MERIT_DATA", "merit-data"):
    rm -rf -- {{ quote(folder) }}
