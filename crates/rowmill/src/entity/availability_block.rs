//! Availability blocks, `availabilityblocks.md#availability-block`.

use super::money::CURRENCY_VALUE;
use super::table::Type::{Bool, Duration, Enum, Instant, Record, Text, Uuid};
use super::table::{Field, Values, optional, required};
use super::values::{CANCELLATION_REASONS, PURPOSES};

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
    required("State", Enum(STATES)),
    optional("ReservationPurpose", Enum(PURPOSES)),
    required("CreatedUtc", Instant),
    required("UpdatedUtc", Instant),
    required("FirstTimeUnitStartUtc", Instant),
    required("LastTimeUnitStartUtc", Instant),
    optional("ReleasedUtc", Instant),
    optional("RollingReleaseOffset", Duration),
    optional("ExternalIdentifier", Text),
    optional("Name", Text),
    optional("Notes", Text),
    required("PickupDistribution", Enum(PICKUP_DISTRIBUTIONS)),
    required("IsActive", Bool),
    optional("QuoteId", Uuid),
    required("AvailabilityBlockNumber", Text),
    required("ReleaseStrategy", Enum(RELEASE_STRATEGIES)),
    optional("PurchaseOrderNumber", Text),
    optional("BusinessSegmentId", Uuid),
    optional("CanceledUtc", Instant),
    optional("CancellationReason", Enum(CANCELLATION_REASONS)),
    optional("CancellationReasonDetail", Text),
];

/// `availabilityblocks.md#availability-block-state`.
const STATES: Values = &["Confirmed", "Optional", "Inquired", "Canceled"];

/// `availabilityblocks.md#pickup-distribution`.
const PICKUP_DISTRIBUTIONS: Values = &["AllInOneGroup", "IndividualGroups"];

/// `availabilityblocks.md#release-strategy`.
const RELEASE_STRATEGIES: Values = &["FixedRelease", "RollingRelease", "None"];
