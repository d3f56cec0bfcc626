"""One conversion to Parquet by one system, in a process of its own, which convert.py starts:

    python writers.py SYSTEM FILE SHAPE OUT THREADS [text]

prints the seconds it took as JSON: of CPU, user and system of all threads, and on the wall. They begin
when the system has started. Zstandard at level 1; otherwise what each does by itself. With `text`, ids
are text.

What differs is said in convert.py: pyarrow's dates, and Polars' dates, instants and amounts.
"""

import json
import resource
import sys
import time

import shapes
import systems


def duckdb(path, shape, out, threads):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    connection.sql("SELECT 42").fetchall()
    codec = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
    query = f"COPY (SELECT * FROM {systems.duckdb_rows(path, shape)}) TO '{out}' ({codec})"
    return lambda: connection.execute(query)


def clickhouse(path, shape, out, threads):
    import chdb

    names = shape.items()
    structure = ", ".join(f"{name} {systems.clickhouse_type(member)}" for name, member in names)
    settings = [
        *systems.CLICKHOUSE_READING,
        f"max_threads={threads}",
        f"input_format_parallel_parsing={int(threads > 1)}",
        f"output_format_parquet_parallel_encoding={int(threads > 1)}",
        "output_format_parquet_compression_method='zstd'",
        "output_format_compression_level=1",
        "engine_file_truncate_on_insert=1",
    ]
    query = (
        f"INSERT INTO FUNCTION file('{out}', Parquet) "
        f"SELECT * FROM file('{path}', JSONEachRow, '{structure}') SETTINGS {', '.join(settings)}"
    )
    chdb.query("SELECT 42")
    return lambda: chdb.query(query)


def pyarrow(path, shape, out, threads):
    import pyarrow
    import pyarrow.json
    import pyarrow.parquet

    leaves = {
        "uuid": pyarrow.string(),
        "text": pyarrow.string(),
        "bool": pyarrow.bool_(),
        "int": pyarrow.int32(),
        "decimal": pyarrow.decimal128(18, 4),
        "float": pyarrow.float64(),
        # It refuses the seventh digit in microseconds, and dates.
        "instant": pyarrow.timestamp("ns"),
        "date": pyarrow.string(),
    }

    def type_of(shape):
        if isinstance(shape, dict):
            return pyarrow.struct([(name, type_of(member)) for name, member in shape.items()])
        if isinstance(shape, list):
            return pyarrow.list_(type_of(shape[0]))
        return leaves[shape]

    schema = pyarrow.schema(type_of(shape))
    pyarrow.set_cpu_count(threads)

    def run():
        # Its blocks become row groups; those of its default would be a hundred times too small.
        reading = pyarrow.json.ReadOptions(use_threads=threads > 1, block_size=16 << 20)
        parsing = pyarrow.json.ParseOptions(schema, unexpected_field_behavior="ignore")
        lines = pyarrow.json.open_json(path, reading, parsing)
        with pyarrow.parquet.ParquetWriter(
            out, lines.schema, compression="zstd", compression_level=1
        ) as writer:
            for batch in lines:
                writer.write_batch(batch)

    return run


def polars(path, shape, out, threads):
    import polars

    leaves = {
        "bool": polars.Boolean,
        "int": polars.Int32,
        # Decimals in objects are refused; instants are ten times as slow when they are read as such.
        "decimal": polars.Float64,
        "float": polars.Float64,
    }

    def type_of(shape):
        if isinstance(shape, dict):
            return polars.Struct({name: type_of(member) for name, member in shape.items()})
        if isinstance(shape, list):
            return polars.List(type_of(shape[0]))
        return leaves.get(shape, polars.String)

    schema = {name: type_of(member) for name, member in shape.items()}
    lines = polars.scan_ndjson(path, schema=schema)
    return lambda: lines.sink_parquet(out, compression="zstd", compression_level=1)


SYSTEMS = {"duckdb": duckdb, "clickhouse": clickhouse, "pyarrow": pyarrow, "polars": polars}


def main():
    system, path, kind, out, threads = sys.argv[1:6]
    shape = shapes.to_convert(kind)
    if sys.argv[6:] == ["text"]:
        shape = shapes.with_ids_as_text(shape)
    convert = SYSTEMS[system](path, shape, out, int(threads))
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    convert()
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    print(json.dumps({"cpu_s": cpu, "wall_s": wall}))


if __name__ == "__main__":
    main()
