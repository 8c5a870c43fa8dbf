//! Has units measured elsewhere: the near end of an [`Errand`].
//!
//! What became of a unit is read off the pool. Answers are asked for where there is no part: they tell a file that nobody
//! can read from a unit that failed on one machine and is sent again.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::errand::{Answer, Common, Elsewhere, Errand, Task};
use super::shards::sound_part;
use super::unit::{Job, Readable, unit_done};
use super::{Amount, Settings};
use crate::disk;
use crate::plan::Plan;
use crate::pool::{Aside, Part};
use crate::source::{Place, Source, Unit};
use crate::{Error, Result};

/// A unit that failed is sent so many times.
const TRIES: usize = 4;

/// Parts that are looked for at a time, for who watches.
const LOOKED_FOR: usize = 64;

/// So long is waited for a part that is said to stand: a folder of a network's shows what is new in it late, after up to a
/// minute where it is NFS with its defaults.
const SHOWN_AFTER: Duration = Duration::from_secs(70);

/// What became of a unit.
pub(super) enum Ended {
    Known(Readable<Part>),
    /// It was measured nowhere, and why.
    Nowhere(String),
}

/// Units on their way.
pub(super) struct Sent<'j, 'p> {
    settings: &'j Settings<'j>,
    jobs: &'j [Arc<Job<'p>>],
    names: Vec<String>,
    common: String,
    tasks: Vec<String>,
    /// Gone with this, and with what it notes.
    _begun: Notes,
    shown: RefCell<Shown>,
}

/// What who watches was told of.
#[derive(Default)]
struct Shown {
    told: HashSet<usize>,
    /// Where to look next.
    next: usize,
}

/// A folder that goes with what was noted in it.
struct Notes(PathBuf);

impl Drop for Notes {
    fn drop(&mut self) {
        // What cannot be removed now goes with the folder that it is in.
        let _ = disk::remove(&self.0);
    }
}

