//! Company rows: 32 members, a duration, a number beyond 2^53 now and then.

use super::row::{Row, first, key};
use super::words::{COMPANIES, FIRST_NAMES, NOTES};

const DUE: &[&str] = &["P14D", "P30D", "P2DT23H", "P0M15DT0H0M0S", "P1M", "PT36H"];
const RATINGS: &[&str] = &["CreditOk", "PaymentRequiredUpfront", "LocalDecisionRequired"];
const DEPARTMENTS: &[&str] = &["Sales", "Accounting", "Groups & events"];

impl Row<'_> {
    pub(super) fn company(&mut self) {
        let ids = self.ids;
        let created = self.creation();
        self.row_id(first!("Id"));
        let chain = self.random.pick_skewed(&ids.chains);
        self.id(key!("ChainId"), &chain);
        let name = self.random.pick(COMPANIES);
        self.raw(key!("Name"));
        self.raw("\"");
        self.string_part(name);
        self.raw(" ");
        let number = self.number;
        self.digits(number);
        self.raw("\"");
        let active = self.random.chance(95);
        self.flag(key!("IsActive"), active);
        let number = number as i64 + if self.random.chance(1) { 9_007_199_254_740_993 } else { 1 };
        self.sums.units += number;
        self.integer(key!("Number"), number);
        self.some_code(key!("Identifier"), 30, "IC", 10_000_000);
        self.some_code(key!("TaxIdentifier"), 60, "CZ", 10_000_000);
        self.some_code(key!("AdditionalTaxIdentifier"), 5, "AT", 1_000_000);
        self.null(key!("ElectronicInvoiceIdentifier"));
        self.some_plain(key!("InvoiceDueInterval"), 70, DUE);
        self.some_code(key!("AccountingCode"), 20, "ACC", 100);
        self.some_id(key!("MotherCompanyId"), 8, |row| row.random.pick(&ids.companies));
        self.instant(key!("CreatedUtc"), created);
        let updated = created + self.random.skewed(9_000_000) as i64;
        self.updated(key!("UpdatedUtc"), updated);
        let address = self.fresh();
        let located = self.random.chance(60);
        if located {
            self.id(key!("AddressId"), &address);
        } else {
            self.null(key!("AddressId"));
        }
        self.some_code(key!("BillingCode"), 10, "BC", 100);
        self.some_code(key!("Iata"), 25, "", 1_000_000);
        self.some_code(key!("Telephone"), 65, "00420", 100_000_000);
        if self.random.chance(55) {
            self.raw(key!("InvoicingEmail"));
            self.raw("\"invoices@c");
            let domain = u64::from(self.random.below(9_999));
            self.digits(domain);
            self.raw(".example\"");
        } else {
            self.null(key!("InvoicingEmail"));
            self.sums.nulls += 1;
        }
        let person = self.random.pick(FIRST_NAMES);
        self.some_string(key!("ContactPerson"), 40, person);
        self.some_code(key!("Contact"), 30, "Contact ", 10);
        let note = self.random.pick(NOTES);
        self.some_string(key!("Notes"), 30, note);
        self.raw(key!("Options"));
        let (invoiceable, fees) = (self.random.chance(80), self.random.chance(30));
        self.flag(first!("Invoiceable"), invoiceable);
        self.flag(key!("AddFeesToInvoices"), fees);
        self.flag(key!("AddTaxDeductedPaymentToInvoices"), false);
        self.raw("}");
        let department = self.random.pick_skewed(DEPARTMENTS);
        self.some_string(key!("Department"), 30, department);
        self.some_code(key!("DunsNumber"), 15, "", 100_000_000);
        self.raw(key!("CreditRating"));
        self.some_plain(first!("Basic"), 70, RATINGS);
        self.raw("}");
        self.some_code(key!("ReferenceIdentifier"), 10, "REF-", 1_000);
        self.some_plain(key!("WebsiteUrl"), 25, &["https://www.example.com/"]);
        self.some_code(key!("ExternalIdentifier"), 30, "company", 1_000);
        self.some_id(key!("MergeTargetId"), 1, |row| row.random.pick(&ids.companies));
        if located {
            self.raw(key!("Address"));
            self.address_members(&address);
        } else {
            self.null(key!("Address"));
        }
        self.null(key!("TaxIdentificationNumber"));
        self.raw("}");
    }
}
