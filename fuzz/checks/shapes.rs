//! Layouts of everything that is not one value under its own key: paths, unions, what is left of an
//! object, keys that are not wanted, lines; and every rule for keys that are not known.

use rowmill_json::{Allow, Column, Kind, Layout, Unknown};

use super::draw::Draw;
use super::layouts::{LEAVES, name};

const RULES: [Unknown; 4] = [Unknown::Ignore, Unknown::Rescue, Unknown::Rescue, Unknown::Error];

/// Values that the enumerations of these layouts know; rows have others, too.
const KNOWN: [&str; 4] = ["State0", "State3", "S1", "2"];

/// Any layout.
pub(crate) fn drawn(draw: &mut Draw<'_>) -> Layout {
    let (unknown, most) = (draw.pick(&RULES), draw.pick(&[3, 6, 6, 12]));
    let mut columns = object(most, 2, unknown == Unknown::Rescue, draw);
    if draw.chance(30) {
        columns.insert(draw.below(columns.len() + 1), Column::line_number("line"));
    }
    Layout::with(columns, unknown).expect("a layout")
}

/// The columns of an object; `kept` says whether one around it keeps what nothing reads.
fn object(most: usize, depth: usize, kept: bool, draw: &mut Draw<'_>) -> Vec<Column> {
    let keeps = draw.chance(25);
    let count = 1 + draw.below(most);
    let mut columns: Vec<Column> = (0..count)
        .map(|at| {
            let column = if draw.chance(10) {
                Column::unread(name(at, draw))
            } else {
                column(name(at, draw), depth, kept || keeps, draw)
            };
            placed(column, at, draw)
        })
        .collect();
    if columns.iter().all(|column| *column.kind() == Kind::Unread) {
        columns.push(Column::int32("last"));
    }
    if keeps {
        columns.insert(draw.below(columns.len() + 1), Column::raw_json("rest"));
    }
    columns
}

/// Under its own name, another one, or in an object that other columns may share.
fn placed(column: Column, at: usize, draw: &mut Draw<'_>) -> Column {
    let name = column.name().to_owned();
    match draw.below(12) {
        7 => column.path([format!("{name}~{at}")]),
        8 | 9 => column.path(["Group", &name]),
        10 => column.path(["Group", "Deep", &name]),
        11 => column.path(["a.b", "Id", "\u{e9}"].into_iter().chain([&*name])),
        _ => column,
    }
}

fn column(name: String, depth: usize, kept: bool, draw: &mut Draw<'_>) -> Column {
    let required = draw.chance(20);
    let column = any(name, depth, kept, draw);
    if required && !column.allowed().rescue_digits { column.required() } else { column }
}

fn any(name: String, depth: usize, kept: bool, draw: &mut Draw<'_>) -> Column {
    let inner = |draw: &mut Draw<'_>| column("inner".into(), depth - 1, kept, draw);
    match draw.below(if depth == 0 { 9 } else { 18 }) {
        0..4 => LEAVES[draw.below(LEAVES.len())].1(name),
        4 => Column::duration_parts(name),
        5 => Column::category(name).known_values(KNOWN),
        6..9 => {
            let mut allow = Allow::NONE;
            allow.rescue_digits = kept && draw.chance(60);
            allow.round_digits = !allow.rescue_digits;
            let precision = 1 + draw.below(38) as u8;
            let scale = draw.below(usize::from(precision) + 1) as i8;
            Column::decimal(name, precision, scale).allow(allow)
        }
        9 | 10 => Column::list(name, inner(draw)),
        11..14 => Column::record(name, object(4, depth - 1, kept, draw)),
        14 => Column::map(name, inner(draw)),
        _ => union(name, depth, kept, draw),
    }
}

fn union(name: String, depth: usize, kept: bool, draw: &mut Draw<'_>) -> Column {
    let arms = (0..1 + draw.below(3)).map(|at| any(self::name(at, draw), depth - 1, kept, draw));
    let arms: Vec<Column> = arms.collect();
    let (tag, value) = (draw.pick(&["Kind", "k\"ind"]), draw.pick(&["Data", "d\u{e9}"]));
    let tags: Vec<String> = arms.iter().map(|arm| arm.name().to_owned()).collect();
    let union = Column::union(name, tag, value, arms);
    if draw.chance(50) { union.known_values(tags) } else { union }
}

/// Every kind of column, with short keys, so that a fuzzer finds a row that has them.
pub(crate) fn rich(unknown: Unknown) -> Layout {
    let allow = |set: fn(&mut Allow)| {
        let mut allow = Allow::NONE;
        set(&mut allow);
        allow
    };
    let round = allow(|allow| allow.round_digits = true);
    let rescue = allow(|allow| allow.rescue_digits = true);
    let arms = || {
        [
            Column::record("A", [Column::int32("x"), Column::category("y").known_values(KNOWN)]),
            Column::int64("B"),
            Column::list("C", Column::record("item", [Column::date("d").required()])),
        ]
    };
    let columns = [
        Column::line_number("line"),
        Column::int32("n"),
        Column::int32("renamed").path(["r"]),
        Column::string("out").path(["o", "s"]),
        Column::decimal("up", 9, 2).path(["o", "u"]).allow(round),
        Column::int32("far").path(["o", "p", "f"]).required(),
        Column::unread("z"),
        Column::unread("w").path(["o", "w"]),
        Column::union("v", "k", "d", arms()).known_values(["A", "B", "C"]),
        Column::list("vs", Column::union("item", "k", "d", arms())),
        Column::record(
            "q",
            [
                Column::decimal("e", 5, 2).allow(rescue),
                Column::int32("i").required(),
                Column::raw_json("rest"),
            ],
        ),
        Column::list("l", Column::record("item", [Column::int32("i").required()])),
        Column::map("m", Column::record("value", [Column::category("c").known_values(KNOWN)])),
        Column::duration_parts("t"),
        Column::category("c").known_values(KNOWN),
    ];
    Layout::with(columns, unknown).expect("a layout")
}
