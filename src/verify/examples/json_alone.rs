//! What reading and writing JSON alone costs where rows are judged: the floor under `gradatim verify FILE`.
//!
//! Reads FILE line by line with `serde_json`, borrows the two fields that are judged, and writes the three that a
//! verdict has, of the same texts for each row. Run by `benches/verify_file.py`.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};

use serde::{Deserialize, Serialize};

/// What is read of a row.
#[derive(Deserialize)]
struct Pair<'r> {
    #[serde(borrow)]
    gold: Cow<'r, str>,
    #[serde(borrow)]
    response: Cow<'r, str>,
}

/// What is written of a row.
#[derive(Serialize)]
struct Judged<'r> {
    verdict: &'r str,
    extracted: Option<&'r str>,
    reason: &'r str,
}

fn main() -> std::io::Result<()> {
    let path = std::env::args_os().nth(1).expect("a file of rows");
    let mut rows = BufReader::with_capacity(1 << 18, File::open(path)?);
    let mut out = BufWriter::with_capacity(1 << 18, std::io::stdout().lock());
    let mut line = Vec::new();
    while rows.read_until(b'\n', &mut line)? > 0 {
        let pair: Pair<'_> = serde_json::from_slice(&line)?;
        let judged = Judged {
            verdict: if pair.response.is_empty() {
                "no_answer"
            } else {
                "correct"
            },
            extracted: Some(&pair.gold),
            reason: "exact",
        };
        serde_json::to_writer(&mut out, &judged)?;
        out.write_all(b"\n")?;
        line.clear();
    }
    out.flush()
}
