//! Makes the sample that the quickstart and the tests run on: `make_sample DIR`; or attempts of models that might have been
//! trained on a run's subsets: `make_sample attempts OUT LOGS [SEED]`.
//!
//! Everything comes from the templates in `families`, with `SEED`; no text is taken from a dataset.
//! Two runs write the same bytes, since nothing here asks the clock, the order of a hash map or the
//! platform's floating point. `truth.jsonl.gz` says what is true about each generation, so that a
//! test can compare.

#![expect(
    clippy::unwrap_used,
    reason = "the generator reads nothing from outside: a failure is its own bug"
)]

mod answer;
mod arithmetic;
mod attempts;
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

use pool::Pool;
use rng::Rng;
use truth::{Place, Truth};

/// Anything else makes another sample, and other counts in `README.md`.
const SEED: u64 = 20_251_121;

const SHARDS: [&str; 2] = [
    "openr1/train-00000-of-00002.parquet",
    "openr1/train-00001-of-00002.parquet",
];

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<&str>>()
        .as_slice()
    {
        ["attempts", out, logs] => attempts::make(Path::new(out), Path::new(logs), 0),
        ["attempts", out, logs, seed] => {
            attempts::make(Path::new(out), Path::new(logs), seed.parse()?)
        }
        [folder] => make(Path::new(folder)),
        _ => Err("usage: make_sample DIR, or make_sample attempts OUT LOGS [SEED]".into()),
    }
}

fn make(folder: &Path) -> Fallible<()> {
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

    let mut truths = Vec::new();
    let half = rows.len().div_ceil(SHARDS.len());
    for (file, rows) in SHARDS.iter().zip(rows.chunks(half)) {
        parquet_file::write(&folder.join(file), rows)?;
        for (place, row) in rows.iter().enumerate() {
            truths.extend(row_truths(file, place, row));
        }
    }
    let bytes: Vec<u8> = lines
        .iter()
        .flat_map(|line| [&line.bytes[..], b"\n"].concat())
        .collect();
    write_gzip(&folder.join(s1k::FILE), &bytes)?;
    for (place, line) in lines.iter().enumerate() {
        truths.extend(s1k::truth_lines(line, place));
    }
    write_gzip(
        &folder.join("truth.jsonl.gz"),
        (truths.join("\n") + "\n").as_bytes(),
    )?;
    print!("{}", table::counts(&rows, &lines));
    Ok(())
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

/// Writes gzip without a time stamp.
fn write_gzip(path: &Path, bytes: &[u8]) -> Fallible<()> {
    fs_err::create_dir_all(path.parent().expect("a file lies in a folder"))?;
    let file = fs_err::File::create(path)?;
    let mut writer = GzBuilder::new().mtime(0).write(file, Compression::best());
    writer.write_all(bytes)?;
    writer.finish()?;
    Ok(())
}
