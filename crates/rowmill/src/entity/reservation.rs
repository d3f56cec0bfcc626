//! Reservations, `reservations.md#reservation-ver-2023-06-06`.

use super::table::Type::{Bool, Enum, Instant, Int32, List, Record, Text, Uuid};
use super::table::{Field, Values, optional, required};
use super::values::{ACCOUNT_TYPES, CANCELLATION_REASONS, PURPOSES};

/// The columns of a reservation. `QrCodeData` is a JSON document inside a JSON string and stays the
/// text it is.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    required("ServiceId", Uuid),
    required("AccountId", Uuid),
    required("AccountType", Enum(ACCOUNT_TYPES)),
    required("CreatorProfileId", Uuid),
    required("UpdaterProfileId", Uuid),
    optional("BookerId", Uuid),
    required("Number", Text),
    required("State", Enum(STATES)),
    required("Origin", Enum(ORIGINS)),
    optional("CommanderOrigin", Enum(COMMANDER_ORIGINS)),
    optional("OriginDetails", Text),
    required("CreatedUtc", Instant),
    required("UpdatedUtc", Instant),
    optional("CancelledUtc", Instant),
    optional("VoucherId", Uuid),
    optional("BusinessSegmentId", Uuid),
    required("Options", Record(OPTIONS)),
    required("RateId", Uuid),
    optional("CreditCardId", Uuid),
    required("GroupId", Uuid),
    required("RequestedResourceCategoryId", Uuid),
    optional("AssignedResourceId", Uuid),
    optional("AvailabilityBlockId", Uuid),
    optional("PartnerCompanyId", Uuid),
    optional("TravelAgencyId", Uuid),
    required("AssignedResourceLocked", Bool),
    optional("ChannelNumber", Text),
    optional("ChannelManagerNumber", Text),
    optional("CancellationReason", Enum(CANCELLATION_REASONS)),
    optional("ReleasedUtc", Instant),
    required("StartUtc", Instant).deprecated(),
    required("EndUtc", Instant).deprecated(),
    required("ScheduledStartUtc", Instant),
    optional("ActualStartUtc", Instant),
    required("ScheduledEndUtc", Instant),
    optional("ActualEndUtc", Instant),
    optional("Purpose", Enum(PURPOSES)),
    optional("QrCodeData", Text),
    required("PersonCounts", List(&Record(PERSON_COUNT))),
];

/// `reservations.md#service-order-options`.
const OPTIONS: &[Field] = &[
    required("OwnerCheckedIn", Bool),
    required("AllCompanionsCheckedIn", Bool),
    required("AnyCompanionCheckedIn", Bool),
    required("ConnectorCheckIn", Bool),
];

/// `reservations.md#age-category-parameters`.
const PERSON_COUNT: &[Field] = &[required("AgeCategoryId", Uuid), required("Count", Int32)];

/// `reservations.md#service-order-state`.
const STATES: Values =
    &["Inquired", "Confirmed", "Started", "Processed", "Canceled", "Optional", "Requested"];

/// `reservations.md#service-order-origin`.
const ORIGINS: Values =
    &["Distributor", "ChannelManager", "Commander", "Import", "Connector", "Navigator"];

/// `reservations.md#commander-origin`.
const COMMANDER_ORIGINS: Values =
    &["InPerson", "Channel", "Phone", "Email", "Website", "Message", "CallCenter", "RoomingList"];
