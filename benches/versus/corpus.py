"""The files that are read, and how programs of this workspace are built."""

import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = 7
# Bytes of a row, to make a file of about the size asked for.
ROW = {"Reservation": 1665, "OrderItem": 1824, "Customer": 1407}


def cargo(*arguments):
    """Builds one target and gives the path of the program."""
    command = ["cargo", *arguments, "--message-format=json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    built = [json.loads(line).get("executable") for line in output.splitlines()]
    return [path for path in built if path][-1]


def generator():
    return cargo("build", "--release", "-p", "rowmill-testkit", "--example", "generate")


def write(generator, kind, megabytes, path):
    """Writes a file of about so many bytes and gives the number of its rows."""
    rows = max(1, round(megabytes * 1e6 / ROW[kind]))
    with open(path, "wb") as file:
        words = [generator, kind, str(rows), str(SEED)]
        subprocess.run(words, check=True, stdout=file, stderr=subprocess.DEVNULL)
    return rows
