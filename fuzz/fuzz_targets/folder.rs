//! An output folder whose manifest, or any other file of its run, holds anything: `check` says what is broken.
//!
//! The first byte chooses what happens, the second the file; the rest is the file, or edits it. The hashes that name it
//! are left as they were, where any change must be found, or made to fit: those of `SHA256SUMS`, or the manifest's too.
#![no_main]

mod stored;

use std::sync::LazyLock;

use sha2::{Digest, Sha256};
use stored::Stored;

const MANIFEST: &str = "__run__/manifest.json";
const SUMS: &str = "__run__/SHA256SUMS";

static STORED: LazyLock<Stored> = LazyLock::new(|| Stored::new("out"));

/// Files by name, each as it was written and with its values open.
static FILES: LazyLock<Vec<(String, Vec<u8>, Vec<u8>)>> = LazyLock::new(|| {
    let opened = |name: &str, bytes: &[u8]| match name.ends_with(".parquet") {
        true => stored::opened(bytes),
        false => bytes.to_vec(),
    };
    let files = STORED.files.iter().filter(|(name, _)| name.as_str() != MANIFEST);
    files.map(|(name, bytes)| (name.clone(), bytes.clone(), opened(name, bytes))).collect()
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [how, which, rest @ ..] = data else { return };
    let (fits, whole, open, deep) = (how & 1 == 1, how & 2 == 2, how & 4 == 4, how & 8 == 8);
    // Every second input is about the manifest.
    let at = usize::from(*which);
    let other = (at % 2 == 1).then(|| &FILES[at / 2 % FILES.len()]);
    let before = &STORED.files[MANIFEST];
    let (name, written, begun) = match other {
        Some((name, written, opened)) => (name.as_str(), written, if open { opened } else { written }),
        None => (MANIFEST, before, before),
    };
    let mut changed = begun.clone();
    match whole {
        true => changed = rest.to_vec(),
        false => stored::edit(&mut changed, rest),
    }
    let mut sums = STORED.files[SUMS].clone();
    let mut manifest = before.clone();
    if fits && name != SUMS {
        stored::replace(&mut sums, &hex(written), &hex(&changed));
    }
    if fits && deep && name != MANIFEST {
        stored::replace(&mut manifest, &hex(written), &hex(&changed));
        stored::replace(&mut sums, &hex(before), &hex(&manifest));
    }
    STORED.put(MANIFEST, &manifest);
    STORED.put(SUMS, &sums);
    STORED.put(name, &changed);
    let broken = gradatim::broken_promises(&STORED.root).expect("a broken folder is an answer, not an error");
    // A card may have text of one's own.
    let may_change = fits || changed == *written || name == "README.md";
    assert!(may_change || !broken.is_empty(), "a changed file is found");
    for name in [MANIFEST, SUMS, name] {
        STORED.put(name, &STORED.files[name]);
    }
});

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
