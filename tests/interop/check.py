"""Reads what rowmill writes with DuckDB, pyarrow and Polars and compares every value with the lines
it came from, which are parsed here by Python's own json module.

    python tests/interop/check.py target/release/rowmill

The lines come from `rowmill serve` over loopback, fetched by the few lines of client below, so the
server is checked by a client that shares no code with rowmill's.
"""

import datetime
import decimal
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

import duckdb
import polars
import pyarrow
import pyarrow.parquet

ENTITIES = ["Reservation", "OrderItem", "Customer"]
ROWS = 3000
# A few lines of each of the ten entities, with what is rare in them.
LINES = pathlib.Path(__file__).parents[1] / "data" / "entities"
UTC = datetime.timezone.utc


class Server:
    """`rowmill serve`, and the calls of a client."""

    def __init__(self, rowmill):
        command = [rowmill, "serve", "--port", "0", "--rows", str(ROWS)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        text, deadline = "", time.monotonic() + 30
        while time.monotonic() < deadline:
            text += self.process.stdout.readline()
            self.url = re.search(r"http://127\.0\.0\.1:\d+", text)
            tokens = [re.search(name + r"=(\S+)", text) for name in ("CLIENT_TOKEN", "ACCESS_TOKEN")]
            if self.url and all(tokens):
                self.url = self.url.group()
                self.client, self.access = (token.group(1) for token in tokens)
                return
        raise SystemExit(f"serve printed no address and tokens:\n{text}")

    def stop(self):
        self.process.terminate()
        if self.process.wait(timeout=10) != 143:
            raise SystemExit(f"serve ended with {self.process.returncode} on SIGTERM")

    def call(self, operation, **members):
        body = {"ClientToken": self.client, "AccessToken": self.access, "Client": "check 1", **members}
        request = urllib.request.Request(
            f"{self.url}/api/connector/v1/exports/{operation}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def download(self, entity):
        """The files of one export, in order."""
        export = self.call("add", EntityType=entity)["Export"]
        for _ in range(100):
            if export["Status"] == "Success":
                break
            time.sleep(0.1)
            export = self.call("getAll", ExportIds=[export["Id"]])["Exports"][0]
        files = []
        for entry in export["Files"]:
            with urllib.request.urlopen(entry["Url"], timeout=60) as answer:
                files.append(answer.read())
            if len(files[-1]) != entry["SizeInBytes"]:
                raise SystemExit(f"{entity}: {len(files[-1])} bytes, SizeInBytes {entry['SizeInBytes']}")
        return files


def is_json(kind):
    return isinstance(kind, pyarrow.BaseExtensionType) and kind.extension_name == "arrow.json"


def left(value, kind):
    """What no column of this type reads of a value; None where there is nothing."""
    if pyarrow.types.is_struct(kind) and isinstance(value, dict):
        names = {kind.field(at).name for at in range(kind.num_fields)}
        parts = {
            key: left(item, kind.field(key).type) if key in names else item
            for key, item in value.items()
        }
        return {key: item for key, item in parts.items() if key not in names or item is not None} or None
    if pyarrow.types.is_list(kind) and value:
        parts = [left(item, kind.value_type) for item in value]
        while parts and parts[-1] is None:
            parts.pop()
        return [{} if part is None else part for part in parts] or None
    return None


def rest(value, kind):
    """The object of what is left beside the columns, as the column for it has it."""
    found = left(value, kind)
    return None if found is None else ("json", found)


def expected(value, kind):
    """The value of a parsed line as a column of this Arrow type has it."""
    if value is None:
        return None
    if isinstance(kind, pyarrow.BaseExtensionType):
        if kind.extension_name == "arrow.uuid":
            return uuid.UUID(value)
        if kind.extension_name == "arrow.json":
            return ("json", value)
    if value == "" and (pyarrow.types.is_timestamp(kind) or pyarrow.types.is_date(kind)):
        return None
    if pyarrow.types.is_timestamp(kind):
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            value += "T00:00:00Z"
        text = re.sub(r"(\.\d{6})\d+", r"\1", value.replace("Z", "+00:00"))
        return datetime.datetime.fromisoformat(text).astimezone(UTC)
    if pyarrow.types.is_date(kind):
        return datetime.date.fromisoformat(value)
    if pyarrow.types.is_decimal(kind):
        return decimal.Decimal(value)
    if pyarrow.types.is_floating(kind):
        return float(value)
    if pyarrow.types.is_list(kind):
        return [expected(item, kind.value_type) for item in value]
    if pyarrow.types.is_struct(kind):
        fields = [kind.field(at) for at in range(kind.num_fields)]
        names = {field.name for field in fields}
        if {"Discriminator", "Value"} <= names and is_json(kind.field("Value").type):
            # The tag names the field of the value; that of a new tag stays JSON.
            arm = value.get("Discriminator")
            arm = arm if arm in names - {"Discriminator"} else "Value"
            value = {"Discriminator": value.get("Discriminator"), arm: value.get("Value")}
        rows = {field.name: expected(value.get(field.name), field.type) for field in fields}
        if "_other" in names:
            rows["_other"] = rest(value, kind)
        return rows
    if pyarrow.types.is_map(kind):
        return {key: expected(item, kind.item_type) for key, item in value.items()}
    return value


def actual(value, kind):
    """The value that a reader gave, in the same terms."""
    if value is None:
        return None
    if isinstance(kind, pyarrow.BaseExtensionType):
        if kind.extension_name == "arrow.uuid":
            return uuid.UUID(bytes=value) if isinstance(value, bytes) else uuid.UUID(str(value))
        if kind.extension_name == "arrow.json":
            return ("json", json.loads(value, parse_float=decimal.Decimal))
    if pyarrow.types.is_timestamp(kind):
        return value.astimezone(UTC)
    if pyarrow.types.is_list(kind):
        return [actual(item, kind.value_type) for item in value]
    if pyarrow.types.is_struct(kind):
        fields = [kind.field(at) for at in range(kind.num_fields)]
        return {field.name: actual(value[field.name], field.type) for field in fields}
    if pyarrow.types.is_map(kind):
        if isinstance(value, list):
            value = dict(pair.values() if isinstance(pair, dict) else pair for pair in value)
        return {key: actual(item, kind.item_type) for key, item in value.items()}
    return value


def rows_of(readers, path, schema):
    """Rows as each reader gives them."""
    table = pyarrow.parquet.read_table(path)
    yield "pyarrow", table.to_pylist()
    yield "polars", polars.read_parquet(path).to_dicts()
    answer = readers.execute("select * from read_parquet(?)", [str(path)])
    names = [column[0] for column in answer.description]
    yield "duckdb", [dict(zip(names, row)) for row in answer.fetchall()]


def check_types(readers, entity, path):
    described = readers.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()
    types = {name: kind for name, kind, *_ in described}
    wanted = {"Id": "UUID", "UpdatedUtc": "TIMESTAMP WITH TIME ZONE"}
    if entity == "OrderItem":
        for column, inner in [("Amount", "GrossValue DECIMAL(38,10)"), ("Data", "ProductId UUID")]:
            if inner not in types[column]:
                raise SystemExit(f"OrderItem.{column} is {types[column]}")
    if entity == "Customer":
        wanted["BirthDate"] = "DATE"
    for name, kind in wanted.items():
        if types[name] != kind:
            raise SystemExit(f"{entity}.{name} is {types[name]}, not {kind}")


def convert(rowmill, source, output, entity, *options):
    command = [rowmill, "convert", source, "-o", output, "--entity", entity, "--threads", "2", *options]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def check_filters(readers, entity, path):
    """Looks for each Id by itself, so that readers ask the Bloom filter."""
    ids = [str(row[0]) for row in readers.execute("select Id from read_parquet(?)", [str(path)]).fetchall()]
    for found in ids[::100]:
        count = "select count(*) from read_parquet(?) where Id = ?"
        if readers.execute(count, [str(path), found]).fetchone()[0] != ids.count(found):
            raise SystemExit(f"{entity}: a row is not found by its Id")
    probe = "select bool_and(bloom_filter_excludes) from parquet_bloom_probe(?, 'Id', ?)"
    absent = [str(uuid.UUID(int=n * 0x9E3779B97F4A7C152545F4914F6CDD1D % 2**128)) for n in range(100)]
    excluded = sum(readers.execute(probe, [str(path), one]).fetchone()[0] for one in absent)
    if excluded < 90:
        raise SystemExit(f"{entity}: the filter of Id excludes {excluded} of 100 absent values")


def compare(entity, source, path, readers):
    lines = source.read_bytes().rstrip(b"\n").split(b"\n")
    schema = pyarrow.parquet.read_schema(path)
    parsed = [json.loads(line, parse_float=decimal.Decimal) for line in lines]
    wanted = [
        {field.name: expected(row.get(field.name), field.type) for field in schema} for row in parsed
    ]
    for reader, rows in rows_of(readers, path, schema):
        if len(rows) != len(wanted):
            raise SystemExit(f"{entity} by {reader}: {len(rows)} rows, not {len(wanted)}")
        for number, (row, want) in enumerate(zip(rows, wanted), 1):
            for field in schema:
                got = actual(row[field.name], field.type)
                if got != want[field.name]:
                    raise SystemExit(
                        f"{entity} by {reader}, line {number}, {field.name}: {got!r}, not {want[field.name]!r}"
                    )
        print(f"{entity}: {len(rows)} rows, {len(schema)} columns equal by {reader}")


def main(rowmill):
    readers = duckdb.connect()
    readers.execute("set timezone = 'UTC'")
    server = Server(rowmill)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for entity in ENTITIES:
            content = b"".join(server.download(entity))
            source, output = scratch / f"{entity}.jsonl", scratch / f"{entity}.parquet"
            source.write_bytes(content)
            convert(rowmill, source, output, entity)
            check_types(readers, entity, output)
            compare(entity, source, output, readers)
            for number, options in enumerate([["--bloom", "Id"], ["--profile", "compat", "--uuid", "text", "--bloom", "Id"]]):
                output = scratch / f"{entity}-{number}.parquet"
                convert(rowmill, source, output, entity, *options)
                compare(entity, source, output, readers)
                check_filters(readers, entity, output)
        for source in sorted(LINES.glob("*.jsonl")):
            output = scratch / f"few-{source.stem}.parquet"
            convert(rowmill, source, output, source.stem)
            compare(source.stem, source, output, readers)
    server.stop()
    print("all readers agree with the lines")


if __name__ == "__main__":
    main(sys.argv[1])
