"""Conversion of one file to Parquet by rowmill and by DuckDB, ClickHouse, arrow-json with
ArrowWriter, pyarrow and Polars.

    python3 -m venv SOMEWHERE && SOMEWHERE/bin/pip install -r benches/versus/requirements.txt
    SOMEWHERE/bin/python benches/versus/convert.py [SET ...] [--mb 1074,...] [--rounds 3] [--threads 1,2]
        [--systems rowmill,duckdb,...] [--json FILE]

A SET is Reservation, OrderItem or Customer, all three if left out. All write Zstandard at level 1, the
same columns and the same types, as far as they can: amounts are DECIMAL(18,4), ids are UUIDs (and once
more text, for rowmill and DuckDB alone: the others know nothing else), the tagged union of order items is
an object. pyarrow leaves dates text and writes nanoseconds, Polars leaves dates and instants text and
writes amounts as doubles; arrow-json has one thread.

The plots of the README (benches/plots.py) are drawn from what --json writes: benches/record/DATE-convert-all.json of all sets, and
DATE-convert-memory.json of reservations of several sizes.

Each run is a process of its own. Its CPU time is that of all threads, user and system, and begins when
the system has started (rowmill's with its process); the peak is the largest resident set of the process.
Only rowmill waits until its output is on the disk. How long it says to have waited is sync_s, which wall_s does not hold.
A round runs every system once. Before anything is timed, each output is read back and compared with what
Python's json reads in the lines: for every column, nested ones too, how many values there are and a sum over
them (digest.py).
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import corpus
import shapes

HERE = pathlib.Path(__file__).resolve().parent
TEXT = " (ids text)"
SYSTEMS = ["rowmill", "duckdb", "rowmill" + TEXT, "duckdb" + TEXT, "clickhouse", "arrow-json", "pyarrow", "polars"]


def schema_file(program, kind, path):
    """The layout of the entity, with the types that all systems have."""
    show = [program, "schema", "--entity", kind]
    schema = subprocess.run(show, check=True, stdout=subprocess.PIPE, text=True).stdout
    schema = json.loads(schema.replace("decimal(38,10)", "decimal(18,4)"))
    schema["fields"] = [
        {"name": "Data", "type": type_text(shapes.ORDER_DATA)} if field["name"] == "Data" else field
        for field in schema["fields"]
    ]
    path.write_text(json.dumps(schema))
    return path


def type_text(shape):
    if isinstance(shape, dict):
        return f"struct<{', '.join(f'{name}: {type_text(member)}' for name, member in shape.items())}>"
    # The texts of order data are enumerations.
    return {"text": "enum"}.get(shape, shape)


def command(name, kind, path, out, threads, programs, scratch):
    """What runs the system on the file."""
    system, text = name.removesuffix(TEXT), name.endswith(TEXT)
    schema = scratch / f"{kind}.schema.json"
    if system == "rowmill":
        words = [programs["rowmill"], "convert", path, "-o", out, "--schema", schema, "--overwrite"]
        return [*words, "--threads", threads, *(["--uuid", "text"] if text else [])]
    if system == "arrow-json":
        return [programs["arrow-json"], schema, path, out]
    return [sys.executable, HERE / "writers.py", system, path, kind, out, threads, *(["text"] if text else [])]


def start(words, threads):
    """A process for these words. Polars reads the number of threads when it is loaded."""
    environment = os.environ | {"POLARS_MAX_THREADS": str(threads)}
    words = list(map(str, words))
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def run(words, threads):
    """The seconds of a run, as it says them or from outside, and its peak memory in MiB."""
    began = time.monotonic()
    process = start(words, threads)
    output, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    if status != 0:
        raise SystemExit(f"{' '.join(map(str, words))}\n{errors.decode()}")
    seconds = {"cpu_s": usage.ru_utime + usage.ru_stime, "wall_s": wall}
    syncing = re.search(rb"\(([0-9.]+) s for syncing\)", output)
    if syncing:
        seconds["sync_s"] = float(syncing[1])
        seconds["wall_s"] -= seconds["sync_s"]
    told = json.loads(output) if output.startswith(b"{") else seconds
    rounded = {name: round(value, 4) for name, value in told.items()}
    return rounded | {"peak_mib": round(usage.ru_maxrss / 1024, 1)}


def digest(form, path, kind):
    """In a process of its own: the peak of a process that is started here is at least that of this one."""
    words = [sys.executable, HERE / "digest.py", form, path, kind]
    return json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)


def check(name, out, kind, truth):
    """Is the output what stands in the lines?"""
    got = digest("parquet", out, kind)
    wrong = {column: (got.get(column), truth[column]) for column in truth if got.get(column) != truth[column]}
    if wrong:
        raise SystemExit(f"{name} wrote something else (count and sum, theirs and true): {wrong}")


def measure(kind, megabytes, arguments, programs, scratch):
    path, out = scratch / f"{kind}.jsonl", scratch / "out.parquet"
    rows = corpus.write(programs["generate"], kind, megabytes, path)
    schema_file(programs["rowmill"], kind, scratch / f"{kind}.schema.json")
    truth, size = digest("lines", path, kind), path.stat().st_size
    print(f"{kind}: {size / 1e6:.1f} MB, {rows} rows, {arguments.rounds} rounds", flush=True)
    runs = []
    for threads in arguments.threads:
        names = [name for name in arguments.systems if threads == 1 or name != "arrow-json"]
        for turn in range(arguments.rounds + 1):
            for name in names:
                words = command(name, kind, path, out, threads, programs, scratch)
                found = run(words, threads)
                # The first round is not timed: it is compared.
                if turn == 0:
                    check(name, out, kind, truth)
                else:
                    runs.append({"system": name, "threads": threads, "bytes": out.stat().st_size} | found)
                out.unlink()
        show(size, threads, [entry for entry in runs if entry["threads"] == threads])
    path.unlink()
    return {"data": kind, "bytes": size, "rows": rows, "runs": runs}


def show(size, threads, runs):
    medians = {}
    for name in dict.fromkeys(entry["system"] for entry in runs):
        own = [entry for entry in runs if entry["system"] == name]
        medians[name] = {key: statistics.median(entry[key] for entry in own) for key in own[0] if key != "system"}
    print(f"  threads: {threads:<13} {'CPU s':>7} {'MB/CPU s':>9} {'wall s':>7} {'peak MiB':>9} {'bytes':>13} {'CPU':>7} {'wall':>6} {'size':>6}")
    for name, it in medians.items():
        # Ids as text are compared with ids as text.
        text = name.endswith(TEXT) or name in ("arrow-json", "pyarrow", "polars")
        ours = medians.get("rowmill" + TEXT if text else "rowmill", it)
        ratios = f"{it['cpu_s'] / ours['cpu_s']:>6.2f}x {it['wall_s'] / ours['wall_s']:>5.2f}x {ours['bytes'] / it['bytes']:>6.3f}"
        speed = f"{it['cpu_s']:>7.2f} {size / 1e6 / it['cpu_s']:>9.0f} {it['wall_s']:>7.2f}"
        synced = f"  and {it['sync_s']:.2f} s to sync" if "sync_s" in it else ""
        print(f"  {name:<22} {speed} {it['peak_mib']:>9.0f} {it['bytes']:>13,.0f} {ratios}{synced}")
    print(flush=True)


def write(results, path):
    """A line for each run, so that two files can be compared."""
    sets = []
    for data in results:
        runs = ",\n".join("  " + json.dumps(entry) for entry in data["runs"])
        head = json.dumps({name: value for name, value in data.items() if name != "runs"})
        sets.append(f' {head[:-1]}, "runs": [\n{runs}\n ]}}')
    path.write_text("[\n" + ",\n".join(sets) + "\n]\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", metavar="SET", help=", ".join(corpus.ROW))
    sizes = lambda text: list(map(float, text.split(",")))
    parser.add_argument("--mb", type=sizes, default=[1074], help="sizes of the files of each set")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=lambda text: list(map(int, text.split(","))), default=[1, 2])
    parser.add_argument("--systems", type=lambda text: text.split(","), default=SYSTEMS)
    parser.add_argument("--rowmill", help="a program that is built already")
    parser.add_argument("--json", type=pathlib.Path, help="also write every run to this file")
    arguments = parser.parse_args()
    unknown = set(arguments.sets) - set(corpus.ROW) | set(arguments.systems) - set(SYSTEMS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        programs = {
            "generate": corpus.generator(),
            "rowmill": arguments.rowmill or corpus.cargo("build", "--release", "-p", "rowmill-cli"),
        }
        if "arrow-json" in arguments.systems:
            programs["arrow-json"] = corpus.cargo("bench", "-p", "rowmill-benches", "--bench", "arrow_writer", "--no-run")
        results = [
            measure(kind, megabytes, arguments, programs, pathlib.Path(folder))
            for kind in arguments.sets or corpus.ROW
            for megabytes in arguments.mb
        ]
    if arguments.json:
        write(results, arguments.json)


if __name__ == "__main__":
    main()
