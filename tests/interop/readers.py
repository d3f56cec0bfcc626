"""What readers make of a column of each type, and `docs/readers.md` out of it.

    python tests/interop/readers.py target/release/rowmill

One file has a column of each type. Each reader reads each column by itself, so that what fails is
told apart, and its values are compared with those of the lines. Spark, which refuses a file for any of its
columns, gets a file of that column alone; it needs Java 17.
"""

import datetime
import decimal
import hashlib
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import uuid

import chdb
import datafusion
import duckdb
import polars
import pyarrow
import pyarrow.parquet
import pyspark
from pyspark.sql import Row, SparkSession

import partitions

# Enough for several row groups under the least memory.
ROWS = 60_000
DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "readers.md"
sys.path.append(str(DOCUMENT.parent))
import section  # noqa: E402

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)


def a_uuid(n):
    return str(uuid.UUID(int=(n * 0x9E3779B97F4A7C152545F4914F6CDD1D + 7) % 2**128))


def noise(n):
    """Text that no codec makes much smaller, so that row groups end."""
    return "".join(hashlib.sha512(f"{n} {part}".encode()).hexdigest() for part in range(3))


def an_instant(n, digits):
    """As text, and as the number of units of so many digits since 1970."""
    seconds, part = divmod(n * 86_399_999_999_999 // 10 ** (9 - digits), 10**digits)
    text = (EPOCH + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{part:0{digits}d}Z", seconds * 10**digits + part


def a_decimal(n, precision, scale):
    digits = (n * 0x9E3779B97F4A7C15F39CC0605CEDC835 + n) % 10**precision
    return decimal.Decimal(digits if n % 2 else -digits).scaleb(-scale, decimal.Context(prec=50))


# Name and type of the column in the table, its field in the schema file, and the value of a row: as
# JSON text, and as it is to be read.
def both(value):
    return json.dumps(value), value


def instant(digits):
    def value(n):
        text, number = an_instant(n, digits)
        return json.dumps(text), number

    return value


def number(precision, scale):
    def value(n):
        found = a_decimal(n, precision, scale)
        return format(found, "f"), found

    return value


COLUMNS = [
    ("uuid", '"type": "uuid"', lambda n: both(a_uuid(n))),
    ("uuid_text", '"type": "uuid", "uuid": "text"', lambda n: both(a_uuid(n))),
    ("uuid_repeated", '"type": "uuid"', lambda n: both(a_uuid(n % 9))),
    ("string", '"type": "string"', lambda n: both(f"text é {n} {noise(n)}")),
    ("enum", '"type": "enum"', lambda n: both(["Confirmed", "Started", "é"][n % 3])),
    ("bool", '"type": "bool"', lambda n: both(n % 3 == 0)),
    ("int32", '"type": "int32"', lambda n: both(n * (-1) ** n)),
    ("int64", '"type": "int64"', lambda n: both(2**63 - 1 - n * n if n % 2 else n - 2**63)),
    ("uint64", '"type": "uint64"', lambda n: both(2**64 - 1 - n)),
    ("float64", '"type": "float64"', lambda n: both(n / 7)),
    ("decimal_9_2", '"type": "decimal(9,2)"', number(9, 2)),
    ("decimal_18_4", '"type": "decimal(18,4)"', number(18, 4)),
    ("decimal_38_10", '"type": "decimal(38,10)"', number(38, 10)),
    ("date", '"type": "date"', lambda n: both((EPOCH + datetime.timedelta(days=n - 99)).strftime("%Y-%m-%d"))),
    ("timestamp_us", '"type": "timestamp_us"', instant(6)),
    ("timestamp_ns", '"type": "timestamp_ns"', instant(9)),
    ("duration", '"type": "duration"', lambda n: both(f"P{n}DT5H")),
    (
        "duration_parts",
        '"type": "duration_parts"',
        lambda n: (f'"P{n}DT5S"', {"months": 0, "days": n, "nanoseconds": 5 * 10**9}),
    ),
    ("json", '"type": "json"', lambda n: (f'{{"a": [{n}, null]}}', f'{{"a": [{n}, null]}}')),
    ("list_int32", '"type": "list<int32>"', lambda n: both([n, None, 2][: n % 4])),
    ("list_uuid", '"type": "list<uuid>"', lambda n: both([a_uuid(n), a_uuid(n + 1)][: n % 3])),
    ("list_enum", '"type": "list<enum>"', lambda n: both(["Confirmed", f"v{n % 50}"][: n % 3])),
    (
        "struct",
        '"type": "struct<a: int32, b: string, c: list<uuid>, d: enum>"',
        lambda n: both({"a": n, "b": None if n % 3 else "x", "c": [a_uuid(n)], "d": f"v{n % 99}"}),
    ),
    ("map", '"type": "map<string, int64>"', lambda n: both({f"k{i}": n for i in range(n % 3)})),
]

# Those that readers differ about, for docs/compare.md; the dictionary is that of the enumeration.
COMPARED = ["uuid", "timestamp_ns", "uint64", "decimal_38_10", "map", "json", "enum"]


def make(folder):
    """The lines and the schema file; every seventh value is missing."""
    fields = [f'{{"name": "{name}", {field}}}' for name, field, _ in COLUMNS]
    (folder / "schema.json").write_text(f'{{"fields": [{", ".join(fields)}]}}')
    wanted = {name: [] for name, _, _ in COLUMNS}
    with open(folder / "rows.jsonl", "w") as lines:
        for n in range(ROWS):
            parts = []
            for at, (name, _, value) in enumerate(COLUMNS):
                text, read = value(n)
                missing = (n + at) % 7 == 0
                if not missing:
                    parts.append(f'"{name}": {text}')
                wanted[name].append(None if missing else read)
            lines.write("{" + ", ".join(parts) + "}\n")
    return wanted


def plain(value):
    """A value in terms that all readers have in common."""
    if isinstance(value, datetime.datetime):
        value = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return (value - EPOCH) // MICROSECOND
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, list):
        pairs = [item for item in value if isinstance(item, (tuple, dict))]
        if value and len(pairs) == len(value):
            if all(isinstance(item, tuple) for item in pairs):
                return {key: plain(item) for key, item in pairs}
            if all(set(item) == {"key", "value"} for item in pairs):
                return {item["key"]: plain(item["value"]) for item in pairs}
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def of_arrow(table, name):
    column = table.column(name).combine_chunks()
    kind = column.type
    if pyarrow.types.is_timestamp(kind):
        return str(kind), column.cast(pyarrow.int64()).to_pylist()
    return str(kind), column.to_pylist()


class Pyarrow:
    name = f"pyarrow {pyarrow.__version__}"

    def read(self, path, name):
        return of_arrow(pyarrow.parquet.ParquetFile(path).read(columns=[name]), name)


class DataFusion:
    name = f"DataFusion {datafusion.__version__}"

    def read(self, path, name):
        # Several threads would give the row groups in any order.
        context = datafusion.SessionContext(datafusion.SessionConfig().with_target_partitions(1))
        frame = context.read_parquet(str(path)).select(datafusion.col(name))
        return of_arrow(frame.to_arrow_table(), name)


class DuckDB:
    name = f"DuckDB {duckdb.__version__}"

    def read(self, path, name):
        readers = duckdb.connect()
        readers.execute("set timezone = 'UTC'")
        source = f"(select {name} as v from read_parquet('{path}'))"
        kind = readers.execute(f"describe select * from {source}").fetchone()[1]
        value = "epoch_ns(v)" if kind.startswith("TIMESTAMP") and "_ns" in name else "v"
        return kind, [row[0] for row in readers.execute(f"select {value} from {source}").fetchall()]


class Polars:
    name = f"Polars {polars.__version__}"

    def read(self, path, name):
        column = polars.read_parquet(path, columns=[name])[name]
        if isinstance(column.dtype, polars.Datetime):
            return str(column.dtype), column.dt.timestamp(column.dtype.time_unit).to_list()
        return str(column.dtype), column.to_list()


class ClickHouse:
    name = f"ClickHouse {chdb.engine_version}, chdb {chdb.__version__}"

    def read(self, path, name):
        source = f"file('{path}', Parquet)"
        described = chdb.query(f"describe (select `{name}` from {source})", "JSONCompactEachRow").bytes()
        kind = json.loads(described.splitlines()[0])[1]
        value = f"toUnixTimestamp64Nano(`{name}`)" if "_ns" in name else f"`{name}`"
        value = f"toUnixTimestamp64Micro(`{name}`)" if "_us" in name else value
        settings = "output_format_json_quote_decimals = 1, output_format_json_quote_64bit_integers = 1"
        settings += ", max_threads = 1, input_format_parquet_preserve_order = 1"
        query = f"select {value} from {source} settings {settings}"
        lines = chdb.query(query, "JSONCompactEachRow").bytes().splitlines()
        return kind, [self.value(json.loads(line)[0], kind) for line in lines]

    def value(self, value, kind):
        if isinstance(value, str) and "Decimal" in kind:
            return decimal.Decimal(value)
        if isinstance(value, str) and any(word in kind for word in ("Int", "DateTime")):
            return int(value)
        if isinstance(value, dict):
            inner = kind if "Map" in kind else ""
            of = lambda v: int(v) if isinstance(v, str) and v.lstrip("-").isdigit() else v
            return {key: of(item) if inner or key == "nanoseconds" else item for key, item in value.items()}
        return value


class Spark:
    name = f"Spark {pyspark.__version__}"

    def __init__(self):
        # Python gets instants as local time.
        os.environ["TZ"] = "UTC"
        settings = {
            "spark.ui.enabled": "false",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.legacy.parquet.nanosAsLong": "true",
        }
        self.session = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
        self.session.sparkContext.setLogLevel("OFF")

    def read(self, path, name):
        frame = self.session.read.parquet(str(alone(path, name)))
        return frame.schema[name].dataType.simpleString(), [self.value(row[0]) for row in frame.collect()]

    def value(self, value):
        if isinstance(value, Row):
            return {name: self.value(item) for name, item in value.asDict().items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return bytes(value) if isinstance(value, bytearray) else value


READERS = [DuckDB(), Polars(), Pyarrow(), DataFusion(), ClickHouse(), Spark()]


def leaves_as_text(value):
    if isinstance(value, dict):
        return {key: leaves_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [leaves_as_text(item) for item in value]
    return None if value is None else str(value)


def same(found, wanted, name):
    if name == "json" and wanted is not None:
        found = found.decode() if isinstance(found, bytes) else found
        # ClickHouse has taken it apart.
        return found == wanted or leaves_as_text(found) == leaves_as_text(json.loads(wanted))
    if name == "map" and found == [] and wanted == {}:
        return True
    if isinstance(wanted, str) and isinstance(found, bytes) and "uuid" in name:
        return uuid.UUID(bytes=found) == uuid.UUID(wanted)
    if isinstance(wanted, list) and isinstance(found, list):
        return len(found) == len(wanted) and all(same(f, w, name) for f, w in zip(found, wanted))
    if isinstance(wanted, dict) and isinstance(found, dict):
        return found.keys() == wanted.keys() and all(
            same(found[key], item, "uuid" if key == "c" else name) for key, item in wanted.items()
        )
    return found == wanted


def is_empty(value):
    """Nothing at all: what stands for null where there is none."""
    if isinstance(value, dict):
        return all(is_empty(item) for item in value.values())
    return value is None or value == []


def short(kind):
    """A type, in a line of a table."""
    return f"`{' '.join(kind.split())}`".replace("|", "\\|")


def cell(reader, path, name, wanted):
    try:
        kind, values = reader.read(path, name)
    except BaseException as error:  # some readers panic, and a panic is no Exception
        reason = str(error).strip().splitlines() or [type(error).__name__]
        return f"**refused**: {short(reason[0][:120])}"
    values = [plain(value) for value in values]
    if len(values) != len(wanted):
        return f"{short(kind)}: **{len(values)} rows**"
    wrong = [(f, w) for f, w in zip(values, wanted) if not same(f, w, name)]
    if not wrong:
        return short(kind)
    if all(w is None and is_empty(f) for f, w in wrong):
        return f"{short(kind)}; a missing one is empty"
    return f"{short(kind)}: **{len(wrong)} differ**, such as `{wrong[0][0]!r}` for `{wrong[0][1]!r}`"


HEAD = """# What readers make of the files

Written by `tests/interop/readers.py` on {date}, Python {python}, {system}. Again:

```sh
cargo build --release -p rowmill-cli
python3 -m venv .venv && .venv/bin/pip install -r tests/interop/requirements.txt datafusion=={datafusion} chdb=={chdb} pyspark=={pyspark}
.venv/bin/python tests/interop/readers.py target/release/rowmill
```

A file of {rows:,} rows in {groups} row groups has a column of each type, every seventh value missing. A cell is the type that the reader sees;
nothing more is said where all values are those of the lines. UUIDs and JSON that come as bytes, and JSON that comes taken
apart, count as equal. ClickHouse has no null arrays, maps and tuples: there a missing one is empty. Spark gets a file of each column
alone, since it refuses a file for any column in it, and `spark.sql.legacy.parquet.nanosAsLong`, without which it refuses instants in nanoseconds.

"""

TAIL = """
## The Arrow schema in the footer

It stays, under `ARROW:schema`. No reader needs it, and none reads other values or fails because of it: with its key made
unknown, the cells of the first table that change are these.

{changed}
By it a table comes back with the types it was decoded to, enumerations as dictionaries among them, and Arrow's metadata.
"""


def cells(path, wanted):
    """What each reader makes of each column."""
    found = {name: [cell(reader, path, name, wanted[name]) for reader in READERS] for name, _, _ in COLUMNS}
    for name, row in found.items():
        print(name, row, flush=True)
    return found


def table(found):
    lines = ["| column | " + " | ".join(reader.name for reader in READERS) + " |"]
    lines.append("|---|" + "---|" * len(READERS))
    lines += [f"| `{name}` | " + " | ".join(row) + " |" for name, row in found.items()]
    return "\n".join(lines) + "\n"


def alone(path, column):
    """The file beside another one that has this column and no other."""
    return path.with_suffix("") / f"{column}.parquet"


def without_arrow_schema(path):
    """Copies in which that key of the footer is one that nobody knows."""
    copy = path.with_name("unknown-key.parquet")
    copy.with_suffix("").mkdir()
    for one, other in [(path, copy), *[(alone(path, name), alone(copy, name)) for name, _, _ in COLUMNS]]:
        other.write_bytes(one.read_bytes().replace(b"ARROW:schema", b"OTHER:schema"))
    return copy


def main(rowmill):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        wanted = make(folder)

        def convert(name, *options):
            path = folder / name
            path.with_suffix("").mkdir()
            for out, columns in [(path, []), *[(alone(path, name), ["--columns", name]) for name, _, _ in COLUMNS]]:
                command = [rowmill, "convert", folder / "rows.jsonl", "-o", out, "--schema", folder / "schema.json"]
                command += ["--memory", "32MiB", *columns, *options]
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return path

        path = convert("default.parquet")
        groups = pyarrow.parquet.ParquetFile(path).num_row_groups
        assert groups > 1
        found = cells(path, wanted)
        bare = cells(without_arrow_schema(path), wanted)
        compat = cells(convert("compat.parquet", "--profile", "compat", "--uuid", "text"), wanted)
    changed = ["| column | reader | without it | with it |", "|---|---|---|---|"]
    for name, row in found.items():
        for reader, one, other in zip(READERS, bare[name], row):
            if one != other:
                changed.append(f"| `{name}` | {reader.name} | {one} | {other} |")
    head = HEAD.format(
        date=datetime.date.today(),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        rows=ROWS,
        groups=groups,
        datafusion=datafusion.__version__,
        chdb=chdb.__version__,
        pyspark=pyspark.__version__,
    )
    other = {name: row for name, row in compat.items() if row != found[name]}
    tables = f"## By default\n\n{table(found)}\n## With `--profile compat --uuid text`\n\n"
    tables += f"{len(found) - len(other)} columns are as above, and these are others.\n\n{table(other)}"
    tail = TAIL.replace("{changed}", "\n".join(changed) + "\n")
    DOCUMENT.write_text(head + tables + tail + "\n" + partitions.section(rowmill))
    asked = {name: found[name] for name in COMPARED}
    asked |= {f"{name}` with `--profile compat --uuid text": compat[name] for name in COMPARED if compat[name] != found[name]}
    section.write("readers", table(asked))


if __name__ == "__main__":
    main(sys.argv[1])
