"""Draws the plots of the README, and writes the costs in docs/compare.md, from the figures that
benches/versus/convert.py has recorded.

    python3 benches/plots.py

reads benches/record/*-convert-*.json (the newest of each name) and writes docs/plots/*.svg. Only Python's own library is
used, and the same figures give the same bytes.
"""

import json
import math
import pathlib
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "docs"))
import section  # noqa: E402

RECORD, OUT = ROOT / "benches" / "record", ROOT / "docs" / "plots"
SETS = {"Reservation": "reservations", "OrderItem": "order items", "Customer": "customers"}
COLORS = {
    "rowmill": "#c2410c",
    "duckdb": "#475569",
    "clickhouse": "#ca8a04",
    "arrow-json": "#0e7490",
    "pyarrow": "#6d28d9",
    "polars": "#15803d",
}
NAMES = {"duckdb": "DuckDB", "clickhouse": "ClickHouse", "arrow-json": "arrow-json + ArrowWriter", "polars": "Polars"}
WIDTH, LEFT, FONT = 760, 70, "font-family='system-ui, sans-serif' font-size='13'"


def newest(name):
    """The runs of the record with this name, data set by data set."""
    files = sorted(RECORD.glob(f"*-convert-{name}.json"))
    return json.loads(files[-1].read_text()) if files else []


def median(data, system, threads, figure):
    found = [run[figure] for run in data["runs"] if run["system"] == system and run["threads"] == threads]
    return statistics.median(found) if found else None


def text(x, y, words, anchor="start", more=""):
    return f"<text x='{x:.0f}' y='{y:.0f}' text-anchor='{anchor}' {more}>{words}</text>"


def drawing(name, height, parts):
    OUT.mkdir(parents=True, exist_ok=True)
    head = f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{height:.0f}' {FONT} fill='#1e293b'>"
    ground = "<rect width='100%' height='100%' fill='#ffffff'/>"
    (OUT / f"{name}.svg").write_text("\n".join([head, ground, *parts, "</svg>"]) + "\n")


def bars(name, title, unit, groups):
    """Horizontal bars: `groups` maps a caption to rows of (system, value)."""
    most = max(value for rows in groups.values() for _, value in rows)
    start, room = 200, WIDTH - 200 - 90
    parts, y = [text(16, 26, title, more="font-weight='600'")], 44
    for caption, rows in groups.items():
        y += 22
        parts.append(text(16, y, caption, more="fill='#64748b'"))
        for system, value in rows:
            y += 21
            length = max(1.0, value / most * room)
            parts.append(text(start - 8, y, NAMES.get(system, system), "end"))
            color = COLORS[system]
            parts.append(f"<rect x='{start}' y='{y - 12}' width='{length:.1f}' height='15' fill='{color}'/>")
            parts.append(text(start + length + 6, y, f"{value:,.0f} {unit}"))
        y += 6
    drawing(name, y + 18, parts)


def round_step(least):
    """The next number from `least` on that is easily read."""
    power = 10 ** math.floor(math.log10(least))
    return next(round(part * power) for part in (1, 2, 2.5, 5, 10) if part * power >= least)


def lines(name, title, across, up, series):
    """Lines over a logarithmic axis: `series` maps a system to points."""
    points = [point for found in series.values() for point in found]
    least, most = min(x for x, _ in points), max(x for x, _ in points)
    top, height, right = 50, 300, WIDTH - 170
    step = round_step(max(y for _, y in points) / 4)
    highest = step * 4
    place = lambda x: LEFT + (right - LEFT) * (0 if most == least else (math.log(x / least) / math.log(most / least)))
    level = lambda y: top + height - height * y / highest
    parts = [text(16, 26, title, more="font-weight='600'")]
    for y in range(0, highest + 1, step):
        parts.append(f"<line x1='{LEFT}' x2='{right}' y1='{level(y):.1f}' y2='{level(y):.1f}' stroke='#e2e8f0'/>")
        parts.append(text(LEFT - 8, level(y) + 4, f"{y:,.0f}", "end"))
    for x in sorted({x for x, _ in points}):
        parts.append(text(place(x), top + height + 20, f"{x:,.0f}", "middle"))
    parts.append(text(LEFT, top - 8, up, more="fill='#64748b'"))
    parts.append(text(right, top + height + 40, across, "end", "fill='#64748b'"))
    ends = []
    for system, found in series.items():
        path = " ".join(f"{place(x):.1f},{level(y):.1f}" for x, y in found)
        parts.append(f"<polyline points='{path}' fill='none' stroke='{COLORS[system]}' stroke-width='2.5'/>")
        parts += [f"<circle cx='{place(x):.1f}' cy='{level(y):.1f}' r='3.5' fill='{COLORS[system]}'/>" for x, y in found]
        ends.append((level(found[-1][1]), system))
    # Names beside the ends of their lines, none over another.
    below = 0
    for y, system in sorted(ends):
        below = max(y + 4, below + 17)
        parts.append(text(right + 10, below, NAMES.get(system, system), more=f"fill='{COLORS[system]}'"))
    drawing(name, top + height + 56, parts)


def costs(runs):
    """Tables: a row for each system and number of threads."""
    shown = {"cpu_s": "{:.2f}", "wall_s": "{:.2f}", "peak_mib": "{:,.0f}", "bytes": "{:,.0f}"}
    for data in runs:
        yield f"{SETS[data['data']].capitalize()}, {data['bytes'] / 1e6:,.0f} MB, {data['rows']:,} rows:\n"
        yield "| | threads | CPU s | wall s | peak MiB | bytes of Parquet |\n|---|--:|--:|--:|--:|--:|"
        for system, threads in dict.fromkeys((run["system"], run["threads"]) for run in data["runs"]):
            cells = [form.format(median(data, system, threads, figure)) for figure, form in shown.items()]
            name, _, ids = system.partition(" ")
            yield f"| {' '.join([NAMES.get(name, name), ids]).strip()} | {threads} | {' | '.join(cells)} |"
        yield ""


def main():
    runs = newest("all")
    section.write("costs", "\n".join(costs(runs)))
    for figure, threads, name, title in [
        ("cpu_s", 1, "cpu", "JSON Lines to Parquet, one thread: MB of JSON for a second of CPU time"),
        ("wall_s", 2, "wall", "JSON Lines to Parquet, two threads: MB of JSON for a second on the wall"),
    ]:
        groups = {}
        for data in runs:
            speeds = [(system, median(data, system, threads, figure)) for system in COLORS]
            speeds = [(system, data["bytes"] / 1e6 / time) for system, time in speeds if time]
            caption = f"{SETS[data['data']]}, {data['bytes'] / 1e9:.1f} GB"
            groups[caption] = sorted(speeds, key=lambda entry: -entry[1])
        if groups:
            bars(name, title, "MB/s", groups)
    sizes = newest("memory")
    series = {}
    for data in sizes:
        for system in COLORS:
            peak = median(data, system, 2, "peak_mib")
            if peak:
                series.setdefault(system, []).append((data["bytes"] / 1e6, peak))
    if series:
        title = "Peak memory of the process, two threads, reservations"
        lines("memory", title, "size of the file, MB", "MiB", series)


if __name__ == "__main__":
    main()
