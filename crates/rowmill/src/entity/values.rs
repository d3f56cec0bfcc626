//! Documented values of enumerations that more than one table has.

use super::table::Values;

/// Whose account it is, `accounts.md#account-type`.
pub(super) const ACCOUNT_TYPES: Values = &["Company", "Customer"];

/// Where an item stands in accounting, `orderitems.md#order-item-accounting-state`.
pub(super) const ACCOUNTING_STATES: Values = &["Open", "Closed", "Inactive", "Canceled"];

/// Why a stay was called off, `reservations.md#reservation-cancellation-reason`.
pub(super) const CANCELLATION_REASONS: Values = &[
    "Other",
    "ConfirmationMissed",
    "BookedElsewhere",
    "ForceMajeure",
    "GuestComplaint",
    "NoShow",
    "PriceTooHigh",
    "ServiceNotAvailable",
    "InputError",
    "InvalidPayment",
    "TravelAgency",
    "RequestedByGuest",
    "Update",
    "BookingAbandoned",
    "RequestedByBooker",
];

/// Why guests travel, `reservations.md#reservation-purpose`.
pub(super) const PURPOSES: Values = &["Leisure", "Business", "Student"];

/// How a customer is addressed, `customers.md#title`.
pub(super) const TITLES: Values = &["Mister", "Miss", "Misses"];
