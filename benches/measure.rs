//! What each part of measuring costs, alone and on one core, over the responses of a source.
//!
//!     cargo bench --bench measure -- 'shards/*.parquet'      (an OpenR1 layout; data/openr1 by default)
//!
//! Prints microseconds a trajectory and MB/s of text: min, median and max of several passes over the same
//! texts, so that a noisy machine shows as a wide range.

mod figures;
mod texts;

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use gradatim::ids;
use gradatim::measure::tokens::Tokenizer;
use gradatim::measure::{repetition, style};
use gradatim::verify;

const PASSES: usize = 5;
const TEXTS_MAX: usize = 2000;

fn main() -> gradatim::Result<()> {
    let path = std::env::args()
        .skip(1)
        .find(|word| !word.starts_with("--"));
    let path = path.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/data/openr1").into());
    let texts = read(Path::new(&path))?;
    let bytes: usize = texts.iter().map(|(_, _, response)| response.len()).sum();
    println!("{} trajectories, {:.1} MB", texts.len(), bytes as f64 / 1e6);
    let started = Instant::now();
    let tokenizer = Tokenizer::qwen();
    let loading = started.elapsed().as_secs_f64();
    figures::row("loading the tokenizer", [loading * 1e3], "ms", 1);
    let show = |name: &str, part: &dyn Fn(&(String, String, String)) -> usize| {
        let passes = (0..PASSES).map(|_| {
            let started = Instant::now();
            for text in &texts {
                black_box(part(text));
            }
            started.elapsed().as_secs_f64() * 1e6 / texts.len() as f64
        });
        figures::row(name, passes, "µs a trajectory", 1);
    };
    show("tokens", &|(_, _, response)| {
        tokenizer.tokens(response) as usize
    });
    show("tokens (bpe-openai)", &|(_, _, response)| {
        bpe_openai::voyage3_base().count(response)
    });
    show("problem_id", &|(problem, _, _)| {
        ids::problem_id(problem).0 as usize
    });
    show("trajectory_id", &|(_, _, response)| {
        ids::trajectory_id(ids::Id(1), response).0 as usize
    });
    show("verify", &|(_, gold, response)| {
        verify::verify(gold, response).outcome as usize
    });
    show("split thinking", &|(_, _, response)| {
        verify::split_thinking(response).answer.start
    });
    show("repetition", &|(_, _, response)| {
        repetition::repeated_share(response) as usize
    });
    show("style", &|(_, _, response)| {
        style::style(response, Some(response)) as usize
    });
    show("verify, describe and identify", &|(_, gold, response)| {
        let verdict = verify::verify(gold, response).outcome as usize;
        let parts = verify::split_thinking(response);
        let thinking = &response[..parts.answer.start];
        let described = repetition::repeated_share(response) as usize
            + style::style(response, Some(thinking)) as usize;
        verdict + described + ids::trajectory_id(ids::Id(1), response).0 as usize
    });
    Ok(())
}

/// Problem, gold answer and response of the first trajectories.
fn read(path: &Path) -> gradatim::Result<Vec<(String, String, String)>> {
    let mut texts = Vec::new();
    texts::trajectories(path, |trajectory| {
        let gold = trajectory.gold.as_deref().unwrap_or_default();
        texts.push((
            trajectory.problem.to_string(),
            gold.to_owned(),
            trajectory.response.to_string(),
        ));
        texts.len() >= TEXTS_MAX
    })?;
    Ok(texts)
}
