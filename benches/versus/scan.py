"""What it costs to read the Parquet files of rowmill back, against the files of the readers themselves.

    SOMEWHERE/bin/python benches/versus/scan.py [SET ...] [--mb 537] [--rounds 5] [--rowmill PROGRAM] [--json FILE]

DuckDB and pyarrow each read every column of a file by rowmill and of one that they have written themselves,
and Polars of one by rowmill and of one by DuckDB, since its own has other types. One thread, from the page cache, file after
file in turn; the figures are medians of the CPU time of the process in a scan. DuckDB combines the hashes of
each column, pyarrow and Polars fill a table. Both files say the same, which convert.py checks; here the rows are
counted. Where ids are text in the file of the reader, they are in rowmill's too.
"""

import argparse
import json
import pathlib
import resource
import statistics
import sys
import tempfile

import convert
import corpus

TEXT = convert.TEXT
# The reader, the file of rowmill, and the one it is compared with.
PAIRS = [
    ("duckdb", "rowmill", "duckdb"),
    ("duckdb", "rowmill" + TEXT, "duckdb" + TEXT),
    ("pyarrow", "rowmill" + TEXT, "pyarrow"),
    ("polars", "rowmill" + TEXT, "duckdb" + TEXT),
]


def reader(name):
    """A function that reads a whole file and gives the number of its rows."""
    if name == "duckdb":
        import duckdb

        connection = duckdb.connect()
        connection.execute("SET threads = 1")
        query = "SELECT count(*), bit_xor(hash(COLUMNS(*))) FROM read_parquet('{}')"
        return lambda path: connection.execute(query.format(path)).fetchone()[0]
    if name == "pyarrow":
        import pyarrow.parquet

        return lambda path: pyarrow.parquet.ParquetFile(path).read(use_threads=False).num_rows
    import polars

    return lambda path: polars.read_parquet(path).height


def scan(name, rounds, paths):
    """The rows of each file and its CPU seconds, each time."""
    read = reader(name)
    found = {path: (read(path), []) for path in paths}
    for _ in range(rounds):
        for path in paths:
            before = resource.getrusage(resource.RUSAGE_SELF)
            read(path)
            after = resource.getrusage(resource.RUSAGE_SELF)
            cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
            found[path][1].append(round(cpu, 4))
    return found


def measure(kind, arguments, programs, scratch):
    path = scratch / f"{kind}.jsonl"
    rows = corpus.write(programs["generate"], kind, arguments.mb, path)
    convert.schema_file(programs["rowmill"], kind, scratch / f"{kind}.schema.json")
    files = {}
    for system in dict.fromkeys(name for _, *pair in PAIRS for name in pair):
        files[system] = scratch / f"{kind} {system}.parquet"
        convert.run(convert.command(system, kind, path, files[system], 1, programs, scratch), 1)
    print(f"{kind}: {path.stat().st_size / 1e6:.1f} MB of JSON, {rows} rows, {arguments.rounds} rounds")
    path.unlink()
    scans = []
    for name, *pair in PAIRS:
        words = [sys.executable, __file__, "--scan", name, arguments.rounds, *(files[system] for system in pair)]
        output, errors = convert.start(words, 1).communicate()
        if not output:
            raise SystemExit(errors.decode())
        found = [json.loads(output)[str(files[system])] for system in pair]
        if [count for count, _ in found] != [rows, rows]:
            raise SystemExit(f"{name} finds other rows in {pair}: {found}")
        ours, theirs = (statistics.median(cpu) for _, cpu in found)
        print(f"  {name:<8} {pair[0]:<19} {ours:>6.3f} s  {pair[1]:<18} {theirs:>6.3f} s  {ours / theirs:>5.2f}", flush=True)
        scans += [
            {"reader": name, "file": system, "bytes": files[system].stat().st_size, "cpu_s": cpu}
            for system, (_, cpu) in zip(pair, found)
        ]
    return {"data": kind, "rows": rows, "runs": scans}


def main():
    if sys.argv[1:2] == ["--scan"]:
        name, rounds, *paths = sys.argv[2:]
        return print(json.dumps(scan(name, int(rounds), paths)))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", metavar="SET", help=", ".join(corpus.ROW))
    parser.add_argument("--mb", type=float, default=537, help="sizes of the files of lines")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rowmill", help="a program that is built already")
    parser.add_argument("--json", type=pathlib.Path, help="also write every scan to this file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        programs = {
            "generate": corpus.generator(),
            "rowmill": arguments.rowmill or corpus.cargo("build", "--release", "-p", "rowmill-cli"),
        }
        sets = arguments.sets or corpus.ROW
        results = [measure(kind, arguments, programs, pathlib.Path(folder)) for kind in sets]
    if arguments.json:
        convert.write(results, arguments.json)


if __name__ == "__main__":
    main()
