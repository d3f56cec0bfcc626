//! The items that bills listed before items were entities of their own. Bills still have the keys.
//!
//! What the newer entities call by the same names has other fields: these have unions of the older
//! form and extended amounts. Their states and types are documented as plain text.

use super::money::{AMOUNT, EXTENDED_AMOUNT};
use super::table::Type::{Category, Instant, Int32, Record, Text, Uuid, ValueUnion};
use super::table::{Field, Values, optional, required};

/// An item of `Revenue` or `Payments`. `bills.md` refers to a description that is not there; these
/// are the fields of the OpenAPI description of the interface.
pub(super) const ACCOUNTING_ITEM: &[Field] = &[
    required("Id", Uuid),
    required("AccountId", Uuid),
    optional("CustomerId", Uuid).deprecated(),
    optional("OrderId", Uuid),
    optional("ServiceId", Uuid),
    optional("ProductId", Uuid),
    optional("BillId", Uuid),
    optional("InvoiceId", Uuid),
    optional("AccountingCategoryId", Uuid),
    optional("CreditCardId", Uuid),
    optional("Type", Category),
    optional("SubType", Category),
    optional("Name", Text),
    optional("Notes", Text),
    optional("ConsumptionUtc", Instant),
    optional("ClosedUtc", Instant),
    optional("State", Category),
    optional("SubState", Category),
    optional("Amount", Record(EXTENDED_AMOUNT)),
    optional("TaxExemptionReasonCode", Category),
];

/// An item of `OrderItems`, `accountingitems.md#order-item`.
pub(super) const ORDER_ITEM: &[Field] = &[
    required("Id", Uuid),
    required("AccountId", Uuid),
    required("OrderId", Uuid),
    optional("BillId", Uuid),
    optional("AccountingCategoryId", Uuid),
    required("UnitCount", Int32),
    required("UnitAmount", Record(AMOUNT)),
    required("Amount", Record(EXTENDED_AMOUNT)),
    required("OriginalAmount", Record(EXTENDED_AMOUNT)),
    required("RevenueType", Category),
    required("CreatorProfileId", Uuid),
    required("UpdaterProfileId", Uuid),
    required("CreatedUtc", Instant),
    required("UpdatedUtc", Instant),
    optional("ConsumedUtc", Instant),
    optional("CanceledUtc", Instant),
    optional("ClosedUtc", Instant),
    optional("StartUtc", Instant),
    required("AccountingState", Category),
    required("Data", ValueUnion(ORDER_ITEM_DATA, ORDER_ITEMS_WITHOUT_DATA)),
];

/// `accountingitems.md#order-item-data`.
const ORDER_ITEM_DATA: &[Field] =
    &[optional("Rebate", Record(REBATE)), optional("ProductOrder", Record(PRODUCT_ORDER))];

/// The tags of order items that have no data.
const ORDER_ITEMS_WITHOUT_DATA: Values = &[
    "CancellationFee",
    "Deposit",
    "ExchangeRateDifference",
    "CustomItem",
    "Surcharge",
    "SurchargeDiscount",
    "SpaceOrder",
    "Other",
    "TaxCorrection",
    "ResourceUpgradeFee",
    "InvoiceFee",
];

/// `accountingitems.md#rebate-order-item-data`.
const REBATE: &[Field] = &[required("RebatedItemId", Uuid)];

/// The data of an ordered product, from the OpenAPI description.
const PRODUCT_ORDER: &[Field] = &[required("ProductId", Uuid), optional("AgeCategoryId", Uuid)];

/// An item of `PaymentItems`, `accountingitems.md#payment-item`.
pub(super) const PAYMENT_ITEM: &[Field] = &[
    required("Id", Uuid),
    required("AccountId", Uuid),
    optional("BillId", Uuid),
    optional("AccountingCategoryId", Uuid),
    required("Amount", Record(EXTENDED_AMOUNT)),
    required("OriginalAmount", Record(EXTENDED_AMOUNT)),
    optional("AmountDefault", Record(EXTENDED_AMOUNT)).deprecated(),
    optional("Notes", Text),
    optional("SettlementId", Text),
    required("ConsumedUtc", Instant),
    optional("ClosedUtc", Instant),
    required("AccountingState", Category),
    required("State", Category),
    optional("Identifier", Text),
    required("Data", ValueUnion(PAYMENT_ITEM_DATA, PAYMENT_ITEMS_WITHOUT_DATA)),
];

/// `accountingitems.md#payment-item-data`.
const PAYMENT_ITEM_DATA: &[Field] =
    &[optional("CreditCard", Record(CREDIT_CARD)), optional("Invoice", Record(INVOICE))];

/// The tags of payment items that have no data.
const PAYMENT_ITEMS_WITHOUT_DATA: Values = &[
    "Cash",
    "Unspecified",
    "BadDebts",
    "WireTransfer",
    "ExchangeRateDifference",
    "ExchangeRoundingDifference",
    "BankCharges",
    "Cheque",
    "Other",
];

/// `accountingitems.md#credit-card-payment-item-data`.
const CREDIT_CARD: &[Field] = &[optional("PaymentCardId", Uuid)];

/// The data of an invoice, from the OpenAPI description.
const INVOICE: &[Field] = &[required("InvoiceId", Uuid)];
