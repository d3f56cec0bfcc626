#!/usr/bin/env bash
# Peak memory and CPU of `rowmill convert` on generated reservations of two sizes, for 1 and 2 threads.
#
#     bash benches/memory.sh [MiB ...]        (default: 1024 4096)
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --release -p rowmill-cli
cargo build --quiet --release -p rowmill-testkit --example generate
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
[ $# -gt 0 ] || set -- 1024 4096
for size in "$@"; do
    # A reservation takes 1,665 bytes.
    rows=$((size * 1048576 / 1665))
    target/release/examples/generate Reservation "$rows" 7 2>/dev/null >"$scratch/rows.jsonl"
    for threads in 1 2; do
        /usr/bin/time -f "$size MiB, $threads threads: %e s wall, %U + %S s CPU, peak %M KiB" \
            target/release/rowmill convert "$scratch/rows.jsonl" -o "$scratch/rows.parquet" \
            --entity Reservation --threads "$threads" --overwrite 2>&1 | tail -n 2
    done
done
