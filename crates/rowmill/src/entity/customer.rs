//! Customers, `customers.md#customer`.

use super::address::ADDRESS;
use super::table::Type::{Bool, Category, Date, Enum, Instant, List, Record, Text, Uuid};
use super::table::{Field, Values, optional, required};
use super::values::TITLES;

/// The columns of a customer.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    required("ChainId", Uuid),
    required("Number", Text),
    optional("Title", Enum(TITLES)),
    optional("Sex", Enum(SEXES)),
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
    required("Classifications", List(&Enum(CLASSIFICATIONS))),
    required("Options", List(&Enum(OPTIONS))),
    optional("ItalianDestinationCode", Text),
    optional("ItalianFiscalCode", Text),
    optional("ItalianLotteryCode", Text),
    optional("CompanyId", Uuid),
    optional("MergeTargetId", Uuid),
    optional("ActivityState", Text).deprecated(),
    required("IsActive", Bool),
    required("PreferredSpaceFeatures", List(&Enum(SPACE_FEATURES))),
    required("CreatorProfileId", Uuid),
    required("UpdaterProfileId", Uuid),
];

/// `customers.md#identity-document`.
const IDENTITY_DOCUMENT: &[Field] = &[
    required("Id", Uuid),
    required("CustomerId", Uuid),
    required("Type", Enum(DOCUMENT_TYPES)),
    optional("Number", Text),
    optional("Expiration", Date),
    optional("Issuance", Date),
    optional("IssuingCountryCode", Category),
    optional("IssuingCountrySubdivisionCode", Category),
    optional("IssuingCity", Text),
    optional("IdentityDocumentSupportNumber", Text),
];

/// `reservations.md#document-type`.
const DOCUMENT_TYPES: Values = &["IdentityCard", "Passport", "Visa", "DriversLicense"];

/// `customers.md#sex`.
const SEXES: Values = &["Male", "Female"];

/// `customers.md#customer-classification`.
const CLASSIFICATIONS: Values = &[
    "PaymasterAccount",
    "Blacklist",
    "Media",
    "LoyaltyProgram",
    "PreviousComplaint",
    "Returning",
    "Staff",
    "FriendOrFamily",
    "TopManagement",
    "Important",
    "VeryImportant",
    "Problematic",
    "Cashlist",
    "DisabledPerson",
    "Military",
    "Airline",
    "HealthCompliant",
    "InRoom",
    "WaitingForRoom",
    "Student",
    "Blocklist",
];

/// `customers.md#customer-option`.
const OPTIONS: Values = &[
    "None",
    "SendMarketingEmails",
    "Invoiceable",
    "BillAddressObjection",
    "SendMarketingPostalMail",
    "SendPartnerMarketingEmails",
    "SendPartnerMarketingPostalMail",
    "WithdrawCardConsent",
    "GuestPhotoConsent",
    "IdPhotosConsent",
];

/// `resourcefeatures.md#resource-feature-classification`.
const SPACE_FEATURES: Values = &[
    "SeaView",
    "RiverView",
    "OceanView",
    "TwinBeds",
    "DoubleBed",
    "RollawayBed",
    "UpperBed",
    "LowerBed",
    "Balcony",
    "AccessibleBathroom",
    "AccessibleRoom",
    "ElevatorAccess",
    "HighFloor",
    "Kitchenette",
    "AirConditioning",
    "PrivateJacuzzi",
    "PrivateSauna",
    "EnsuiteRoom",
    "PrivateBathroom",
    "SharedBathroom",
];
