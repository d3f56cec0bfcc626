#!/usr/bin/env bash
# Runs every fuzz target for so many minutes, one after the other, and says what came of it:
#
#   fuzz/run.sh MINUTES [TARGET...]
#
# SANITIZER=none makes it several times faster and blind to wrong accesses of memory, which only the
# unsafe code behind the instruction sets could make. What is learnt is kept in fuzz/corpus/, inputs
# that break a rule in fuzz/artifacts/. Ends with 1 if there are any. Needs a nightly toolchain and
# cargo-fuzz (`cargo install cargo-fuzz`).
set -euo pipefail
cd "$(dirname "$0")/.."

minutes=${1:?"how many minutes for each target"}
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(any_bytes mutated_rows random_layout scalars)

sanitizer=${SANITIZER:-address}
# Decoders allocate much; the stack of every allocation would take half of the time.
export ASAN_OPTIONS=${ASAN_OPTIONS:-malloc_context_size=1}

cargo +nightly fuzz build --sanitizer "$sanitizer"

findings=0
for target in "${targets[@]}"; do
    corpus=fuzz/corpus/$target
    artifacts=fuzz/artifacts/$target
    mkdir -p "$corpus" "$artifacts"
    before=$(find "$artifacts" -type f | wc -l)
    log=$(mktemp)
    # The first corpus is the one that grows; the seeds are read only.
    cargo +nightly fuzz run --sanitizer "$sanitizer" "$target" "$corpus" "fuzz/seeds/$target" -- \
        -dict=fuzz/json.dict -max_len=4096 -timeout=30 -rss_limit_mb=4096 -use_value_profile=1 \
        -max_total_time=$((minutes * 60)) -print_final_stats=1 >"$log" 2>&1 || true
    found=$(($(find "$artifacts" -type f | wc -l) - before))
    findings=$((findings + found))
    coverage=$(grep -o 'cov: [0-9]*' "$log" | tail -n 1 | cut -d ' ' -f 2 || true)
    runs=$(grep -o 'stat::number_of_executed_units: *[0-9]*' "$log" | grep -o '[0-9]*$' || true)
    printf '%-14s %10s executions, %6s edges covered, %5s inputs kept, %s findings\n' "$target" \
        "${runs:-?}" "${coverage:-?}" "$(find "$corpus" -type f | wc -l)" "$found"
    if [ "$found" -gt 0 ] || [ -z "$runs" ]; then
        # The rule that broke, and how to see it again.
        grep -A 3 -m 1 -E 'panicked at|ERROR: ' "$log" || tail -n 20 "$log"
        grep -m 1 'cargo fuzz run' "$log" || true
    fi
    [ -n "$runs" ] || findings=$((findings + 1))
    rm -f "$log"
done
exit $((findings > 0))
