//! How far a run has come: bars on a terminal, a line now and then elsewhere. On standard error.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use rowmill::Progress;

use crate::figures::{bytes, counted};

/// Where there are no bars, a file that takes longer than this is heard of in between.
const SILENCE: Duration = Duration::from_secs(10);

/// The callback for a run.
pub(crate) fn callback() -> Arc<dyn Fn(Progress) + Send + Sync> {
    if io::stderr().is_terminal() {
        let bars = Bars { screen: MultiProgress::new(), open: Mutex::default() };
        Arc::new(move |progress| bars.tell(&progress))
    } else {
        let said = Mutex::new(Instant::now());
        Arc::new(move |progress| say(&progress, &mut lock(&said)))
    }
}

/// One bar for each file that is being read.
struct Bars {
    screen: MultiProgress,
    open: Mutex<HashMap<usize, ProgressBar>>,
}

impl Bars {
    fn tell(&self, progress: &Progress) {
        let mut open = lock(&self.open);
        let bar = open.entry(progress.file).or_insert_with(|| {
            let bar = ProgressBar::no_length().with_prefix(title(progress));
            self.screen.add(bar.with_style(style(progress.size.is_some())))
        });
        if let Some(size) = progress.size {
            bar.set_length(size);
        }
        bar.set_message(counted(progress.rows, "row"));
        bar.set_position(progress.read);
        if progress.finished {
            bar.finish_and_clear();
            open.remove(&progress.file);
        }
    }
}

const WITH_SIZE: &str =
    "{prefix}  {bar:24} {decimal_bytes}/{decimal_total_bytes}  {decimal_bytes_per_sec}  {msg}";
const WITHOUT_SIZE: &str = "{prefix}  {spinner} {decimal_bytes}  {decimal_bytes_per_sec}  {msg}";

fn style(size_is_known: bool) -> ProgressStyle {
    let template = if size_is_known { WITH_SIZE } else { WITHOUT_SIZE };
    // Both are constants, and a test reads them.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn say(progress: &Progress, said: &mut Instant) {
    let of_many = progress.files > 1 && progress.finished;
    if !of_many && said.elapsed() < SILENCE {
        return;
    }
    *said = Instant::now();
    let read = match progress.size {
        Some(size) if !progress.finished => {
            format!("{} of {}", bytes(progress.read), bytes(size))
        }
        _ => bytes(progress.read),
    };
    let rows = counted(progress.rows, "row");
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "{}: {read}, {rows}", title(progress));
}

/// The file with its number, where there are others.
fn title(progress: &Progress) -> String {
    match progress.files {
        0 | 1 => progress.source.to_string(),
        files => format!("[{}/{files}] {}", progress.file + 1, progress.source),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Neither bars nor a time can be left half changed by a panic elsewhere.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_valid() {
        for template in [WITH_SIZE, WITHOUT_SIZE] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
