//! Customer rows: 46 members, text of many scripts, an address, arrays of enum values.

use super::row::{Row, first, key};
use super::words::{
    COUNTRIES, DIETS, FIRST_NAMES, LANGUAGES, LAST_NAMES, NOTES, OCCUPATIONS, PLACES, STREETS,
};

const TITLES: &[&str] = &["Mister", "Misses", "Miss"];
const SEXES: &[&str] = &["Male", "Female"];
const CLASSES: &[&str] = &[
    "Returning",
    "LoyaltyProgram",
    "Important",
    "VeryImportant",
    "Staff",
    "PaymasterAccount",
    "FriendOrFamily",
    "Airline",
    "Media",
    "Student",
    "PreviousComplaint",
    "WaitingForRoom",
];
const OPTIONS: &[&str] = &[
    "SendMarketingEmails",
    "Invoiceable",
    "SendMarketingPostalMail",
    "BillAddressObjection",
    "SendPartnerMarketingEmails",
    "WithdrawCardConsent",
];
const FEATURES: &[&str] =
    &["OceanView", "HighFloor", "DoubleBed", "Balcony", "TwinBeds", "AccessibleRoom", "SeaView"];
const MAILS: &[&str] = &["example.com", "mail.example.org", "post.example.net"];
/// 1940-01-01 and the days after it on which a guest may have been born.
const BIRTHS: (i64, u32) = (-10_957, 25_000);

