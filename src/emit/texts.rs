//! The text of what was selected, fetched once and kept aside while subsets are written.
//!
//! A trajectory stands in many subsets (every size, every control); its text is read from its file
//! once, in the file's order, into one scratch file, and from there into each subset. Memory holds an
//! index only, with a hash of each entry's texts: what was right when it was written to the disk is still held
//! against it when it comes back.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use fs_err as fs;
use rayon::prelude::*;

use super::shuffled::Made;
use crate::ids;
use crate::run::{Amount, Experiment, Settings};
use crate::source::{self, Spot, Trajectory};
use crate::{Error, Result, disk};

pub(super) struct Texts {
    path: PathBuf,
    index: HashMap<u32, Extent>,
}

/// Where the texts of one entry lie in the scratch file, one behind the other: response, problem, gold answer.
#[derive(Clone, Copy)]
struct Extent {
    offset: u64,
    response: u32,
    problem: u32,
    gold: Option<u32>,
    /// Of all of it.
    hash: blake3::Hash,
}

impl Extent {
    fn bytes(&self) -> usize {
        let gold = self.gold.unwrap_or_default();
        [self.problem, self.response, gold]
            .map(|bytes| bytes as usize)
            .iter()
            .sum()
    }
}

/// The texts of one entry.
pub(crate) struct EntryText {
    pub problem: String,
    pub response: String,
    pub gold: Option<String>,
    /// Where the response is not the entry's own, but made of it.
    pub made: Option<Made>,
    /// Of the conversation that a row has of it; none before they were counted.
    pub conversation_tokens: Option<u32>,
}

impl Texts {
    /// Fetches the text of the wanted entries (which may repeat).
    pub(super) fn gather(
        experiment: &Experiment<'_>,
        wanted: impl Iterator<Item = u32>,
        path: &Path,
        settings: &Settings<'_>,
    ) -> Result<Self> {
        let mut wanted: Vec<u32> = wanted.collect();
        wanted.sort_unstable();
        wanted.dedup();
        settings
            .watch
            .begin("fetch", Amount::rows(wanted.len() as u64));
        let scratch = Mutex::new(Scratch {
            path: path.to_owned(),
            file: disk::create(path)?,
            end: 0,
            index: HashMap::with_capacity(wanted.len()),
        });
        let part = |entry: u32| experiment.entries.rows[entry as usize].part;
        let by_part = wanted.chunk_by(|a, b| part(*a) == part(*b));
        let by_part: Vec<&[u32]> = by_part.collect();
        by_part
            .par_iter()
            .try_for_each(|chosen| fetch(experiment, chosen, &scratch, settings))?;
        let scratch = scratch
            .into_inner()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        Ok(Self {
            path: path.to_owned(),
            index: scratch.index,
        })
    }

    pub(super) fn reader(&self) -> Result<Reader<'_>> {
        Ok(Reader {
            texts: self,
            file: fs::File::open(&self.path)?,
        })
    }

    pub(super) fn remove(self) -> Result<()> {
        Ok(fs::remove_file(&self.path)?)
    }
}

pub(super) struct Reader<'t> {
    texts: &'t Texts,
    file: fs::File,
}

impl Reader<'_> {
    pub(super) fn text(&mut self, entry: u32) -> Result<EntryText> {
        let extent = self.texts.index[&entry];
        let mut bytes = vec![0; extent.bytes()];
        self.file.seek(SeekFrom::Start(extent.offset))?;
        let read = self.file.read_exact(&mut bytes);
        if read.is_err() || blake3::hash(&bytes) != extent.hash {
            return Err(self.spoilt());
        }
        // What is cut off is copied, and the response is nearly all of it.
        let mut response = String::from_utf8(bytes).map_err(|_| self.spoilt())?;
        let behind = (extent.response + extent.problem) as usize;
        let gold = extent.gold.map(|_| response.split_off(behind));
        let problem = response.split_off(extent.response as usize);
        Ok(EntryText {
            problem,
            response,
            gold,
            made: None,
            conversation_tokens: None,
        })
    }

    fn spoilt(&self) -> Error {
        Error::File {
            file: self.texts.path.display().to_string(),
            problem: "does not hold the texts that were written to it".into(),
            hint: "look after the disk that the output lies on, and run again".into(),
        }
    }
}

struct Scratch {
    path: PathBuf,
    file: std::fs::File,
    end: u64,
    index: HashMap<u32, Extent>,
}

/// Fetches entries of one part, which are in its order.
fn fetch(
    experiment: &Experiment<'_>,
    chosen: &[u32],
    scratch: &Mutex<Scratch>,
    settings: &Settings<'_>,
) -> Result<()> {
    each(experiment, chosen, |entry, trajectory| {
        settings.check_stop()?;
        keep(scratch, entry, &trajectory)?;
        settings.watch.advance(Amount::rows(1));
        Ok(())
    })
}

/// The texts of one entry, read from its file.
pub(super) fn of_one(experiment: &Experiment<'_>, entry: u32) -> Result<Option<EntryText>> {
    let mut text = None;
    each(experiment, &[entry], |_, trajectory| {
        text = Some(EntryText {
            problem: trajectory.problem.into_owned(),
            response: trajectory.response.into_owned(),
            gold: trajectory.gold.map(Into::into),
            made: None,
            conversation_tokens: None,
        });
        Ok(())
    })?;
    Ok(text)
}

