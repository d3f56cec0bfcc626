//! Faults drawn from a seed.

use std::time::Duration;

use super::faults::{Fault, Trigger};
use crate::corpus::random::Random;

/// `count` faults of all classes, and the requests they hit: the same for the same seed.
pub(super) fn drawn(seed: u64, count: usize) -> Vec<(Trigger, Fault)> {
    let mut random = Random::at(seed, 0xFA17, 0);
    (0..count).map(|_| draw(&mut random)).collect()
}

fn draw(random: &mut Random) -> (Trigger, Fault) {
    // Most of them within small files, too.
    let most = 1 << random.below(16);
    let after = u64::from(random.below(most));
    let soon = Duration::from_millis(u64::from(random.below(5)));
    let on_files = |fault| (Trigger::any_file(), fault);
    let on_api = |fault| (Trigger::get_all(), fault);
    let (trigger, fault) = match random.below(32) {
        0..=2 => on_files(refused(random.pick(&[401, 403, 404, 410]), None)),
        3..=4 => on_files(refused(random.pick(&[408, 429, 500, 503]), None)),
        5 => on_files(refused(429, Some(Duration::ZERO))),
        6..=9 => on_files(Fault::Cut { after }),
        10 => on_files(Fault::LoseAnswer),
        11 => on_files(Fault::Stall { after }),
        12 => on_files(Fault::Drip { piece: after + 1_000, pause: soon }),
        13 => on_files(Fault::Delay(soon)),
        14..=15 => on_files(Fault::ExpireLink),
        16 => on_files(Fault::IgnoreRange),
        17 => on_files(Fault::ShiftRange),
        18 => on_files(Fault::UnknownTotal),
        19 => on_files(one_of(random, [Fault::WeakTag, Fault::NoTag, Fault::ChangeTag])),
        20 => on_files(Fault::ChangeBytes { from: after }),
        21 => on_files(Fault::Lengthen { by: after + 1 }),
        22 => on_files(Fault::Shorten { by: after + 1 }),
        23 => on_files(Fault::Encode),
        24 => on_files(Fault::Redirect),
        25 => on_api(refused(random.pick(&[408, 429, 500, 503]), None)),
        26 => on_api(Fault::LoseAnswer),
        27 => on_api(Fault::Cut { after: after % 300 }),
        28 => on_api(Fault::Garble),
        29 => on_api(Fault::OtherSizes),
        30 => on_api(Fault::FewerFiles),
        _ => on_api(one_of(random, [Fault::ExpireExport, Fault::FailExport, Fault::ForgetExport])),
    };
    (trigger.after(random.below(4)), fault)
}

fn refused(status: u16, retry_after: Option<Duration>) -> Fault {
    Fault::Refuse { status, retry_after }
}

fn one_of(random: &mut Random, faults: [Fault; 3]) -> Fault {
    let [first, second, third] = faults;
    match random.below(3) {
        0 => first,
        1 => second,
        _ => third,
    }
}
