"""Polars."""

from engine import Unsupported, known, nothing_required, types_alone

NAME = "Polars"
MODE = (
    "`read_ndjson(…, schema = {…}, ignore_errors = False)`; required columns, UUIDs, maps, JSON text and durations "
    "as text cannot be declared"
)


def VERSION():
    import polars

    return polars.__version__


def type_of(column):
    import polars

    plain = {
        "int32": polars.Int32,
        "int64": polars.Int64,
        "uint64": polars.UInt64,
        "float64": polars.Float64,
        "bool": polars.Boolean,
        "string": polars.String,
        "string_view": polars.String,
        "enum": polars.String,
        "date": polars.Date,
        "timestamp_us": polars.Datetime("us", "UTC"),
        "timestamp_ns": polars.Datetime("ns", "UTC"),
    }
    if column.kind == "decimal":
        return polars.Decimal(column.precision, column.scale)
    if column.kind == "list":
        return polars.List(type_of(column.inner[0]))
    if column.kind == "struct":
        return polars.Struct({one.name: type_of(one) for one in column.inner})
    if column.kind not in plain:
        raise Unsupported(column.kind)
    return plain[column.kind]


def read(columns, layout, path):
    import polars

    types_alone(columns)
    known(layout, "ignore")
    nothing_required(columns)
    schema = {one.name: type_of(one) for one in columns}
    return polars.read_ndjson(path, schema=schema, ignore_errors=False).to_arrow()
