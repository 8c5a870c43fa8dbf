//! A pipeline file: it parses or it is refused with a message.
#![no_main]

use std::path::Path;

use gradatim::Error;
use gradatim::pipeline::PipelineFile;
use gradatim::plan::{Overrides, Plan};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).into_owned();
    if let Ok(file) = PipelineFile::parse(Path::new("/nowhere/fuzz.toml"), text) {
        let _ = Plan::new(&file, &Overrides::default(), &|| Err(Error::Interrupted { signal: 2 }));
    }
});
