//! Makes the sample that the quickstart and the tests run on: `make_sample DIR`; or attempts of models that might have been
//! trained on a run's subsets: `make_sample attempts OUT LOGS [SEED]`.
//!
//! The sample is the library's (`gradatim::sample`); here it is written.

mod attempts;
#[path = "../../src/sample/rng.rs"]
#[allow(dead_code, reason = "the sample draws whole numbers too")]
mod rng;

use std::path::Path;

use gradatim::sample::Sample;

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<&str>>()
        .as_slice()
    {
        ["attempts", out, logs] => attempts::make(Path::new(out), Path::new(logs), 0),
        ["attempts", out, logs, seed] => {
            attempts::make(Path::new(out), Path::new(logs), seed.parse()?)
        }
        [folder] => make(Path::new(folder)),
        _ => Err("usage: make_sample DIR, or make_sample attempts OUT LOGS [SEED]".into()),
    }
}

fn make(folder: &Path) -> Fallible<()> {
    let sample = Sample::make();
    for (name, bytes) in sample
        .sources(|_| true)?
        .into_iter()
        .chain([sample.truth()?])
    {
        let path = folder.join(name);
        fs_err::create_dir_all(path.parent().expect("a file lies in a folder"))?;
        fs_err::write(path, bytes)?;
    }
    print!("{}", sample.counts());
    Ok(())
}
