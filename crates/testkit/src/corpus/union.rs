//! What unions have in common, in both of the forms in which they are written:
//! `{"Discriminator":"A","A":{…},"B":null}` and `{"Discriminator":"A","Value":{…}}`.

use super::row::{Row, first, key};

const NEW_ARM: &str = "ArmOfTomorrow";

impl Row<'_> {
    /// Whether this union has an arm that nobody knows. Draws nothing unless the options want some.
    pub(super) fn arm_is_new(&mut self) -> bool {
        let share = u64::from(self.dress.new_arms);
        share > 0 && self.random.next() >> 48 < share
    }

    /// A union of the first form with a new arm.
    pub(super) fn new_member_union(&mut self) {
        self.plain(first!("Discriminator"), NEW_ARM);
        self.raw(key!("ArmOfTomorrow"));
        self.new_value();
        self.raw("}");
    }

    /// A union of the second form. A few have the value before the tag.
    pub(super) fn value_union(&mut self, tag: &str, value: impl FnOnce(&mut Self)) {
        if self.random.chance(10) {
            self.raw(first!("Value"));
            value(self);
            self.plain(key!("Discriminator"), tag);
        } else {
            self.plain(first!("Discriminator"), tag);
            self.raw(key!("Value"));
            value(self);
        }
        self.raw("}");
    }

    /// A union of the second form with a new arm.
    pub(super) fn new_value_union(&mut self) {
        self.value_union(NEW_ARM, Self::new_value);
    }

    fn new_value(&mut self) {
        let id = self.fresh();
        self.id(first!("Id"), &id);
        self.raw(key!("Steps"));
        self.raw(r#"[1,2.50,{"Name":"third \u2116 3","Last":true}]"#);
        self.raw("}");
    }
}
