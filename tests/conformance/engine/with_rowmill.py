"""rowmill, by its command line and a Parquet file that pyarrow reads."""

import os
import subprocess

NAME = "rowmill"
MODE = "`rowmill convert --schema`, which ends at the first bad row, and the Parquet file read by pyarrow"
PROGRAM = None


def VERSION():
    found = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    return found.stdout.split()[-1]


def read(columns, layout, path):
    import pyarrow.parquet

    output = path + ".parquet"
    if os.path.exists(output):
        os.remove(output)
    command = [PROGRAM, "convert", path, "-o", output, "--schema", path + ".schema"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=20)
    if found.returncode == 1:
        raise ValueError(found.stderr)
    if found.returncode != 0:
        raise SystemError(f"ended with {found.returncode}: {found.stderr[-300:]}")
    return pyarrow.parquet.read_table(output)
