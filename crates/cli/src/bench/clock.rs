//! CPU time and time on the wall.

use std::ops::{AddAssign, Sub};
use std::time::{Duration, Instant};

/// What something took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent {
    /// User and system time; `None` where the system has no clock for it that is known here.
    pub(super) cpu: Option<Duration>,
    pub(super) wall: Duration,
}

impl Spent {
    pub(super) const NOTHING: Self = Self { cpu: Some(Duration::ZERO), wall: Duration::ZERO };
}

impl AddAssign for Spent {
    fn add_assign(&mut self, other: Self) {
        self.cpu = self.cpu.zip(other.cpu).map(|(a, b)| a + b);
        self.wall += other.wall;
    }
}

impl Sub for Spent {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.zip(other.cpu).map(|(a, b)| a.saturating_sub(b)),
            wall: self.wall.saturating_sub(other.wall),
        }
    }
}

/// A clock that has been started.
pub(super) struct Clock {
    of: Of,
    cpu: Option<Duration>,
    wall: Instant,
}

#[derive(Clone, Copy)]
enum Of {
    Process,
    Thread,
}

impl Clock {
    /// Counts the CPU time of all threads of the process, of those too that end meanwhile.
    pub(super) fn start() -> Self {
        Self::of(Of::Process)
    }

    /// Counts the CPU time of the calling thread alone.
    pub(super) fn start_for_this_thread() -> Self {
        Self::of(Of::Thread)
    }

    fn of(of: Of) -> Self {
        Self { of, cpu: cpu(of), wall: Instant::now() }
    }

    pub(super) fn elapsed(&self) -> Spent {
        let cpu = cpu(self.of).zip(self.cpu).map(|(now, then)| now.saturating_sub(then));
        Spent { cpu, wall: self.wall.elapsed() }
    }
}

/// CPU time of the process since it was started.
pub(super) fn process_cpu() -> Option<Duration> {
    cpu(Of::Process)
}

#[cfg(unix)]
fn cpu(of: Of) -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    let now = clock_gettime(match of {
        Of::Process => ClockId::ProcessCPUTime,
        Of::Thread => ClockId::ThreadCPUTime,
    });
    Some(Duration::new(now.tv_sec.try_into().ok()?, now.tv_nsec.try_into().ok()?))
}

#[cfg(not(unix))]
fn cpu(_: Of) -> Option<Duration> {
    None
}
