//! A directory of Parquet files that keeps up with the API: asking, waiting, taking in, and knowing
//! how far that has come.

mod answer;
mod asking;
mod event;
mod events;
mod journal;
#[cfg(feature = "cloud")]
mod object;
mod run;
mod state;
mod taking;
mod telling;
mod there;
mod watch;
mod watermark;
mod window;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use rowmill_json::{Counts, Layout};
use rowmill_mews::chrono::{DateTime, NaiveDate, Utc};
use rowmill_mews::{Client, Entity};

use event::OnEvent;
pub use event::SyncEvent;
pub use events::SyncEvents;
use events::Teller;
use journal::Journal;
use run::{Book, Run};
use state::State;
use window::{Days, Subject};

use crate::error::{Error, Result};
#[cfg(feature = "cloud")]
use crate::ingest;
use crate::quarantine::check_place;
use crate::report::Report;
use crate::settings::{Settings, setters};
use crate::sink::{PRIVATE, name_of, recover};

/// Takes these entities from the API to Parquet, as far as an earlier run has not done it.
///
/// Without a watermark an entity is one export of all its data. From then on each run asks for what
/// was updated since, in windows of at most 180 days, one after the other. Entities run side by
/// side: the API makes one export of a type at a time. What was updated comes as rows of new parts,
/// so an `Id` may be in many of them; the row with the newest `UpdatedUtc` is the one that counts.
///
/// Two files remember how far things are, `OUT/_rowmill/state.json` and `OUT/_rowmill/journal.jsonl`
/// unless [`state`](SyncRun::state) says otherwise. A run that ends at any point, also by a lost
/// machine, is continued by the next one: exports that were asked for are taken over, and nothing is
/// passed over that was not committed.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use rowmill::mews::{Client, Credentials, Entity, Platform};
///
/// let client = Client::new(Platform::Production, Credentials::from_env()?);
/// let report = rowmill::sync(client, [Entity::Reservation, Entity::Customer])
///     .on_event(|event| eprintln!("{event}"))
///     .into_parquet("lake")
///     .await?;
/// for entity in report.entities {
///     match entity.error {
///         None => println!("{} is complete until {:?}", entity.entity, entity.watermark),
///         Some(error) => eprintln!("{error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub fn sync(client: Client, entities: impl IntoIterator<Item = Entity>) -> SyncRun {
    let mut entities_once: Vec<Entity> = Vec::new();
    for entity in entities {
        if !entities_once.contains(&entity) {
            entities_once.push(entity);
        }
    }
    SyncRun {
        client,
        entities: entities_once,
        options: Options::default(),
        state: None,
        settings: Settings::default(),
    }
}

/// Entities on their way to Parquet; made by [`sync`].
#[must_use = "nothing is asked for before `into_parquet`"]
pub struct SyncRun {
    client: Client,
    entities: Vec<Entity>,
    options: Options,
    state: Option<PathBuf>,
    settings: Settings,
}

/// What is asked for, and how.
#[derive(Clone, Default)]
struct Options {
    enterprises: Vec<String>,
    chains: Vec<String>,
    goal: Goal,
    posting: Option<Days>,
    overlap: Duration,
    keep_asking: Duration,
    keep_raw: Option<PathBuf>,
    layouts: BTreeMap<String, Layout>,
    on_event: Option<OnEvent>,
    teller: Option<Arc<Teller>>,
}

/// How far to go.
#[derive(Clone, Copy, Default)]
enum Goal {
    /// From the watermark, or from the beginning where there is none.
    #[default]
    Onward,
    /// From this instant.
    Since(DateTime<Utc>),
    /// All data once more.
    Everything,
    /// This interval.
    Interval(DateTime<Utc>, DateTime<Utc>),
}

/// What [`SyncRun::into_parquet`] has done.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct SyncReport {
    /// One entry for each entity, in the order in which they were named.
    pub entities: Vec<EntityReport>,
}

impl SyncReport {
    /// The reports of all exports that were committed.
    ///
    /// # Errors
    /// That of the first entity that has one; what the others have committed stays committed.
    pub fn into_reports(self) -> Result<Vec<Report>> {
        let mut reports = Vec::new();
        for entity in self.entities {
            reports.extend(entity.exports);
            if let Some(error) = entity.error {
                return Err(error);
            }
        }
        Ok(reports)
    }
}

