"""One engine in a process of its own: requests come in on stdin, answers go out on what was stdout.

python worker.py ENGINE PROGRAM       PROGRAM is for engines that are one
"""

import importlib
import json
import os
import pathlib
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

import engine
import reader


def answer(module, request):
    layout = request["layout"]
    # A key that is not wanted needs no column, unless the others are refused.
    columns = [
        column
        for column in reader.columns_of(layout)
        if column.kind != "unread" or layout.get("unknown") == "error"
    ]
    try:
        table = module.read(columns, layout, request["path"])
    except engine.Unsupported as reason:
        return {"unsupported": str(reason)}
    except SystemError as error:
        return {"crash": str(error)}
    except BaseException as error:
        # PanicException of Polars is no Exception, and the engine's own defect.
        word = "crash" if type(error).__name__ == "PanicException" else "error"
        return {word: f"{type(error).__name__}: {error}"[:500]}
    try:
        return {"rows": engine.rows_of(table, reader.columns_out(layout))}
    except Exception:
        # Nothing that the engine is to blame for.
        return {"defect": traceback.format_exc()}


def main():
    # What an engine prints is not an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    module = importlib.import_module(f"engine.with_{sys.argv[1]}")
    if hasattr(module, "PROGRAM"):
        module.PROGRAM = sys.argv[2]
    print(json.dumps({"version": module.VERSION()}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(module, json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
