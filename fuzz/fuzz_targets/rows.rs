//! A JSONL line read by every layout: no panic, and at least one entry.
#![no_main]

use gradatim::source::{Layout, Row, Source, layout, value::Value};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(value) = gradatim::source::value::from_json(text) else { return };
    for &known in Layout::all() {
        let source = Source::of(known);
        let cells = layout::columns(&source);
        let cells = cells.iter().map(|needed| value.clone().field(&needed.name));
        let row = Row { number: 0, offset: None, cells: Ok(cells.collect::<Vec<Value<'_>>>()), remarks: Default::default() };
        let mut entries = Vec::new();
        layout::entries(&source, row, &mut entries);
        assert!(!entries.is_empty());
    }
});
