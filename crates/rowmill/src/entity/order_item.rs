//! Order items, `orderitems.md#order-item`.

use super::money::AMOUNT;
use super::table::Type::{Bool, Enum, Instant, Int32, MemberUnion, Record, Text, Uuid};
use super::table::{Field, Values, optional, required};
use super::values::{ACCOUNT_TYPES, ACCOUNTING_STATES};

/// The columns of an order item.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    required("EnterpriseId", Uuid),
    optional("AccountId", Uuid),
    optional("AccountType", Enum(ACCOUNT_TYPES)),
    optional("Notes", Text),
    required("ServiceId", Uuid),
    required("ServiceOrderId", Uuid),
    optional("BillId", Uuid),
    optional("AccountingCategoryId", Uuid),
    required("UnitCount", Int32),
    required("UnitAmount", Record(AMOUNT)),
    required("Amount", Record(AMOUNT)),
    required("OriginalAmount", Record(AMOUNT)),
    required("RevenueType", Enum(REVENUE_TYPES)),
    required("CreatorProfileId", Uuid),
    required("UpdaterProfileId", Uuid),
    required("CreatedUtc", Instant),
    required("UpdatedUtc", Instant),
    required("ConsumedUtc", Instant),
    optional("CanceledUtc", Instant),
    optional("ClosedUtc", Instant),
    optional("StartUtc", Instant),
    required("AccountingState", Enum(ACCOUNTING_STATES)),
    required("Type", Enum(TYPES)),
    required("Options", Record(OPTIONS)),
    optional("Data", MemberUnion(DATA)),
    optional("BillingName", Text),
    optional("ExternalIdentifier", Text),
    optional("ClaimedUtc", Instant),
    optional("TaxExemptionReason", Enum(TAX_EXEMPTION_REASONS)),
    optional("TaxExemptionLegalReference", Text),
];

/// `orderitems.md#order-item-options`.
const OPTIONS: &[Field] = &[required("CanceledWithReservation", Bool)];

/// `orderitems.md#order-item-data`.
const DATA: &[Field] = &[
    optional("Rebate", Record(REBATE)),
    optional("Product", Record(PRODUCT)),
    optional("AllowanceDiscount", Record(ALLOWANCE_DISCOUNT)),
    optional("AllowanceProfits", Record(ALLOWANCE_PROFITS)),
];

/// `orderitems.md#rebate-data`.
const REBATE: &[Field] = &[required("ProductId", Uuid), required("RebatedItemId", Uuid)];

/// `orderitems.md#product-data`.
const PRODUCT: &[Field] = &[
    required("ProductId", Uuid),
    optional("AgeCategoryId", Uuid),
    optional("ProductType", Enum(PRODUCT_TYPES)),
];

/// `orderitems.md#allowance-discount-data`.
const ALLOWANCE_DISCOUNT: &[Field] =
    &[required("DiscountedOrderItemId", Uuid), required("AllowanceProductOrderItemId", Uuid)];

/// `orderitems.md#allowance-profits-data`.
const ALLOWANCE_PROFITS: &[Field] = &[
    required("AllowanceProductOrderItemId", Uuid),
    required("AllowanceProfitType", Enum(ALLOWANCE_PROFIT_TYPES)),
];

/// `orderitems.md#revenue-type`.
const REVENUE_TYPES: Values = &["Service", "Product", "Additional"];

/// `orderitems.md#order-item-type`.
const TYPES: Values = &[
    "CancellationFee",
    "NightRebate",
    "ProductOrderRebate",
    "AdditionalExpenseRebate",
    "Deposit",
    "ExchangeRateDifference",
    "CustomItem",
    "ServiceCharge",
    "CityTax",
    "CityTaxDiscount",
    "SpaceOrder",
    "ProductOrder",
    "Surcharge",
    "TaxCorrection",
    "ResourceUpgradeFee",
    "InvoiceFee",
    "MulticurrencyFee",
    "AllowanceDiscount",
    "AllowanceBreakage",
    "AllowanceContraBreakage",
];

/// `orderitems.md#product-type`.
const PRODUCT_TYPES: Values = &["Product", "Allowance"];

/// `orderitems.md#allowance-profit-type`.
const ALLOWANCE_PROFIT_TYPES: Values =
    &["AllowanceBreakage", "AllowanceContraBreakage", "AllowanceLoss", "AllowanceContraLoss"];

/// `orderitems.md#tax-exemption-reason-type`.
const TAX_EXEMPTION_REASONS: Values = &[
    "Unknown",
    "IT_N1",
    "IT_N2_1",
    "IT_N2_2",
    "IT_N3_4",
    "IT_N3_5",
    "IT_N4",
    "IT_N5",
    "PL_ZW",
    "PL_NP",
    "DE_NATO",
    "FR_261_7",
    "FR_262_00_BIS",
    "FR_293_B",
];
