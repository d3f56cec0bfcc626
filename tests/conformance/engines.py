"""The cases through other engines, and `docs/conformance.md` out of what they say.

    python tests/conformance/engines.py ROWMILL [--arrow-json PROGRAM] [--only ENGINE,…] [--save FILE]

ROWMILL is the program `rowmill`. Needs the packages of requirements.txt, and Cargo for arrow-json unless its
program is given. The sums go to `docs/compare.md` too. With `--only` the table is printed for these engines and
the documents are left alone.
"""

import argparse
import json
import pathlib
import selectors
import subprocess
import sys
import tempfile

import casefile
import reader
import report
import verdict
from engine import MODULES

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.append(str(ROOT / "docs"))
import section  # noqa: E402
# Seconds after which an engine is taken to hang in a case.
PATIENCE = 60


class Worker:
    """An engine in a process of its own, started again when it dies."""

    def __init__(self, name, program):
        self.command = [sys.executable, str(HERE / "engine" / "worker.py"), name, program or ""]
        self.process = None
        self.version = self.start()["version"]

    def start(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        answer = self.wait()
        if "version" not in answer:
            raise SystemExit(f"{self.command} does not start: {answer}")
        return answer

    def wait(self):
        with selectors.DefaultSelector() as ready:
            ready.register(self.process.stdout, selectors.EVENT_READ)
            if not ready.select(PATIENCE):
                self.process.kill()
                self.process.wait()
                return {"crash": f"no answer in {PATIENCE} s"}
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        return {"crash": f"the process ended with {self.process.wait()}"}

    def ask(self, request):
        if self.process.poll() is not None:
            self.start()
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return {"crash": f"the process ended with {self.process.wait()}"}
        return self.wait()

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def arrow_json_program():
    """Builds the program, and asks Cargo where it is."""
    command = ["cargo", "build", "-p", "rowmill-benches", "--bench", "arrow_json", "--message-format", "json"]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "arrow_json":
            return message["executable"]
    raise SystemExit("cargo built no arrow_json")


def run(name, program, cases, folder):
    worker = Worker(name, program)
    path = str(folder / f"{name}.jsonl")
    verdicts = []
    for case in cases:
        pathlib.Path(path).write_bytes(case.input)
        pathlib.Path(path + ".schema").write_text(json.dumps(case.layout))
        # Which nulls are to come out: for an engine that has none for some types.
        pathlib.Path(path + ".rows").write_text(json.dumps(case.rows))
        answer = worker.ask({"layout": case.layout, "path": path})
        verdicts.append(verdict.of(answer, case, reader.columns_out(case.layout)))
    worker.stop()
    return worker.version, verdicts


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("rowmill")
    options.add_argument("--arrow-json")
    options.add_argument("--only")
    options.add_argument("--save")
    options = options.parse_args()
    programs = {"rowmill": options.rowmill}
    names = options.only.split(",") if options.only else MODULES
    if "arrow_json" in names:
        programs["arrow_json"] = options.arrow_json or arrow_json_program()
    cases, results = casefile.read_all(), {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            results[name] = run(name, programs.get(name), cases, pathlib.Path(folder))
            print(f"{name:12} {results[name][0]:20} {report.totals(results[name][1])}", flush=True)
    if options.save:
        pathlib.Path(options.save).write_text(json.dumps(results))
    if not options.only:
        (ROOT / "docs" / "conformance.md").write_text(report.document(cases, results))
        section.write("answers", report.all_cases(results))
    wrong = [case for case, (word, _) in zip(cases, results.get("rowmill", ("", []))[1]) if word != "exact"]
    if wrong:
        raise SystemExit(
            f"rowmill is not exact in {len(wrong)} cases, first in {wrong[0].topic}, {wrong[0].name}"
        )


if __name__ == "__main__":
    main()
