//! Any response: its parts and its answer lie inside it, on the borders of letters.
#![no_main]

#[expect(dead_code, unused_imports, reason = "the folder as a whole, of which two functions are fuzzed")]
#[path = "../../src/verify/mod.rs"]
mod verify;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let parts = verify::split_thinking(&text);
    assert!(text.get(parts.thinking).is_some() && text.get(parts.answer).is_some());
    if let Some(found) = verify::extract(&text) {
        assert!(text.get(found.span).is_some());
    }
});
