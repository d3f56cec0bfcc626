"""One decoding by one system, in a process of its own, which decode.py starts:

    python systems.py SYSTEM FILE SHAPE        prints the CPU seconds of the process, user and system
    python systems.py SYSTEM FILE SHAPE check  prints the digest of the answer

The seconds begin when the system has started and has answered a query that reads nothing. One
thread each.

Both get the types that are fastest for them: DECIMAL(18,4), which holds every amount of the corpus
and is one machine word, text for enums, and text for the one column that is a union.
"""

import json
import resource
import sys

import digest
import shapes

DUCKDB = {
    "uuid": "UUID",
    "text": "VARCHAR",
    "bool": "BOOLEAN",
    "int": "INTEGER",
    "decimal": "DECIMAL(18,4)",
    "float": "DOUBLE",
    "instant": "TIMESTAMP",
    "date": "DATE",
    "json": "JSON",
}

CLICKHOUSE = {
    "uuid": "UUID",
    "text": "String",
    "bool": "Bool",
    "int": "Int32",
    "decimal": "Decimal(18,4)",
    "float": "Float64",
    "instant": "DateTime64(6, ''UTC'')",
    "date": "Date32",
    "json": "String",
}

# Without these an absent object would be one of nulls, and ISO 8601 would not be read.
CLICKHOUSE_READING = [
    "allow_experimental_nullable_tuple_type=1",
    "date_time_input_format='best_effort'",
]

# Blocks of 4,096 rows are what is fastest for it here.
CLICKHOUSE_SETTINGS = ", ".join(
    [
        *CLICKHOUSE_READING,
        "max_threads=1",
        "max_block_size=4096",
        "input_format_parallel_parsing=0",
        "output_format_parallel_formatting=0",
    ]
)


def duckdb_type(shape):
    if isinstance(shape, dict):
        members = (f'"{name}" {duckdb_type(member)}' for name, member in shape.items())
        return f"STRUCT({', '.join(members)})"
    if isinstance(shape, list):
        return duckdb_type(shape[0]) + "[]"
    return DUCKDB[shape]


def duckdb_rows(path, shape):
    columns = (f"'{name}': '{duckdb_type(member)}'" for name, member in shape.items())
    return f"read_json('{path}', format = 'newline_delimited', columns = {{{', '.join(columns)}}})"


class DuckDb:
    """The result drained as Arrow record batches."""

    def __init__(self, path, shape):
        import duckdb

        self.shape = shape
        self.rows = duckdb_rows(path, shape)
        self.connection = duckdb.connect()
        # Arrow's own UUIDs: it would write each one as text otherwise.
        for setting in ["threads = 1", "arrow_lossless_conversion = true"]:
            self.connection.execute(f"SET {setting}")
        self.connection.sql("SELECT 42").fetchall()

    def batches(self):
        return self.connection.sql(f"SELECT * FROM {self.rows}").to_arrow_reader(122_880)

    def run(self):
        for _ in self.batches():
            pass

    def digest(self):
        return digest.of_arrow(self.batches(), self.shape)


class DuckDbCounts(DuckDb):
    """The result drained inside DuckDB, by counting the values of every column."""

    def counts(self):
        counts = ", ".join(f'count("{name}")' for name in self.shape)
        return self.connection.sql(f"SELECT {counts} FROM {self.rows}").fetchall()[0]

    def run(self):
        self.counts()

    def digest(self):
        truth = super().digest()
        assert list(self.counts()) == [truth[f".{name}"][0] for name in self.shape]
        return truth


def clickhouse_type(shape):
    if isinstance(shape, dict):
        members = (f"{name} {clickhouse_type(member)}" for name, member in shape.items())
        return f"Nullable(Tuple({', '.join(members)}))"
    if isinstance(shape, list):
        # No array of the corpus is null, which this could not tell from an empty one.
        return f"Array({clickhouse_type(shape[0])})"
    return f"Nullable({CLICKHOUSE[shape]})"


class ClickHouse:
    """The result dropped by FORMAT Null."""

    def __init__(self, path, shape):
        import chdb

        self.chdb, self.shape = chdb, shape
        structure = ", ".join(f"{name} {clickhouse_type(member)}" for name, member in shape.items())
        rows = f"file('{path}', JSONEachRow, '{structure}')"
        self.query = f"SELECT * FROM {rows} SETTINGS {CLICKHOUSE_SETTINGS}"
        chdb.query("SELECT 42")

    def run(self):
        self.chdb.query(self.query, "Null")

    def digest(self):
        import pyarrow

        answer = self.chdb.query(self.query, "ArrowStream").bytes()
        return digest.of_arrow(pyarrow.ipc.open_stream(answer), self.shape)


SYSTEMS = {"duckdb": DuckDb, "duckdb-counts": DuckDbCounts, "clickhouse": ClickHouse}


def main():
    system, path, shape = sys.argv[1:4]
    system = SYSTEMS[system](path, shapes.SHAPES[shape])
    if sys.argv[4:] == ["check"]:
        print(json.dumps(system.digest()))
        return
    before = resource.getrusage(resource.RUSAGE_SELF)
    system.run()
    after = resource.getrusage(resource.RUSAGE_SELF)
    print(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


if __name__ == "__main__":
    main()
