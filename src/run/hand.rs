//! Measures units that others plan: the far end of an [`Errand`](super::Errand).
//!
//! A hand lives as long as its process and keeps what units have in common: tokenizers, where parts are written, and the
//! hashes of the files that it read. It rests on nothing but a task's text and the pool: a file is held against the
//! content that it was planned with, and a part's name against the one that the plan expects, so that neither another
//! file nor another version of the program can pass for what is meant.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use super::Settings;
use super::board::lock;
use super::errand::{Answer, Common, Task};
use super::unit::{Clock, Job, Means, Pace, measure_unit};
use crate::disk;
use crate::error::shortened;
use crate::ids::Id;
use crate::measure::tokens::Tokenizer;
use crate::plan::reason;
use crate::pool::identity::{self, Made};
use crate::pool::{Aside, Part, Pool};
use crate::source::store::{ObjectUrl, StoreFile};
use crate::source::{BatchSize, Place, SourceFile, reach, store};
use crate::{Error, Result};

/// Who begins a unit when so many began it and did not come to its end gives it up: it may have been what ended them.
const BEGUN_MAX: usize = 5;

/// More files than that are not remembered.
const FILES_MAX: usize = 4096;

/// Measures units of whoever asks.
pub struct Hand {
    batch: BatchSize,
    /// Never another number than 0: a unit that was begun is ended.
    stop: AtomicUsize,
    /// By identity.
    tokenizers: Mutex<HashMap<String, Arc<Tokenizer>>>,
    /// By the pool's folder.
    asides: Mutex<HashMap<PathBuf, Arc<Aside>>>,
    /// Those that were hashed, by path.
    files: Mutex<HashMap<PathBuf, Arc<Mutex<Option<Known>>>>>,
}

/// A file and what it held when it was hashed: what is read of it is held against that.
#[derive(Clone)]
struct Known {
    place: Place,
    content: Id,
}

/// What is not to be tried again.
enum Fault {
    GivenUp(String),
    Of(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Of(error)
    }
}

impl Hand {
    /// Reads in such batches.
    pub fn new(batch: BatchSize) -> Self {
        Self {
            batch,
            stop: AtomicUsize::new(0),
            tokenizers: Mutex::default(),
            asides: Mutex::default(),
            files: Mutex::default(),
        }
    }

