//! A part of the pool whose files hold anything: `pool check` says whether it is whole, and nothing panics.
//!
//! The first byte chooses what happens, the second the file. Either the file is the rest of the input, or it is edited
//! by it; and the hashes of the seal are left as they were, where any change must be found, or made to fit, as one
//! would who means harm: then what is read is whatever the tables hold.
#![no_main]

mod stored;

use std::sync::LazyLock;
use stored::Stored;

const SEAL: &str = "part.json";

static STORED: LazyLock<Stored> = LazyLock::new(|| Stored::new("pool/parts"));

/// The tables as they were written and with their values open, by name.
static TABLES: LazyLock<Vec<(String, Vec<u8>, Vec<u8>)>> = LazyLock::new(|| {
    let tables = STORED.files.iter().filter(|(name, _)| name.as_str() != SEAL);
    tables.map(|(name, bytes)| (name.clone(), bytes.clone(), stored::opened(bytes))).collect()
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [how, which, rest @ ..] = data else { return };
    let fits = how & 1 == 1;
    let whole = how & 2 == 2;
    let open = how & 4 == 4;
    let mut seal = STORED.files[SEAL].clone();
    let at = usize::from(*which) % (TABLES.len() + 1);
    let Some((name, written, opened)) = TABLES.get(at) else {
        change(&mut seal, whole, rest);
        if fits {
            fit(&mut seal);
        }
        let is_found = is_found(&seal, None);
        assert!(fits || is_found || seal == STORED.files[SEAL], "a changed seal is found");
        return;
    };
    let mut table = if open { opened.clone() } else { written.clone() };
    change(&mut table, whole, rest);
    if fits {
        stored::replace(&mut seal, &hex(written), &hex(&table));
        fit(&mut seal);
    }
    let is_found = is_found(&seal, Some((name, &table)));
    assert!(fits || is_found || table == *written, "a changed table is found");
    STORED.put(name, written);
});

fn change(content: &mut Vec<u8>, whole: bool, rest: &[u8]) {
    match whole {
        true => *content = rest.to_vec(),
        false => stored::edit(content, rest),
    }
}

/// Puts the files in place and asks; the seal is put back.
fn is_found(seal: &[u8], table: Option<(&String, &Vec<u8>)>) -> bool {
    STORED.put(SEAL, seal);
    if let Some((name, bytes)) = table {
        STORED.put(name, bytes);
    }
    let pool = STORED.root.ancestors().nth(3).expect("parts lie in a pool");
    let damaged = gradatim::damaged_parts(pool).expect("a damaged part is an answer, not an error");
    STORED.put(SEAL, &STORED.files[SEAL]);
    !damaged.is_empty()
}

fn hex(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// Makes the seal's hash of itself fit, where it still has one.
fn fit(seal: &mut Vec<u8>) {
    const SUM: &[u8] = b"\"sum\":\"";
    let Some(at) = seal.windows(SUM.len()).position(|window| window == SUM) else { return };
    let (start, end) = (at + SUM.len(), at + SUM.len() + 64);
    if end < seal.len() {
        let sum = hex(&[&seal[..start], &seal[end..]].concat());
        seal[start..end].copy_from_slice(sum.as_bytes());
    }
}
