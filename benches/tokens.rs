//! Tokens a second on one core: our counter, the tokenizers library and bpe-openai, with Qwen2.5's vocabulary.
//!
//!     cargo bench --bench tokens -- 'shards/*.parquet' [--megabytes 8] [--rounds 9]      (an OpenR1 layout)
//!
//! The three take turns over the same responses, and a ratio is made of neighbours. A text that two of them count
//! differently is told, and ends it with 1. The library makes the ids of which we only count how many there are: that is
//! how it is asked for a count.

mod figures;
mod texts;

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use gradatim::measure::tokens::{Encoder, Tokenizer};

/// A way to count a text.
type Count<'c> = Box<dyn Fn(&str) -> usize + 'c>;

fn main() -> gradatim::Result<()> {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let (mut path, mut megabytes, mut rounds) = (None, 8, 9);
    while let Some(word) = words.next() {
        let number = |word: Option<String>| word.and_then(|word| word.parse().ok());
        match word.as_str() {
            "--megabytes" => megabytes = number(words.next()).unwrap_or(megabytes),
            "--rounds" => rounds = number(words.next()).unwrap_or(rounds),
            _ => path = Some(word),
        }
    }
    let path = path.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/data/openr1").into());
    let texts = responses(Path::new(&path), megabytes * 1_000_000)?;
    let tokenizer = Tokenizer::qwen();
    let encoder = Encoder::of_family("qwen2.5").expect("a family")?;
    let bpe = bpe_openai::voyage3_base();
    let counters: [(&str, Count<'_>); 3] = [
        ("gradatim", Box::new(|text| tokenizer.tokens(text) as usize)),
        (
            "tokenizers",
            Box::new(|text| encoder.ids(text, false).map_or(0, |ids| ids.len())),
        ),
        ("bpe-openai", Box::new(|text| bpe.count(text))),
    ];
    let differ = texts.iter().filter(|text| {
        let counts = counters.each_ref().map(|(_, count)| count(text));
        counts.iter().any(|count| *count != counts[0])
    });
    let differ = differ.count();
    let seconds: Vec<[f64; 3]> = (0..rounds)
        .map(|_| counters.each_ref().map(|(_, count)| timed(&texts, count)))
        .collect();
    told(
        &texts,
        &tokenizer,
        &counters.map(|(name, _)| name),
        &seconds,
    );
    println!("{differ} texts are counted differently");
    std::process::exit(i32::from(differ > 0));
}

fn timed(texts: &[String], count: &Count<'_>) -> f64 {
    let started = Instant::now();
    for text in texts {
        black_box(count(text));
    }
    started.elapsed().as_secs_f64()
}

fn told(texts: &[String], tokenizer: &Tokenizer, names: &[&str; 3], seconds: &[[f64; 3]]) {
    let bytes: usize = texts.iter().map(String::len).sum();
    let tokens: u64 = texts
        .iter()
        .map(|text| u64::from(tokenizer.tokens(text)))
        .sum();
    println!(
        "{} texts, {bytes} bytes, {tokens} tokens, {} rounds",
        texts.len(),
        seconds.len()
    );
    for (at, name) in names.iter().enumerate() {
        let rates = seconds.iter().map(|round| tokens as f64 / round[at] / 1e6);
        figures::row(&format!("{name}, a core"), rates, "million tokens/s", 1);
        let ratios = seconds.iter().map(|round| round[at] / round[0]);
        figures::row(&format!("{name}, times our time"), ratios, "", 2);
    }
}

/// Responses in their order, until there are so many bytes.
fn responses(path: &Path, bytes_max: usize) -> gradatim::Result<Vec<String>> {
    let (mut texts, mut bytes) = (Vec::new(), 0);
    texts::trajectories(path, |trajectory| {
        bytes += trajectory.response.len();
        texts.push(trajectory.response.to_string());
        bytes >= bytes_max
    })?;
    Ok(texts)
}