    /// Does a task of an errand, on this thread, and says what became of it.
    pub fn answer(&self, common: &str, task: &str) -> String {
        let done = catch_unwind(AssertUnwindSafe(|| self.done(common, task)));
        let answer = done.unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
            Answer::Failed {
                why: format!("its measuring broke off: {}", said.unwrap_or("no word")),
            }
        });
        let text = serde_json::to_string(&answer).unwrap_or_default();
        assert!(!text.is_empty(), "an answer is always JSON");
        text
    }

    fn done(&self, common: &str, task: &str) -> Answer {
        let failed = |why: String| Answer::Failed { why };
        let parsed = serde_json::from_str(common).and_then(|common: Common| {
            let task: Task = serde_json::from_str(task)?;
            Ok((common, task))
        });
        let (common, task) = match parsed {
            Ok(parsed) => parsed,
            Err(error) => return failed(format!("the task cannot be read here: {error}")),
        };
        if common.program != env!("CARGO_PKG_VERSION") {
            return failed(format!(
                "it was planned by gradatim {}, and this is {}",
                common.program,
                env!("CARGO_PKG_VERSION")
            ));
        }
        match self.measured(&common, &task) {
            Ok(answer) => answer,
            Err(Fault::GivenUp(why)) => Answer::GivenUp { why },
            Err(Fault::Of(Error::Changed { file })) => Answer::Changed { file },
            Err(Fault::Of(error)) => failed(words(&error)),
        }
    }

    fn measured(&self, common: &Common, task: &Task) -> std::result::Result<Answer, Fault> {
        let pool = Pool::open_in(&reach::alone, Some(&common.pool))?;
        if !disk::is_there(pool.folder()) {
            return Err(no_pool(pool.folder()).into());
        }
        if let Ok(Some(_)) = Part::find(&pool, &task.part) {
            return Ok(Answer::Stands);
        }
        let _begun = Begun::note(&common.begun, &task.part)?;
        let Some(source) = common.sources.get(task.source) else {
            return Err(other_version().into());
        };
        let known = self.known(task)?;
        let file = SourceFile {
            place: known.place,
            name: task.name.clone(),
            format: task.format,
            hive: task.hive.clone(),
        };
        let (tokenizer, behaviours) = (&common.tokenizer, common.behaviours);
        let made = Made::of(
            known.content,
            &file,
            task.unit,
            source,
            tokenizer,
            behaviours,
        );
        if made.name() != task.part {
            return Err(other_version().into());
        }
        let tokenizer = self.tokenizer(common, &pool)?;
        let aside = self.aside(&pool)?;
        let settings = self.settings(pool);
        let job = Job {
            slot: 0,
            source_name: &task.name,
            source,
            file: &file,
            unit: task.unit,
            made,
            bytes: 0,
            rows: None,
            units_left: Arc::new(AtomicUsize::new(1)),
        };
        let means = Means {
            tokenizer: &tokenizer,
            settings: &settings,
            aside: &aside,
            share_rows: false,
            clock: &Clock::default(),
            pace: &Pace::default(),
        };
        let measured = measure_unit(&job, means);
        if file.place.held().is_err() {
            // Whoever comes next hashes it anew.
            lock(&self.files).remove(&task.path);
        }
        Ok(match measured? {
            Ok(_) => Answer::Stands,
            Err(why) => Answer::Unreadable { why },
        })
    }

    fn settings(&self, pool: Pool) -> Settings<'_> {
        Settings {
            pool,
            threads: 1,
            batch: self.batch,
            stop: &self.stop,
            watch: &(),
            elsewhere: None,
        }
    }

    /// The file as it was planned. It is hashed once, by one thread, and anew where it is no longer what it was.
    fn known(&self, task: &Task) -> Result<Known> {
        let slot = {
            let mut files = lock(&self.files);
            if files.len() >= FILES_MAX {
                files.clear();
            }
            Arc::clone(files.entry(task.path.clone()).or_default())
        };
        let mut slot = lock(&slot);
        if let Some(known) = &*slot
            && known.content.to_string() == task.content
            && known.place.is_as_it_was()
        {
            return Ok(known.clone());
        }
        let place = found(&task.path)?;
        let file = SourceFile {
            place,
            name: task.name.clone(),
            format: task.format,
            hive: Vec::new(),
        };
        let known = Known {
            content: identity::content(&file)?,
            place: file.place,
        };
        if known.content.to_string() != task.content {
            *slot = None;
            return Err(Error::Changed {
                file: task.path.display().to_string(),
            });
        }
        Ok(slot.insert(known).clone())
    }

    fn tokenizer(&self, common: &Common, pool: &Pool) -> Result<Arc<Tokenizer>> {
        // Held while it is loaded: the others would load the same.
        let mut tokenizers = lock(&self.tokenizers);
        if let Some(known) = tokenizers.get(&common.tokenizer) {
            return Ok(Arc::clone(known));
        }
        let loaded = Tokenizer::load_known(
            &common.tokenizer_name,
            &common.folder,
            &common.tokenizer,
            pool,
        );
        let loaded = Arc::new(loaded?);
        tokenizers.insert(common.tokenizer.clone(), Arc::clone(&loaded));
        Ok(loaded)
    }

    /// Where parts of the pool are written; made anew where it is gone, as with a pool that was removed.
    fn aside(&self, pool: &Pool) -> Result<Arc<Aside>> {
        let mut asides = lock(&self.asides);
        if let Some(known) = asides.get(pool.folder())
            && known.is_there()
        {
            return Ok(Arc::clone(known));
        }
        let aside = Arc::new(Aside::open(pool)?);
        asides.insert(pool.folder().to_owned(), Arc::clone(&aside));
        Ok(aside)
    }
}

fn no_pool(folder: &Path) -> Error {
    Error::usage(
        format!("there is no pool `{}` here", folder.display()),
        "give every machine the same folder under the same name",
    )
}

fn other_version() -> Error {
    Error::usage(
        "it was planned by another build of gradatim than this",
        "run the same build everywhere",
    )
}

/// An error with its causes, in one line that is not long.
fn words(error: &Error) -> String {
    let innermost = reason(error);
    let own = error.to_string().replace('\n', " ");
    let all = match own.contains(&innermost) {
        true => own,
        false => format!("{own}: {innermost}"),
    };
    shortened(&all)
}

/// The file at that path or address.
fn found(path: &Path) -> Result<Place> {
    if !store::is_address(path) {
        return Ok(Place::Disk(path.to_owned().into()));
    }
    let url = ObjectUrl::of_path(path)?;
    let store = reach::alone().at(&url)?;
    let object = store.find(&url)?.ok_or_else(|| Error::Gone {
        file: url.to_string(),
        since: "planned",
    })?;
    Ok(Place::Store(StoreFile { store, object }))
}

/// Notes that a unit is begun, until this is dropped: what stays was not ended.
struct Begun(Option<PathBuf>);

impl Begun {
    fn note(folder: &Path, part: &str) -> std::result::Result<Self, Fault> {
        for number in 0..BEGUN_MAX {
            let path = folder.join(format!("{part}-{number}"));
            match File::create_new(&path) {
                Ok(mut file) => {
                    // For whoever looks into it; that it is there is what counts.
                    let _ = write!(file, "{}", std::process::id());
                    return Ok(Self(Some(path)));
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                // Whoever planned it is gone, and with it what it noted; the part is of use to the next.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    return Ok(Self(None));
                }
                Err(error) => return Err(Error::write(&path, error).into()),
            }
        }
        Err(Fault::GivenUp(format!(
            "{BEGUN_MAX} executors began it and none came to its end"
        )))
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}
