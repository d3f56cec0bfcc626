//! Layouts for rows of one's own: from code, from an Arrow schema, and from a file.
//!
//! ```text
//! cargo run --release --example own_schema
//! ```

use std::error::Error;

use rowmill::arrow::{DataType, Field, Schema};
use rowmill::{Allow, Column, Layout, schema_file};

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", run()?);
    Ok(())
}

/// The same layout three times; gives the text that `--schema FILE` of the command line reads.
pub fn run() -> Result<String, Box<dyn Error>> {
    // In code. Every column is nullable unless it is required; what a column tolerates beyond the
    // strict rules has to be said, and every use of it is counted.
    let mut midnight = Allow::NONE;
    midnight.date_as_midnight = true;
    let layout = Layout::new([
        Column::uuid("Id").required(),
        Column::timestamp_us("ArrivalUtc").allow(midnight),
        Column::category("State"),
        Column::record("Amount", [Column::string("Currency"), Column::decimal("Value", 20, 4)]),
        Column::list("Tags", Column::string("tag")),
        Column::json("Rest"),
    ])?;

    // As text, and back.
    let text = schema_file::print(&layout);
    assert_eq!(schema_file::parse(&text)?, layout);

    // From the schema of a table that is there already: its types are taken as they are, and the
    // first one that cannot be read is named.
    assert_eq!(Layout::try_from(layout.schema().as_ref())?.schema(), layout.schema());
    let unreadable = Schema::new(vec![Field::new("Blob", DataType::LargeBinary, true)]);
    let error = Layout::try_from(&unreadable).expect_err("bytes are not JSON");
    println!("refused: {error}");

    Ok(text)
}
