//! Reservations, `reservations.md#reservation-ver-2023-06-06`.

use super::table::Type::{Bool, Category, Instant, Int32, List, Record, Text, Uuid};
use super::table::{Field, optional, required};

/// The columns of a reservation. `QrCodeData` is a JSON document inside a JSON string and stays the
/// text it is.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    required("ServiceId", Uuid),
    required("AccountId", Uuid),
    required("AccountType", Category),
    required("CreatorProfileId", Uuid),
    required("UpdaterProfileId", Uuid),
    optional("BookerId", Uuid),
    required("Number", Text),
    required("State", Category),
    required("Origin", Category),
    optional("CommanderOrigin", Category),
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
    optional("CancellationReason", Category),
    optional("ReleasedUtc", Instant),
    required("StartUtc", Instant).deprecated(),
    required("EndUtc", Instant).deprecated(),
    required("ScheduledStartUtc", Instant),
    optional("ActualStartUtc", Instant),
    required("ScheduledEndUtc", Instant),
    optional("ActualEndUtc", Instant),
    optional("Purpose", Category),
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
