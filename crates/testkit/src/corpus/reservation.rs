//! Reservation rows: 40 members, mostly ids and instants, and JSON inside a string.

use super::row::{Row, first, key};
use super::words::NOTES;

const STATES: &[&str] =
    &["Processed", "Confirmed", "Canceled", "Started", "Optional", "Inquired", "Requested"];
const ORIGINS: &[&str] =
    &["ChannelManager", "Distributor", "Commander", "Connector", "Import", "Navigator"];
const COMMANDER_ORIGINS: &[&str] =
    &["Email", "Phone", "InPerson", "Website", "Channel", "Message", "CallCenter", "RoomingList"];
const REASONS: &[&str] = &[
    "RequestedByGuest",
    "NoShow",
    "BookedElsewhere",
    "Other",
    "Update",
    "BookingAbandoned",
    "InvalidPayment",
    "PriceTooHigh",
    "ConfirmationMissed",
    "InputError",
    "ForceMajeure",
];
const PURPOSES: &[&str] = &["Leisure", "Business", "Student"];
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

impl Row<'_> {
    pub(super) fn reservation(&mut self) {
        let ids = self.ids;
        let state = self.random.pick_skewed(STATES);
        self.sums.state(state);
        let canceled = state == "Canceled";
        let stayed = matches!(state, "Processed" | "Started");
        let created = self.creation();
        let start = (created / DAY + 1 + self.random.skewed(120) as i64) * DAY + 14 * HOUR;
        let end = start + (1 + self.random.skewed(14) as i64) * DAY - 2 * HOUR;

        let id = self.row_id(first!("Id"));
        let service = self.random.pick_skewed(&ids.services);
        self.id(key!("ServiceId"), &service);
        let account = self.guest();
        self.id(key!("AccountId"), &account);
        let company = self.random.chance(6);
        self.plain(key!("AccountType"), if company { "Company" } else { "Customer" });
        let creator = self.random.pick_skewed(&ids.profiles);
        self.id(key!("CreatorProfileId"), &creator);
        let updater = self.random.pick_skewed(&ids.profiles);
        self.id(key!("UpdaterProfileId"), &updater);
        self.some_id(key!("BookerId"), 60, Self::guest);
        let number = 10_000 + self.number;
        self.code(key!("Number"), "", number);
        self.plain(key!("State"), state);
        let origin = self.random.pick_skewed(ORIGINS);
        self.plain(key!("Origin"), origin);
        if origin == "Commander" {
            self.some_plain(key!("CommanderOrigin"), 95, COMMANDER_ORIGINS);
        } else {
            self.null(key!("CommanderOrigin"));
        }
        if self.random.chance(12) {
            let text = self.random.pick(NOTES);
            self.string(key!("OriginDetails"), text);
        } else {
            self.null(key!("OriginDetails"));
        }

        self.instant(key!("CreatedUtc"), created);
        let updated = created + self.random.skewed(40 * DAY as usize) as i64;
        self.updated(key!("UpdatedUtc"), updated);
        if canceled {
            self.instant(key!("CancelledUtc"), updated);
        } else {
            self.null(key!("CancelledUtc"));
            self.sums.nulls += 1;
        }
        self.some_id(key!("VoucherId"), 10, Self::fresh);
        self.some_id(key!("BusinessSegmentId"), 70, |row| row.random.pick_skewed(&ids.segments));
        self.raw(key!("Options"));
        self.flag(first!("OwnerCheckedIn"), stayed);
        let companions = self.random.chance(60);
        self.flag(key!("AllCompanionsCheckedIn"), stayed && companions);
        self.flag(key!("AnyCompanionCheckedIn"), stayed);
        let connector = self.random.chance(15);
        self.flag(key!("ConnectorCheckIn"), connector);
        self.raw("}");

        let rate = self.random.pick_skewed(&ids.rates);
        self.id(key!("RateId"), &rate);
        self.some_id(key!("CreditCardId"), 45, Self::fresh);
        let group = self.fresh();
        self.id(key!("GroupId"), &group);
        let category = self.random.pick_skewed(&ids.categories);
        self.id(key!("RequestedResourceCategoryId"), &category);
        self.some_id(key!("AssignedResourceId"), 85, |row| row.random.pick(&ids.resources));
        self.some_id(key!("AvailabilityBlockId"), 12, |row| row.random.pick(&ids.blocks));
        self.some_id(key!("PartnerCompanyId"), 15, |row| row.random.pick_skewed(&ids.companies));
        self.some_id(key!("TravelAgencyId"), 40, |row| row.random.pick_skewed(&ids.companies));
        let locked = self.random.chance(8);
        self.flag(key!("AssignedResourceLocked"), locked);
        match self.random.below(100) {
            0..45 => {
                let number = u64::from(self.random.below(900_000_000)) + 100_000_000;
                self.code(key!("ChannelNumber"), "TW", number);
                self.code(key!("ChannelManagerNumber"), "CM-", number / 3);
            }
            45..75 => {
                self.null(key!("ChannelNumber"));
                self.plain(key!("ChannelManagerNumber"), "");
            }
            _ => {
                self.null(key!("ChannelNumber"));
                self.null(key!("ChannelManagerNumber"));
            }
        }
        self.some_plain(key!("CancellationReason"), if canceled { 100 } else { 0 }, REASONS);
        let optional = state == "Optional";
        self.some_instant(key!("ReleasedUtc"), if optional { 90 } else { 0 }, start - DAY);

        self.whole_instant(key!("StartUtc"), start);
        self.whole_instant(key!("EndUtc"), end);
        self.whole_instant(key!("ScheduledStartUtc"), start);
        let minute = i64::from(self.random.below(36_000));
        self.some_instant(key!("ActualStartUtc"), if stayed { 100 } else { 0 }, start + minute);
        self.whole_instant(key!("ScheduledEndUtc"), end);
        let left = state == "Processed";
        self.some_instant(key!("ActualEndUtc"), if left { 100 } else { 0 }, end - minute / 3);
        self.some_plain(key!("Purpose"), 65, PURPOSES);
        self.qr_code(&[&id, &group, &account]);
        self.person_counts();
        self.raw("}");
    }

    /// JSON inside a string, in half of the rows: its 14 escaped quotes are what makes this
    /// column slow to read.
    fn qr_code(&mut self, [id, group, customer]: &[&[u8; 36]; 3]) {
        if self.random.chance(50) {
            self.null(key!("QrCodeData"));
            return;
        }
        self.raw(key!("QrCodeData"));
        self.raw(r#""{\"Reservations\":[{\"Id\":\""#);
        self.out.extend_from_slice(*id);
        self.raw(r#"\",\"GroupId\":\""#);
        self.out.extend_from_slice(*group);
        self.raw(r#"\",\"CustomerId\":\""#);
        self.out.extend_from_slice(*customer);
        self.raw(r#"\"}]}""#);
    }

    fn person_counts(&mut self) {
        let ids = self.ids;
        let groups = 1 + self.random.skewed(3);
        self.raw(key!("PersonCounts"));
        for (i, category) in ids.age_categories.iter().take(groups).enumerate() {
            self.raw(if i == 0 { "[" } else { "," });
            self.id(first!("AgeCategoryId"), category);
            let count = 1 + self.random.skewed(4) as i64;
            self.integer(key!("Count"), count);
            self.raw("}");
        }
        self.raw("]");
    }
}
