//! `rowmill schema`: an entity's layout as a schema file, to read or to start one's own from.

use rowmill::schema_file;

use crate::args::Schema;
use crate::exit::Failure;
use crate::{layout, output};

pub(crate) fn run(args: &Schema) -> Result<(), Failure> {
    let text = schema_file::print(&layout::of_entity(&args.entity)?);
    output::print(text.trim_end())
}
