"""Reads directories by value (`--partition-by`) with DuckDB, Polars and pyarrow: they must be the table
that the same lines make without partitions.

    python tests/interop/partitions.py target/release/rowmill

It prints the section of `docs/readers.md` that says which types the readers see.
"""

import datetime
import json
import pathlib
import subprocess
import sys
import tempfile
import uuid

import duckdb
import polars
import pyarrow
import pyarrow.dataset
import pyarrow.parquet

ROWS = 600
TEXTS = ["Confirmed", "", None, "a/b", "100%", "k=v", "..", "Zürich", "x\ny", "a b+c&d", "ok", "OK", "\\", "{}", "null"]
DAYS = ["2024-02-29", None, "1969-12-31"]
FIELDS = [
    {"name": "n", "type": "int64"},
    {"name": "text", "type": "string"},
    {"name": "enum", "type": "enum"},
    {"name": "digits", "type": "string"},
    {"name": "int", "type": "int64"},
    {"name": "flag", "type": "bool"},
    {"name": "id", "type": "uuid"},
    {"name": "day", "type": "date"},
    {"name": "at", "type": "timestamp_us"},
]
# The type of each column that leaves the files, as the readers are told it.
TYPES = {
    "text": ("VARCHAR", polars.String, pyarrow.string()),
    "enum": ("VARCHAR", polars.String, pyarrow.string()),
    "digits": ("VARCHAR", polars.String, pyarrow.string()),
    "int": ("BIGINT", polars.Int64, pyarrow.int64()),
    "flag": ("BOOLEAN", polars.Boolean, pyarrow.bool_()),
    "id": ("UUID", polars.String, pyarrow.string()),
    "day": ("DATE", polars.Date, pyarrow.date32()),
    "at_year": ("VARCHAR", polars.String, pyarrow.string()),
    "at_month": ("VARCHAR", polars.String, pyarrow.string()),
    "at_day": ("DATE", polars.Date, pyarrow.date32()),
}


