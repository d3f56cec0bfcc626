"""Reads directories by value out of a bucket with pyarrow and Polars, and prints what each sees of two
columns: the number of each row and the text of its directory.

    python readers.py ADDRESS FOLDER
"""

import json
import sys

import polars
import pyarrow
import pyarrow.dataset
import pyarrow.fs

address, folder = sys.argv[1:]
user, secret, region = "somebody", "hush-hush", "us-east-1"

files = pyarrow.fs.S3FileSystem(
    access_key=user, secret_key=secret, region=region, scheme="http", endpoint_override=address
)
partitioning = pyarrow.dataset.partitioning(pyarrow.schema([("text", pyarrow.string())]), flavor="hive")
table = pyarrow.dataset.dataset(folder, filesystem=files, partitioning=partitioning).to_table()
seen = {"pyarrow": table.to_pylist()}

options = {
    "aws_access_key_id": user,
    "aws_secret_access_key": secret,
    "aws_region": region,
    "aws_endpoint_url": f"http://{address}",
    "aws_allow_http": "true",
}
table = polars.scan_parquet(
    f"s3://{folder}/**/*.parquet",
    hive_partitioning=True,
    hive_schema={"text": polars.String},
    storage_options=options,
)
seen["polars"] = table.collect().to_dicts()

json.dump({name: sorted([row["n"], row["text"]] for row in rows) for name, rows in seen.items()}, sys.stdout)
