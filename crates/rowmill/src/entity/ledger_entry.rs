//! Ledger entries, `_export-types.md#ledger-entry`.

use super::table::Type::{Date, Decimal, Enum, Instant, Text, Uuid};
use super::table::{Field, Values, optional, required};

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
    required("AccountingItemType", Enum(ITEM_TYPES)),
    required("LedgerType", Enum(LEDGERS)),
    required("LedgerEntryType", Enum(SIDES)),
    required("PostingDate", Date),
    required("Value", Decimal),
    optional("NetBaseValue", Decimal),
    optional("TaxRateCode", Text),
    required("CreatedUtc", Instant),
];

/// `_export-types.md#accounting-item-type`.
const ITEM_TYPES: Values = &[
    "OrderItem",
    "OutletItem",
    "Invoice",
    "Payment",
    "DepositBalancingPayment",
    "CityLedgerBalancingPayment",
    "DepositItem",
];

/// `_export-types.md#accounting-ledger-type`.
const LEDGERS: Values = &["Revenue", "Tax", "Payment", "Deposit", "Guest", "City", "NonRevenue"];

/// `_export-types.md#accounting-ledger-entry-type`.
const SIDES: Values = &["Debit", "Credit"];
