//! What there is to say about an inferred column.

use std::fmt;

/// Something about a column that the data did not show, or that is a judgement. `Display` says it in
/// words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Note {
    /// Nothing but null was there.
    OnlyNull,
    /// Lists, but no element.
    OnlyEmptyLists,
    /// Objects, but no key.
    OnlyEmptyObjects,
    /// Values of more than one kind.
    MixedKinds,
    /// Objects and lists nested too deep, or too many of them.
    TooDeep,
    /// An object had an empty key, which no field can have.
    EmptyKey,
    /// A row had an empty key, which no column can have.
    UnreadKey,
    /// Many keys, most of them absent from most objects.
    SparseKeys,
    /// More different keys than a struct is given fields.
    ManyKeys,
    /// A zero with a sign, which integers and decimals do not have.
    MinusZero,
    /// Numbers that no decimal of 38 digits holds.
    ManyDigits,
    /// Few different texts that come again and again.
    FewTexts,
    /// Instants with an offset from UTC.
    Offsets,
    /// UUIDs in upper case.
    UpperCase,
    /// Empty texts among dates or instants.
    EmptyTimes,
    /// Dates among instants.
    DatesAndInstants,
    /// Instants with digits that no column of instants holds, or far from today.
    FineInstants,
}

impl Note {
    /// Whether it is about a choice that loses nothing and that any later value of the same kind
    /// fits: nothing that a reader of the table must know.
    #[must_use]
    pub fn is_harmless(self) -> bool {
        self == Self::FewTexts
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OnlyNull => "only null was seen, so it is kept as JSON text",
            Self::OnlyEmptyLists => "only empty lists were seen, so elements are kept as JSON text",
            Self::OnlyEmptyObjects => "only empty objects were seen, so it is kept as JSON text",
            Self::MixedKinds => "values of several kinds, kept as JSON text",
            Self::TooDeep => "nested too deep to be columns, kept as JSON text",
            Self::EmptyKey => "an empty key, which no field can have: kept as JSON text",
            Self::UnreadKey => "rows have an empty key, which no column can have: it is not read",
            Self::SparseKeys => "many keys that are mostly absent, read as a map",
            Self::ManyKeys => "too many different keys for a struct, read as a map",
            Self::MinusZero => "-0 was seen, whose sign integers and decimals do not keep",
            Self::ManyDigits => "numbers that decimals of 38 digits do not hold",
            Self::FewTexts => "few different texts, read as an enum, which takes others too",
            Self::Offsets => "instants with an offset become the same instants in UTC",
            Self::UpperCase => "UUIDs in upper case are kept as their 16 bytes",
            Self::EmptyTimes => {
                "empty texts among dates or instants, so it is kept as text; \"allow\": \
                 [\"empty_as_null\"] on a date or timestamp would read them as null"
            }
            Self::DatesAndInstants => {
                "dates among instants, so it is kept as text; \"allow\": [\"date_as_midnight\"] on a \
                 timestamp would read them as midnight"
            }
            Self::FineInstants => {
                "instants that no timestamp holds, so it is kept as text; \"allow\": [\"cut_digits\"] \
                 on a timestamp would cut their last digits"
            }
        })
    }
}
