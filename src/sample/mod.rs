//! The sample: two small sources in the shapes of OpenR1-Math-220k and s1K-1.1, with a known truth.
//!
//! It is what the quickstart and the tests run on. It is made, not carried, so that a program far from its repository has a
//! main job to do (`gradatim example NAME --into DIR`) and is hardly larger: its files are 7 MB, however they are packed 3.
//! Everything comes from `families`, with one seed; no text is taken from a dataset. Two makings give the same bytes,
//! since nothing here asks the clock, the order of a hash map or the platform's floating point; a test holds those in
//! `data/` against it. `truth.jsonl.gz` says what is true about each generation, so that a test can compare.

mod answer;
mod arithmetic;
mod families;
mod number;
mod openr1;
mod parquet_file;
mod pool;
mod problem;
mod prose;
mod rng;
mod s1k;
mod table;
mod truth;

use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};

use crate::{Error, Result};
use pool::Pool;
use rng::Rng;
use truth::{Place, Truth};

/// Anything else makes another sample, and other counts in `data/README.md`.
const SEED: u64 = 20_251_121;

const SHARDS: [&str; 2] = [
    "openr1/train-00000-of-00002.parquet",
    "openr1/train-00001-of-00002.parquet",
];

/// The sources by their names below `data/`, with `/` between folders: two of Parquet, one of JSONL.
pub const SOURCES: [&str; 3] = [SHARDS[0], SHARDS[1], s1k::FILE];

/// A file of the sample: its name below `data/`, with `/` between folders, and its bytes.
pub type NamedFile = (&'static str, Vec<u8>);

/// The sample's rows, before they are files.
pub struct Sample {
    rows: Vec<openr1::Row>,
    lines: Vec<s1k::Line>,
}

impl Sample {
    /// Draws it: half a second in a release build, and 125 MB while it lives (2026-11-28).
    pub fn make() -> Self {
        let mut pool = Pool::default();
        let mut problems = Vec::new();
        let mut rng = Rng(SEED);
        for (category, count) in openr1::wanted() {
            problems.extend(pool.draw(category, count, &mut rng));
        }
        let rows = openr1::rows(&problems, &mut Rng(SEED + 1));

        // The second source has problems of its own, and a few of the first one's.
        let mut rng = Rng(SEED + 2);
        rng.shuffle(&mut problems);
        let mut second = problems[..40].to_vec();
        for (category, _) in openr1::wanted().filter(|wanted| wanted.0 != "Other") {
            second.extend(pool.draw(category, 180, &mut rng));
        }
        rng.shuffle(&mut second);
        let lines = s1k::lines(&second, &mut rng);
        Self { rows, lines }
    }

    /// Those of the files [`SOURCES`] that are wanted: all take four seconds, most of it zstd's at a high level.
    pub fn sources(&self, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<NamedFile>> {
        let mut files = Vec::new();
        for (file, rows) in self.shards().filter(|(file, _)| is_wanted(file)) {
            let bytes = parquet_file::bytes(rows);
            let bytes = bytes.map_err(|error| Error::write_parquet(Path::new(file), error))?;
            files.push((file, bytes));
        }
        if is_wanted(s1k::FILE) {
            let lines = self.lines.iter();
            let bytes: Vec<u8> = lines
                .flat_map(|line| [&line.bytes[..], b"\n"].concat())
                .collect();
            files.push((s1k::FILE, gzip(&bytes)?));
        }
        Ok(files)
    }

    /// What is true about each generation; `data/README.md` says of its fields.
    pub fn truth(&self) -> Result<NamedFile> {
        let mut truths = Vec::new();
        for (file, rows) in self.shards() {
            for (place, row) in rows.iter().enumerate() {
                truths.extend(row_truths(file, place, row));
            }
        }
        for (place, line) in self.lines.iter().enumerate() {
            truths.extend(s1k::truth_lines(line, place));
        }
        let text = truths.join("\n") + "\n";
        Ok(("truth.jsonl.gz", gzip(text.as_bytes())?))
    }

    /// What was made, a count a line, for `data/README.md`.
    pub fn counts(&self) -> String {
        table::counts(&self.rows, &self.lines)
    }

    fn shards(&self) -> impl Iterator<Item = (&'static str, &[openr1::Row])> {
        let half = self.rows.len().div_ceil(SHARDS.len());
        SHARDS.into_iter().zip(self.rows.chunks(half))
    }
}

/// A line for each generation; one for the row if it has none.
fn row_truths(file: &str, place: usize, row: &openr1::Row) -> Vec<String> {
    let line = |generation, truth: &Truth| {
        let place = Place {
            file,
            row: place,
            generation,
            style: "r1",
            row_flaw: row.flaw,
            problem_number: Some(row.drawn.number),
        };
        truth::line(&place, Some(&row.drawn.problem), truth)
    };
    if row.truths.is_empty() {
        let flaw = row
            .flaw
            .expect("only a flaw leaves a row without generations");
        return vec![line(None, &Truth::malformed(flaw))];
    }
    row.truths
        .iter()
        .enumerate()
        .map(|(place, truth)| line(Some(place), truth))
        .collect()
}

/// Gzip without a time stamp.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::best());
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}
