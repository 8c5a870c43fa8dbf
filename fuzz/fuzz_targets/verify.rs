//! A gold answer and a response, split at the first zero byte: no panic, and the same verdict again.
#![no_main]

#[expect(dead_code, unused_imports, reason = "the folder as a whole, of which one function is fuzzed")]
#[path = "../../src/verify/mod.rs"]
mod verify;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (gold, response) = text.split_once('\0').unwrap_or((&text, &text));
    let first = verify::verify(gold, response);
    let second = verify::verify(gold, response);
    assert_eq!(first.outcome, second.outcome);
});
