//! What a command reads and what it writes are apart: looked at before anything is opened for writing.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use crate::folder::RUN_FOLDER;
use crate::{Error, Result};

/// Refuses to write to a file that is read, or to one that another option writes to: by whatever name, through links,
/// and aside, where a file is written as `NAME.partial` until it is whole.
pub(super) fn refuse_same(read: &[&Path], written: &[(&str, &Path)]) -> Result<()> {
    for (at, (option, path)) in written.iter().enumerate() {
        if let Some(same) = read.iter().find(|read| meets(read, path)) {
            return Err(Error::usage(
                format!(
                    "`{option} {}` would write over what is read, `{}`",
                    path.display(),
                    same.display()
                ),
                format!("name another file with `{option}`"),
            ));
        }
        if let Some((other, _)) = written[..at].iter().find(|(_, other)| meets(other, path)) {
            return Err(Error::usage(
                format!("`{other}` and `{option}` both name `{}`", path.display()),
                "name a file for each",
            ));
        }
    }
    Ok(())
}

/// Refuses to write a folder inside of one whose files are read: the next run would read what this one wrote.
pub(super) fn refuse_inside(read: &[PathBuf], option: &str, written: &Path) -> Result<()> {
    let Some(place) = whole(written) else {
        return Ok(());
    };
    let around = read.iter().find(|folder| {
        folder.is_dir() && whole(folder).is_some_and(|folder| place.starts_with(folder))
    });
    match around {
        None => Ok(()),
        Some(folder) => Err(Error::usage(
            format!(
                "`{option} {}` lies inside of `{}`, whose files are read",
                written.display(),
                folder.display()
            ),
            format!("name a folder outside of it with `{option}`"),
        )),
    }
}

/// Refuses a pool in an output folder, which it would spoil.
pub(super) fn refuse_pool(pool: &Path) -> Result<()> {
    match pool.join(RUN_FOLDER).is_dir() {
        false => Ok(()),
        true => Err(Error::usage(
            format!("`--pool {}` is an output folder", pool.display()),
            "name a folder for the pool alone, or none for the one in the cache",
        )),
    }
}

/// Refuses a pool that would lie in the output folder, which must hold what a run writes and nothing else.
pub(super) fn refuse_pool_in(pool: &Path, out: &Path) -> Result<()> {
    let (Some(first), Some(second)) = (whole(pool), whole(out)) else {
        return Ok(());
    };
    match first.starts_with(&second) {
        false => Ok(()),
        true => Err(Error::usage(
            format!(
                "`--pool {}` would lie in `--out {}`",
                pool.display(),
                out.display()
            ),
            "name a folder for each, side by side",
        )),
    }
}

/// Whether writing one, or the file aside of it, touches the other.
fn meets(one: &Path, written: &Path) -> bool {
    let mut aside = written.as_os_str().to_owned();
    aside.push(".partial");
    is_same(one, written) || is_same(one, Path::new(&aside))
}

fn is_same(one: &Path, other: &Path) -> bool {
    let (one, other) = (of_stdin(one), of_stdin(other));
    match (one.metadata(), other.metadata()) {
        (Ok(first), Ok(second)) => {
            is_one_file(&first, &second).unwrap_or_else(|| whole(one) == whole(other))
        }
        // A file that is not there yet.
        _ => whole(one).is_some_and(|one| Some(one) == whole(other)),
    }
}

/// What `-` reads.
fn of_stdin(path: &Path) -> &Path {
    match path.as_os_str() == "-" {
        true => Path::new("/dev/stdin"),
        false => path,
    }
}

/// Whether both are one regular file, by whatever names; none where the system does not tell.
#[cfg(unix)]
fn is_one_file(one: &Metadata, other: &Metadata) -> Option<bool> {
    use std::os::unix::fs::MetadataExt;
    let place = |file: &Metadata| (file.dev(), file.ino());
    Some(one.is_file() && place(one) == place(other))
}

#[cfg(not(unix))]
fn is_one_file(_: &Metadata, _: &Metadata) -> Option<bool> {
    None
}

/// The path from the root on with no link in it, as far as it is there.
fn whole(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    if let Ok(real) = path.canonicalize() {
        return Some(real);
    }
    Some(whole(path.parent()?)?.join(path.file_name()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        std::fs::write(&one, "a").expect("a file");
        (folder, one, other)
    }

    fn is_refused(read: &Path, written: &Path) -> bool {
        refuse_same(&[read], &[("--out", written)]).is_err()
    }

    #[test]
    fn a_file_that_is_read_is_not_written_by_whatever_name() {
        let (folder, one, other) = places();
        assert!(is_refused(&one, &one));
        assert!(!is_refused(&one, &other));
        assert!(is_refused(&one, &folder.path().join("./one")));
        std::fs::hard_link(&one, &other).expect("a link");
        assert!(is_refused(&one, &other));
        let aside = folder.path().join("third.partial");
        std::fs::write(&aside, "a").expect("a file");
        assert!(is_refused(&aside, &folder.path().join("third")));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_a_device_is_no_file() {
        let (folder, one, other) = places();
        std::os::unix::fs::symlink("one", &other).expect("a link");
        assert!(is_refused(&one, &other));
        assert!(is_refused(&other, &one));
        let null = Path::new("/dev/null");
        assert!(!is_refused(null, null));
        let both = [
            ("--out", one.as_path()),
            ("--disagreements", other.as_path()),
        ];
        assert!(refuse_same(&[], &both).is_err());
        drop(folder);
    }

    #[test]
    fn a_folder_inside_of_one_that_is_read_is_refused() {
        let (folder, one, _) = places();
        let read = [folder.path().to_owned()];
        let inside = |path: &Path| refuse_inside(&read, "--out", path).is_err();
        assert!(inside(&folder.path().join("out")));
        assert!(inside(&folder.path().join("./a/out")));
        assert!(!inside(&folder.path().with_extension("out")));
        assert!(refuse_inside(&[one], "--out", &folder.path().join("out")).is_ok());
    }
}
