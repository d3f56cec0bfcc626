//! Money: amounts with taxes, as order items and payments nest them.

use super::row::{Row, first, key};

/// Money in units of 10^-4.
pub(super) type Money = i64;

/// Decimals that an amount is written with, and the step of its values in [`Money`].
const DECIMALS: [(usize, Money); 10] = [
    (2, 100),
    (2, 100),
    (2, 100),
    (2, 100),
    (2, 100),
    (2, 100),
    (2, 100),
    (2, 100),
    (3, 10),
    (4, 1),
];

const CURRENCIES: [&str; 7] = ["EUR", "GBP", "USD", "CZK", "CHF", "SEK", "NOK"];

/// A tax code and its rate in percent.
type Tax = (&'static str, i64);
const TAXES: [Tax; 8] = [
    ("DE-2020-1-L", 7),
    ("DE-2020-1-S", 19),
    ("CZ-2024-1-L", 12),
    ("UK-2022-S", 20),
    ("FR-2014-R", 10),
    ("CZ-2024-1-S", 21),
    ("NL-2019-R", 9),
    ("DE-2020-1-Z", 0),
];

/// What an amount is made of; [`Row::amount`] writes it.
#[derive(Clone, Copy)]
pub(super) struct Amount {
    currency: &'static str,
    decimals: usize,
    step: Money,
    taxes: [Tax; 2],
    /// Gross value by tax.
    gross: [Money; 2],
    parts: usize,
}

impl Amount {
    pub(super) fn gross(&self) -> Money {
        self.gross[..self.parts].iter().sum()
    }

    pub(super) fn times(self, count: i64) -> Amount {
        Amount { gross: self.gross.map(|gross| gross * count), ..self }
    }

    pub(super) fn without_tax(self) -> Amount {
        Amount { parts: 1, gross: [self.gross(), 0], taxes: [("", 0); 2], ..self }
    }

    /// Code, net value and tax of each part; those beyond `parts` count for nothing.
    fn split(&self) -> [(&'static str, Money, Money); 2] {
        [0, 1].map(|i| {
            let ((code, rate), gross) = (self.taxes[i], self.gross[i]);
            let net = gross * 100 / (100 + rate) / self.step * self.step;
            (code, net, gross - net)
        })
    }

    fn net(&self) -> Money {
        self.split()[..self.parts].iter().map(|(_, net, _)| net).sum()
    }
}

impl Row<'_> {
    /// An amount of a few hundred in the row's currency; one in `negative` percent is a credit.
    pub(super) fn draw_amount(&mut self, negative: u32) -> Amount {
        let (decimals, step) = self.random.pick(&DECIMALS);
        let parts = if self.random.chance(30) { 2 } else { 1 };
        let sign = if self.random.chance(negative) { -1 } else { 1 };
        let currency = self.random.pick_skewed(&CURRENCIES);
        let taxes = [self.random.pick_skewed(&TAXES), self.random.pick(&TAXES)];
        let whole = self.random.chance(20);
        let gross = [0; 2].map(|_: Money| {
            let value = self.random.skewed(4_000_000) as Money;
            // Prices are round more often than chance would have them.
            sign * if whole { value / 10_000 * 10_000 } else { value / step * step }
        });
        Amount { currency, decimals, step, taxes, gross, parts }
    }

    /// Writes the five members of an amount.
    pub(super) fn amount(&mut self, key: &str, amount: &Amount) {
        self.raw(key);
        self.amount_from(first!("Currency"), amount);
    }

    /// Writes an amount with the four numbers of its older form before those of the newer.
    pub(super) fn extended_amount(&mut self, key: &str, amount: &Amount) {
        let net = amount.net();
        self.raw(key);
        self.money(first!("Value"), amount.gross(), amount.decimals);
        self.money(key!("Net"), net, amount.decimals);
        self.money(key!("Tax"), amount.gross() - net, amount.decimals);
        match amount.parts {
            1 => self.integer(key!("TaxRate"), amount.taxes[0].1),
            _ => self.null(key!("TaxRate")),
        }
        self.amount_from(key!("Currency"), amount);
    }

    /// Writes the members of an amount from the currency on, and the end of the object.
    fn amount_from(&mut self, currency: &str, amount: &Amount) {
        let parts = &amount.split()[..amount.parts];
        self.plain(currency, amount.currency);
        self.money(key!("NetValue"), amount.net(), amount.decimals);
        self.money(key!("GrossValue"), amount.gross(), amount.decimals);
        self.raw(key!("TaxValues"));
        self.raw("[");
        let mut comma = "";
        for &(code, _, tax) in parts.iter().filter(|(code, ..)| !code.is_empty()) {
            self.raw(comma);
            comma = ",";
            self.plain(first!("Code"), code);
            self.money(key!("Value"), tax, amount.decimals);
            self.raw("}");
        }
        self.raw("]");
        self.raw(key!("Breakdown"));
        self.raw(first!("Items"));
        let mut open = "[";
        for &(code, net, tax) in parts {
            self.raw(open);
            open = ",";
            match code {
                "" => self.null(first!("TaxRateCode")),
                code => self.plain(first!("TaxRateCode"), code),
            }
            self.money(key!("NetValue"), net, amount.decimals);
            self.money(key!("TaxValue"), tax, amount.decimals);
            self.raw("}");
        }
        self.raw("]}}");
    }

    /// Writes money with a fixed number of decimals, whole values without any.
    pub(super) fn money(&mut self, key: &str, value: Money, decimals: usize) {
        self.raw(key);
        if value < 0 {
            self.out.push(b'-');
        }
        let value = value.unsigned_abs();
        self.digits(value / 10_000);
        let fraction = value % 10_000;
        if fraction != 0 {
            let digits = [fraction / 1_000, fraction / 100 % 10, fraction / 10 % 10, fraction % 10];
            self.out.push(b'.');
            for digit in &digits[..decimals] {
                self.out.push(b'0' + *digit as u8);
            }
        }
    }

    /// Adds to the sum that [`super::Totals::money`] keeps.
    pub(super) fn count_money(&mut self, value: Money) {
        self.sums.money += i128::from(value) * 1_000_000;
    }
}
