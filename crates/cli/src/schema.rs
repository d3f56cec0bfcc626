//! `rowmill schema`: a layout as a schema file, to read or to start one's own from: an entity's, or
//! the one that data leads to.

use rowmill::{Infer, Layout, schema_file};
use tokio::task;

use crate::args::Schema;
use crate::exit::{self, Failure};
use crate::{inferred, inputs, layout, output};

pub(crate) async fn run(args: Schema) -> Result<(), Failure> {
    let layout = match &args.entity {
        Some(name) => layout::of_entity(name)?,
        None => of_data(&args).await?,
    };
    output::print(schema_file::print(&layout).trim_end())
}

async fn of_data(args: &Schema) -> Result<Layout, Failure> {
    let sources = inputs::sources(&args.inputs)?;
    let mut infer = Infer::new().threads(args.threads.map_or(0, std::num::NonZeroUsize::get));
    if let Some(rows) = args.sample {
        infer = infer.sample(rows);
    }
    let inferred = task::spawn_blocking(move || infer.run(sources)).await;
    let inferred =
        inferred.map_err(|panic| Failure::new(exit::BAD_DATA, format!("a defect: {panic}")))??;
    inferred::tell(&inferred);
    Ok(inferred.layout().clone())
}
