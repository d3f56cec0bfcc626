"""DuckDB."""

from engine import known, nothing_required, types_alone

NAME = "DuckDB"
MODE = (
    "`read_json(…, format = 'newline_delimited', columns = {…}, ignore_errors = false)`, taken as Arrow; "
    "required columns and durations as text cannot be declared"
)

TYPES = {
    "int32": "INTEGER",
    "int64": "BIGINT",
    "uint64": "UBIGINT",
    "float64": "DOUBLE",
    "bool": "BOOLEAN",
    "string": "VARCHAR",
    "string_view": "VARCHAR",
    "enum": "VARCHAR",
    "uuid": "UUID",
    "date": "DATE",
    "timestamp_us": "TIMESTAMPTZ",
    "timestamp_ns": "TIMESTAMPTZ_NS",
    "json": "JSON",
}


def VERSION():
    import duckdb

    return duckdb.__version__


def quoted(text, mark):
    return mark + text.replace(mark, mark + mark) + mark


def type_of(column):
    from engine import Unsupported

    if column.kind == "decimal":
        return f"DECIMAL({column.precision},{column.scale})"
    if column.kind == "struct":
        fields = (f"{quoted(one.name, chr(34))} {type_of(one)}" for one in column.inner)
        return f"STRUCT({', '.join(fields)})"
    if column.kind == "list":
        return type_of(column.inner[0]) + "[]"
    if column.kind == "map":
        return f"MAP(VARCHAR, {type_of(column.inner[0])})"
    if column.kind not in TYPES:
        raise Unsupported(column.kind)
    return TYPES[column.kind]


def read(columns, layout, path):
    import duckdb

    types_alone(columns)
    known(layout, "ignore")
    nothing_required(columns)
    types = ", ".join(f"{quoted(one.name, chr(39))}: {quoted(type_of(one), chr(39))}" for one in columns)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
    rows = f"read_json('{path}', format = 'newline_delimited', columns = {{{types}}}, ignore_errors = false)"
    return connection.sql(f"SELECT * FROM {rows}").to_arrow_table()