/// What became of one entity.
#[derive(Debug)]
#[non_exhaustive]
pub struct EntityReport {
    /// The entity.
    pub entity: Entity,
    /// A report of each export that was taken in, or that an earlier run
    /// [had taken in](Report::already_there), in this order.
    pub exports: Vec<Report>,
    /// Every update before this instant is committed; `None` where that is not known of any.
    pub watermark: Option<DateTime<Utc>>,
    /// Why it was not done to its end. What was committed before stays, and the next run goes on.
    pub error: Option<Error>,
}

impl EntityReport {
    /// What there is to report where nothing had to be done: that all is there as far as it can be asked
    /// for, or, without a [watermark](Self::watermark), that it is too early. `None` if there are other
    /// reports, or an error.
    pub fn nothing_to_do(&self) -> Option<Report> {
        if !self.exports.is_empty() || self.error.is_some() {
            return None;
        }
        let mut report = Report::of(&Counts::default());
        report.entity = Some(self.entity.as_str().to_owned());
        report.already_there = self.watermark.is_some();
        Some(report)
    }
}

impl SyncRun {
    setters!();

    /// Only these enterprises; see [`ExportRequest::enterprises`](crate::mews::ExportRequest::enterprises).
    /// Each set of enterprises or chains has a watermark of its own.
    pub fn enterprises<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.options.enterprises = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Only these chains.
    pub fn chains<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.options.chains = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Begins at this instant instead of the watermark. Where there is none, the watermark begins
    /// here, and what was updated before is left out by choice. One that would leave a gap behind
    /// the watermark is refused.
    pub fn since(mut self, from: DateTime<Utc>) -> Self {
        self.options.goal = Goal::Since(from);
        self
    }

    /// Only what was updated in this interval, of any length. A window of it that is committed
    /// already as it is asked for now is not asked for again, and its report
    /// [says so](Report::already_there). With [`overwrite`](Self::overwrite) it is, and the rows that were there
    /// go. The watermark moves only if the interval leaves no gap.
    pub fn updated(mut self, interval: Range<DateTime<Utc>>) -> Self {
        self.options.goal = Goal::Interval(interval.start, interval.end);
        self
    }

    /// All data once more, whatever the watermark says. It begins anew then.
    pub fn everything(mut self) -> Self {
        self.options.goal = Goal::Everything;
        self
    }

    /// Of [`LedgerEntry`](Entity::LedgerEntry), only what was posted on these days. Such exports
    /// leave the watermark where it is.
    pub fn posting(mut self, days: Range<NaiveDate>) -> Self {
        self.options.posting = Some(Days { from: days.start, until: days.end });
        self
    }

