//! The lines that are decoded, and the layouts that say how.

use rowmill::arrow::schema::{Field, Schema};
use rowmill::{Bytes, Column, Layout, entity};
use rowmill_testkit::corpus::{BLOCK_ROWS, Corpus, Kind, Options};

use super::event;

const SEED: u64 = 7;

/// How a data set is made.
pub(crate) struct Recipe {
    pub(crate) name: &'static str,
    kind: Kind,
    options: Options,
}

const TIDY: Options = Options {
    missing_keys: 0.0,
    dropped_keys: 0.0,
    shuffled_keys: false,
    spaced: false,
    airy: false,
    crlf: false,
    long_fractions: 0.0,
    new_arms: 0.0,
    escaped: false,
};
/// A fifth of the nulls are not written.
const MISSING: Options = Options { missing_keys: 0.2, ..TIDY };
/// A fifth of all members is not there, whatever their values.
const DROPPED: Options = Options { dropped_keys: 0.2, ..TIDY };
/// One blank after each comma and colon.
const AIRY: Options = Options { airy: true, ..TIDY };
/// Keys in an order of each row's own.
const SHUFFLED: Options = Options { shuffled_keys: true, ..TIDY };
/// Blanks, drawn anew each time, around everything that is not a value.
const SPACED: Options = Options { spaced: true, ..TIDY };
const CRLF: Options = Options { crlf: true, ..TIDY };

const fn recipe(name: &'static str, kind: Kind, options: Options) -> Recipe {
    Recipe { name, kind, options }
}

pub(crate) const RECIPES: [Recipe; 16] = [
    recipe("Reservation", Kind::Reservation, TIDY),
    recipe("OrderItem", Kind::OrderItem, TIDY),
    recipe("Customer", Kind::Customer, TIDY),
    recipe("Event", Kind::Event, TIDY),
    recipe("Reservation-missing", Kind::Reservation, MISSING),
    recipe("Reservation-dropped", Kind::Reservation, DROPPED),
    recipe("Reservation-airy", Kind::Reservation, AIRY),
    recipe("Reservation-shuffled", Kind::Reservation, SHUFFLED),
    recipe("Reservation-spaced", Kind::Reservation, SPACED),
    recipe("Reservation-crlf", Kind::Reservation, CRLF),
    recipe("OrderItem-missing", Kind::OrderItem, MISSING),
    recipe("OrderItem-dropped", Kind::OrderItem, DROPPED),
    recipe("OrderItem-airy", Kind::OrderItem, AIRY),
    recipe("OrderItem-shuffled", Kind::OrderItem, SHUFFLED),
    recipe("OrderItem-spaced", Kind::OrderItem, SPACED),
    recipe("OrderItem-crlf", Kind::OrderItem, CRLF),
];

/// Lines in memory.
pub(crate) struct DataSet {
    pub(crate) name: &'static str,
    pub(crate) lines: Bytes,
    pub(crate) rows: u64,
    pub(crate) layout: Layout,
}

impl Recipe {
    /// Lines of about `bytes` bytes, whole blocks of them.
    pub(crate) fn make(&self, bytes: usize) -> DataSet {
        let corpus = Corpus::with(self.kind, SEED, 0, self.options.clone());
        let (mut lines, mut rows) = (Vec::with_capacity(bytes + (1 << 20)), 0);
        while lines.len() < bytes {
            let start = lines.len();
            corpus.write_rows(rows..rows + BLOCK_ROWS, &mut lines);
            if self.kind == Kind::Event {
                let block = event::name_by_shape(&lines[start..]);
                lines.truncate(start);
                lines.extend(block);
            }
            rows += BLOCK_ROWS;
        }
        let layout = layout(self.kind);
        let layout =
            if self.options.dropped_keys > 0.0 { nothing_required(&layout) } else { layout };
        DataSet { name: self.name, lines: lines.into(), rows, layout }
    }
}

/// The layout of an entity, with the tagged union of order items as a plain struct: the entity's own
/// keeps arms to come as they are written, which `arrow-json` cannot, and what both read must be the
/// same.
fn layout(kind: Kind) -> Layout {
    let Some(layout) = entity::layout(kind.name()) else { return event::layout() };
    let columns = layout.columns().iter().map(|column| match column.name() {
        "Data" => order_data(column.name()),
        _ => column.clone(),
    });
    Layout::new(columns).expect("columns of a layout, and one that is good")
}

/// The same columns, none of which must be there.
fn nothing_required(layout: &Layout) -> Layout {
    let fields = layout.schema().fields().iter();
    let fields: Vec<Field> =
        fields.map(|field| field.as_ref().clone().with_nullable(true)).collect();
    Layout::try_from(&Schema::new(fields)).expect("types of a layout")
}

fn order_data(name: &str) -> Column {
    let rebate = [Column::uuid("ProductId"), Column::uuid("RebatedItemId")];
    let product =
        [Column::uuid("ProductId"), Column::uuid("AgeCategoryId"), Column::category("ProductType")];
    let discount =
        [Column::uuid("DiscountedOrderItemId"), Column::uuid("AllowanceProductOrderItemId")];
    Column::record(
        name,
        [
            Column::category("Discriminator"),
            Column::record("Rebate", rebate),
            Column::record("Product", product),
            Column::record("AllowanceDiscount", discount),
            // Null in every row of the corpus.
            Column::string("AllowanceProfits"),
        ],
    )
}
