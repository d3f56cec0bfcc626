//! Events: rows whose payload has one of several shapes, tagged before or after it.

use super::row::{Row, first, key};
use super::words::{NOTES, OCCUPATIONS};

const TYPES: &[&str] = &["page.view", "order.paid", "sensor.read", "note.added", "batch.done"];

impl Row<'_> {
    pub(super) fn event(&mut self) {
        let kind = self.random.pick_skewed(TYPES);
        self.sums.state(kind);
        let second = self.creation();
        self.row_id(first!("id"));
        let tag_first = self.random.chance(90);
        if tag_first {
            self.plain(key!("type"), kind);
        }
        self.instant(key!("at"), second);
        if self.random.chance(85) {
            self.raw(key!("actor"));
            let actor = self.guest();
            self.id(first!("id"), &actor);
            let role = self.random.pick(OCCUPATIONS);
            self.some_string(key!("role"), 70, role);
            self.raw("}");
        } else {
            self.null(key!("actor"));
            self.sums.nulls += 1;
        }
        self.raw(key!("payload"));
        self.payload(kind);
        if !tag_first {
            self.plain(key!("type"), kind);
        }
        self.raw("}");
    }

    fn payload(&mut self, kind: &str) {
        let number = i64::from(self.random.below(1_000_000));
        match kind {
            "page.view" => {
                self.code(first!("path"), "/rooms/", number as u64);
                self.integer(key!("ms"), number % 5_000);
                self.raw(key!("query"));
                self.code(first!("q"), "x", number as u64 % 97);
                self.raw("}}");
            }
            "order.paid" => {
                let amount = self.draw_amount(5);
                self.amount("{\"amount\":", &amount);
                self.raw(key!("lines"));
                self.raw("[");
                for line in 0..number % 4 {
                    self.integer(if line == 0 { "{\"sku\":" } else { ",{\"sku\":" }, line);
                    self.money(key!("price"), number * 100, 2);
                    self.raw("}");
                }
                self.raw("]}");
            }
            "sensor.read" => {
                // A bare array of numbers, some with exponents.
                self.raw("[");
                self.money("", number, 4);
                self.integer(",", -number);
                self.raw(",1.5e-3,2E+6]");
            }
            // The payload is a string, not an object.
            "note.added" => {
                let note = self.random.pick(NOTES);
                self.string("", note);
            }
            _ => {
                self.flag(first!("ok"), number % 7 != 0);
                self.integer(key!("rows"), number * number);
                self.null(key!("error"));
                self.raw("}");
            }
        }
    }
}
