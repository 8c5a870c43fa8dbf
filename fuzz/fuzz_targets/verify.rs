//! A gold answer and a response, split at the first zero byte: no panic, and the same verdict again.
#![no_main]

use gradatim_verify::verify;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (gold, response) = text.split_once('\0').unwrap_or((&text, &text));
    let first = verify(gold, response);
    let second = verify(gold, response);
    assert_eq!(first.outcome, second.outcome);
});