    /// Reads so much before the watermark once more, for those who do not trust clocks. Default:
    /// nothing beyond the margin of 6 minutes that every watermark has.
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.options.overlap = overlap;
        self
    }

    /// How long to ask again where another export of a type seems to be running; see
    /// [`ExportRequest::keep_asking`](crate::mews::ExportRequest::keep_asking). Default: asks once.
    pub fn keep_asking(mut self, longest: Duration) -> Self {
        self.options.keep_asking = longest;
        self
    }

    /// Keeps the watermarks in this file, and the journal beside it as `<file>.journal.jsonl`.
    /// Default: `state.json` and `journal.jsonl` in `OUT/_rowmill`. With the feature `cloud` it may be a
    /// URL, and is one where the output is.
    pub fn state(mut self, path: impl Into<PathBuf>) -> Self {
        self.state = Some(path.into());
        self
    }

    /// Keeps the files as they came in this directory, too; see
    /// [`Ingest::keep_raw`](crate::Ingest::keep_raw). Default: nowhere.
    pub fn keep_raw(mut self, directory: impl Into<PathBuf>) -> Self {
        self.options.keep_raw = Some(directory.into());
        self
    }

    /// Writes of each `Id` only the newest row of an export; see
    /// [`Ingest::dedupe`](crate::Ingest::dedupe). Default: all rows are written.
    pub fn dedupe(mut self, dedupe: bool) -> Self {
        self.settings.dedupe = dedupe;
        self
    }

    /// Reads rows of `entity` by `layout`. Default: [`entity::layout`](crate::entity::layout).
    pub fn layout(mut self, entity: &Entity, layout: impl Into<Layout>) -> Self {
        self.options.layouts.insert(entity.as_str().to_owned(), layout.into());
        self
    }

    /// What happens in the run, as a stream; see [`SyncEvents`]. Steps of the run are in it, and what
    /// the client tells of polls, files and retries ([`SyncEvent::Client`]). A second one takes the
    /// place of the first.
    ///
    /// ```no_run
    /// # async fn run(client: rowmill::mews::Client) -> Result<(), rowmill::Error> {
    /// use futures::StreamExt;
    /// use rowmill::mews::Entity;
    ///
    /// let mut run = rowmill::sync(client, [Entity::Bill]);
    /// let mut events = run.events();
    /// tokio::spawn(async move {
    ///     while let Some(event) = events.next().await {
    ///         eprintln!("{event}");
    ///     }
    /// });
    /// run.into_parquet("lake").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&mut self) -> SyncEvents {
        let (teller, events) = events::events();
        self.options.teller = Some(Arc::new(teller));
        events
    }

    /// Calls `callback` with each of these events. It holds up the run while it works.
    pub fn on_event(mut self, callback: impl Fn(&SyncEvent) + Send + Sync + 'static) -> Self {
        self.options.on_event = Some(Arc::new(callback));
        self
    }

    /// Asks for exports, waits for all of them together, and commits each as
    /// [`Ingest::into_parquet`](crate::Ingest::into_parquet) does, one after the other. Exports that
    /// an earlier run has asked for come first.
    ///
    /// Dropping the future at any point is no loss: what was committed stays, the rest is continued
    /// by the next run.
    ///
    /// # Errors
    /// Nothing was asked for: an option makes no sense, another run is at work on the same files, or
    /// they cannot be read or written. What goes wrong later is in the
    /// [report](EntityReport::error) of the entity, and stops no other one.
    pub async fn into_parquet(self, directory: impl AsRef<Path>) -> Result<SyncReport> {
        let root = directory.as_ref().to_owned();
        let run = self.prepare(root)?;
        run.all().await
    }

    /// Takes over one export, running or finished, by its id, as
    /// [`into_parquet`](Self::into_parquet) takes over those of the journal. It must be one of the
    /// entity named. The watermark moves only if the journal knows what was asked for.
    ///
    /// # Errors
    /// Those of [`Ingest::into_parquet`](crate::Ingest::into_parquet) and of
    /// [`PendingExport::ready`](crate::mews::PendingExport::ready); not one entity is named.
    pub async fn adopt(self, id: &str, directory: impl AsRef<Path>) -> Result<Report> {
        if self.entities.len() != 1 {
            return Err(Error::usage("an export is of one entity, so exactly one must be named"));
        }
        let root = directory.as_ref().to_owned();
        self.prepare(root)?.adopt(id).await
    }

    /// Everything that can be checked before anything is asked for.
    fn prepare(self, root: PathBuf) -> Result<Run> {
        let Self { client, entities, options, state, settings } = self;
        settings.check()?;
        if entities.is_empty() {
            return Err(Error::usage("no entity was named"));
        }
        check_place(&settings, &root)?;
        #[cfg(feature = "cloud")]
        ingest::check_places(&root, options.keep_raw.as_deref(), &settings)?;
        let (state, journal) = match state {
            Some(path) => {
                let mut journal = path.clone().into_os_string();
                journal.push(".journal.jsonl");
                (path, journal.into())
            }
            None => {
                (root.join(PRIVATE).join("state.json"), root.join(PRIVATE).join("journal.jsonl"))
            }
        };
        check_apart(&root, &settings, [&state, &journal])?;
        let subject =
            |entity: &Entity| Subject::new(entity.as_str(), &options.enterprises, &options.chains);
        let subjects = entities.iter().map(subject).collect();
        let run = Run {
            client,
            subjects,
            options,
            settings,
            root,
            book: Mutex::new(Book { journal: Journal::open(journal)?, state: State::load(state)? }),
            turn: tokio::sync::Mutex::new(()),
            tables: OnceLock::new(),
        };
        run.check()?;
        // What is here is asked for by the names of manifests, so they must have theirs.
        recover(&run.root)?;
        Ok(run)
    }
}

/// Refuses to set rows aside where the run remembers things, or writes down what it is about to do.
fn check_apart(root: &Path, settings: &Settings, own: [&Path; 2]) -> Result<()> {
    let private = root.join(PRIVATE);
    let rejects = settings.rejects.clone().unwrap_or_else(|| private.join("rejects.jsonl"));
    let same = |own: &Path| {
        own == rejects || name_of(own).is_some_and(|own| name_of(&rejects).as_ref() == Some(&own))
    };
    if own.into_iter().chain([private.join("commit.json").as_path()]).any(same) {
        let message =
            "is where the run keeps its own account, and cannot be the file of rejects too";
        return Err(Error::usage(message).in_file(rejects.display().to_string()));
    }
    Ok(())
}
