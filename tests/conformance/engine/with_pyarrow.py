"""pyarrow."""

from engine import Unsupported, known, types_alone

NAME = "pyarrow"
MODE = (
    "`pyarrow.json.read_json` with `explicit_schema`, `unexpected_field_behavior`, fields that are not "
    "nullable where the layout says so; UUIDs, dates in text, maps, JSON text and durations as text cannot be "
    "declared"
)


def VERSION():
    import pyarrow

    return pyarrow.__version__


def field_of(column):
    import pyarrow

    return pyarrow.field(column.name or "element", type_of(column), nullable=not column.required)


def type_of(column):
    import pyarrow

    plain = {
        "int32": pyarrow.int32(),
        "int64": pyarrow.int64(),
        "uint64": pyarrow.uint64(),
        "float64": pyarrow.float64(),
        "bool": pyarrow.bool_(),
        "string": pyarrow.string(),
        "string_view": pyarrow.string(),
        "enum": pyarrow.string(),
        "timestamp_us": pyarrow.timestamp("us", "UTC"),
        "timestamp_ns": pyarrow.timestamp("ns", "UTC"),
    }
    if column.kind == "decimal":
        return pyarrow.decimal128(column.precision, column.scale)
    if column.kind == "list":
        return pyarrow.list_(field_of(column.inner[0]))
    if column.kind == "struct":
        return pyarrow.struct([field_of(one) for one in column.inner])
    if column.kind not in plain:
        raise Unsupported(column.kind)
    return plain[column.kind]


def read(columns, layout, path):
    import pyarrow
    import pyarrow.json

    types_alone(columns)
    unknown = known(layout, "ignore", "error")
    options = pyarrow.json.ParseOptions(
        explicit_schema=pyarrow.schema([field_of(one) for one in columns]), unexpected_field_behavior=unknown
    )
    return pyarrow.json.read_json(path, parse_options=options)
