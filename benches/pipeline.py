"""The whole converter against the sum of its stages: what it costs to put them together.

    python3 benches/pipeline.py [SET ...] [--mb 1074] [--rounds 5] [--threads 1] [--rowmill PROGRAM] [--json FILE]

runs `rowmill bench` on generated files and prints, of the rounds' medians, the CPU seconds of reading, of the decoder alone, of
the encoder alone and of the whole, and the part of the sum's rate that the whole reaches. Decode and encode see batches in
memory; the whole reads the file and writes another one.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent / "versus"))

import corpus

STAGES = {"read": "cpu_s", "decode": "net_cpu_s", "encode": "cpu_s", "whole": "cpu_s"}


def measure(program, path, kind, threads):
    words = [program, "bench", path, "--entity", kind, "--threads", str(threads), "--json"]
    told = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
    stages = {stage["name"]: stage for stage in told["stages"]}
    return {name: stages[name][figure] for name, figure in STAGES.items()} | {"bytes": stages["whole"]["bytes"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", metavar="SET", help=", ".join(corpus.ROW))
    parser.add_argument("--mb", type=float, default=1074, help="size of each file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rowmill", help="a program that is built already")
    parser.add_argument("--json", type=pathlib.Path, help="also write every round to this file")
    arguments = parser.parse_args()
    program = arguments.rowmill or corpus.cargo("build", "--release", "-p", "rowmill-cli")
    generator, results = corpus.generator(), {}
    print(f"{'':<12} {'MB':>7} {'read':>7} {'decode':>7} {'encode':>7} {'sum':>7} {'whole':>7} {'rate':>6}")
    for kind in arguments.sets or corpus.ROW:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / f"{kind}.jsonl"
            corpus.write(generator, kind, arguments.mb, path)
            rounds = [measure(program, path, kind, arguments.threads) for _ in range(arguments.rounds)]
        results[kind] = rounds
        at = {name: statistics.median(entry[name] for entry in rounds) for name in [*STAGES, "bytes"]}
        parts = at["read"] + at["decode"] + at["encode"]
        figures = " ".join(f"{value:>7.3f}" for value in [at["read"], at["decode"], at["encode"], parts, at["whole"]])
        print(f"{kind:<12} {at['bytes'] / 1e6:>7.0f} {figures} {parts / at['whole']:>6.2f}", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
