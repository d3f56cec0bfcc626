"""Other readers of JSON Lines, each given a case as far as it can be told what the layout says.

A module `with_…` has `NAME`, `VERSION()`, `MODE` (a sentence on how it is asked) and
`read(columns, layout, path)`, which gives an Arrow table, or raises: `Unsupported` where a type cannot be declared, anything else where
the engine refuses.
"""

import base64
import decimal
import uuid

import pyarrow

MODULES = ["rowmill", "arrow_json", "duckdb", "polars", "pyarrow", "clickhouse"]


class Unsupported(Exception):
    """The engine has no type for a column, or cannot be told something that the layout says of it."""


def types_alone(columns):
    """No engine but rowmill can be told of leniencies, paths and kinds that are no types."""
    for column in columns:
        if (
            column.allow
            or column.keys != [column.name or ""]
            or column.kind in ("line_number", "unread", "union")
        ):
            raise Unsupported("more than types")
        types_alone(column.inner)


def known(layout, *words):
    """What an engine can be told about keys that nobody reads."""
    word = layout.get("unknown", "ignore")
    if word not in words:
        raise Unsupported("unknown keys")
    return word


def nothing_required(columns):
    """For engines in which every column may be null."""
    for column in columns:
        if column.required:
            raise Unsupported("required columns")
        nothing_required(column.inner)


def rows_of(table, columns):
    """Rows in the terms of the case files."""
    names = [column.name for column in columns]
    if table.column_names != names:
        return [{name: None for name in table.column_names}] * max(table.num_rows, 1)
    cells = [[value_of(scalar, column) for scalar in table.column(at)] for at, column in enumerate(columns)]
    return [dict(zip(names, row)) for row in zip(*cells)]


def value_of(scalar, column):
    if not scalar.is_valid:
        return None
    if isinstance(scalar, pyarrow.ExtensionScalar):
        scalar = scalar.value
    if isinstance(scalar, pyarrow.DictionaryScalar):
        return value_of(scalar.value, column)
    kind = scalar.type
    if column.kind == "struct" and pyarrow.types.is_struct(kind):
        return {one.name: value_of(scalar[one.name], one) for one in column.inner}
    if pyarrow.types.is_map(kind):
        pairs = scalar.values
        return [[keep(plain(pair[0])), value_of(pair[1], column.inner[0])] for pair in map(both, pairs)]
    if column.kind == "list" and hasattr(scalar, "values"):
        return [value_of(item, column.inner[0]) for item in scalar.values]
    if pyarrow.types.is_timestamp(kind):
        return timestamp(scalar.value, kind.unit, column.kind)
    if pyarrow.types.is_date32(kind):
        return scalar.value
    value = plain(scalar)
    if column.kind == "uuid":
        return str(uuid.UUID(bytes=value)) if len(value) == 16 else keep(value)
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return repr(value)
    return keep(value)


def plain(scalar):
    # Text may turn out to be none, so it is taken as bytes.
    text = scalar.as_buffer() if hasattr(scalar, "as_buffer") else None
    return scalar.as_py() if text is None else text.to_pybytes()


def both(pair):
    return [pair[at] for at in range(2)]


def keep(value):
    """Text as it is, and bytes that are no text as what they are."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return f"bytes {base64.b16encode(value).decode()}"
    if isinstance(value, str | int | bool):
        return value
    return repr(value)


def timestamp(value, unit, wanted):
    have = {"s": 0, "ms": 3, "us": 6, "ns": 9}[unit]
    want = {"timestamp_us": 6, "timestamp_ns": 9}.get(wanted, have)
    if have <= want:
        return value * 10 ** (want - have)
    whole, rest = divmod(value, 10 ** (have - want))
    return whole if rest == 0 else f"{value} {unit}"
