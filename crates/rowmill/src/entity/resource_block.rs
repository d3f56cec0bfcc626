//! Resource blocks, `resourceblocks.md#resource-block`.

use super::table::Type::{Bool, Enum, Instant, Text, Uuid};
use super::table::{Field, Values, optional, required};

/// The columns of a resource block.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    required("EnterpriseId", Uuid),
    required("AssignedResourceId", Uuid),
    required("IsActive", Bool),
    required("Type", Enum(TYPES)),
    required("StartUtc", Instant),
    required("EndUtc", Instant),
    required("CreatedUtc", Instant),
    required("UpdatedUtc", Instant),
    optional("DeletedUtc", Instant),
    required("Name", Text),
    optional("Notes", Text),
];

/// `resourceblocks.md#resource-block-type`.
const TYPES: Values = &["OutOfOrder", "InternalUse"];
