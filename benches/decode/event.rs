//! Events as a table: every member that any shape of payload has is a column, so that each row
//! lacks most of them.

use rowmill::{Column, Layout};

pub(crate) fn layout() -> Layout {
    let money = |name| Column::decimal(name, 38, 10);
    let tax = [Column::string("Code"), money("Value")];
    let item = [Column::string("TaxRateCode"), money("NetValue"), money("TaxValue")];
    let amount = [
        Column::category("Currency"),
        money("NetValue"),
        money("GrossValue"),
        Column::list("TaxValues", Column::record("element", tax)),
        Column::record("Breakdown", [Column::list("Items", Column::record("element", item))]),
    ];
    let payload = [
        Column::string("path"),
        Column::int32("ms"),
        Column::record("query", [Column::string("q")]),
        Column::record("amount", amount),
        Column::list("lines", Column::record("element", [Column::int32("sku"), money("price")])),
        Column::boolean("ok"),
        Column::int64("rows"),
        Column::string("error"),
    ];
    Layout::new([
        Column::uuid("id"),
        Column::category("type"),
        Column::timestamp_us("at"),
        Column::record("actor", [Column::uuid("id"), Column::string("role")]),
        Column::record("payload", payload),
        Column::list("readings", Column::float64("element")),
        Column::string("note"),
    ])
    .expect("a layout")
}

/// Renames the payloads that are no objects: a column holds objects or arrays or text, in
/// `arrow-json` as here.
pub(crate) fn name_by_shape(lines: &[u8]) -> Vec<u8> {
    // Inside a string the quotes of a key would be escaped, so these are keys.
    std::str::from_utf8(lines)
        .expect("the corpus is UTF-8")
        .replace("\"payload\":[", "\"readings\":[")
        .replace("\"payload\":\"", "\"note\":\"")
        .into_bytes()
}
