//! Times the verdicts on a file of pairs, one by one, as a caller with the texts in memory has them.
//!
//!     cargo run --release -p gradatim-verify --example timed -- PAIRS.jsonl [RUNS]
//!
//! Each line of the file is an object with `gold` and `response`. A line of JSON is printed for each run: how many
//! verdicts a second, and the median, the 99th of a hundred and the slowest in microseconds.
//! `benches/verify.py` holds them against Math-Verify.

use std::hint::black_box;
use std::time::Instant;

use gradatim_verify::verify;
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("name a file of pairs")?;
    let runs = arguments.next().map_or(Ok(5), |runs| runs.parse())?;
    let text = std::fs::read_to_string(path)?;
    let pairs: Vec<_> = text.lines().filter_map(pair).collect();
    if pairs.is_empty() {
        return Err("no line has a gold and a response".into());
    }
    for _ in 0..runs {
        println!("{}", run(&pairs));
    }
    Ok(())
}

fn pair(line: &str) -> Option<(String, String)> {
    let row: Value = serde_json::from_str(line).ok()?;
    let text = |key: &str| row[key].as_str().map(str::to_owned);
    Some((text("gold")?, text("response")?))
}

fn run(pairs: &[(String, String)]) -> Value {
    let mut times: Vec<f64> = pairs.iter().map(microseconds).collect();
    let total: f64 = times.iter().sum();
    times.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    json!({
        "rate": times.len() as f64 / total * 1e6,
        "p50": at(0.5),
        "p99": at(0.99),
        "max": at(1.0),
    })
}

fn microseconds((gold, response): &(String, String)) -> f64 {
    let started = Instant::now();
    black_box(verify(gold, response));
    started.elapsed().as_secs_f64() * 1e6
}