/// Reads entries of one part, which are in its order, and hands over each, if it is what was measured.
pub(crate) fn each(
    experiment: &Experiment<'_>,
    chosen: &[u32],
    mut take: impl FnMut(u32, Trajectory<'_>) -> Result<()>,
) -> Result<()> {
    let part = experiment.entries.rows[chosen[0] as usize].part;
    let file = &experiment.file_of(part).file;
    let source = &experiment.source_of(part).source;
    let spots = spots(experiment, chosen);
    source::fetch(file, source, &spots, |at, trajectory| {
        let entry = chosen[at];
        let body = experiment.entries.body_of(entry);
        let problem_id = ids::problem_id(&trajectory.problem);
        if ids::trajectory_id(problem_id, &trajectory.response) != body.trajectory_id
            || ids::text_id(&trajectory.problem, trajectory.gold.as_deref()) != body.text_id
        {
            return Err(Error::Changed {
                file: file.name.clone(),
            });
        }
        take(entry, trajectory)
    })
}

/// Reads entries of one part, which are in its order, for their problems and gold answers alone, and hands over each that
/// is what was measured. Tells those that it cannot tell so: of them [`each`] reads whole rows.
pub(crate) fn each_problem(
    experiment: &Experiment<'_>,
    chosen: &[u32],
    mut take: impl FnMut(u32, Trajectory<'_>) -> Result<()>,
) -> Result<Vec<u32>> {
    let part = experiment.entries.rows[chosen[0] as usize].part;
    let file = &experiment.file_of(part).file;
    let source = &experiment.source_of(part).source;
    let spots = spots(experiment, chosen);
    let mut is_told = vec![false; chosen.len()];
    source::fetch_problems(file, source, &spots, |at, trajectory| {
        let text_id = ids::text_id(&trajectory.problem, trajectory.gold.as_deref());
        if text_id != experiment.entries.body_of(chosen[at]).text_id {
            return Ok(());
        }
        is_told[at] = true;
        take(chosen[at], trajectory)
    })?;
    let left = chosen.iter().zip(is_told).filter(|(_, is_told)| !is_told);
    Ok(left.map(|(entry, _)| *entry).collect())
}

/// Where entries of one part lie in its file.
fn spots(experiment: &Experiment<'_>, chosen: &[u32]) -> Vec<Spot> {
    let spot = |&entry: &u32| {
        let row = &experiment.entries.rows[entry as usize];
        Spot {
            row: row.row,
            generation: row.generation.unwrap_or_default(),
            offset: row.offset,
        }
    };
    chosen.iter().map(spot).collect()
}

fn keep(scratch: &Mutex<Scratch>, entry: u32, trajectory: &Trajectory<'_>) -> Result<()> {
    let mut bytes = Vec::with_capacity(trajectory.response.len() + trajectory.problem.len());
    bytes.extend_from_slice(trajectory.response.as_bytes());
    bytes.extend_from_slice(trajectory.problem.as_bytes());
    bytes.extend_from_slice(trajectory.gold.as_deref().unwrap_or_default().as_bytes());
    let hash = blake3::hash(&bytes);
    let mut scratch = scratch
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let written = scratch.file.write_all(&bytes);
    written.map_err(|error| Error::write(&scratch.path, error))?;
    let extent = Extent {
        offset: scratch.end,
        problem: trajectory.problem.len() as u32,
        response: trajectory.response.len() as u32,
        gold: trajectory.gold.as_ref().map(|gold| gold.len() as u32),
        hash,
    };
    scratch.end += bytes.len() as u64;
    scratch.index.insert(entry, extent);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scratch file of two entries, and its folder.
    fn kept() -> (tempfile::TempDir, Texts) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("texts");
        let scratch = Mutex::new(Scratch {
            path: path.clone(),
            file: disk::create(&path).expect("a file"),
            end: 0,
            index: HashMap::new(),
        });
        for (entry, gold) in [(3, Some("4")), (7, None)] {
            let trajectory = Trajectory {
                problem: "What is 1+3?".into(),
                response: "It is 4.".into(),
                gold: gold.map(Into::into),
                ..Trajectory::default()
            };
            keep(&scratch, entry, &trajectory).expect("texts");
        }
        let scratch = scratch.into_inner().expect("nobody panicked");
        let index = scratch.index;
        (folder, Texts { path, index })
    }

    #[test]
    fn a_text_comes_back_as_it_was_or_not_at_all() {
        let (_folder, texts) = kept();
        let mut reader = texts.reader().expect("a file");
        let text = reader.text(3).expect("texts");
        assert_eq!(text.problem, "What is 1+3?");
        assert_eq!(
            (text.response.as_str(), text.gold.as_deref()),
            ("It is 4.", Some("4"))
        );
        assert_eq!(reader.text(7).expect("texts").gold, None);
        let whole = fs::read(&texts.path).expect("a file");
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            // Another letter, and still text.
            bytes[at] ^= 1;
            fs::write(&texts.path, bytes).expect("a file");
            let read = [3, 7].map(|entry| reader.text(entry).is_ok());
            assert_eq!(read, [at > 20, at <= 20], "byte {at}");
        }
        fs::write(&texts.path, &whole[..10]).expect("a file");
        assert!(reader.text(3).is_err() && reader.text(7).is_err());
    }
}
