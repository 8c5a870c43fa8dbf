//! The floor of measuring: decoding the needed columns and tokenising the responses, and nothing else.
//!
//!     cargo bench --bench floor -- 'shards/*.parquet' [--threads 2] [--library]      (an OpenR1 layout)
//!
//! With `--library` the tokenizers library makes the ids, and they are counted: the floor before there was a counter.
//! Units of files are taken side by side as a run takes them. Prints one JSON object: seconds by the wall,
//! seconds of work by part over all threads, and the trajectories. `main_job.py` holds a run against it.

#[expect(dead_code, reason = "it goes over the units side by side")]
mod texts;

use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use gradatim::measure::tokens::{Encoder, Tokenizer};
use gradatim::source::{self, BatchSize, Layout, Source, SourceFile, Unit, layout};

fn main() -> gradatim::Result<()> {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let (mut path, mut threads, mut by_library) = (None, None, false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--threads" => threads = words.next().and_then(|count| count.parse().ok()),
            "--library" => by_library = true,
            _ => path = Some(word),
        }
    }
    let path = path.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/data/openr1").into());
    let threads: usize =
        threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let source = Source::of(Layout::Openr1);
    let units = texts::units(Path::new(&path), &source)?;
    let tokenizer = Tokenizer::qwen();
    let encoder = by_library.then(|| Encoder::of_family("qwen2.5").expect("a family"));
    let encoder = encoder.transpose()?;
    let count = |text: &str| match &encoder {
        Some(encoder) => encoder.ids(text, false).map_or(0, |ids| ids.len()),
        None => tokenizer.tokens(text) as usize,
    };
    let floor = Floor::default();
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    std::thread::scope(|scope| {
        let work = || -> gradatim::Result<()> {
            while let Some((file, unit)) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
                floor.pass(file, *unit, &source, &count)?;
            }
            Ok(())
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().expect("no worker panics"))
    })?;
    let seconds = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64 / 1e9;
    println!(
        "{{\"wall_s\": {}, \"decode_s\": {}, \"tokenise_s\": {}, \"trajectories\": {}, \"threads\": {threads}}}",
        started.elapsed().as_secs_f64(),
        seconds(&floor.decode),
        seconds(&floor.tokenise),
        floor.trajectories.load(Ordering::Relaxed)
    );
    Ok(())
}

/// Nanoseconds by part, over all threads.
#[derive(Default)]
struct Floor {
    decode: AtomicU64,
    tokenise: AtomicU64,
    trajectories: AtomicU64,
}

impl Floor {
    fn pass(
        &self,
        file: &SourceFile,
        unit: Unit,
        source: &Source,
        count: &impl Fn(&str) -> usize,
    ) -> gradatim::Result<()> {
        let mut now = Instant::now();
        for batch in source::read(file, unit, source, BatchSize::of_rows(512))? {
            let batch = batch?;
            now = lap(&self.decode, now);
            for index in 0..batch.len() {
                let mut entries = Vec::new();
                layout::entries(source, batch.row(index), &mut entries);
                for trajectory in entries.iter().filter_map(|entry| entry.body.as_ref().ok()) {
                    black_box(count(&trajectory.response));
                    self.trajectories.fetch_add(1, Ordering::Relaxed);
                }
            }
            now = lap(&self.tokenise, now);
        }
        Ok(())
    }
}

fn lap(counter: &AtomicU64, since: Instant) -> Instant {
    let now = Instant::now();
    counter.fetch_add((now - since).as_nanos() as u64, Ordering::Relaxed);
    now
}
