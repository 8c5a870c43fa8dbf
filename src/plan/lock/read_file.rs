//! Files that a run read, found again by their content.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha1::Sha1;
use sha2::Digest;

use crate::Result;
use crate::folder::sha256;
use crate::manifest::{CompanionFileRecord, HubRecord};
use crate::pool::identity;
use crate::source::{Place, SourceFile};

/// A file that a run read, under its name.
pub(super) struct ReadFile<'m> {
    pub name: &'m str,
    /// How its content was named, and by what; none of one that could not be read.
    content: Option<(Way, &'m str)>,
}

/// How a file's content is named.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Way {
    Blake3,
    /// As the hub does.
    Sha256,
    /// As the hub does where a file is small.
    GitBlob,
}

/// Hexadecimal digits of a SHA-1.
const SHA1_DIGITS: usize = 40;

impl<'m> ReadFile<'m> {
    pub(super) fn new(
        name: &'m str,
        blake3: &'m Option<String>,
        hub: &'m Option<HubRecord>,
    ) -> Self {
        let hub = hub.as_ref().map(|hub| match hub.content.len() {
            SHA1_DIGITS => (Way::GitBlob, hub.content.as_str()),
            _ => (Way::Sha256, hub.content.as_str()),
        });
        let blake3 = blake3.as_deref().map(|hash| (Way::Blake3, hash));
        Self {
            name,
            content: hub.or(blake3),
        }
    }

    pub(super) fn of(record: &'m CompanionFileRecord) -> Self {
        Self::new(&record.file, &record.blake3, &record.hub)
    }

    /// Its content as messages name it.
    pub(super) fn shown(&self) -> &'m str {
        self.content
            .map_or("what could not be read", |(_, hash)| hash)
    }
}

/// What git names a file's content.
fn git_blob(path: &Path) -> Result<String> {
    let mut file = fs_err::File::open(path)?;
    let mut hasher = Sha1::new();
    hasher.update(format!("blob {}\0", file.metadata()?.len()));
    let mut block = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut block)?;
        if count == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(&block[..count]);
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hashes of files that were found, each taken once.
#[derive(Default)]
struct Hashes(HashMap<(PathBuf, Way), String>);

impl Hashes {
    /// A file's content by that way; one on the hub has the hub's alone.
    fn of(&mut self, file: &SourceFile, way: Way) -> Result<String> {
        let path = match &file.place {
            Place::Hub(remote) => return Ok(remote.file.content.to_string()),
            Place::Disk(path) => path,
        };
        let key = (path.clone(), way);
        if let Some(known) = self.0.get(&key) {
            return Ok(known.clone());
        }
        let hash = match way {
            Way::Blake3 => identity::hash(path)?.to_string(),
            Way::Sha256 => sha256(path)?,
            Way::GitBlob => git_blob(path)?,
        };
        self.0.insert(key, hash.clone());
        Ok(hash)
    }
}

/// The found files under the names of those that were read, in the order of these; and how they differ.
pub(super) fn matched(
    read: &[ReadFile<'_>],
    mut found: Vec<SourceFile>,
) -> Result<(Vec<SourceFile>, Vec<String>)> {
    let mut hashes = Hashes::default();
    let mut taken: Vec<(usize, SourceFile)> = Vec::new();
    let mut differences = Vec::new();
    // Any file will do for one that could not be read, so that these come last.
    let mut order: Vec<usize> = (0..read.len()).collect();
    order.sort_by_key(|&at| read[at].content.is_none());
    for at in order {
        match take(&read[at], &mut found, &mut hashes)? {
            Ok(file) => taken.push((at, file)),
            Err(difference) => differences.push(difference),
        }
    }
    let more = found.iter();
    differences.extend(more.map(|file| format!("`{}` was not there", file.name)));
    taken.sort_by_key(|(at, _)| *at);
    let files = taken.into_iter().map(|(_, file)| file).collect();
    Ok((files, differences))
}

/// Takes the file of that content, of several that have it the one of its name; or says what there is instead.
fn take(
    was: &ReadFile<'_>,
    found: &mut Vec<SourceFile>,
    hashes: &mut Hashes,
) -> Result<std::result::Result<SourceFile, String>> {
    found.sort_by_key(|file| file.name != was.name);
    for at in 0..found.len() {
        let is_it = match was.content {
            Some((way, hash)) => hashes.of(&found[at], way)? == hash,
            None => true,
        };
        if is_it {
            let mut file = found.remove(at);
            file.rename(was.name);
            return Ok(Ok(file));
        }
    }
    let named = found.iter().position(|file| file.name == was.name);
    let (Some(at), Some((way, hash))) = (named, was.content) else {
        return Ok(Err(format!(
            "none is `{}`, which was {}",
            was.name,
            was.shown()
        )));
    };
    let is = hashes.of(&found.remove(at), way)?;
    Ok(Err(format!(
        "`{}` is {is}, where the run read {hash}",
        was.name
    )))
}
