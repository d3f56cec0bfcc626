//! Whatever changes the disk on the way to an output, one step a function: nothing else here and in
//! the files beside it does. So tests can let each step fail in its turn.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

#[cfg(test)]
pub(crate) mod faults;
#[cfg(test)]
use faults::step;

/// Outside of tests every step is taken.
#[cfg(not(test))]
#[inline]
fn step() -> io::Result<()> {
    Ok(())
}

thread_local! {
    static WAITED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// How long this thread has waited for the disk up to now. A run commits in one thread; what another
/// one syncs while there is work holds nobody up.
pub(crate) fn waited_for_disk() -> Duration {
    WAITED.get()
}

/// Waits until `file` is on the disk. Tests do not: they cannot pull the plug.
fn wait_for(file: &File) -> io::Result<()> {
    if cfg!(test) {
        return Ok(());
    }
    let started = Instant::now();
    let synced = file.sync_all();
    WAITED.set(WAITED.get() + started.elapsed());
    synced
}

/// Opens the file at `path`, which is made if it is missing, and left as it is otherwise.
pub(super) fn open(path: &Path) -> io::Result<File> {
    step()?;
    OpenOptions::new().write(true).create(true).truncate(false).open(path)
}

pub(super) fn empty(file: &File) -> io::Result<()> {
    step()?;
    file.set_len(0)
}

/// Makes a file in `folder` that whoever looks there does not see, and that goes with the process, however that
/// ends: its name is gone before anything is in it.
pub(super) fn unnamed(folder: &Path) -> io::Result<File> {
    step()?;
    let random = || RandomState::new().hash_one(std::process::id());
    let path = folder.join(format!("rowmill-{:016x}{:016x}.partial", random(), random()));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    // In the time that it has a name, others may look.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

pub(super) fn write_all(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    step()?;
    file.write_all(bytes)
}

pub(super) fn write(mut file: &File, bytes: &[u8]) -> io::Result<usize> {
    step()?;
    file.write(bytes)
}

/// Waits until the contents are on the disk.
pub(super) fn sync(file: &File) -> io::Result<()> {
    step()?;
    wait_for(file)
}

/// Gives a file another name in the same file system. What has that name is replaced.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    step()?;
    fs::rename(from, to)
}

/// Removes a file, which may be missing.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    step()?;
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    step()?;
    fs::create_dir(path)
}

/// Refused where something lies in it.
pub(super) fn remove_folder(path: &Path) -> io::Result<()> {
    step()?;
    fs::remove_dir(path)
}

/// Waits until the names in `folder` are on the disk.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    step()?;
    wait_for(&File::open(folder)?)
}

/// Elsewhere folders cannot be opened, and renames are as durable as they get.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    step()
}
