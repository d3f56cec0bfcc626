//! Layouts to decode with.

use rowmill_json::{Allow, Column, Layout};

use super::draw::Draw;

/// A leaf, by its name for people and how it is made.
pub(crate) type Leaf = (&'static str, fn(String) -> Column);

/// Each leaf, with the leniencies it may have.
pub(crate) const LEAVES: [Leaf; 21] = [
    ("int32", |name| Column::int32(name)),
    ("int64", |name| Column::int64(name)),
    ("uint64", |name| Column::uint64(name)),
    ("float64", |name| Column::float64(name)),
    ("boolean", |name| Column::boolean(name)),
    ("string", |name| Column::string(name)),
    ("category", |name| Column::category(name)),
    ("date", |name| Column::date(name)),
    ("date?", |name| {
        let mut allow = Allow::NONE;
        allow.empty_as_null = true;
        Column::date(name).allow(allow)
    }),
    ("us", |name| Column::timestamp_us(name)),
    ("us?", |name| Column::timestamp_us(name).allow(Allow::ALL)),
    ("ns", |name| Column::timestamp_ns(name)),
    ("ns?", |name| Column::timestamp_ns(name).allow(Allow::ALL)),
    ("decimal", |name| Column::decimal(name, 38, 10)),
    ("small", |name| Column::decimal(name, 5, 2)),
    ("whole", |name| Column::decimal(name, 38, 0)),
    ("fraction", |name| Column::decimal(name, 38, 38)),
    ("uuid", |name| Column::uuid(name)),
    ("json", |name| Column::json(name)),
    ("duration", |name| Column::duration(name)),
    ("view", |name| Column::string_view(name)),
];

/// One column of each leaf.
pub(crate) fn leaves() -> Vec<Column> {
    LEAVES.iter().map(|(name, leaf)| leaf((*name).into())).collect()
}

/// One leaf of each kind alone, under the name `v`, and each as a required one.
pub(crate) fn one_column() -> Vec<Layout> {
    let mut round = Allow::NONE;
    round.round_digits = true;
    let rounded = [(5, 2), (38, 10), (38, 0), (38, 38)]
        .map(|(precision, scale)| Column::decimal("v", precision, scale).allow(round));
    let nullable = LEAVES.iter().map(|(_, leaf)| leaf("v".into())).chain(rounded);
    let nullable = nullable.chain([Column::duration_parts("v")]);
    let required = LEAVES.iter().map(|(_, leaf)| leaf("v".into()).required());
    nullable.chain(required).map(|column| Layout::new([column]).expect("a layout")).collect()
}

/// Every kind of column: plain, required, in a list, in a struct, in a map. The keys of the
/// required ones are short, so that a fuzzer finds a row that has them.
pub(crate) fn rich() -> Layout {
    let mut columns = leaves();
    columns.push(Column::int64("n").required());
    columns.push(Column::list("l", Column::int32("item")));
    columns.push(Column::list("lr", Column::record("item", leaves().into_iter().step_by(3))));
    columns.push(Column::list("ls", Column::category("item").required()));
    columns.push(Column::list("ll", Column::list("item", Column::string("item"))));
    columns.push(Column::record("r", leaves()));
    columns.push(Column::record("rr", [Column::record("r", [Column::uuid("u").required()])]));
    columns.push(Column::map("m", Column::string("value")));
    columns.push(Column::map("mi", Column::int64("value").required()));
    columns
        .push(Column::map("mr", Column::record("value", [Column::json("j"), Column::date("d")])));
    let required = leaves().into_iter().map(Column::required);
    columns.push(Column::record("req", required));
    columns.push(Column::string("a\"b\\c\td\u{e9}"));
    Layout::new(columns).expect("a layout")
}

/// Names that readers may take for one another, that need escapes, or that are long.
const NAMES: [&str; 24] = [
    "Id",
    "IdX",
    "id",
    "a",
    "b",
    "ab",
    "Value",
    "Values",
    "n",
    "nul",
    "\u{e9}",
    "e\u{301}",
    "a\"b",
    "back\\slash",
    "tab\there",
    "new\\nline",
    "\u{1f600}",
    "CreatedUtc",
    "CreatedUtcX",
    "RequestedResourceCategoryId",
    "RequestedResourceCategoryIdX",
    "ThirtyOneBytesOfNameThatIsLong_",
    "SixtyFiveBytesOfAName_SixtyFiveBytesOfAName_SixtyFiveBytesOf_",
    "\u{7f}",
];

/// Any layout.
pub(crate) fn drawn(draw: &mut Draw<'_>) -> Layout {
    let most = draw.pick(&[3, 8, 8, 40]);
    Layout::new(columns(most, 2, draw)).expect("a layout")
}

fn columns(most: usize, depth: usize, draw: &mut Draw<'_>) -> Vec<Column> {
    let count = 1 + draw.below(most);
    (0..count).map(|at| column(name(at, draw), depth, draw)).collect()
}

/// A name that no other column of the object has.
pub(crate) fn name(at: usize, draw: &mut Draw<'_>) -> String {
    let name = draw.pick(&NAMES);
    // None of the names ends in a digit.
    if at == 0 { name.into() } else { format!("{name}{at}") }
}

fn column(name: String, depth: usize, draw: &mut Draw<'_>) -> Column {
    let leaves = LEAVES.len();
    let kind = draw.below(if depth == 0 { leaves } else { leaves + 6 });
    let column = match kind.checked_sub(leaves) {
        None => LEAVES[kind].1(name),
        Some(0 | 1) => Column::list(name, column("item".into(), depth - 1, draw)),
        Some(2 | 3) => Column::record(name, columns(4, depth - 1, draw)),
        Some(4) => Column::map(name, column("value".into(), depth - 1, draw)),
        Some(_) => {
            let precision = 1 + draw.below(38) as u8;
            Column::decimal(name, precision, draw.below(usize::from(precision) + 1) as i8)
        }
    };
    if draw.chance(10) { column.required() } else { column }
}
