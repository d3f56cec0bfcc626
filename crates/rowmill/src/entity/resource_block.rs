//! Resource blocks, `resourceblocks.md#resource-block`.

use super::table::Type::{Bool, Category, Instant, Text, Uuid};
use super::table::{Field, optional, required};

/// The columns of a resource block.
pub(super) const FIELDS: &[Field] = &[
    required("Id", Uuid),
    required("EnterpriseId", Uuid),
    required("AssignedResourceId", Uuid),
    required("IsActive", Bool),
    required("Type", Category),
    required("StartUtc", Instant),
    required("EndUtc", Instant),
    required("CreatedUtc", Instant),
    required("UpdatedUtc", Instant),
    optional("DeletedUtc", Instant),
    required("Name", Text),
    optional("Notes", Text),
];
