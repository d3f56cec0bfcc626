//! Customers, `customers.md#customer`.

use super::address::ADDRESS;
use super::table::Type::{Bool, Category, Date, Instant, List, Record, Text, Uuid};
use super::table::{Field, optional, required};

/// The columns of a customer.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    required("ChainId", Uuid),
    required("Number", Text),
    optional("Title", Category),
    optional("Sex", Category),
    optional("FirstName", Text),
    required("LastName", Text),
    optional("SecondLastName", Text),
    optional("NationalityCode", Category),
    optional("PreferredLanguageCode", Category),
    optional("LanguageCode", Category),
    optional("BirthDate", Date),
    optional("BirthCountryCode", Category),
    optional("BirthCountrySubdivisionCode", Category),
    optional("BirthPlace", Text),
    optional("Occupation", Text),
    optional("Email", Text),
    required("HasOtaEmail", Bool),
    optional("Phone", Text),
    optional("TaxIdentificationNumber", Text),
    optional("LoyaltyCode", Text),
    optional("AccountingCode", Text),
    optional("BillingCode", Text),
    optional("Notes", Text),
    optional("CarRegistrationNumber", Text),
    optional("DietaryRequirements", Text),
    required("CreatedUtc", Instant),
    required("UpdatedUtc", Instant),
    optional("Passport", Record(IDENTITY_DOCUMENT)).deprecated(),
    optional("IdentityCard", Record(IDENTITY_DOCUMENT)).deprecated(),
    optional("Visa", Record(IDENTITY_DOCUMENT)).deprecated(),
    optional("DriversLicense", Record(IDENTITY_DOCUMENT)).deprecated(),
    optional("Address", Record(ADDRESS)).deprecated(),
    optional("AddressId", Uuid),
    required("Classifications", List(&Category)),
    required("Options", List(&Category)),
    optional("ItalianDestinationCode", Text),
    optional("ItalianFiscalCode", Text),
    optional("ItalianLotteryCode", Text),
    optional("CompanyId", Uuid),
    optional("MergeTargetId", Uuid),
    optional("ActivityState", Text).deprecated(),
    required("IsActive", Bool),
    required("PreferredSpaceFeatures", List(&Category)),
    required("CreatorProfileId", Uuid),
    required("UpdaterProfileId", Uuid),
];

/// `customers.md#identity-document`.
const IDENTITY_DOCUMENT: &[Field] = &[
    required("Id", Uuid),
    required("CustomerId", Uuid),
    required("Type", Category),
    optional("Number", Text),
    optional("Expiration", Date),
    optional("Issuance", Date),
    optional("IssuingCountryCode", Category),
    optional("IssuingCountrySubdivisionCode", Category),
    optional("IssuingCity", Text),
    optional("IdentityDocumentSupportNumber", Text),
];
