//! What the generator knows about the rows it made.

use std::ops::AddAssign;

use super::Kind;

/// Sums kept while rows are made, for a comparison with what a reader of the converted files
/// finds. None of them depends on the order of the rows.
///
/// Which column each one is about is said by [`Kind::money_path`], [`Kind::units_path`],
/// [`Kind::nulls_path`] and [`Kind::state_path`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Rows, which is also the number of lines.
    pub rows: u64,
    /// Bytes, line ends included.
    pub bytes: u64,
    /// Exact sum of the money column in units of 10^-10, 0 for a kind without one.
    pub money: i128,
    /// Sum of the count column, 0 for a kind without one.
    pub units: i64,
    /// Nulls in the column that [`Kind::nulls_path`] names. A key that was left out counts as
    /// null.
    pub nulls: u64,
    /// Rows per value of the state column, sorted by value; values that did not occur are absent.
    pub states: Vec<(&'static str, u64)>,
    /// The earliest `UpdatedUtc`, in microseconds since 1970-01-01T00:00:00Z, digits beyond
    /// microseconds cut. `None` without rows, or for a kind without that column.
    pub first_updated: Option<i64>,
    /// The latest `UpdatedUtc`, as [`first_updated`](Totals::first_updated).
    pub last_updated: Option<i64>,
    /// All row ids, each as a big-endian 128-bit number, joined by exclusive or.
    pub id_xor: u128,
}

impl Totals {
    pub(super) fn state(&mut self, value: &'static str) {
        self.states_add(value, 1);
    }

    pub(super) fn updated(&mut self, micros: i64) {
        self.first_updated = Some(self.first_updated.map_or(micros, |first| first.min(micros)));
        self.last_updated = Some(self.last_updated.map_or(micros, |last| last.max(micros)));
    }

    fn states_add(&mut self, value: &'static str, rows: u64) {
        match self.states.binary_search_by(|(known, _)| known.cmp(&value)) {
            Ok(at) => self.states[at].1 += rows,
            Err(at) => self.states.insert(at, (value, rows)),
        }
    }
}

impl AddAssign<&Totals> for Totals {
    fn add_assign(&mut self, other: &Totals) {
        self.rows += other.rows;
        self.bytes += other.bytes;
        self.money += other.money;
        self.units += other.units;
        self.nulls += other.nulls;
        for &(value, rows) in &other.states {
            self.states_add(value, rows);
        }
        for micros in [other.first_updated, other.last_updated].into_iter().flatten() {
            self.updated(micros);
        }
        self.id_xor ^= other.id_xor;
    }
}

impl Kind {
    /// The decimal column whose sum is [`Totals::money`].
    #[must_use]
    pub const fn money_path(self) -> Option<&'static str> {
        match self {
            Kind::OrderItem | Kind::Payment => Some("Amount.GrossValue"),
            Kind::AvailabilityBlock => Some("Budget.Value"),
            Kind::LedgerEntry => Some("Value"),
            _ => None,
        }
    }

    /// The integer column whose sum is [`Totals::units`].
    #[must_use]
    pub const fn units_path(self) -> Option<&'static str> {
        match self {
            Kind::OrderItem | Kind::AvailabilityAdjustment => Some("UnitCount"),
            Kind::Company => Some("Number"),
            _ => None,
        }
    }

    /// The nullable column whose nulls are [`Totals::nulls`].
    #[must_use]
    pub const fn nulls_path(self) -> &'static str {
        match self {
            Kind::Reservation => "CancelledUtc",
            Kind::OrderItem | Kind::Payment => "ClosedUtc",
            Kind::Customer => "Email",
            Kind::Company => "InvoicingEmail",
            Kind::Bill => "PaidUtc",
            Kind::AvailabilityAdjustment => "AvailabilityBlockId",
            Kind::AvailabilityBlock => "ReleasedUtc",
            Kind::ResourceBlock => "DeletedUtc",
            Kind::LedgerEntry => "BillId",
            Kind::Event => "actor",
        }
    }

    /// The text column whose values [`Totals::states`] counts.
    #[must_use]
    pub const fn state_path(self) -> Option<&'static str> {
        match self {
            Kind::Reservation | Kind::Payment | Kind::Bill | Kind::AvailabilityBlock => {
                Some("State")
            }
            Kind::OrderItem => Some("AccountingState"),
            Kind::Customer | Kind::AvailabilityAdjustment => Some("ActivityState"),
            Kind::Company => None,
            Kind::ResourceBlock => Some("Type"),
            Kind::LedgerEntry => Some("LedgerType"),
            Kind::Event => Some("type"),
        }
    }
}
