//! Availability blocks, `availabilityblocks.md#availability-block`.

use super::money::CURRENCY_VALUE;
use super::table::Type::{Bool, Category, Duration, Instant, Record, Text, Uuid};
use super::table::{Field, optional, required};

/// The columns of an availability block. `RollingReleaseOffset` is a duration whose parts may be
/// negative (`P-3DT4H`).
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    required("EnterpriseId", Uuid),
    required("ServiceId", Uuid),
    required("RateId", Uuid),
    optional("VoucherId", Uuid),
    optional("BookerId", Uuid),
    optional("CompanyId", Uuid),
    optional("TravelAgencyId", Uuid),
    optional("Budget", Record(CURRENCY_VALUE)),
    required("State", Category),
    optional("ReservationPurpose", Category),
    required("CreatedUtc", Instant),
    required("UpdatedUtc", Instant),
    required("FirstTimeUnitStartUtc", Instant),
    required("LastTimeUnitStartUtc", Instant),
    optional("ReleasedUtc", Instant),
    optional("RollingReleaseOffset", Duration),
    optional("ExternalIdentifier", Text),
    optional("Name", Text),
    optional("Notes", Text),
    required("PickupDistribution", Category),
    required("IsActive", Bool),
    optional("QuoteId", Uuid),
    required("AvailabilityBlockNumber", Text),
    required("ReleaseStrategy", Category),
    optional("PurchaseOrderNumber", Text),
    optional("BusinessSegmentId", Uuid),
    optional("CanceledUtc", Instant),
    optional("CancellationReason", Category),
    optional("CancellationReasonDetail", Text),
];
