//! Payments, `payments.md#payment`.

use super::money::AMOUNT;
use super::table::Type::{Category, Instant, Json, Record, Text, Uuid};
use super::table::{Field, optional, required};

/// The columns of a payment. `Data` is a tagged union, kept as JSON text; `SettlementId` comes from
/// a payment provider and is free text (`po_…`), unlike the other ids.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    required("EnterpriseId", Uuid),
    required("AccountId", Uuid),
    required("AccountType", Category),
    optional("PaymentRequestId", Uuid),
    optional("BillId", Uuid),
    optional("ReservationId", Uuid),
    optional("AccountingCategoryId", Uuid),
    required("Amount", Record(AMOUNT)),
    required("OriginalAmount", Record(AMOUNT)),
    optional("Notes", Text),
    optional("SettlementId", Text),
    optional("ConsumedUtc", Instant),
    optional("ClosedUtc", Instant),
    optional("ChargedUtc", Instant),
    required("CreatedUtc", Instant),
    required("UpdatedUtc", Instant),
    required("SettlementUtc", Instant),
    required("AccountingState", Category),
    required("State", Category),
    optional("Identifier", Text),
    required("Type", Category),
    optional("Kind", Category),
    optional("Data", Json),
    optional("PaymentOrigin", Category),
];
