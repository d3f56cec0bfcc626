//! What the demo server did wrong, in the words of its user.

use rowmill_testkit::server::{Fault, Played};

use crate::figures::counted;

/// One line for a fault that has done no harm.
pub(super) fn survived(played: &Played) -> String {
    let request = &played.request;
    match &played.fault {
        Fault::Refuse { status, retry_after: Some(wait) } => {
            let wait = counted(wait.as_secs(), "second");
            format!("{request} was refused (status {status}): asked again after {wait}, as told")
        }
        Fault::Cut { after } => {
            let bytes = counted(*after, "byte");
            format!("{request} was cut after {bytes}: went on from there")
        }
        Fault::ExpireLink => format!("the link of {request} had expired: renewed"),
        other => format!("{request}: {other:?}"),
    }
}
