//! Things that go wrong, by script: which request is hit, and how.

use std::time::Duration;

/// What goes wrong with a request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The request is refused with this status and nothing is done. From the API the body is
    /// its error object, from the file host it is XML. `retry_after` is sent in whole seconds,
    /// rounded up.
    Refuse {
        /// An HTTP status of 400 or more.
        status: u16,
        /// The `Retry-After` header.
        retry_after: Option<Duration>,
    },
    /// The request is carried out, but the body ends after so many bytes although the head
    /// promised more.
    Cut {
        /// Bytes of the body that arrive.
        after: u64,
    },
    /// The request is carried out, but the connection closes without any answer.
    LoseAnswer,
    /// The body stops after so many bytes and the connection stays open.
    Stall {
        /// Bytes of the body that arrive.
        after: u64,
    },
    /// The body comes in pieces of so many bytes, with a pause after each.
    Drip {
        /// Bytes of a piece.
        piece: u64,
        /// The pause.
        pause: Duration,
    },
    /// The answer begins later.
    Delay(Duration),
    /// The link counts as expired; a fresh one works.
    ExpireLink,
    /// A range is not honoured: the answer is 200 with the whole file.
    IgnoreRange,
    /// The answer to a range says that it begins one byte later than asked for.
    ShiftRange,
    /// The file's entity tag is another one than before, as if the file had been replaced.
    ChangeTag,
    /// The file's entity tag is a weak one.
    WeakTag,
    /// The file has no entity tag.
    NoTag,
    /// The answer to a range does not say how long the file is.
    UnknownTotal,
    /// From this place on the file has other bytes, and another entity tag.
    ChangeBytes {
        /// The first byte that is another one.
        from: u64,
    },
    /// The file is longer than the export says.
    Lengthen {
        /// Bytes more.
        by: u64,
    },
    /// The file is shorter than the export says.
    Shorten {
        /// Bytes less.
        by: u64,
    },
    /// The body is said to have a content encoding that was not asked for.
    Encode,
    /// The file host leads on to the same place, where nothing goes wrong.
    Redirect,
    /// `getAll` answers with something that is not JSON.
    Garble,
    /// `getAll` tells other sizes of the files.
    OtherSizes,
    /// `getAll` tells of one file less.
    FewerFiles,
    /// `getAll` says that the export has expired.
    ExpireExport,
    /// `getAll` says that the export has failed.
    FailExport,
    /// `getAll` does not know the export.
    ForgetExport,
    /// `getAll` says that the export was made for another enterprise.
    OtherScope,
    /// `getAll` says that the export is one of another window of updates.
    OtherFilters,
    /// `exports/add` begins nothing and answers with the newest export of the entity that there is.
    RepeatExport,
    /// `exports/add` tells the id in capital letters.
    CapitalId,
}

/// Which requests a fault hits: the first one of its sort, unless told otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    operation: Operation,
    skip: u32,
    times: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    GetAll,
    File { entity: String, index: usize },
    AnyFile,
}

impl Trigger {
    /// A request to `exports/add`.
    #[must_use]
    pub fn add() -> Trigger {
        Trigger::on(Operation::Add)
    }

    /// A request to `exports/getAll`.
    #[must_use]
    pub fn get_all() -> Trigger {
        Trigger::on(Operation::GetAll)
    }

    /// A request for the file at `index`, from 0, of an entity.
    #[must_use]
    pub fn file(entity: &str, index: usize) -> Trigger {
        Trigger::on(Operation::File { entity: entity.to_owned(), index })
    }

    /// A request for any file.
    #[must_use]
    pub fn any_file() -> Trigger {
        Trigger::on(Operation::AnyFile)
    }

    /// Lets `requests` requests of this sort pass first.
    #[must_use]
    pub fn after(self, requests: u32) -> Trigger {
        Trigger { skip: requests, ..self }
    }

    /// Hits `requests` requests in a row instead of one.
    #[must_use]
    pub fn times(self, requests: u32) -> Trigger {
        Trigger { times: requests, ..self }
    }

    fn on(operation: Operation) -> Trigger {
        Trigger { operation, skip: 0, times: 1 }
    }
}

/// A fault that was played.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Played {
    /// The request that was hit: `exports/add`, `exports/getAll` or entity and number of the
    /// file from 1, as in `Reservation 2`.
    pub request: String,
    /// What went wrong with it.
    pub fault: Fault,
}

/// The faults still to come and those that were played.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    steps: Vec<(Trigger, Fault)>,
    played: Vec<Played>,
}

impl Script {
    pub(super) fn push(&mut self, trigger: Trigger, fault: Fault) {
        self.steps.push((trigger, fault));
    }

    pub(super) fn steps(&self) -> impl Iterator<Item = (&Trigger, &Fault)> {
        self.steps.iter().map(|(trigger, fault)| (trigger, fault))
    }

    pub(super) fn played(&self) -> &[Played] {
        &self.played
    }

    /// The fault that hits this request: the first one in the script whose turn it is.
    pub(super) fn play(&mut self, operation: &Operation) -> Option<Fault> {
        for (trigger, fault) in &mut self.steps {
            if trigger.times == 0 || !trigger.operation.covers(operation) {
                continue;
            }
            if trigger.skip > 0 {
                trigger.skip -= 1;
                continue;
            }
            trigger.times -= 1;
            let played = Played { request: operation.to_string(), fault: fault.clone() };
            self.played.push(played);
            return Some(fault.clone());
        }
        None
    }
}

impl Operation {
    fn covers(&self, request: &Operation) -> bool {
        match self {
            Operation::AnyFile => matches!(request, Operation::File { .. }),
            own => own == request,
        }
    }
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Operation::Add => f.write_str("exports/add"),
            Operation::GetAll => f.write_str("exports/getAll"),
            Operation::File { entity, index } => write!(f, "{entity} {}", index + 1),
            Operation::AnyFile => f.write_str("any file"),
        }
    }
}
