//! Bills, `bills.md#bill`.

use super::bill_items::{ACCOUNTING_ITEM, ORDER_ITEM, PAYMENT_ITEM};
use super::table::Type::{
    Bool, Category, Enum, Instant, List, MemberUnion, Record, Text, TextMap, Uuid, ValueUnion,
};
use super::table::{Field, Values, optional, required};
use super::values::{ACCOUNT_TYPES, TITLES};

/// The columns of a bill. The account data of a bill stand in it in both forms of union.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    optional("Name", Text),
    required("EnterpriseId", Uuid),
    required("AccountId", Uuid),
    required("AccountType", Enum(ACCOUNT_TYPES)),
    optional("CustomerId", Uuid).deprecated(),
    optional("CompanyId", Uuid).deprecated(),
    optional("AssociatedAccountIds", List(&Uuid)),
    optional("CounterId", Uuid),
    required("State", Enum(STATES)),
    required("Type", Enum(TYPES)),
    optional("Number", Text),
    optional("VariableSymbol", Text),
    required("CreatedUtc", Instant),
    optional("IssuedUtc", Instant),
    optional("TaxedUtc", Instant),
    optional("PaidUtc", Instant),
    optional("DueUtc", Instant),
    optional("LastReminderDateUtc", Instant),
    required("UpdatedUtc", Instant),
    optional("PurchaseOrderNumber", Text),
    optional("Notes", Text),
    optional("Options", Record(OPTIONS)),
    optional("Revenue", List(&Record(ACCOUNTING_ITEM))).deprecated(),
    optional("Payments", List(&Record(ACCOUNTING_ITEM))).deprecated(),
    optional("OrderItems", List(&Record(ORDER_ITEM))).deprecated(),
    optional("PaymentItems", List(&Record(PAYMENT_ITEM))).deprecated(),
    optional("AssigneeData", ValueUnion(ACCOUNT_DATA, &[])).deprecated(),
    optional("OwnerData", ValueUnion(ACCOUNT_DATA, &[])),
    optional("CompanyDetails", Record(COMPANY_DATA)).deprecated(),
    optional("AssociatedAccountData", List(&MemberUnion(ACCOUNT_DATA))),
    optional("EnterpriseData", Record(ENTERPRISE_DATA)),
    required("CorrectionState", Enum(CORRECTION_STATES)),
    optional("CorrectionType", Enum(CORRECTION_TYPES)),
    optional("CorrectedBillId", Uuid),
];

/// `bills.md#bill-options`.
const OPTIONS: &[Field] = &[
    required("DisplayCustomer", Bool),
    required("DisplayTaxation", Bool),
    required("TrackReceivable", Bool),
    required("DisplayCid", Bool),
    required("Rebated", Bool),
];

/// `bills.md#bill-owner-data`, `bills.md#bill-assignee-data` and
/// `bills.md#associated-account-bill-data`.
const ACCOUNT_DATA: &[Field] = &[
    optional("BillCustomerData", Record(CUSTOMER_DATA)),
    optional("BillCompanyData", Record(COMPANY_DATA)),
];

/// `bills.md#bill-customer-data`. Its `Id` is documented as plain text, not as a UUID.
const CUSTOMER_DATA: &[Field] = &[
    required("Id", Text),
    optional("Address", Record(ADDRESS)),
    optional("LegalIdentifiers", TextMap),
    optional("BillingCode", Text),
    required("LastName", Text),
    optional("FirstName", Text),
    optional("SecondLastName", Text),
    optional("TitlePrefix", Enum(TITLES)),
    optional("TaxIdentifier", Text),
];

/// `bills.md#bill-company-data`. Its `Id` is documented as plain text, not as a UUID.
const COMPANY_DATA: &[Field] = &[
    optional("Id", Text),
    optional("Address", Record(ADDRESS)),
    optional("LegalIdentifiers", TextMap),
    optional("BillingCode", Text),
    required("Name", Text),
    optional("FiscalIdentifier", Text),
    optional("AdditionalTaxIdentifier", Text),
    optional("DUNS", Text),
    optional("Telephone", Text),
    optional("TaxIdentifier", Text),
    optional("InvoicingEmail", Text),
    optional("Department", Text),
];

/// The address on a bill: fewer fields than the address of a customer, and `SubdivisionCode` in
/// place of `CountrySubdivisionCode`.
const ADDRESS: &[Field] = &[
    optional("Line1", Text),
    optional("Line2", Text),
    optional("City", Text),
    optional("PostalCode", Text),
    optional("SubdivisionCode", Category),
    optional("CountryCode", Category),
];

/// `bills.md#bill-enterprise-data`.
const ENTERPRISE_DATA: &[Field] = &[
    optional("AdditionalTaxIdentifier", Text),
    optional("CompanyName", Text),
    optional("BankAccount", Text),
    optional("BankName", Text),
    optional("Iban", Text),
    optional("Bic", Text),
];

/// `bills.md#bill-state`.
const STATES: Values = &["Open", "Closed"];

/// `bills.md#bill-type`.
const TYPES: Values = &["Receipt", "Invoice"];

/// `bills.md#bill-correction-state`.
const CORRECTION_STATES: Values = &["Bill", "CorrectiveBill"];

/// `bills.md#bill-correction-type`.
const CORRECTION_TYPES: Values =
    &["Cancellation", "Edit", "CreditNote", "Reinstatement", "ReceivablePaymentsBalance"];
