//! How `export` deals with the API, the file host and what lies between.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::values;

#[derive(Args, Debug)]
#[command(next_help_heading = "Network")]
pub(crate) struct Network {
    /// Wait at most this long for an export to be ready (such as 90s, 5m, 1h) [default: 24h]; and ask
    /// as long again where another export of the type seems to be running [default: ask once]
    #[arg(long, value_name = "D", value_parser = values::duration)]
    pub(crate) wait: Option<Duration>,

    /// Ask this often whether exports are ready; the first times come sooner [default: 5m]
    #[arg(long, value_name = "D", value_parser = values::duration)]
    pub(crate) poll_interval: Option<Duration>,

    /// Make at most this many calls of the API in any 30 s; Mews allows 200 for all that uses the token
    /// [default: 150]
    #[arg(long, value_name = "N", value_parser = values::count::<NonZeroUsize>)]
    pub(crate) rate: Option<NonZeroUsize>,

    /// Make at most this many requests for one call, or for one file that does not get on [default: 6]
    #[arg(long, value_name = "N", value_parser = values::count::<NonZeroU32>)]
    pub(crate) attempts: Option<NonZeroU32>,

    /// Wait at most this long between two tries [default: 1m]
    #[arg(long, value_name = "D", value_parser = values::duration)]
    pub(crate) max_backoff: Option<Duration>,

    /// Give up a transfer that has brought nothing, or less than a kibibyte, for this long [default: 1m]
    #[arg(long, value_name = "D", value_parser = values::duration)]
    pub(crate) idle_timeout: Option<Duration>,

    /// Give up a file that takes longer than this [default: 12h]
    #[arg(long, value_name = "D", value_parser = values::duration)]
    pub(crate) file_deadline: Option<Duration>,

    /// Renew links that are older than this [default: 9m; Mews lets them live for 10]
    #[arg(long, value_name = "D", value_parser = values::duration)]
    pub(crate) link_age: Option<Duration>,

    /// Open at most this many connections to the file host for one export [default: 8]
    #[arg(long, value_name = "N", value_parser = values::count::<NonZeroUsize>)]
    pub(crate) connections: Option<NonZeroUsize>,

    /// Download this many files at once; the connections that are left over read ranges [default: 4]
    #[arg(long, value_name = "N", value_parser = values::count::<NonZeroUsize>)]
    pub(crate) files_at_once: Option<NonZeroUsize>,

    /// Hold at most this much of each of these files ready [default: 16MiB]
    #[arg(long, value_name = "SIZE", value_parser = values::some_size)]
    pub(crate) read_ahead: Option<NonZeroUsize>,

    /// Send everything through this proxy; `env` takes it from HTTPS_PROXY and its like [default: none]
    #[arg(long, value_name = "URL|env")]
    pub(crate) proxy: Option<String>,

    /// Trust the certificate authorities in this PEM file, of this machine, too
    #[arg(long, value_parser = values::path(), value_name = "FILE")]
    pub(crate) ca_cert: Option<PathBuf>,

    /// Allow plain http to a loopback address (for `rowmill serve`)
    #[arg(long)]
    pub(crate) allow_http: bool,
}
