//! Any response: its parts and its answer lie inside it, on the borders of letters.
#![no_main]

use gradatim_verify::{extract, split_thinking};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let parts = split_thinking(&text);
    assert!(text.get(parts.thinking).is_some() && text.get(parts.answer).is_some());
    if let Some(found) = extract(&text) {
        assert!(text.get(found.span).is_some());
    }
});
