//! Bill rows: 35 members, account data in both forms of union, maps with open keys. Most of the
//! deprecated arrays of items are empty, as in the documentation's samples.

use super::row::{Row, first, key};
use super::words::{COMPANIES, FIRST_NAMES, LAST_NAMES, PLACES, STREETS};

impl Row<'_> {
    pub(super) fn bill(&mut self) {
        let ids = self.ids;
        let created = self.creation();
        let closed = self.random.chance(80);
        let company = self.random.chance(25);
        let state = if closed { "Closed" } else { "Open" };
        self.sums.state(state);

        self.row_id(first!("Id"));
        self.plain(key!("Name"), "Accommodation charges");
        let enterprise = self.random.pick_skewed(&ids.enterprises);
        self.id(key!("EnterpriseId"), &enterprise);
        let account = self.guest();
        self.id(key!("AccountId"), &account);
        self.plain(key!("AccountType"), if company { "Company" } else { "Customer" });
        self.null(key!("CustomerId"));
        self.null(key!("CompanyId"));
        self.raw(key!("AssociatedAccountIds"));
        self.id("[", &account);
        self.raw("]");
        self.some_id(key!("CounterId"), 60, |row| row.random.pick_skewed(&ids.accounts));
        self.plain(key!("State"), state);
        let receipt = self.random.chance(60);
        self.plain(key!("Type"), if receipt { "Receipt" } else { "Invoice" });
        let number = 1 + self.number;
        self.code(key!("Number"), "", number);
        self.some_code(key!("VariableSymbol"), 20, "", 1_000_000);
        self.instant(key!("CreatedUtc"), created);
        let issued = if closed { 100 } else { 0 };
        self.some_instant(key!("IssuedUtc"), issued, created + 600);
        self.some_instant(key!("TaxedUtc"), issued / 2, created + 600);
        if !self.some_instant(key!("PaidUtc"), issued / 10 * 7, created + 86_400) {
            self.sums.nulls += 1;
        }
        self.some_instant(key!("DueUtc"), issued / 2, created + 14 * 86_400);
        self.some_instant(key!("LastReminderDateUtc"), 3, created + 30 * 86_400);
        self.updated(key!("UpdatedUtc"), created + 86_400);
        self.some_code(key!("PurchaseOrderNumber"), 10, "PO-", 1_000);
        self.plain(key!("Notes"), "");
        self.raw(key!("Options"));
        self.flag(first!("DisplayCustomer"), true);
        self.flag(key!("DisplayTaxation"), true);
        self.flag(key!("TrackReceivable"), company);
        self.flag(key!("DisplayCid"), false);
        self.flag(key!("Rebated"), false);
        self.raw("}");
        self.bill_items(&account, created);
        self.raw(key!("AssigneeData"));
        if self.random.chance(20) {
            self.owner_union(company, &account);
        } else {
            self.raw("null");
        }
        self.raw(key!("OwnerData"));
        self.owner_union(company, &account);
        self.raw(key!("CompanyDetails"));
        if company && self.random.chance(50) {
            self.owner(true, &account);
        } else {
            self.raw("null");
        }
        self.raw(key!("AssociatedAccountData"));
        self.raw("[");
        self.associated(company, &account);
        if self.random.chance(15) {
            self.raw(",");
            let other = self.guest();
            self.associated(!company, &other);
        }
        self.raw("]");
        self.raw(key!("EnterpriseData"));
        self.plain(first!("AdditionalTaxIdentifier"), "XY00112233445");
        self.plain(key!("CompanyName"), "Sample Hotels AS");
        self.plain(key!("BankAccount"), "CZ3808000000000012345678");
        self.null(key!("BankName"));
        self.plain(key!("Iban"), "CZ6508000000192000145399");
        self.null(key!("Bic"));
        self.raw("}");
        self.plain(key!("CorrectionState"), "Bill");
        self.null(key!("CorrectionType"));
        self.null(key!("CorrectedBillId"));
        self.raw("}");
    }

    fn owner_union(&mut self, company: bool, id: &[u8; 36]) {
        if self.arm_is_new() {
            return self.new_value_union();
        }
        let tag = if company { "BillCompanyData" } else { "BillCustomerData" };
        self.value_union(tag, |row| row.owner(company, id));
    }

    /// The same data in the other form of union; the arm that does not apply is null or left out.
    fn associated(&mut self, company: bool, id: &[u8; 36]) {
        if self.arm_is_new() {
            return self.new_member_union();
        }
        let (tag, member, other) = if company {
            ("BillCompanyData", key!("BillCompanyData"), key!("BillCustomerData"))
        } else {
            ("BillCustomerData", key!("BillCustomerData"), key!("BillCompanyData"))
        };
        self.plain(first!("Discriminator"), tag);
        if self.random.chance(50) {
            self.null(other);
        }
        self.raw(member);
        self.owner(company, id);
        self.raw("}");
    }

    fn owner(&mut self, company: bool, id: &[u8; 36]) {
        let (city, postal, country, region) = self.random.pick(PLACES);
        let street = self.random.pick(STREETS);
        self.id(first!("Id"), id);
        self.raw(key!("Address"));
        self.string(first!("Line1"), street);
        self.null(key!("Line2"));
        self.string(key!("City"), city);
        self.plain(key!("PostalCode"), postal);
        self.plain(key!("SubdivisionCode"), region);
        self.plain(key!("CountryCode"), country);
        self.raw("}");
        self.raw(key!("LegalIdentifiers"));
        if self.random.chance(30) {
            self.some_code(first!("TaxIdentifier"), 100, "CZ", 10_000_000);
            self.string(key!("CityOfRegistration"), city);
            self.raw("}");
        } else {
            self.raw("{}");
        }
        self.null(key!("BillingCode"));
        if company {
            let name = self.random.pick(COMPANIES);
            self.string(key!("Name"), name);
            self.null(key!("FiscalIdentifier"));
            self.null(key!("AdditionalTaxIdentifier"));
            self.some_code(key!("DUNS"), 50, "", 100_000_000);
            self.some_code(key!("Telephone"), 50, "+420", 100_000_000);
            self.some_code(key!("TaxIdentifier"), 50, "CZ", 10_000_000);
            self.plain(key!("InvoicingEmail"), "billing@acme.example");
            self.null(key!("Department"));
        } else {
            let (first, last) = (self.random.pick(FIRST_NAMES), self.random.pick(LAST_NAMES));
            self.string(key!("LastName"), last);
            self.string(key!("FirstName"), first);
            self.null(key!("SecondLastName"));
            self.some_plain(key!("TitlePrefix"), 40, &["Mister", "Misses"]);
            self.null(key!("TaxIdentifier"));
        }
        self.raw("}");
    }
}
