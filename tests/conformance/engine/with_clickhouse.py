"""ClickHouse, inside the process as chdb."""

import json

from engine import Unsupported, known, types_alone

NAME = "ClickHouse"

SETTINGS = {
    # Text of RFC 3339 is read, and nothing is taken for what it is not.
    "date_time_input_format": "best_effort",
    "date_time_overflow_behavior": "throw",
    "input_format_column_name_matching_mode": "match_case",
    "input_format_null_as_default": 0,
    "input_format_json_read_bools_as_numbers": 0,
    "input_format_json_read_bools_as_strings": 0,
    "input_format_json_read_numbers_as_strings": 0,
    "input_format_json_read_arrays_as_strings": 0,
    "input_format_json_read_objects_as_strings": 0,
    # Every key is looked at.
    "input_format_json_ignore_unnecessary_fields": 0,
    "allow_experimental_nullable_tuple_type": 1,
    "max_threads": 1,
}
MODE = (
    "chdb, `file(…, JSONEachRow, '…')` with "
    + ", ".join(
        f"`{name} = {value}`" for name, value in SETTINGS.items() if name.startswith(("date", "input"))
    )
    + "; any JSON value and durations as text cannot be declared, nor nullable arrays and maps"
)

TYPES = {
    "int32": "Int32",
    "int64": "Int64",
    "uint64": "UInt64",
    "float64": "Float64",
    "bool": "Bool",
    "string": "String",
    "string_view": "String",
    "enum": "String",
    "uuid": "UUID",
    "date": "Date32",
    "timestamp_us": "DateTime64(6, ''UTC'')",
    "timestamp_ns": "DateTime64(9, ''UTC'')",
}


def VERSION():
    import chdb

    version = chdb.query("SELECT version()", "TSV").data().strip()
    return f"{version} (chdb {chdb.__version__})"


def type_of(column):
    if column.kind == "list":
        return f"Array({type_of(column.inner[0])})"
    if column.kind == "map":
        return f"Map(String, {type_of(column.inner[0])})"
    if column.kind == "decimal":
        kind = f"Decimal({column.precision}, {column.scale})"
    elif column.kind == "struct":
        kind = f"Tuple({', '.join(f'{name(one)} {type_of(one)}' for one in column.inner)})"
    elif column.kind in TYPES:
        kind = TYPES[column.kind]
    else:
        raise Unsupported(column.kind)
    return kind if column.required else f"Nullable({kind})"


def name(column):
    # The structure stands in a text of SQL.
    escaped = column.name.replace("\\", "\\\\").replace("`", "\\`").replace("\n", "\\n")
    return "`" + escaped.replace("\\", "\\\\").replace("'", "\\'") + "`"


def null_arrays(columns, values):
    """Whether a list or a map is null somewhere, which ClickHouse has no value for."""
    return any(null_array(column, values.get(column.name)) for column in columns)


def null_array(column, value):
    if column.kind in ("list", "map"):
        if value is None:
            return True
        items = value if column.kind == "list" else [pair[1] for pair in value]
        return any(null_array(column.inner[0], item) for item in items)
    return column.kind == "struct" and value is not None and null_arrays(column.inner, value)


def read(columns, layout, path):
    import chdb
    import pyarrow

    types_alone(columns)
    unknown = known(layout, "ignore", "error")
    structure = ", ".join(f"{name(one)} {type_of(one)}" for one in columns)
    with open(path + ".rows") as rows:
        if any(null_arrays(columns, row) for row in json.load(rows)):
            raise Unsupported("null arrays")
    passed = int(unknown == "ignore")
    others = {
        "input_format_skip_unknown_fields": passed,
        "input_format_json_ignore_unknown_keys_in_named_tuple": passed,
    }
    settings = ", ".join(f"{key} = {value!r}" for key, value in (SETTINGS | others).items())
    query = f"SELECT * FROM file('{path}', JSONEachRow, '{structure}') SETTINGS {settings}"
    answer = chdb.query(query, "ArrowStream").bytes()
    if not answer:
        # No row, and then no schema.
        return pyarrow.table({one.name: pyarrow.nulls(0) for one in columns})
    return pyarrow.ipc.open_stream(answer).read_all()
