//! Steps that fail because a test wants them to: those of the disk and of stores are counted together.

/// Takes one step, or fails.
#[cfg(test)]
pub(super) use crate::sink::step;

/// Outside of tests every step is taken.
#[cfg(not(test))]
#[inline]
pub(super) fn step() -> std::io::Result<()> {
    Ok(())
}