def line(n):
    at = datetime.datetime(2023, 12, 30, 23, tzinfo=datetime.timezone.utc) + datetime.timedelta(hours=n)
    return {
        "n": n,
        "text": TEXTS[n % len(TEXTS)],
        "enum": TEXTS[n // 3 % len(TEXTS)],
        "digits": ["007", "7", "08"][n % 3],
        "int": [None, -1, 2**63 - 1][n % 3],
        "flag": [True, False, None][n % 3],
        "id": str(uuid.UUID(int=n % 4)) if n % 5 else None,
        "day": DAYS[n % 3],
        "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def duckdb_rows(lake, types):
    told = ", ".join(f"'{name}': {TYPES[name][0]}" for name in types)
    told = f", hive_types = {{{told}}}" if types else ""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    table = connection.sql(f"select * from read_parquet('{lake}/**/*.parquet', hive_partitioning = true{told})")
    kinds = dict(zip(table.columns, map(str, table.types)))
    return kinds, [dict(zip(table.columns, row)) for row in table.fetchall()]


def polars_rows(lake, types):
    schema = {name: TYPES[name][1] for name in types} or None
    table = polars.scan_parquet(f"{lake}/**/*.parquet", hive_partitioning=True, hive_schema=schema).collect()
    return {name: str(kind) for name, kind in table.schema.items()}, table.to_dicts()


def pyarrow_rows(lake, types):
    schema = pyarrow.schema([(name, TYPES[name][2]) for name in types])
    partitioning = pyarrow.dataset.partitioning(schema, flavor="hive") if types else "hive"
    table = pyarrow.dataset.dataset(lake, partitioning=partitioning).to_table()
    return {field.name: str(field.type) for field in table.schema}, table.to_pylist()


READERS = [
    (f"DuckDB {duckdb.__version__}", duckdb_rows),
    (f"Polars {polars.__version__}", polars_rows),
    (f"pyarrow {pyarrow.__version__}", pyarrow_rows),
]


def plain(value):
    """The same for a UUID as 16 bytes, as text, and as an object."""
    if isinstance(value, bytes):
        return str(uuid.UUID(bytes=value))
    return str(value) if isinstance(value, uuid.UUID) else value


def sorted_rows(rows, names):
    return sorted(([plain(row[name]) for name in names] for row in rows), key=lambda row: row[0])


def check(rowmill, folder, by):
    """All readers see the rows of the unpartitioned table; the types they see without being told."""
    source, schema, lake = folder / "rows.jsonl", folder / "schema.json", folder / "-".join(by).replace(":", "_")
    command = [rowmill, "convert", source, "-o", f"{lake}/", "--schema", schema]
    for column in by:
        command += ["--partition-by", column]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    directories = [column.replace(":", "_") for column in by]
    names = [field["name"] for field in FIELDS]
    found = {}
    for reader, read in READERS:
        wanted = sorted_rows(read(folder / "plain", [])[1], names)
        kinds, rows = read(lake, directories)
        if sorted_rows(rows, names) != wanted:
            raise SystemExit(f"{reader} by {', '.join(by)}: other rows")
        for row in rows:
            for name in directories:
                of, _, part = name.partition("_")
                value = None if row[of] is None else str(row[of])[: {"year": 4, "month": 7, "day": 10}.get(part, 99)]
                if part and (None if row[name] is None else str(row[name])) != value:
                    raise SystemExit(f"{reader}, {name}: {row[name]!r} is not that of {row[of]!r}")
        untold, rows = read(lake, [])
        same = sorted_rows(rows, names) == wanted
        found[reader] = [f"`{untold[name]}`" + ("" if same else ", **not equal**") for name in directories]
    return found


def section(rowmill):
    lines = ["| by | " + " | ".join(reader for reader, _ in READERS) + " |", "|---|" + "---|" * len(READERS)]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "rows.jsonl").write_text("".join(json.dumps(line(n)) + "\n" for n in range(ROWS)))
        (folder / "schema.json").write_text(json.dumps({"version": 1, "fields": FIELDS}))
        command = [rowmill, "convert", folder / "rows.jsonl", "-o", f"{folder}/plain/", "--schema", folder / "schema.json"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for by in TYPES:
            column = by.replace("_", ":")
            found = check(rowmill, folder, [column])
            lines.append(f"| `{column}` | " + " | ".join(found[reader][0] for reader, _ in READERS) + " |")
        check(rowmill, folder, ["text", "at:month"])
        check(rowmill, folder, ["enum", "day", "flag"])
    return TEXT.replace("{table}", "\n".join(lines))


TEXT = """## Partitions

Directories of `--partition-by` are read back as the table without partitions by these readers, if they are told the types of the
columns that left the files, which `partitioned_by` in the manifest names (`tests/interop/partitions.py` compares all
values: nulls, empty texts, `/`, `=`, `%`, line breaks, texts of digits):

```sql
from read_parquet('lake/Reservation/**/*.parquet', hive_partitioning = true, hive_types = {'State': VARCHAR})
```
```python
polars.scan_parquet("lake/Reservation/**/*.parquet", hive_partitioning=True, hive_schema={"State": polars.String})
pyarrow.dataset.dataset("lake/Reservation", partitioning=pyarrow.dataset.partitioning(
    pyarrow.schema([("State", pyarrow.string())]), flavor="hive"))
```

pyarrow passes over directories whose names begin with `_` or `.`, as those by columns of lineage do (`_file=…`), and says nothing of
their rows; `pyarrow.dataset.dataset(…, ignore_prefixes=["."])` reads them. The program says so when it writes such directories.

In object stores the keys are the same names, so they are read likewise (`crates/cli/tests/cloud/readers.py` has pyarrow and Polars do it).

Without being told they go by the names, and see these types. Where the values are not equal then, a text of digits became a
number (`007` is 7), or a number, boolean or date stayed a text.

{table}

**Spark** 4.3.0 was asked apart from these. It goes by the names, and sees `string` but for `digits` (`int`, **not equal**), `int` (`bigint`),
`day` and `at:day` (`date`) and `at:year` (`int`); with `spark.sql.sources.partitionColumnTypeInference.enabled=false` all are texts, and
equal. It refuses a table with an empty value (`State=`, `EMPTY_PARTITION_COLUMN_VALUE`).

## New columns

Parts that have got columns which earlier ones do not have (`--new-columns`) are one table to these readers, if they are told to join
columns by name, inside structs and lists too (`widest` being the path of a part that has all of them). Without that DuckDB and pyarrow
leave out without a word what the first file does not have, and Polars refuses.

```sql
from read_parquet('lake/Reservation/*.parquet', union_by_name = true)
```
```python
polars.scan_parquet("lake/Reservation/*.parquet", schema=polars.read_parquet_schema(widest), missing_columns="insert",
    cast_options=polars.ScanCastOptions(missing_struct_fields="insert"))
pyarrow.dataset.dataset("lake/Reservation", schema=pyarrow.parquet.read_schema(widest))
```
"""

if __name__ == "__main__":
    print(section(sys.argv[1]), end="")
