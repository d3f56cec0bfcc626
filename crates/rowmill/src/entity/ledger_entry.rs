//! Ledger entries, `_export-types.md#ledger-entry`.

use super::table::Type::{Category, Date, Decimal, Instant, Text, Uuid};
use super::table::{Field, optional, required};

/// The columns of a ledger entry. Entries never change, so there is no `UpdatedUtc`; `Value` is
/// never negative, `LedgerEntryType` tells the side. No published sample shows the order of the
/// keys, so this is the order of the documentation.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    required("EnterpriseId", Uuid),
    optional("TransactionId", Uuid),
    required("AccountId", Uuid),
    optional("BillId", Uuid),
    optional("AccountingCategoryId", Uuid),
    required("AccountingItemId", Uuid),
    required("AccountingItemType", Category),
    required("LedgerType", Category),
    required("LedgerEntryType", Category),
    required("PostingDate", Date),
    required("Value", Decimal),
    optional("NetBaseValue", Decimal),
    optional("TaxRateCode", Text),
    required("CreatedUtc", Instant),
];
