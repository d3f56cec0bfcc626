//! Adjustments of an availability block, `availabilityadjustments.md#availability-adjustment`.

use super::table::Type::{Bool, Enum, Instant, Int32, List, Record, Uuid};
use super::table::{Field, Values, optional, required};

/// The columns of an availability adjustment.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    optional("AvailabilityBlockId", Uuid),
    required("ResourceCategoryId", Uuid),
    optional("StartUtc", Instant).deprecated(),
    optional("EndUtc", Instant).deprecated(),
    required("FirstTimeUnitStartUtc", Instant),
    required("LastTimeUnitStartUtc", Instant),
    required("UnitCount", Int32),
    required("ActivityState", Enum(ACTIVITY_STATES)).deprecated(),
    optional("ReleaseOverrideUtc", Instant),
    required("UpdatedUtc", Instant),
    required("IsActive", Bool),
    optional("PaxCounts", List(&Record(PAX_COUNT))),
    optional("FirstTimeUnitReleaseUtc", Instant),
];

/// `services.md#pax-count`.
const PAX_COUNT: &[Field] = &[required("PersonCount", Int32), required("UnitCount", Int32)];

/// `_objects.md#activity-state`.
const ACTIVITY_STATES: Values = &["Active", "Deleted"];
