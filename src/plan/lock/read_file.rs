//! Files that a run read, found again by their content.

use std::collections::HashMap;
use std::path::PathBuf;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::Result;
use crate::manifest::{CompanionFileRecord, HubRecord, ObjectRecord};
use crate::source::store::StoreFile;
use crate::source::{DiskFile, Place, SourceFile};

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
    /// As its store does.
    Object,
}

/// Hexadecimal digits of a SHA-1.
const SHA1_DIGITS: usize = 40;

impl<'m> ReadFile<'m> {
    pub(super) fn new(
        name: &'m str,
        blake3: &'m Option<String>,
        hub: &'m Option<HubRecord>,
        object: &'m Option<ObjectRecord>,
    ) -> Self {
        let hub = hub.as_ref().map(|hub| match hub.content.len() {
            SHA1_DIGITS => (Way::GitBlob, hub.content.as_str()),
            _ => (Way::Sha256, hub.content.as_str()),
        });
        let blake3 = blake3.as_deref().map(|hash| (Way::Blake3, hash));
        let object = object.as_ref();
        let object = object.map(|object| (Way::Object, object.state.as_str()));
        Self {
            name,
            content: hub.or(blake3).or(object),
        }
    }

    pub(super) fn of(record: &'m CompanionFileRecord) -> Self {
        Self::new(&record.file, &record.blake3, &record.hub, &record.object)
    }

    /// Its content as messages name it.
    pub(super) fn shown(&self) -> &'m str {
        self.content
            .map_or("what could not be read", |(_, hash)| hash)
    }
}

/// The sum of a file's bytes behind what it has seen; what is read of the file later is held against them.
fn sum<D: Digest>(file: &DiskFile, mut sum: D) -> Result<String> {
    file.hash_with(|bytes| sum.update(bytes))?;
    Ok(hex(&sum.finalize()))
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
        let file = match &file.place {
            Place::Hub(remote) => return Ok(remote.file.content.to_string()),
            Place::Store(file) => return of_object(file, way),
            Place::Disk(file) => file,
        };
        let key = (file.to_path_buf(), way);
        if let Some(known) = self.0.get(&key) {
            return Ok(known.clone());
        }
        let hash = match way {
            Way::Blake3 => file.hash()?.to_string(),
            Way::Sha256 => sum(file, Sha256::new())?,
            // What a file was in a store says nothing of its bytes.
            Way::Object => "a file of this disk".to_owned(),
            Way::GitBlob => {
                let head = format!("blob {}\0", file.bytes()?);
                sum(file, Sha1::new().chain_update(head))?
            }
        };
        self.0.insert(key, hash.clone());
        Ok(hash)
    }
}

/// The content of an object by that way; where others are asked for than its store's, it is read.
fn of_object(file: &StoreFile, way: Way) -> Result<String> {
    Ok(match way {
        Way::Object => file.object.state(),
        Way::Blake3 => file.hash()?.to_string(),
        Way::Sha256 => sum_of_object(file, Sha256::new())?,
        Way::GitBlob => {
            let head = format!("blob {}\0", file.object.size());
            sum_of_object(file, Sha1::new().chain_update(head))?
        }
    })
}

fn sum_of_object<D: Digest>(file: &StoreFile, mut sum: D) -> Result<String> {
    file.read_through(|bytes| sum.update(bytes))?;
    Ok(hex(&sum.finalize()))
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
