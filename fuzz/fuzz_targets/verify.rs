//! A gold answer and a response, split at the first zero byte: no panic, and never slow.
#![no_main]

use gradatim::verify;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (gold, response) = text.split_once('\0').unwrap_or((&text, &text));
    verify::verify(gold, response);
});
