"""What a column says, in two integers, so that answers of any system can be compared.

A digest maps the path of each column to how many values are not null and to a sum of them: the
items of an array, the true ones of a bool, the microseconds of an instant, the days of a date, the
10^-10 of a decimal, the 10^-6 of a float, all bytes of a text (each plus one), the two halves of a
UUID as signed integers, both modulo 2^64.

    python digest.py lines|parquet FILE SHAPE      prints that of a file, in the columns of a conversion
"""

import datetime
import decimal
import json
import sys
import uuid

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.parquet

import shapes

WRAP = 1 << 64
EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()


def of_lines(path, shape):
    """The truth: the digest of a file of JSON lines, by Python's own parser."""
    digest = empty(shape, "", {})
    with open(path, "rb") as lines:
        for line in lines:
            # Raw members are cut from the line: the corpus writes no blanks.
            add(digest, "", shape, json.loads(line, parse_float=decimal.Decimal))
    return wrapped(digest)


def empty(shape, path, digest):
    digest[path] = [0, 0]
    if isinstance(shape, dict):
        for name, member in shape.items():
            empty(member, f"{path}.{name}", digest)
    elif isinstance(shape, list):
        empty(shape[0], path + "[]", digest)
    return digest


def add(digest, path, shape, value):
    if value is None:
        return
    entry = digest[path]
    entry[0] += 1
    if isinstance(shape, dict):
        for name, member in shape.items():
            add(digest, f"{path}.{name}", member, value.get(name))
    elif isinstance(shape, list):
        entry[1] += len(value)
        for item in value:
            add(digest, path + "[]", shape[0], item)
    else:
        entry[1] += LEAVES[shape](value)


def text_sum(text):
    text = text.encode()
    return sum(text) + len(text)


def uuid_sum(text):
    number = uuid.UUID(text).int
    return (number >> 64) + number


def instant_sum(text):
    # Digits below microseconds are zeros in the corpus, and Python takes no seventh digit.
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    day, clock = seconds.split("T")
    hours, minutes, seconds = clock.split(":")
    seconds = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
    return date_sum(day) * 86_400_000_000 + seconds * 1_000_000 + int(fraction[:6].ljust(6, "0"))


def date_sum(text):
    return datetime.date.fromisoformat(text).toordinal() - EPOCH_DAY


LEAVES = {
    "uuid": uuid_sum,
    "text": text_sum,
    "json": lambda value: text_sum(json.dumps(value, separators=(",", ":"), ensure_ascii=False)),
    "bool": int,
    "int": int,
    "decimal": lambda value: int(decimal.Decimal(value).scaleb(10)),
    "float": lambda value: round(value * 1_000_000),
    "instant": instant_sum,
    "date": date_sum,
}


def of_arrow(batches, shape):
    """The digest of record batches."""
    digest = empty(shape, "", {})
    for batch in batches:
        table = pyarrow.StructArray.from_arrays(batch.columns, names=batch.schema.names)
        add_arrow(digest, "", shape, table)
    return wrapped(digest)


def add_arrow(digest, path, shape, array):
    entry = digest[path]
    entry[0] += len(array) - array.null_count
    if isinstance(shape, dict):
        names = [field.name for field in array.type]
        members = dict(zip(names, array.flatten()))
        for name, member in shape.items():
            add_arrow(digest, f"{path}.{name}", member, members[name])
    elif isinstance(shape, list):
        items = array.flatten()
        entry[1] += len(items)
        add_arrow(digest, path + "[]", shape[0], items)
    else:
        entry[1] += arrow_sum(shape, array.drop_null())


def arrow_sum(shape, array):
    if len(array) == 0:
        return 0
    if pyarrow.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pyarrow.types.is_large_string(array.type) or pyarrow.types.is_string_view(array.type):
        array = array.cast("string")
    if shape in ("text", "json"):
        text = pyarrow.compute.binary_join(list_of(array.cast("binary")), b"")[0].as_buffer()
        return int(numpy.frombuffer(text, numpy.uint8).sum(dtype=numpy.int64)) + len(text)
    if shape == "uuid":
        if isinstance(array, pyarrow.ExtensionArray):
            array = array.storage
        ids = pyarrow.compute.binary_join(list_of(array.cast("binary")), b"")[0].as_buffer()
        if pyarrow.types.is_string(array.type):
            ids = bytes.fromhex(ids.to_pybytes().replace(b"-", b"").decode())
        halves = numpy.frombuffer(ids, ">u4").astype(numpy.uint64)
        return int(halves[::2].sum()) * (1 << 32) + int(halves[1::2].sum())
    if shape == "decimal":
        if pyarrow.types.is_floating(array.type):
            # Of at most four digits behind the point, as all of the corpus are.
            return int(numpy.rint(array.to_numpy() * 10_000).sum()) * 1_000_000
        return int(pyarrow.compute.sum(array).as_py().scaleb(10))
    if shape == "float":
        return sum(round(value * 1_000_000) for value in array.to_pylist())
    if shape == "instant":
        if pyarrow.types.is_string(array.type):
            return sum(map(instant_sum, array.to_pylist()))
        micros = array.cast(pyarrow.timestamp("us")).cast("int64")
        return int(pyarrow.compute.sum(micros.cast(pyarrow.decimal128(38, 0))).as_py())
    if shape == "date":
        if pyarrow.types.is_string(array.type):
            return sum(map(date_sum, array.to_pylist()))
        return pyarrow.compute.sum(array.cast("int32")).as_py()
    return int(pyarrow.compute.sum(array.cast("int64")).as_py())


def list_of(array):
    return pyarrow.ListArray.from_arrays([0, len(array)], array)


def wrapped(digest):
    return {path: (count, total % WRAP) for path, (count, total) in digest.items()}


def main():
    form, path, kind = sys.argv[1:]
    shape = shapes.to_convert(kind)
    if form == "lines":
        found = of_lines(path, shape)
    else:
        found = of_arrow(pyarrow.parquet.ParquetFile(path).iter_batches(), shape)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
