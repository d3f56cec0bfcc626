//! The vocabulary the entity tables are written in.
//!
//! A table is a list of [`Field`]s in the order in which the Mews serialiser is seen to write the
//! keys (the decoder reads any order; the usual one is the fast one). The documentation marks a
//! field *required* or *optional*, which is about null and says nothing about presence: published
//! samples hold nulls in required fields and leave others out. So every column is nullable, and the
//! documented contract becomes metadata, [`CONTRACT`] and [`DEPRECATED`], for whoever wants to hold
//! the data against it.

use rowmill_json::{Allow, Column};

/// Metadata key of the documented contract: `required` or `optional`.
const CONTRACT: &str = "mews.contract";
const REQUIRED: &str = "required";
/// Metadata key, `true`, of a field that the documentation calls deprecated.
const DEPRECATED: &str = "mews.deprecated";

/// One row of a table: a documented field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    name: &'static str,
    kind: Type,
    required: bool,
    deprecated: bool,
}

/// What a documented type becomes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Type {
    /// An identifier.
    Uuid,
    /// Free text: names, notes, e-mail addresses, phone numbers, URLs, JSON inside a string.
    Text,
    /// A short text from a list that is kept elsewhere: currency, country and language codes.
    Category,
    /// One of these documented values. They grow without notice, so any other is read as well and
    /// reported as drift.
    Enum(Values),
    Bool,
    Int32,
    Int64,
    /// Money and rates: `decimal(38,10)`, so that nothing passes through a binary float. Ten
    /// fraction digits hold every amount and exchange rate in the documentation (seven at most).
    Decimal,
    /// Degrees of latitude or longitude, as `float64`.
    Coordinate,
    /// A moment in UTC, in microseconds.
    Instant,
    /// A calendar day.
    Date,
    /// An ISO 8601 duration.
    Duration,
    /// An array.
    List(&'static Type),
    /// An object with known keys.
    Record(&'static [Field]),
    /// An object with open keys and text values.
    TextMap,
    /// A union written as `{"Discriminator": "A", "Value": {…}}`: its arms by their tags, and the
    /// tags that come without a value. The value of a tag that is new is kept as JSON text in the
    /// field `Value`.
    ValueUnion(&'static [Field], Values),
    /// A union written as `{"Discriminator": "A", "A": {…}, "B": null}`, where the arms that do not
    /// apply may be left out: its arms by their tags. [`OTHER`] keeps the arms that are new.
    MemberUnion(&'static [Field]),
}

/// The documented values of an enumeration.
pub(super) type Values = &'static [&'static str];

/// The key of the tag in unions of both forms, and that of the value in one.
const TAG: &str = "Discriminator";
const VALUE: &str = "Value";

/// The field that a [`Type::MemberUnion`] has besides those of the documentation: an object, as
/// JSON text, of all its keys that are not documented, in its arms too; null where there are none.
const OTHER: &str = "_other";

/// A field that is documented as never null.
pub(super) const fn required(name: &'static str, kind: Type) -> Field {
    Field { name, kind, required: true, deprecated: false }
}

/// A field that is documented as possibly null.
pub(super) const fn optional(name: &'static str, kind: Type) -> Field {
    Field { name, kind, required: false, deprecated: false }
}

impl Field {
    /// The same field, documented as on its way out.
    pub(super) const fn deprecated(self) -> Field {
        Field { deprecated: true, ..self }
    }

    /// The column this field becomes.
    pub(super) fn column(&self) -> Column {
        let contract = if self.required { REQUIRED } else { "optional" };
        let column = self.kind.column(self.name).with_metadata(CONTRACT, contract);
        if self.deprecated { column.with_metadata(DEPRECATED, "true") } else { column }
    }
}

impl Type {
    fn column(&self, name: &'static str) -> Column {
        match *self {
            Type::Uuid => Column::uuid(name),
            Type::Text => Column::string(name),
            Type::Category => Column::category(name),
            Type::Bool => Column::boolean(name),
            Type::Int32 => Column::int32(name),
            Type::Int64 => Column::int64(name),
            Type::Decimal => Column::decimal(name, 38, 10),
            Type::Coordinate => Column::float64(name),
            Type::Instant => Column::timestamp_us(name).allow(Allow::ALL),
            Type::Date => Column::date(name).allow(EMPTY_DATE),
            Type::Duration => Column::duration(name),
            Type::List(item) => Column::list(name, item.column("element")),
            Type::Record(fields) => Column::record(name, fields.iter().map(Field::column)),
            Type::TextMap => Column::map(name, Column::string("value")),
            Type::Enum(values) => Column::category(name).known_values(values.iter().copied()),
            Type::ValueUnion(arms, bare) => {
                Column::union(name, TAG, VALUE, arms.iter().map(Field::column))
                    .known_values(arms.iter().map(|arm| arm.name).chain(bare.iter().copied()))
            }
            Type::MemberUnion(arms) => {
                let tags = arms.iter().map(|arm| arm.name);
                let tag =
                    Column::category(TAG).known_values(tags).with_metadata(CONTRACT, REQUIRED);
                let arms = arms.iter().map(Field::column);
                Column::record(name, [tag].into_iter().chain(arms).chain([Column::raw_json(OTHER)]))
            }
        }
    }
}

/// What a date column forgives: `""` is null. An instant forgives all there is to forgive, because
/// published answers show plain dates and empty strings among instants, and .NET, which writes
/// them, has a seventh fraction digit. The run report counts each use.
const EMPTY_DATE: Allow = {
    let mut allow = Allow::NONE;
    allow.empty_as_null = true;
    allow
};
