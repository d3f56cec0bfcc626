//! Order items, `orderitems.md#order-item`.

use super::money::AMOUNT;
use super::table::Type::{Bool, Category, Instant, Int32, Json, Record, Text, Uuid};
use super::table::{Field, optional, required};

/// The columns of an order item. `Data` is a tagged union, kept as JSON text.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    required("EnterpriseId", Uuid),
    optional("AccountId", Uuid),
    optional("AccountType", Category),
    optional("Notes", Text),
    required("ServiceId", Uuid),
    required("ServiceOrderId", Uuid),
    optional("BillId", Uuid),
    optional("AccountingCategoryId", Uuid),
    required("UnitCount", Int32),
    required("UnitAmount", Record(AMOUNT)),
    required("Amount", Record(AMOUNT)),
    required("OriginalAmount", Record(AMOUNT)),
    required("RevenueType", Category),
    required("CreatorProfileId", Uuid),
    required("UpdaterProfileId", Uuid),
    required("CreatedUtc", Instant),
    required("UpdatedUtc", Instant),
    required("ConsumedUtc", Instant),
    optional("CanceledUtc", Instant),
    optional("ClosedUtc", Instant),
    optional("StartUtc", Instant),
    required("AccountingState", Category),
    required("Type", Category),
    required("Options", Record(OPTIONS)),
    optional("Data", Json),
    optional("BillingName", Text),
    optional("ExternalIdentifier", Text),
    optional("ClaimedUtc", Instant),
    optional("TaxExemptionReason", Category),
    optional("TaxExemptionLegalReference", Text),
];

/// `orderitems.md#order-item-options`.
const OPTIONS: &[Field] = &[required("CanceledWithReservation", Bool)];
