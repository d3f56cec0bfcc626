//! Bills, `bills.md#bill`.

use super::table::Type::{Bool, Category, Instant, Json, List, Record, Text, TextMap, Uuid};
use super::table::{Field, optional, required};

/// The columns of a bill. The tagged unions (`OwnerData`, `AssigneeData`, the items of
/// `AssociatedAccountData`) and the deprecated lists of accounting items are kept as JSON text.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    optional("Name", Text),
    required("EnterpriseId", Uuid),
    required("AccountId", Uuid),
    required("AccountType", Category),
    optional("CustomerId", Uuid).deprecated(),
    optional("CompanyId", Uuid).deprecated(),
    optional("AssociatedAccountIds", List(&Uuid)),
    optional("CounterId", Uuid),
    required("State", Category),
    required("Type", Category),
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
    optional("Revenue", Json).deprecated(),
    optional("Payments", Json).deprecated(),
    optional("OrderItems", Json).deprecated(),
    optional("PaymentItems", Json).deprecated(),
    optional("AssigneeData", Json).deprecated(),
    optional("OwnerData", Json),
    optional("CompanyDetails", Record(COMPANY_DATA)).deprecated(),
    optional("AssociatedAccountData", List(&Json)),
    optional("EnterpriseData", Record(ENTERPRISE_DATA)),
    required("CorrectionState", Category),
    optional("CorrectionType", Category),
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
