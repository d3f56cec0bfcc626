//! Payment rows: 25 members, two amounts, a union of five shapes.

use super::row::{Row, first, key};
use super::words::NOTES;

const STATES: &[&str] = &["Charged", "Canceled", "Pending", "Failed", "Verifying"];
const ACCOUNTING: &[&str] = &["Closed", "Open", "Canceled", "Inactive"];
const KINDS: &[&str] = &["Payment", "Refund", "Chargeback", "ChargebackReversal"];
const TYPES: &[&str] = &[
    "CreditCardPayment",
    "CashPayment",
    "ExternalPayment",
    "InvoicePayment",
    "AlternativePayment",
    "GhostPayment",
    "Payment",
];
const ORIGINS: &[&str] =
    &["Operations", "Terminal", "PaymentRequest", "BookingEngine", "Api", "AutomaticPayment"];
const EXTERNAL: &[&str] = &["WireTransfer", "Invoice", "Cash", "Bancontact", "GiftCard"];
const INVOICE: &[&str] = &["Receivable", "Balancing", "Overpayment"];
const METHODS: &[&str] = &["Ideal", "ApplePay", "GooglePay", "PayPal", "SepaDirectDebit"];

impl Row<'_> {
    pub(super) fn payment(&mut self) {
        let ids = self.ids;
        let state = self.random.pick_skewed(STATES);
        self.sums.state(state);
        let accounting = self.random.pick_skewed(ACCOUNTING);
        let created = self.creation();

        self.row_id(first!("Id"));
        let enterprise = self.random.pick_skewed(&ids.enterprises);
        self.id(key!("EnterpriseId"), &enterprise);
        let account = self.guest();
        self.id(key!("AccountId"), &account);
        let company = self.random.chance(15);
        self.plain(key!("AccountType"), if company { "Company" } else { "Customer" });
        self.some_id(key!("PaymentRequestId"), 20, Self::fresh);
        self.some_id(key!("BillId"), 90, Self::fresh);
        self.some_id(key!("ReservationId"), 60, Self::fresh);
        self.some_id(key!("AccountingCategoryId"), 30, |row| row.random.pick(&ids.accounts));
        // Money that came in lowers the balance: payments are negative.
        let amount = self.draw_amount(96).without_tax();
        self.count_money(amount.gross());
        self.amount(key!("Amount"), &amount);
        self.amount(key!("OriginalAmount"), &amount);
        let note = self.random.pick(NOTES);
        self.some_string(key!("Notes"), 8, note);
        self.some_code(key!("SettlementId"), 30, "ST-", 10_000);
        self.instant(key!("ConsumedUtc"), created);
        let closed = if accounting == "Closed" { 100 } else { 0 };
        if !self.some_instant(key!("ClosedUtc"), closed, created + 86_400) {
            self.sums.nulls += 1;
        }
        let charged = if state == "Charged" { 100 } else { 0 };
        self.some_instant(key!("ChargedUtc"), charged, created + 1);
        self.instant(key!("CreatedUtc"), created);
        self.updated(key!("UpdatedUtc"), created + 2);
        self.null(key!("SettlementUtc"));
        self.plain(key!("AccountingState"), accounting);
        self.plain(key!("State"), state);
        if self.random.chance(50) {
            let number = self.random.next();
            self.code(key!("Identifier"), "ch_", number);
        } else {
            self.plain(key!("Identifier"), "");
        }
        let kind = self.random.pick_skewed(TYPES);
        self.plain(key!("Type"), kind);
        self.some_plain(key!("Kind"), 100, KINDS);
        self.payment_data(kind);
        self.some_plain(key!("PaymentOrigin"), 90, ORIGINS);
        self.raw("}");
    }

    fn payment_data(&mut self, kind: &str) {
        let shape = match kind {
            "CreditCardPayment" => "CreditCard",
            "InvoicePayment" => "Invoice",
            "ExternalPayment" => "External",
            "GhostPayment" => "Ghost",
            "AlternativePayment" => "Alternative",
            _ => return self.null(key!("Data")),
        };
        self.raw(key!("Data"));
        if self.arm_is_new() {
            return self.new_member_union();
        }
        self.plain(first!("Discriminator"), shape);
        // The arms that do not apply are null in some rows and left out in others.
        let whole = self.random.chance(80);
        for (name, member) in [
            ("CreditCard", key!("CreditCard")),
            ("Invoice", key!("Invoice")),
            ("External", key!("External")),
            ("Ghost", key!("Ghost")),
            ("Alternative", key!("Alternative")),
        ] {
            if name != shape {
                if whole {
                    self.null(member);
                }
                continue;
            }
            self.raw(member);
            let id = self.fresh();
            match name {
                "CreditCard" => {
                    self.id(first!("CreditCardId"), &id);
                    self.card_transaction();
                }
                "Invoice" => {
                    self.id(first!("InvoiceId"), &id);
                    self.some_plain(key!("Type"), 100, INVOICE);
                }
                "External" => {
                    self.some_plain(first!("Type"), 100, EXTERNAL);
                    self.some_code(key!("ExternalIdentifier"), 40, "EX", 1_000);
                }
                "Ghost" => self.id(first!("OriginalPaymentId"), &id),
                _ => self.some_plain(first!("Type"), 100, METHODS),
            }
            self.raw("}");
        }
        self.raw("}");
    }

    /// The deepest member of any entity: extended amounts at the fifth level.
    fn card_transaction(&mut self) {
        if self.random.chance(75) {
            self.null(key!("Transaction"));
            return;
        }
        self.raw(key!("Transaction"));
        let id = self.fresh();
        self.id(first!("PaymentId"), &id);
        self.some_code(key!("SettlementId"), 80, "", 1_000_000);
        let second = self.creation();
        self.some_instant(key!("SettledUtc"), 80, second);
        let (fee, charged) = (self.draw_amount(0), self.draw_amount(0));
        self.extended_amount(key!("Fee"), &fee.without_tax());
        self.null(key!("AdjustedFee"));
        self.extended_amount(key!("ChargedAmount"), &charged);
        self.null(key!("SettledAmount"));
        self.raw("}");
    }
}
