//! ResourceBlock rows: the smallest entity, 12 flat members.

use super::row::{Row, first, key};
use super::words::NOTES;

const TYPES: &[&str] = &["OutOfOrder", "InternalUse"];

impl Row<'_> {
    pub(super) fn resource_block(&mut self) {
        let ids = self.ids;
        let created = self.creation();
        let kind = self.random.pick_skewed(TYPES);
        self.sums.state(kind);
        let deleted = self.random.chance(25);
        self.row_id(first!("Id"));
        let enterprise = self.random.pick_skewed(&ids.enterprises);
        self.id(key!("EnterpriseId"), &enterprise);
        let resource = self.random.pick(&ids.resources);
        self.id(key!("AssignedResourceId"), &resource);
        self.flag(key!("IsActive"), !deleted);
        self.plain(key!("Type"), kind);
        let days = 1 + self.random.skewed(30) as i64;
        self.instant(key!("StartUtc"), created + 3_600);
        self.instant(key!("EndUtc"), created + days * 86_400);
        self.instant(key!("CreatedUtc"), created);
        self.updated(key!("UpdatedUtc"), created + 60);
        if !self.some_instant(key!("DeletedUtc"), if deleted { 100 } else { 0 }, created + 120) {
            self.sums.nulls += 1;
        }
        let room = 100 + u64::from(self.random.below(400));
        self.code(key!("Name"), "Maintenance, room ", room);
        let note = self.random.pick(NOTES);
        self.some_string(key!("Notes"), 40, note);
        self.raw("}");
    }
}
