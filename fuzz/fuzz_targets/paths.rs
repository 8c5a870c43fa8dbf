//! Any text as a column's path, followed through any JSON: parsed and written back, or refused with a message.
#![no_main]

use gradatim::source::{Columns, Layout, Row, Source, layout};
use gradatim::source::value::from_json;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (path, row) = text.split_once('\n').unwrap_or((text, "null"));
    let quoted = toml::Value::from(path).to_string();
    let written = format!("problem = {quoted}\nresponse = {quoted}\nanswer = {quoted}\n");
    let Ok(columns) = toml::from_str::<Columns>(&written) else { return };
    let again = toml::to_string(&columns).expect("what was read can be written");
    assert_eq!(toml::from_str::<Columns>(&again).expect("and read again"), columns);
    let Ok(value) = from_json(row) else { return };
    let source = Source { columns: Some(columns), ..Source::of(Layout::Columns) };
    let cells = layout::columns(&source).iter().map(|_| value.clone()).collect();
    let row = Row { number: 0, offset: None, cells: Ok(cells), remarks: Default::default() };
    let mut entries = Vec::new();
    layout::entries(&source, row, &mut entries);
    assert!(!entries.is_empty());
});
