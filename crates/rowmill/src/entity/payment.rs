//! Payments, `payments.md#payment`.

use super::money::{AMOUNT, EXTENDED_AMOUNT};
use super::table::Type::{Enum, Instant, MemberUnion, Record, Text, Uuid};
use super::table::{Field, Values, optional, required};
use super::values::{ACCOUNT_TYPES, ACCOUNTING_STATES};

/// The columns of a payment. `SettlementId` comes from a payment provider and is free text
/// (`po_…`), unlike the other ids.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    required("EnterpriseId", Uuid),
    required("AccountId", Uuid),
    required("AccountType", Enum(ACCOUNT_TYPES)),
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
    required("AccountingState", Enum(ACCOUNTING_STATES)),
    required("State", Enum(STATES)),
    optional("Identifier", Text),
    required("Type", Enum(TYPES)),
    optional("Kind", Enum(KINDS)),
    optional("Data", MemberUnion(DATA)),
    optional("PaymentOrigin", Enum(ORIGINS)),
];

/// `payments.md#payment-data`.
const DATA: &[Field] = &[
    optional("CreditCard", Record(CREDIT_CARD)),
    optional("Invoice", Record(INVOICE)),
    optional("External", Record(EXTERNAL)),
    optional("Ghost", Record(GHOST)),
    optional("Alternative", Record(ALTERNATIVE)),
];

/// `payments.md#credit-card-payment-data`.
const CREDIT_CARD: &[Field] =
    &[optional("CreditCardId", Uuid), optional("Transaction", Record(TRANSACTION))];

/// `payments.md#credit-card-transaction`.
const TRANSACTION: &[Field] = &[
    required("PaymentId", Uuid),
    optional("SettlementId", Text),
    optional("SettledUtc", Instant),
    optional("Fee", Record(EXTENDED_AMOUNT)),
    optional("AdjustedFee", Record(EXTENDED_AMOUNT)),
    required("ChargedAmount", Record(EXTENDED_AMOUNT)),
    optional("SettledAmount", Record(EXTENDED_AMOUNT)),
];

/// `payments.md#invoice-payment-data`.
const INVOICE: &[Field] = &[optional("InvoiceId", Uuid), required("Type", Enum(INVOICE_TYPES))];

/// `payments.md#external-payment-data`.
const EXTERNAL: &[Field] =
    &[required("Type", Enum(EXTERNAL_TYPES)), optional("ExternalIdentifier", Text)];

/// `payments.md#ghost-payment-data`.
const GHOST: &[Field] = &[required("OriginalPaymentId", Uuid)];

/// `payments.md#alternative-payment-data`.
const ALTERNATIVE: &[Field] = &[required("Type", Enum(ALTERNATIVE_METHODS))];

/// `payments.md#payment-state`.
const STATES: Values = &["Charged", "Canceled", "Pending", "Failed", "Verifying"];

/// `payments.md#payment-type`.
const TYPES: Values = &[
    "Payment",
    "CreditCardPayment",
    "AlternativePayment",
    "CashPayment",
    "InvoicePayment",
    "ExternalPayment",
    "GhostPayment",
    "TaxDeductedPayment",
];

/// `payments.md#payment-kind`.
const KINDS: Values = &["Payment", "Chargeback", "ChargebackReversal", "Refund"];

/// `payments.md#payment-origin`.
const ORIGINS: Values = &[
    "Other",
    "System",
    "Operations",
    "AutomaticPayment",
    "PaymentRequest",
    "BookingEngine",
    "Api",
    "Terminal",
    "ChannelManager",
    "OnlineCheckout",
    "BillBalancing",
    "OnlineCheckin",
    "PointOfSales",
    "PaymentToInvoiceLinking",
];

/// `payments.md#invoice-payment-type`.
const INVOICE_TYPES: Values = &[
    "Receivable",
    "Balancing",
    "UnderpaymentBalancingReceivable",
    "OverpaymentBalancingReceivable",
    "Overpayment",
];

/// `payments.md#external-payment-type`.
const EXTERNAL_TYPES: Values = &[
    "Unspecified",
    "BadDebts",
    "Bacs",
    "WireTransfer",
    "Invoice",
    "ExchangeRateDifference",
    "Complimentary",
    "Reseller",
    "ExchangeRoundingDifference",
    "Barter",
    "Commission",
    "BankCharges",
    "CrossSettlement",
    "Cash",
    "CreditCard",
    "Prepayment",
    "Cheque",
    "Bancontact",
    "IDeal",
    "PayPal",
    "GiftCard",
    "LoyaltyPoints",
    "ChequeVacances",
    "OnlinePayment",
    "CardCheck",
    "PaymentHubRedirection",
    "Voucher",
    "MasterCard",
    "Visa",
    "Amex",
    "Discover",
    "DinersClub",
    "Jcb",
    "UnionPay",
    "Twint",
    "Reka",
    "LoyaltyCard",
    "PosDiningAndSpaReward",
    "DirectDebit",
    "DepositCheck",
    "DepositCash",
    "DepositCreditCard",
    "DepositWireTransfer",
];

/// `payments.md#alternative-payment-method-type`.
const ALTERNATIVE_METHODS: Values =
    &["Ideal", "ApplePay", "GooglePay", "SepaDirectDebit", "PayPal", "WireTransfer"];