impl Row<'_> {
    pub(super) fn customer(&mut self) {
        let ids = self.ids;
        let created = self.creation();
        let active = self.random.chance(96);
        let (first, last) = (self.random.pick(FIRST_NAMES), self.random.pick_skewed(LAST_NAMES));
        let country = self.random.pick_skewed(COUNTRIES);

        let id = ids.guest(self.number);
        let id = self.known_row_id(first!("Id"), id);
        let chain = self.random.pick_skewed(&ids.chains);
        self.id(key!("ChainId"), &chain);
        let number = 1_000 + self.number;
        self.code(key!("Number"), "", number);
        self.some_plain(key!("Title"), 55, TITLES);
        self.some_plain(key!("Sex"), 50, SEXES);
        self.some_string(key!("FirstName"), 93, first);
        self.string(key!("LastName"), last);
        let second = self.random.pick(LAST_NAMES);
        self.some_string(key!("SecondLastName"), 12, second);
        self.some_plain(key!("NationalityCode"), 60, &[country]);
        self.some_plain(key!("PreferredLanguageCode"), 45, LANGUAGES);
        self.some_plain(key!("LanguageCode"), 50, LANGUAGES);
        let birth = BIRTHS.0 + i64::from(self.random.below(BIRTHS.1));
        if self.random.chance(45) {
            self.date(key!("BirthDate"), birth);
        } else {
            self.null(key!("BirthDate"));
        }
        self.some_plain(key!("BirthCountryCode"), 20, &[country]);
        let (city, _, _, region) = self.random.pick(PLACES);
        self.some_plain(key!("BirthCountrySubdivisionCode"), 8, &[region]);
        self.some_string(key!("BirthPlace"), 25, city);
        let occupation = self.random.pick(OCCUPATIONS);
        self.some_string(key!("Occupation"), 15, occupation);
        self.mail();
        let ota = self.random.chance(20);
        self.flag(key!("HasOtaEmail"), ota);
        self.some_code(key!("Phone"), 70, "+420", 100_000_000);
        self.some_code(key!("TaxIdentificationNumber"), 10, "", 100_000_000);
        self.some_code(key!("LoyaltyCode"), 18, "LL", 100_000);
        self.some_code(key!("AccountingCode"), 8, "AC", 100);
        self.some_code(key!("BillingCode"), 5, "B-", 1_000);
        if self.random.chance(40) {
            let note = self.random.pick(NOTES);
            self.string(key!("Notes"), note);
        } else {
            self.plain(key!("Notes"), "");
        }
        self.some_code(key!("CarRegistrationNumber"), 12, "1A2 ", 1_000);
        let diet = self.random.pick_skewed(DIETS);
        self.some_string(key!("DietaryRequirements"), 10, diet);
        self.instant(key!("CreatedUtc"), created);
        let updated = created + self.random.skewed(20_000_000) as i64;
        self.updated(key!("UpdatedUtc"), updated);

        self.document(key!("Passport"), "Passport", 12, &id, country);
        self.document(key!("IdentityCard"), "IdentityCard", 8, &id, country);
        self.null(key!("Visa"));
        self.document(key!("DriversLicense"), "DriversLicense", 2, &id, country);
        self.address(key!("Address"), 55);
        self.raw(key!("Classifications"));
        self.values(CLASSES, 2);
        self.raw(key!("Options"));
        self.values(OPTIONS, 3);
        self.null(key!("ItalianDestinationCode"));
        self.some_code(key!("ItalianFiscalCode"), 4, "RSSMRA80A01H", 100);
        self.null(key!("ItalianLotteryCode"));
        self.some_id(key!("CompanyId"), 15, |row| row.random.pick_skewed(&ids.companies));
        self.some_id(key!("MergeTargetId"), if active { 0 } else { 70 }, Self::guest);
        let state = if active { "Active" } else { "Deleted" };
        self.sums.state(state);
        self.plain(key!("ActivityState"), state);
        self.flag(key!("IsActive"), active);
        self.raw(key!("PreferredSpaceFeatures"));
        self.values(FEATURES, 2);
        let creator = self.random.pick_skewed(&ids.profiles);
        self.id(key!("CreatorProfileId"), &creator);
        let updater = self.random.pick_skewed(&ids.profiles);
        self.id(key!("UpdaterProfileId"), &updater);
        self.raw("}");
    }

    pub(super) fn some_string(&mut self, key: &str, percent: u32, text: &str) {
        if self.random.chance(percent) {
            self.string(key, text);
        } else {
            self.null(key);
        }
    }

    /// A prefix and a number between `least` and ten times as much.
    pub(super) fn some_code(&mut self, key: &str, percent: u32, prefix: &str, least: u32) {
        if self.random.chance(percent) {
            let number = u64::from(least) + u64::from(self.random.below(least)) * 9;
            self.code(key, prefix, number);
        } else {
            self.null(key);
        }
    }

    fn mail(&mut self) {
        if self.random.chance(20) {
            self.null(key!("Email"));
            self.sums.nulls += 1;
            return;
        }
        self.raw(key!("Email"));
        self.raw("\"guest.");
        let number = u64::from(self.random.below(9_999_999));
        self.digits(number);
        self.raw("@");
        let host = self.random.pick_skewed(MAILS);
        self.raw(host);
        self.raw("\"");
    }

    fn document(&mut self, key: &str, kind: &str, percent: u32, owner: &[u8; 36], country: &str) {
        if !self.random.chance(percent) {
            self.null(key);
            return;
        }
        self.raw(key);
        let id = self.fresh();
        self.id(first!("Id"), &id);
        self.id(key!("CustomerId"), owner);
        self.plain(key!("Type"), kind);
        let number = 10_000_000 + u64::from(self.random.below(89_999_999));
        self.code(key!("Number"), "", number);
        let issued = 17_000 + i64::from(self.random.below(2_000));
        self.date(key!("Expiration"), issued + 3_652);
        self.date(key!("Issuance"), issued);
        self.plain(key!("IssuingCountryCode"), country);
        self.null(key!("IssuingCountrySubdivisionCode"));
        let (city, ..) = self.random.pick(PLACES);
        self.some_string(key!("IssuingCity"), 60, city);
        self.null(key!("IdentityDocumentSupportNumber"));
        self.raw("}");
    }

    /// An address and, as the member after it, its id.
    fn address(&mut self, key: &str, percent: u32) {
        if !self.random.chance(percent) {
            self.null(key);
            self.null(key!("AddressId"));
            return;
        }
        let id = self.fresh();
        self.raw(key);
        self.address_members(&id);
        self.id(key!("AddressId"), &id);
    }

    pub(super) fn address_members(&mut self, id: &[u8; 36]) {
        let (city, postal, country, region) = self.random.pick(PLACES);
        let street = self.random.pick(STREETS);
        self.id(first!("Id"), id);
        self.raw(key!("Line1"));
        self.raw("\"");
        self.string_part(street);
        self.raw(" ");
        let house = u64::from(self.random.below(199)) + 1;
        self.digits(house);
        self.raw("\"");
        self.some_string(key!("Line2"), 15, "c/o Reception, 2nd floor");
        self.string(key!("City"), city);
        self.plain(key!("PostalCode"), postal);
        self.plain(key!("CountryCode"), country);
        self.some_plain(key!("CountrySubdivisionCode"), 60, &[region]);
        let located = self.random.chance(30);
        if located {
            let (latitude, longitude) = (self.random.below(700_000), self.random.below(1_800_000));
            self.money(key!("Latitude"), i64::from(latitude), 4);
            self.money(key!("Longitude"), i64::from(longitude) - 900_000, 4);
        } else {
            self.null(key!("Latitude"));
            self.null(key!("Longitude"));
        }
        self.raw("}");
    }

    /// An array of up to `most` different values, mostly few.
    pub(super) fn values(&mut self, choices: &[&str], most: usize) {
        let count = self.random.skewed(most + 1);
        let start = self.random.skewed(choices.len());
        self.raw("[");
        for i in 0..count {
            self.plain(if i == 0 { "" } else { "," }, choices[(start + i) % choices.len()]);
        }
        self.raw("]");
    }
}
