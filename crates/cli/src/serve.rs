//! `rowmill serve`: the demo export server alone, until a signal comes.

use rowmill_testkit::server::{Server, demo_setup};

use crate::args::Serve;
use crate::exit::{self, Failure};
use crate::output;

pub(crate) async fn run(args: Serve) -> Result<(), Failure> {
    let setup = demo_setup(args.rows).port(args.port).seed(args.seed);
    let mut setup = setup.random_faults(args.seed, args.faults);
    if let Some(life) = args.link_life {
        setup = setup.link_life(life);
    }
    if let Some(wait) = args.ready_after {
        setup = setup.ready_after(wait);
    }
    let server = Server::start(setup).await.map_err(|error| {
        let port = args.port;
        Failure::new(exit::TRY_LATER, format!("cannot serve on 127.0.0.1:{port}: {error}"))
    })?;
    let (url, client, access) = (server.url(), server.client_token(), server.access_token());
    output::print(&format!(
        "serving Reservation, OrderItem and Customer exports on {url}\n\
         the tokens are for this server only; try:\n\n  \
         MEWS_CLIENT_TOKEN={client} MEWS_ACCESS_TOKEN={access} \\\n    \
         rowmill export --entity Reservation -o lake --api {url} --allow-http --poll-interval 1s"
    ))?;
    // The signal that ends this drops the server.
    std::future::pending().await
}
