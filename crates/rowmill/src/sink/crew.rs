//! Who encodes the fields of a row group: the caller, or threads, each of which takes any field that
//! has something to do.
//!
//! A field is in the hands of one thread at a time and meets the batches in their order, so what
//! becomes of it does not depend on how many there are.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, unbounded};
use parquet::errors::{ParquetError, Result};

use super::chunk::Tools;
use super::field::{Field, Size};
use crate::arrow::RecordBatch;

/// Batches that a caller encodes alone before threads are worth it.
const ALONE: usize = 8;

/// The fields of a row group and those who encode them.
pub(super) struct Crew {
    seats: Arc<[Seat]>,
    /// Of the caller.
    tools: Tools,
    /// Those of the threads to come.
    spare: Vec<Tools>,
    threads: Option<Threads>,
    steps: usize,
}

/// A field and what is to be done with it.
struct Seat {
    field: Mutex<Field>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    steps: VecDeque<Arc<Step>>,
    /// Is it in the hands of a thread, or about to be?
    taken: bool,
}

/// What is to be done with each field. It goes, and the batch with it, once that is done.
struct Step {
    task: Task,
    outcome: Arc<Outcome>,
}

/// What becomes of a step.
pub(super) struct Outcome {
    state: Mutex<State>,
    done: Condvar,
}

enum Task {
    /// Rows `start..end` of a batch are appended.
    Append { batch: RecordBatch, start: usize, end: usize },
    /// No more of them come.
    Complete,
}

struct State {
    /// Fields with which it is still to be done.
    left: usize,
    /// That of the others.
    size: Size,
    failed: Option<ParquetError>,
}

impl Crew {
    /// `spare` are the tools of threads; without any, the caller does everything.
    pub(super) fn new(fields: Vec<Field>, tools: Tools, spare: Vec<Tools>) -> Self {
        let seat = |field| Seat { field: Mutex::new(field), waiting: Mutex::default() };
        let seats = fields.into_iter().map(seat).collect();
        Self { seats, tools, spare, threads: None, steps: 0 }
    }

    /// The fields. None of them is at rest before all outcomes have been [waited](Outcome::wait) for.
    pub(super) fn fields(&self) -> impl Iterator<Item = MutexGuard<'_, Field>> {
        self.seats.iter().map(|seat| held(&seat.field))
    }

    /// Begins to append rows.
    pub(super) fn append(&mut self, batch: &RecordBatch, start: usize, end: usize) -> Arc<Outcome> {
        self.begin(Task::Append { batch: batch.clone(), start, end })
    }

    /// Begins to complete the chunks.
    pub(super) fn complete(&mut self) -> Arc<Outcome> {
        self.begin(Task::Complete)
    }

    fn begin(&mut self, task: Task) -> Arc<Outcome> {
        let state = State { left: self.seats.len(), size: Size::default(), failed: None };
        let outcome = Arc::new(Outcome { state: Mutex::new(state), done: Condvar::new() });
        let step = Arc::new(Step { task, outcome: Arc::clone(&outcome) });
        self.steps += 1;
        if self.steps > ALONE && !self.spare.is_empty() {
            self.threads = Threads::start(&self.seats, std::mem::take(&mut self.spare));
        }
        for (n, seat) in self.seats.iter().enumerate() {
            match &self.threads {
                Some(threads) => threads.hand_over(n, seat, &step),
                None => step.perform(n, &mut held(&seat.field), &mut self.tools),
            }
        }
        outcome
    }
}

impl Step {
    fn perform(&self, n: usize, field: &mut Field, tools: &mut Tools) {
        let result = match &self.task {
            Task::Append { batch, start, end } => {
                field.append(batch.column(n), *start, *end, tools)
            }
            Task::Complete => field.complete(tools),
        };
        self.outcome.add(result.map(|()| field.size()));
    }
}

impl Outcome {
    /// That with one more field.
    fn add(&self, result: Result<Size>) {
        let mut state = held(&self.state);
        match result {
            Ok(size) => state.size += size,
            Err(error) => state.failed = Some(error),
        }
        state.left -= 1;
        if state.left == 0 {
            self.done.notify_all();
        }
    }

