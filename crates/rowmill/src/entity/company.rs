//! Companies, `companies.md#company`.

use super::address::ADDRESS;
use super::table::Type::{Bool, Duration, Enum, Instant, Int64, Record, Text, Uuid};
use super::table::{Field, Values, optional, required};

/// The columns of a company. `Number` is documented with up to 19 digits, the width of an `int64`.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    required("ChainId", Uuid),
    required("Name", Text),
    required("IsActive", Bool),
    required("Number", Int64),
    optional("Identifier", Text),
    optional("TaxIdentifier", Text),
    optional("AdditionalTaxIdentifier", Text),
    optional("ElectronicInvoiceIdentifier", Text).deprecated(),
    optional("InvoiceDueInterval", Duration),
    optional("AccountingCode", Text),
    optional("MotherCompanyId", Uuid),
    optional("CreatedUtc", Instant),
    optional("UpdatedUtc", Instant),
    optional("AddressId", Uuid),
    optional("BillingCode", Text),
    optional("Iata", Text),
    optional("Telephone", Text),
    optional("InvoicingEmail", Text),
    optional("Contact", Text),
    optional("Notes", Text),
    required("Options", Record(OPTIONS)),
    optional("Department", Text),
    optional("DunsNumber", Text),
    required("CreditRating", Record(CREDIT_RATING)),
    optional("ReferenceIdentifier", Text),
    optional("WebsiteUrl", Text),
    optional("ExternalIdentifier", Text),
    optional("ContactPerson", Text),
    optional("MergeTargetId", Uuid),
    optional("Address", Record(ADDRESS)).deprecated(),
    optional("TaxIdentificationNumber", Text).deprecated(),
];

/// `companies.md#company-options`.
const OPTIONS: &[Field] = &[
    required("Invoiceable", Bool),
    required("AddFeesToInvoices", Bool),
    required("AddTaxDeductedPaymentToInvoices", Bool),
];

/// `companies.md#credit-rating`.
const CREDIT_RATING: &[Field] = &[optional("Basic", Enum(CREDIT_RATINGS))];

/// `companies.md#credit-rating-basic`.
const CREDIT_RATINGS: Values = &["CreditOk", "PaymentRequiredUpfront", "LocalDecisionRequired"];
