//! The layouts of the ten entities that Mews exports.
//!
//! Each entity has a file with one table, a row per documented field, meant to be read and changed:
//!
//! ```text
//! required("Id", Uuid),
//! optional("Notes", Text),
//! required("Amount", Record(AMOUNT)),
//! required("StartUtc", Instant).deprecated(),
//! ```
//!
//! The tables follow the [Connector API documentation](https://docs.mews.com/connector-api); the
//! anchors named in the files (`bills.md#bill`) are pages of its `operations` section. Common to
//! all ten layouts:
//!
//! * Every column is nullable, whatever the documentation promises. What it promises is metadata:
//!   `mews.contract` is `required` or `optional`, `mews.deprecated` is `true` where it applies.
//! * Money is `decimal(38,10)`, coordinates are `float64`, identifiers are UUIDs, instants are
//!   microseconds in UTC, enums and codes are dictionaries that take any value. A value of an enum
//!   that is not documented is reported as [drift](rowmill_json::Drift).
//! * `""` in a date or an instant is null, a plain date in an instant is its midnight in UTC, and
//!   digits beyond microseconds are cut. Each use is counted.
//! * Tagged unions, which Mews writes in two forms, are structs of the tag, `Discriminator`, and a
//!   field for each documented arm, of which one has a value. What comes under a tag that is not
//!   documented is kept as JSON text: in the field `Value` where the union is written as
//!   `{"Discriminator": "A", "Value": {…}}`, and in the field `_other`, as an object with the keys it
//!   came under, where it is written as `{"Discriminator": "A", "A": {…}}`.

mod address;
mod availability_adjustment;
mod availability_block;
mod bill;
mod bill_items;
mod company;
mod customer;
mod ledger_entry;
mod money;
mod order_item;
mod payment;
mod reservation;
mod resource_block;
mod table;
mod values;

use std::sync::OnceLock;

use rowmill_json::Layout;

use table::Field;

/// Every entity by its name in the Exports API, with its columns.
const TABLES: [(&str, &[Field]); 10] = [
    ("OrderItem", order_item::FIELDS),
    ("Payment", payment::FIELDS),
    ("Reservation", reservation::FIELDS),
    ("Customer", customer::FIELDS),
    ("Company", company::FIELDS),
    ("Bill", bill::FIELDS),
    ("AvailabilityAdjustment", availability_adjustment::FIELDS),
    ("AvailabilityBlock", availability_block::FIELDS),
    ("ResourceBlock", resource_block::FIELDS),
    ("LedgerEntry", ledger_entry::FIELDS),
];

/// The names that [`layout`] knows, as the Exports API spells them, in the order of its
/// documentation.
pub const NAMES: [&str; 10] = {
    let mut names = [""; 10];
    let mut i = 0;
    while i < names.len() {
        names[i] = TABLES[i].0;
        i += 1;
    }
    names
};

/// The layout of the entity `name`, one of [`NAMES`] in exactly that spelling; `None` for any other
/// name. Built once and shared from then on, so asking again is cheap.
pub fn layout(name: &str) -> Option<Layout> {
    static BUILT: [OnceLock<Layout>; 10] = [const { OnceLock::new() }; 10];
    let (built, (_, fields)) = BUILT.iter().zip(&TABLES).find(|(_, table)| table.0 == name)?;
    let layout = built.get_or_init(|| {
        // The tables are constants, and a test builds all ten, so no input can lead here.
        Layout::new(fields.iter().map(Field::column)).expect("an entity table is a valid layout")
    });
    Some(layout.clone())
}