impl<'j, 'p> Sent<'j, 'p> {
    pub(super) fn new(
        plan: &Plan,
        settings: &'j Settings<'j>,
        aside: &Aside,
        jobs: &'j [Arc<Job<'p>>],
    ) -> Result<Self> {
        let begun = Notes(aside.new_folder()?);
        let mut sources: Vec<&Source> = Vec::new();
        let mut tasks = Vec::new();
        for job in jobs {
            let known = sources
                .iter()
                .position(|known| std::ptr::eq(*known, job.source));
            let source = known.unwrap_or_else(|| {
                sources.push(job.source);
                sources.len() - 1
            });
            tasks.push(json(&task(job, source)?)?);
        }
        let common = Common {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            pool: match settings.pool.is_shared() {
                true => settings.pool.shown().into(),
                false => absolute(settings.pool.folder())?,
            },
            begun: absolute(&begun.0)?,
            tokenizer_name: plan.tokenizer_name.0.clone(),
            folder: absolute(&plan.folder)?,
            tokenizer: plan.tokenizer.clone(),
            behaviours: plan.behaviours,
            sources: sources.into_iter().cloned().collect(),
        };
        Ok(Self {
            settings,
            jobs,
            names: jobs.iter().map(|job| job.made.name()).collect(),
            common: json(&common)?,
            tasks,
            _begun: begun,
            shown: RefCell::default(),
        })
    }

    /// What became of each, in their order, when all of them came to an end.
    pub(super) fn measured(
        &self,
        elsewhere: &dyn Elsewhere,
        look: &dyn Fn() -> Result<()>,
    ) -> Result<Vec<Ended>> {
        let mut ended: Vec<Option<Ended>> = self.jobs.iter().map(|_| None).collect();
        let mut failures = vec![String::new(); self.jobs.len()];
        for _ in 0..TRIES {
            let open: Vec<usize> = (0..ended.len()).filter(|at| ended[*at].is_none()).collect();
            if open.is_empty() {
                break;
            }
            let answers = self.ask(elsewhere, &open, look)?;
            for (&at, answer) in open.iter().zip(answers) {
                match self.end(at, answer, look)? {
                    Ok(end) => ended[at] = Some(end),
                    Err(why) => failures[at] = why,
                }
            }
        }
        let all = ended.into_iter().zip(failures);
        Ok(all
            .map(|(ended, why)| ended.unwrap_or(Ended::Nowhere(why)))
            .collect())
    }

    fn ask(
        &self,
        elsewhere: &dyn Elsewhere,
        open: &[usize],
        look: &dyn Fn() -> Result<()>,
    ) -> Result<Vec<Option<String>>> {
        let tasks: Vec<String> = open.iter().map(|at| self.tasks[*at].clone()).collect();
        let bytes: Vec<u64> = open.iter().map(|at| self.jobs[*at].bytes).collect();
        elsewhere.ask(&Errand {
            common: &self.common,
            tasks: &tasks,
            bytes: &bytes,
            look: &|| {
                self.show(open);
                look()
            },
            wants: &|number| !disk::is_there(&self.folder(open[number])),
        })
    }

    /// How a unit ended, by the pool, else by its answer; or why it has to be sent again.
    fn end(
        &self,
        at: usize,
        answer: Option<String>,
        look: &dyn Fn() -> Result<()>,
    ) -> Result<Result<Ended, String>> {
        let read = |answer: String| serde_json::from_str(&answer).ok();
        let answer: Option<Answer> = answer.and_then(read);
        let part = match &answer {
            Some(Answer::Stands) => self.part_soon(at, look)?,
            _ => sound_part(self.settings, &self.names[at])?,
        };
        if let Some(part) = part {
            self.tell(at);
            return Ok(Ok(Ended::Known(Ok(part))));
        }
        Ok(match answer {
            Some(Answer::Unreadable { why }) => {
                self.tell(at);
                Ok(Ended::Known(Err(why)))
            }
            Some(Answer::Changed { file }) => return Err(Error::Changed { file }),
            Some(Answer::GivenUp { why }) => Ok(Ended::Nowhere(why)),
            Some(Answer::Failed { why }) => Err(why),
            // Of the others nothing else would be said.
            Some(Answer::Stands) => return Err(self.other_pool(at)),
            None => Err("nobody said what became of it".into()),
        })
    }

    fn other_pool(&self, at: usize) -> Error {
        Error::usage(
            format!(
                "an executor put a part into the pool, and `{}` is not there",
                self.folder(at).display()
            ),
            "give every machine the same folder under the same name",
        )
    }

    /// The part that is said to stand, when it shows itself here.
    fn part_soon(&self, at: usize, look: &dyn Fn() -> Result<()>) -> Result<Option<Part>> {
        let until = Instant::now() + SHOWN_AFTER;
        loop {
            let part = sound_part(self.settings, &self.names[at])?;
            if part.is_some() || Instant::now() >= until {
                return Ok(part);
            }
            look()?;
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn folder(&self, at: usize) -> PathBuf {
        self.settings.pool.part_folder(&self.names[at])
    }

    /// Tells who watches of parts that came meanwhile: of some at a time, since a look at a network's folder takes a
    /// moment.
    fn show(&self, open: &[usize]) {
        let next = {
            let mut shown = self.shown.borrow_mut();
            let next = shown.next;
            shown.next = (next + LOOKED_FOR) % open.len().max(1);
            next
        };
        let some = open.iter().cycle().skip(next);
        for &at in some.take(LOOKED_FOR.min(open.len())) {
            if !self.shown.borrow().told.contains(&at) && disk::is_there(&self.folder(at)) {
                self.tell(at);
            }
        }
    }

    fn tell(&self, at: usize) {
        if self.shown.borrow_mut().told.insert(at) {
            let job = &self.jobs[at];
            let rows = Amount::rows(job.rows.unwrap_or_default());
            self.settings.watch.advance(rows);
            unit_done(&job.units_left, job.bytes, self.settings);
        }
    }
}

fn task(job: &Job<'_>, source: usize) -> Result<Task> {
    let path = match &job.file.place {
        Place::Disk(file) => absolute(file)?,
        Place::Store(file) => file.object.url.to_string().into(),
        Place::Hub(_) => {
            return Err(Error::usage(
                format!(
                    "`{}` lies on a hub, and executors read what all of them see in a folder or a store",
                    job.file.name
                ),
                "download it into a folder that every machine has, and name that with `--source`",
            ));
        }
    };
    Ok(Task {
        source,
        path,
        name: job.file.name.clone(),
        format: job.file.format,
        hive: job.file.hive.clone(),
        content: job.made.content().to_owned(),
        unit: job.unit,
        part: job.made.name(),
    })
}

fn absolute(path: &Path) -> Result<PathBuf> {
    // The folder of a pipeline that is named alone.
    let path = match path.as_os_str().is_empty() {
        true => Path::new("."),
        false => path,
    };
    Ok(std::path::absolute(path)?)
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| {
        Error::usage(
            format!("a path cannot be sent to executors: {error}"),
            "name files and folders in UTF-8",
        )
    })
}

/// As a message names the unit.
impl fmt::Display for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.source_name, self.file.name)?;
        match self.unit {
            Unit::Whole => Ok(()),
            Unit::RowGroups { first, end, .. } if end == first + 1 => {
                write!(f, ", row group {first}")
            }
            Unit::RowGroups { first, end, .. } => write!(f, ", row groups {first} to {}", end - 1),
        }
    }
}
