"""Decoding of one file by rowmill, DuckDB and ClickHouse, and by simdjson's On-Demand as a floor.

    python3 -m venv SOMEWHERE && SOMEWHERE/bin/pip install -r benches/versus/requirements.txt
    SOMEWHERE/bin/python benches/versus/decode.py [SET ...] [--mb 200] [--rounds 5] [--json FILE]

A SET is Reservation, OrderItem or Customer, all three if left out. Nothing is converted further
than into columns in memory: DuckDB gives Arrow batches (and, cheaper, only counts), ClickHouse
drops its blocks, rowmill its batches. Each run is a process of its own; measured is its CPU time,
user and system, after start-up, with one thread. A round runs every system once.

First the answer of every system is compared with what Python's json reads: for every column,
nested ones too, how many values there are and a sum over them (digest.py).

On-Demand (ondemand.cpp) needs g++ and the source of simdjson, which is taken from the source
distribution of the Python package pysimdjson. Without either it is left out, with a word.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tarfile
import tempfile

import pyarrow

import corpus
import digest
import shapes
import systems

HERE = pathlib.Path(__file__).resolve().parent
PYSIMDJSON = "pysimdjson==7.0.2"


def shape_words(shape):
    """The shape as ondemand.cpp reads it."""
    members = shape.items() if isinstance(shape, dict) else [("[]", shape[0])]
    for name, member in members:
        if isinstance(member, str):
            yield f"{name} {member}"
        else:
            yield f"{name} {'{' if isinstance(member, dict) else '['}"
            yield from shape_words(member)
            yield "}"


def build_ondemand(scratch):
    """Compiles ondemand.cpp; gives None, and says why, where it cannot be."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    try:
        subprocess.run([*pip, "--no-deps", "--no-binary", ":all:", "-d", scratch, PYSIMDJSON], check=True)
        source = next(scratch.glob("pysimdjson-*.tar.gz"))
        with tarfile.open(source) as files:
            files.extractall(scratch, filter="data")
        source = next(scratch.glob("pysimdjson-*/simdjson"))
        program = scratch / "ondemand"
        flags = ["-std=c++17", "-O3", "-march=native", f"-I{source}", "-o", program]
        subprocess.run(["g++", *flags, HERE / "ondemand.cpp", source / "simdjson.cpp"], check=True)
        return program
    except (OSError, StopIteration, subprocess.CalledProcessError) as error:
        print(f"without On-Demand: {error}", file=sys.stderr)
        return None


def commands(path, kind, programs, scratch):
    """How each system is run on the file; with the word `check` behind it says its digest."""
    python = [sys.executable, HERE / "systems.py"]
    found = {"rowmill": [programs["rowmill"], path, kind]}
    found |= {name: [*python, name, path, kind] for name in systems.SYSTEMS}
    if programs["ondemand"]:
        shape = scratch / f"{kind}.shape"
        shape.write_text("\n".join(shape_words(shapes.SHAPES[kind])) + "\n")
        found["simdjson On-Demand"] = [programs["ondemand"], path, shape]
    return found


def run(command):
    return subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE).stdout


def answer(name, command, kind):
    """The digest of a system."""
    output = run([*command, "check"])
    if name == "rowmill":
        return digest.of_arrow(pyarrow.ipc.open_stream(output), shapes.SHAPES[kind])
    if name == "simdjson On-Demand":
        rows = (line.split("\t") for line in output.decode().splitlines())
        return {path: (int(count), int(total)) for path, count, total in rows}
    return {path: tuple(entry) for path, entry in json.loads(output).items()}


def check(path, kind, found):
    truth = digest.of_lines(path, shapes.SHAPES[kind])
    for name, command in found.items():
        got = answer(name, command, kind)
        wrong = {column: (got.get(column), truth[column]) for column in truth if got.get(column) != truth[column]}
        if wrong:
            raise SystemExit(f"{kind}: {name} read something else (count and sum, theirs and true): {wrong}")
    return truth[""][0]


def measure(kind, arguments, programs, scratch):
    path = scratch / f"{kind}.jsonl"
    rows = corpus.write(programs["generate"], kind, arguments.mb, path)
    found = commands(path, kind, programs, scratch)
    if check(path, kind, found) != rows:
        raise SystemExit(f"{kind}: not {rows} rows")
    seconds = {name: [] for name in found}
    for _ in range(arguments.rounds):
        for name, command in found.items():
            seconds[name].append(float(run(command)))
    size = path.stat().st_size
    path.unlink()
    show(kind, size, rows, seconds)
    return {"data": kind, "bytes": size, "rows": rows, "cpu_seconds": seconds}


def show(kind, size, rows, seconds):
    rounds = len(next(iter(seconds.values())))
    print(f"{kind}: {size / 1e6:.1f} MB, {rows} rows, {rounds} rounds")
    print(f"  {'':<20} {'median MB/s':>11} {'best':>9} {'median s':>9} {'rowmill is':>12}")
    for name, times in seconds.items():
        median = statistics.median(times)
        ratio = statistics.median(theirs / ours for theirs, ours in zip(times, seconds["rowmill"]))
        speeds = f"{size / 1e6 / median:>11.0f} {size / 1e6 / min(times):>9.0f}"
        print(f"  {name:<20} {speeds} {median:>9.3f} {ratio:>10.2f} x")
    print(flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", metavar="SET", help=", ".join(corpus.ROW))
    parser.add_argument("--mb", type=float, default=200, help="size of each file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path, help="also write every time to this file")
    arguments = parser.parse_args()
    unknown = set(arguments.sets) - set(corpus.ROW)
    if unknown:
        parser.error(f"no such data set: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        programs = {
            "generate": corpus.generator(),
            "rowmill": corpus.cargo("bench", "-p", "rowmill-benches", "--bench", "versus", "--no-run"),
            "ondemand": build_ondemand(scratch),
        }
        results = [measure(kind, arguments, programs, scratch) for kind in arguments.sets or corpus.ROW]
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
