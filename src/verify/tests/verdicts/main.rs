//! What the verifier promises: answers of every kind, its own table of mistakes, properties, and the
//! peer's cases where they are there. One binary, a module a file.

mod answers;
mod apart;
mod closed;
mod findings;
mod imports;
mod kinds;
mod oracle;
mod peer;
mod properties;
mod spellings;
mod table;
mod threads;
mod wild;

use std::path::{Path, PathBuf};

/// The folder of the package.
fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder `shared` beside the repository, or none where it is absent, and then says so.
fn shared() -> Option<PathBuf> {
    let found = package()
        .ancestors()
        .map(|folder| folder.join("shared"))
        .find(|shared| shared.join("verify/README.md").is_file());
    if found.is_none() {
        println!("skipped: ../shared is absent");
    }
    found
}
