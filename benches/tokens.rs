//! Tokens a second on one core: our counter, the tokenizers library, bpe-openai and tiktoken-rs, with Qwen2.5's
//! vocabulary.
//!
//!     cargo bench --bench tokens -- 'shards/*.parquet' [--megabytes 8] [--rounds 9]      (an OpenR1 layout)
//!
//! They take turns over the same responses, and a ratio is made of neighbours. A text that two of them count differently
//! is told, and ends it with 1. The tokenizers library and tiktoken-rs make the ids of which we only count how many there
//! are: that is how they are asked for a count. tiktoken-rs normalises nothing, so that it is handed the text in NFC.

mod figures;
mod texts;

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use gradatim::measure::tokens::{Encoder, Tokenizer};
use tiktoken_rs::CoreBPE;
use unicode_normalization::UnicodeNormalization;

/// A way to count a text.
type Count<'c> = Box<dyn Fn(&str) -> usize + 'c>;

/// Ways that are held against each other, our own the first.
const PEERS: usize = 4;

/// How Qwen2.5 cuts a text before it joins bytes, as its `tokenizer.json` has it.
const PATTERN: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Over the same ranks.
fn tiktoken(ranks: &bpe_openai::byte_pair_encoding::BytePairEncoding) -> CoreBPE {
    let encoder = (0..ranks.num_tokens() as u32).map(|id| (ranks.token_bytes(id).to_vec(), id));
    CoreBPE::new(encoder.collect(), Default::default(), PATTERN).expect("a pattern")
}

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
    let tiktoken = tiktoken(&bpe.bpe);
    let counters: [(&str, Count<'_>); PEERS] = [
        ("gradatim", Box::new(|text| tokenizer.tokens(text) as usize)),
        (
            "tokenizers",
            Box::new(|text| encoder.ids(text, false).map_or(0, |ids| ids.len())),
        ),
        ("bpe-openai", Box::new(|text| bpe.count(text))),
        (
            "tiktoken-rs",
            Box::new(|text| {
                let composed: String = text.nfc().collect();
                tiktoken.count_ordinary(&composed)
            }),
        ),
    ];
    let differ = texts.iter().filter(|text| {
        let counts = counters.each_ref().map(|(_, count)| count(text));
        counts.iter().any(|count| *count != counts[0])
    });
    let differ = differ.count();
    let seconds: Vec<[f64; PEERS]> = (0..rounds)
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

fn told(texts: &[String], tokenizer: &Tokenizer, names: &[&str; PEERS], seconds: &[[f64; PEERS]]) {
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
