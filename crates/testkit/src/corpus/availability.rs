//! AvailabilityAdjustment and AvailabilityBlock rows.

use super::row::{Row, first, key};
use super::words::{COMPANIES, NOTES};

const STATES: &[&str] = &["Confirmed", "Optional", "Canceled", "Inquired"];
/// The documentation itself shows an offset whose days are negative and whose hours are not.
const OFFSETS: &[&str] = &["P3DT4H", "P-3DT4H", "P7D", "P-14D", "PT48H"];
const DAY: i64 = 86_400;

impl Row<'_> {
    pub(super) fn availability_adjustment(&mut self) {
        let ids = self.ids;
        let first_unit = self.creation() / DAY * DAY;
        let active = self.random.chance(85);
        self.row_id(first!("Id"));
        if self.random.chance(80) {
            let block = self.random.pick(&ids.blocks);
            self.id(key!("AvailabilityBlockId"), &block);
        } else {
            self.null(key!("AvailabilityBlockId"));
            self.sums.nulls += 1;
        }
        let category = self.random.pick_skewed(&ids.categories);
        self.id(key!("ResourceCategoryId"), &category);
        self.null(key!("StartUtc"));
        self.null(key!("EndUtc"));
        let nights = self.random.skewed(20) as i64;
        self.whole_instant(key!("FirstTimeUnitStartUtc"), first_unit);
        self.whole_instant(key!("LastTimeUnitStartUtc"), first_unit + nights * DAY);
        let units = self.random.skewed(40) as i64 - 3;
        self.sums.units += units;
        self.integer(key!("UnitCount"), units);
        let state = if active { "Active" } else { "Deleted" };
        self.sums.state(state);
        self.plain(key!("ActivityState"), state);
        self.some_instant(key!("ReleaseOverrideUtc"), 25, first_unit - DAY);
        self.updated(key!("UpdatedUtc"), first_unit - 20 * DAY);
        self.flag(key!("IsActive"), active);
        if self.random.chance(70) {
            self.null(key!("PaxCounts"));
        } else {
            self.raw(key!("PaxCounts"));
            let groups = self.random.below(4);
            self.raw("[");
            for i in 0..groups {
                self.integer(if i == 0 { "{\"PersonCount\":" } else { ",{\"PersonCount\":" }, 1);
                self.integer(key!("UnitCount"), i64::from(i));
                self.raw("}");
            }
            self.raw("]");
        }
        self.some_instant(key!("FirstTimeUnitReleaseUtc"), 25, first_unit - DAY);
        self.raw("}");
    }

    pub(super) fn availability_block(&mut self) {
        let ids = self.ids;
        let created = self.creation();
        let start = (created / DAY + 1 + self.random.skewed(300) as i64) * DAY;
        let state = self.random.pick_skewed(STATES);
        self.sums.state(state);
        self.row_id(first!("Id"));
        let enterprise = self.random.pick_skewed(&ids.enterprises);
        self.id(key!("EnterpriseId"), &enterprise);
        let service = self.random.pick_skewed(&ids.services);
        self.id(key!("ServiceId"), &service);
        let rate = self.random.pick_skewed(&ids.rates);
        self.id(key!("RateId"), &rate);
        self.some_id(key!("VoucherId"), 5, Self::fresh);
        self.some_id(key!("BookerId"), 60, Self::guest);
        self.some_id(key!("CompanyId"), 50, |row| row.random.pick(&ids.companies));
        self.some_id(key!("TravelAgencyId"), 20, |row| row.random.pick(&ids.companies));
        if self.random.chance(40) {
            let value = i64::from(self.random.below(9_000_000)) * 100;
            self.count_money(value);
            self.raw(key!("Budget"));
            self.plain(first!("Currency"), "USD");
            self.money(key!("Value"), value, 2);
            self.null(key!("Net"));
            self.null(key!("Tax"));
            self.null(key!("TaxRate"));
            self.raw("}");
        } else {
            self.null(key!("Budget"));
        }
        self.plain(key!("State"), state);
        self.some_plain(key!("ReservationPurpose"), 50, &["Leisure", "Business", "Student"]);
        self.instant(key!("CreatedUtc"), created);
        self.updated(key!("UpdatedUtc"), created + DAY);
        self.whole_instant(key!("FirstTimeUnitStartUtc"), start);
        self.whole_instant(key!("LastTimeUnitStartUtc"), start + 3 * DAY);
        let rolling = self.random.chance(40);
        if !self.some_instant(key!("ReleasedUtc"), if rolling { 0 } else { 60 }, start - DAY) {
            self.sums.nulls += 1;
        }
        self.some_plain(key!("RollingReleaseOffset"), if rolling { 100 } else { 0 }, OFFSETS);
        self.some_code(key!("ExternalIdentifier"), 40, "Block-", 1_000);
        let (name, note) = (self.random.pick(COMPANIES), self.random.pick(NOTES));
        self.some_string(key!("Name"), 90, name);
        self.some_string(key!("Notes"), 40, note);
        let together = self.random.chance(70);
        let pickup = if together { "AllInOneGroup" } else { "IndividualGroups" };
        self.plain(key!("PickupDistribution"), pickup);
        self.flag(key!("IsActive"), state != "Canceled");
        self.some_id(key!("QuoteId"), 10, Self::fresh);
        let number = 1 + self.number;
        self.code(key!("AvailabilityBlockNumber"), "", number);
        let strategy = if rolling { "RollingRelease" } else { "FixedRelease" };
        self.plain(key!("ReleaseStrategy"), strategy);
        self.some_code(key!("PurchaseOrderNumber"), 20, "XX-", 100);
        self.some_id(key!("BusinessSegmentId"), 60, |row| row.random.pick(&ids.segments));
        let canceled = if state == "Canceled" { 100 } else { 0 };
        self.some_instant(key!("CanceledUtc"), canceled, created + DAY);
        self.some_plain(key!("CancellationReason"), canceled, &["Other", "RequestedByBooker"]);
        self.null(key!("CancellationReasonDetail"));
        self.raw("}");
    }
}