    /// Waits until the step is done with all fields, and says how many bytes there are of them then.
    ///
    /// # Errors
    /// That of a field.
    pub(super) fn wait(&self) -> Result<Size> {
        let mut state = held(&self.state);
        while state.left > 0 {
            state = self.done.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.failed.take().map_or(Ok(state.size), Err)
    }
}

struct Threads {
    /// Numbers of fields that have something to do.
    ready: Option<Sender<usize>>,
    handles: Vec<JoinHandle<()>>,
}

impl Threads {
    /// As many threads as the system gives, up to the number of `tools`; `None` if there are none.
    fn start(seats: &Arc<[Seat]>, tools: Vec<Tools>) -> Option<Self> {
        // Each field is in it once at most.
        let (ready, queue) = unbounded::<usize>();
        let mut handles = Vec::new();
        for mut tools in tools {
            let (seats, queue) = (Arc::clone(seats), queue.clone());
            let work = move || queue.iter().for_each(|n| seats[n].work_off(n, &mut tools));
            match std::thread::Builder::new().name("rowmill-encode".into()).spawn(work) {
                Ok(handle) => handles.push(handle),
                Err(_) => break,
            }
        }
        (!handles.is_empty()).then_some(Self { ready: Some(ready), handles })
    }

    fn hand_over(&self, n: usize, seat: &Seat, step: &Arc<Step>) {
        let mut waiting = held(&seat.waiting);
        waiting.steps.push_back(Arc::clone(step));
        if !std::mem::replace(&mut waiting.taken, true)
            && let Some(ready) = &self.ready
        {
            // The threads live as long as this does.
            let _ = ready.send(n);
        }
    }
}

impl Seat {
    fn work_off(&self, n: usize, tools: &mut Tools) {
        loop {
            let mut waiting = held(&self.waiting);
            let Some(step) = waiting.steps.pop_front() else {
                waiting.taken = false;
                return;
            };
            drop(waiting);
            let mut field = held(&self.field);
            let perform = AssertUnwindSafe(|| step.perform(n, &mut field, tools));
            // Whoever waits for the step must not do so for ever.
            if catch_unwind(perform).is_err() {
                step.outcome.add(Err(ParquetError::General("a column was given up".to_owned())));
            }
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.ready = None;
        for handle in self.handles.drain(..) {
            let _ = handle.join();
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use parquet::arrow::ArrowSchemaConverter;
    use parquet::basic;

    use super::*;
    use crate::arrow::array::{ArrayRef, Int64Array, StringArray};
    use crate::arrow::{DataType, Field as ArrowField, FieldRef, Schema};
    use crate::settings::Compression;
    use crate::sink::chunk::{Codec, Columns};
    use crate::sink::options::Profile;

    /// A crew for a column of numbers.
    fn crew(threads: usize) -> Crew {
        let number: FieldRef = Arc::new(ArrowField::new("n", DataType::Int64, true));
        let schema = Schema::new(vec![FieldRef::clone(&number)]);
        let schema = ArrowSchemaConverter::new().convert(&schema).expect("a schema");
        let filtered = HashSet::new();
        let columns = Columns { schema: &schema, profile: Profile::Default, filtered: &filtered };
        let tools = || {
            let codec = Codec::new(Compression::None).expect("no codec");
            Tools::new(codec, basic::Compression::UNCOMPRESSED)
        };
        let spare = (0..threads).map(|_| tools()).collect();
        Crew::new(vec![Field::new(0, &number, &columns, 0)], tools(), spare)
    }

    fn batch(column: ArrayRef) -> RecordBatch {
        RecordBatch::try_from_iter([("n", column)]).expect("a batch")
    }

    #[test]
    fn what_fails_is_told_to_whoever_waits_for_it() {
        let good = batch(Arc::new(Int64Array::from(vec![1, 2, 3])));
        let bad = batch(Arc::new(StringArray::from(vec!["1", "2", "3"])));
        for threads in [0, 1, 3] {
            let mut crew = crew(threads);
            let steps: Vec<_> = (0..ALONE + 9).map(|_| crew.append(&good, 0, 3)).collect();
            let failing = crew.append(&bad, 0, 3);
            for step in steps {
                assert!(step.wait().expect("is encoded").held > 0);
            }
            let error = failing.wait().expect_err("an array of another type");
            assert!(error.to_string().contains("another type"), "{threads}: {error}");
        }
    }
}
