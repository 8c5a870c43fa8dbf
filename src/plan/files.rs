//! The files of a plan: where the data of each table lies, and what it holds.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use super::check;
use super::lock::Lock;
use super::written::{name_of, placeless};
use super::{Connect, Overrides, PlannedCompanion, PlannedFile, PlannedSource};
use crate::pipeline::PipelineFile;
use crate::rules::Accept;
use crate::source::hub::Address;
use crate::source::location::ON_HUB;
use crate::source::needed::Needed;
use crate::source::store;
use crate::source::{
    self, Asked, Companion, Layout, Located, Location, Source, SourceFile, Unit, files, layout,
};
use crate::{Error, Result};

/// Finds the files of a pipeline's tables.
pub(super) struct Finder<'p> {
    pub file: &'p PipelineFile,
    pub overrides: &'p Overrides,
    /// What the run of a lock file read.
    pub lock: Option<&'p Lock>,
    pub connect: Connect<'p>,
    /// What the user should know of the files that were found.
    pub notes: RefCell<Vec<String>>,
}

/// The tables that say where their data lies.
#[derive(Clone, Copy)]
pub(super) enum DataTable {
    Sources,
    Companions,
    Benchmarks,
    Join,
}

impl DataTable {
    /// The key of the table of that name.
    pub(super) fn key(self, name: &str) -> String {
        let table = match self {
            Self::Sources => "sources",
            Self::Companions => "companions",
            Self::Benchmarks => "benchmarks",
            Self::Join => "join",
        };
        format!("{table}.{name}")
    }

    /// The split that is meant where a dataset has several and none is named.
    fn usual_split(self) -> &'static str {
        match self {
            Self::Benchmarks => "test",
            Self::Sources | Self::Companions | Self::Join => "train",
        }
    }

    /// What a location asks of a dataset.
    fn asked(self, written: &Location) -> Asked<'_> {
        Asked {
            config: written.config.as_deref(),
            split: written.split.as_deref(),
            ..Asked::usual(self.usual_split())
        }
    }
}

/// What was found of a table.
#[derive(Default)]
pub(super) struct FoundFiles {
    pub files: Vec<SourceFile>,
    /// Where they are, as it is written down: on the hub with the commit, and nothing of where files lie on
    /// this machine, which is no part of the experiment.
    pub location: Location,
    /// What the dataset's card on the hub says.
    pub card: Terms,
    /// Whether the command line names another dataset of the hub than the table.
    pub is_another: bool,
}

/// Under which terms texts are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// As the hub spells it; none where nobody says.
    pub license: Option<String>,
    /// Whom to name; none where nobody says.
    pub attribution: Option<String>,
}

impl Finder<'_> {
    /// The files of a table's location, or of what the command line says in its place.
    pub(super) fn find(
        &self,
        table: DataTable,
        name: &str,
        written: &Location,
    ) -> Result<FoundFiles> {
        let found = self.find_anywhere(table, name, written)?;
        match self.lock {
            Some(lock) => lock.settle(table, name, written, found),
            None => Ok(found),
        }
    }

    fn find_anywhere(
        &self,
        table: DataTable,
        name: &str,
        written: &Location,
    ) -> Result<FoundFiles> {
        let key = table.key(name);
        let Some(given) = self.overrides.sources.get(name) else {
            self.check(&key, written)?;
            return match &written.hub {
                Some(_) => self.find_on_hub(table, name, written),
                None => self.find_here(table, name, written),
            };
        };
        match given.to_str().and_then(|given| given.strip_prefix(ON_HUB)) {
            Some(address) => {
                let elsewhere = elsewhere(written, address.parse()?);
                let found = self.find_on_hub(table, name, &elsewhere)?;
                Ok(FoundFiles {
                    is_another: true,
                    ..found
                })
            }
            None => self.find_given(table, name, given, written),
        }
    }

    /// The files of a path of the command line, where the table's config and split are looked for too.
    fn find_given(
        &self,
        table: DataTable,
        name: &str,
        given: &Path,
        written: &Location,
    ) -> Result<FoundFiles> {
        let asked = Asked {
            is_meant_elsewhere: true,
            ..table.asked(written)
        };
        let found = files::find_in(&|| self.connect.stores(), given, asked)?;
        self.note(name, &found.notes);
        Ok(FoundFiles {
            location: Location {
                path: given.to_str().and_then(|path| found_under(given, path)),
                config: found.config,
                split: found.split,
                ..Location::default()
            },
            card: Terms {
                license: found.license,
                attribution: None,
            },
            files: found.files,
            is_another: false,
        })
    }

    fn note(&self, name: &str, notes: &[String]) {
        let named = notes.iter().map(|note| format!("{name}: {note}"));
        self.notes.borrow_mut().extend(named);
    }

    /// Refuses what contradicts itself.
    fn check(&self, key: &str, written: &Location) -> Result<()> {
        let below = written.below(self.file.folder());
        let is_folder = written.path.is_some() && (below.is_dir() || store::is_address(&below));
        if let Some(alone) = written.without_dataset(is_folder) {
            let what = match alone {
                "config" | "split" => "stands without a dataset of the hub or a folder with one",
                _ => "stands without a dataset of the hub",
            };
            return Err(self.file.error(
                &format!("{key}.{alone}"),
                what,
                "name the dataset (`hub = \"NAMESPACE/NAME\"` in a source or a companion, \
                 `path = \"hub:NAMESPACE/NAME\"` elsewhere), or leave it out",
            ));
        }
        if written.hub.is_some() && written.path.is_some() {
            return Err(self.file.error(
                &format!("{key}.hub"),
                "stands beside `path`",
                "keep one of them: a source is on this disk or on the hub",
            ));
        }
        Ok(())
    }

    /// A hint about paths, which start from the pipeline's folder; any other stays.
    fn hint_from_here(&self, hint: &str, name: &str) -> String {
        match hint.starts_with("name ") {
            true => format!(
                "{hint}, from {} on; or give `--source {name}=PATH`",
                self.file.folder_words()
            ),
            false => hint.to_owned(),
        }
    }

    fn find_here(&self, table: DataTable, name: &str, written: &Location) -> Result<FoundFiles> {
        let key = table.key(name);
        if written.path.is_none() {
            return Err(self.file.error(
                &key,
                "has no `path` and no `hub`",
                &format!("write one, or name its files with `--source {name}=PATH`"),
            ));
        }
        let path = written.below(self.file.folder());
        let stores = || self.connect.stores();
        let found =
            files::find_in(&stores, &path, table.asked(written)).map_err(|error| match error {
                Error::Usage { what, hint } => self.file.error(
                    &format!("{key}.path"),
                    &format!("cannot be used: {what}"),
                    &self.hint_from_here(&hint, name),
                ),
                other => other,
            })?;
        self.note(name, &found.notes);
        let path = written.path.as_deref();
        Ok(FoundFiles {
            files: found.files,
            location: Location {
                path: path.and_then(|path| placeless(path, self.file.folder())),
                config: written.config.clone().or(found.config),
                split: written.split.clone().or(found.split),
                ..Location::default()
            },
            card: Terms {
                license: found.license,
                attribution: None,
            },
            is_another: false,
        })
    }

    fn find_on_hub(&self, table: DataTable, name: &str, asked: &Location) -> Result<FoundFiles> {
        let repo = asked.hub.as_deref().unwrap_or_default();
        let address = Address::new(repo, asked.revision.as_deref())?;
        let hub = self.connect.hub()?;
        let (config, split) = (asked.config.as_deref(), asked.split.as_deref());
        let described = hub.describe(&address)?;
        let dataset = described.dataset(config, split, table.usual_split())?;
        self.note(name, dataset.note.as_slice());
        let mode = self.overrides.hub_mode.or(asked.hub_mode);
        let mode = mode.unwrap_or_default();
        let mut files = files::of_dataset(&hub, &dataset, mode);
        self.note(name, files::settle_delimiters(&mut files).as_slice());
        Ok(FoundFiles {
            files,
            card: Terms {
                attribution: Some(format!("{} at {}", dataset.page(), dataset.commit)),
                license: dataset.license,
            },
            location: Location {
                path: None,
                hub: Some(dataset.repo),
                config: Some(dataset.config),
                split: Some(dataset.split),
                revision: Some(dataset.commit),
                hub_mode: Some(mode),
            },
            is_another: false,
        })
    }

    /// A source with its files, of which the footers were read.
    pub(super) fn source(
        &self,
        name: &str,
        written: &Source,
        accept: Accept,
    ) -> Result<PlannedSource> {
        let found = self.find(DataTable::Sources, name, &written.location())?;
        let mut source = written.clone();
        source.pin(&found.location);
        if found.is_another {
            // Another dataset has terms of its own.
            (source.license, source.attribution) = (None, None);
        }
        Ok(PlannedSource {
            name: name.to_owned(),
            accept: source.accept.unwrap_or(accept),
            files: self
                .of_source(name, &source, found.files)
                .map_err(|error| check::wrong_column(self.file, name, &source, error))?,
            terms: Terms {
                license: source.license.clone().or(found.card.license),
                attribution: source.attribution.clone().or(found.card.attribution),
            },
            source,
        })
    }

    /// A companion with its files, of which the footers were read.
    pub(super) fn companion(&self, name: &str, written: &Companion) -> Result<PlannedCompanion> {
        let found = self.find(DataTable::Companions, name, &written.location())?;
        let source = Companion::source(&found.location);
        Ok(PlannedCompanion {
            name: name.to_owned(),
            category: written.category,
            files: self.of_source(name, &source, found.files)?,
            terms: found.card,
            source,
        })
    }
}

/// What is written down of a path of the command line: an address whole, else the name alone.
fn found_under(given: &Path, path: &str) -> Option<String> {
    match store::is_address(given) {
        true => Some(path.to_owned()),
        false => name_of(path),
    }
}

/// The location with another dataset in the place of its own data.
fn elsewhere(written: &Location, address: Address) -> Location {
    Location {
        path: None,
        hub: Some(address.repo),
        revision: Some(address.revision),
        ..written.clone()
    }
}

impl Finder<'_> {
    fn of_source(
        &self,
        name: &str,
        source: &Source,
        found: Vec<SourceFile>,
    ) -> Result<Vec<PlannedFile>> {
        let columns = layout::columns(source);
        let planned = self.with_columns(name, found, &columns, source.row_bytes_max);
        planned.map_err(|error| match source.layout {
            Layout::Problems => error.without_layout(
                "a companion has the columns of NuminaMath-1.5; join any other with a table `[join.NAME]`",
            ),
            _ => error,
        })
    }

    /// The found files of a table with the units of those that have the columns.
    pub(super) fn with_columns(
        &self,
        name: &str,
        found: Vec<SourceFile>,
        columns: &[Needed],
        row_bytes_max: u64,
    ) -> Result<Vec<PlannedFile>> {
        let (mut planned, mut lacking) = (Vec::new(), BTreeMap::new());
        for file in &found {
            let mut file = file.clone();
            let units = source::settle(&mut file)
                .and_then(|()| units_among(&found, &file, columns, row_bytes_max, &mut lacking));
            let units = match units {
                Err(error @ (Error::Schema { .. } | Error::File { .. })) => {
                    return Err(strayed(error, &file, &found));
                }
                Err(error) => Err(unreadable(error)?),
                Ok(units) => Ok(units),
            };
            // What cannot be read may not even be there.
            let bytes = match units.is_ok() {
                true => file.place.bytes()?,
                false => 0,
            };
            planned.push(PlannedFile { file, bytes, units });
        }
        let notes: Vec<String> = lacking.into_iter().map(lacks).collect();
        self.note(name, &notes);
        Ok(planned)
    }
}

impl PlannedFile {
    /// Fails where the hashed file is another than was planned: its rows then stand in other units.
    pub(crate) fn hold(&self, columns: &[Needed], row_bytes_max: u64) -> Result<()> {
        if self.file.place.is_as_it_was() || self.is_planned_so(columns, row_bytes_max)? {
            return Ok(());
        }
        Err(Error::Changed {
            file: self.file.name.clone(),
        })
    }

    /// Whether planning it now comes to the same.
    fn is_planned_so(&self, columns: &[Needed], row_bytes_max: u64) -> Result<bool> {
        let mut file = self.file.clone();
        // Which columns may be missing was settled with all files at hand.
        let columns: Vec<Needed> = columns.iter().cloned().map(Needed::or_absent).collect();
        source::settle(&mut file)?;
        let units = source::units(&file, &columns, row_bytes_max)?;
        let is_same = self.units.as_ref().is_ok_and(|planned| *planned == units);
        Ok(is_same && file.format == self.file.format && file.place.bytes()? == self.bytes)
    }
}

/// Files by the column that they lack and others have.
type Lacking = BTreeMap<String, Vec<String>>;

fn lacks((column, files): (String, Vec<String>)) -> String {
    let first = &files[0];
    match files.len() {
        1 => format!(
            "`{first}` has no column `{column}`, which others have: it is read as none there"
        ),
        count => format!(
            "{count} files, as `{first}`, have no column `{column}`, which others have: it is read as none there"
        ),
    }
}

/// The units of a file that has the columns, but for those that the pipeline names, a row can do without, and
/// another of the files has: shards of one dataset differ so where one of them had nothing to write there.
fn units_among(
    found: &[SourceFile],
    file: &SourceFile,
    columns: &[Needed],
    row_bytes_max: u64,
    lacking: &mut Lacking,
) -> Result<Vec<Unit>> {
    let mut columns = columns.to_vec();
    loop {
        let units = source::units(file, &columns, row_bytes_max);
        let Err(Error::Schema { column, .. }) = &units else {
            return units;
        };
        let is_it =
            |needed: &&mut Needed| needed.name == *column && needed.named && !needed.required;
        let Some(needed) = columns.iter_mut().find(is_it) else {
            return units;
        };
        let has_it = |other: &SourceFile| {
            let kinds = source::column_kinds(other).unwrap_or_default();
            kinds.iter().any(|(name, _)| *name == needed.name)
        };
        if !found
            .iter()
            .any(|other| other.name != file.name && has_it(other))
        {
            return units;
        }
        let files = lacking.entry(needed.name.clone()).or_default();
        files.push(file.name.clone());
        *needed = needed.clone().or_absent();
    }
}

/// A file that does not fit, among files of another format. On the hub, where loaders do so, a config is the
/// files of one format; here every file is read, or refused: to guess would leave rows unread unseen.
fn strayed(error: Error, file: &SourceFile, found: &[SourceFile]) -> Error {
    let other = found.iter().find(|other| other.format != file.format);
    match other.and_then(|other| other.name.rsplit_once('.')) {
        Some((_, ending)) => error.or_else_mend(&format!(
            "where that file is none of its, write a glob of the others, as `path = \"…/**/*.{ending}\"`"
        )),
        None => error,
    }
}

/// Why a file cannot be read. What is no fault of the file (the hub, the user, the memory) ends the run instead.
pub(crate) fn unreadable(error: Error) -> Result<String> {
    match error {
        Error::Hub { .. } | Error::Interrupted { .. } | Error::Memory { .. } => Err(error),
        Error::Changed { .. } | Error::Gone { .. } => Err(error),
        error => Ok(reason(&error)),
    }
}

/// The innermost cause, in one line.
pub(crate) fn reason(error: &Error) -> String {
    if let Error::Unreadable(files) = error
        && let [(_, why)] = files.as_slice()
    {
        return why.clone();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string().replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found of the source `all`, whose table has these lines.
    fn find(folder: &Path, lines: &str, given: Option<&Path>) -> Result<PlannedSource> {
        let text = format!("[sources.all]\nlayout = 'limo'\n{lines}\n[[grid]]\nsize = [1]\n");
        let file = PipelineFile::parse(&folder.join("pipeline.toml"), text)?;
        let mut overrides = Overrides::default();
        let given = given.map(|given| ("all".to_owned(), given.to_owned()));
        overrides.sources.extend(given);
        let finder = Finder {
            file: &file,
            overrides: &overrides,
            lock: None,
            connect: &|| unreachable!("nothing is on the hub"),
            notes: RefCell::default(),
        };
        finder.source("all", &file.pipeline.sources["all"], Accept::Ours)
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let row = "{\"question\": \"1+1?\", \"solution\": \"2\", \"answer\": \"2\"}\n";
        std::fs::write(folder.path().join("rows.jsonl"), row).expect("a file");
        folder
    }

    #[test]
    fn a_path_is_written_down_where_it_means_the_same_on_another_machine_and_else_its_name() {
        let folder = folder();
        let path = folder.path().join("rows.jsonl");
        let relative = find(folder.path(), "path = 'rows.jsonl'", None).expect("a source");
        assert_eq!(relative.source.path.as_deref(), Some("rows.jsonl"));
        let lines = format!("path = '{}'", path.display());
        let absolute = find(folder.path(), &lines, None).expect("a source");
        let name = Some("rows.jsonl".to_owned());
        assert_eq!((absolute.files.len(), absolute.source.path), (1, name));
    }

    #[test]
    fn a_path_of_the_command_line_replaces_a_dataset_and_only_its_name_is_written_down() {
        let folder = folder();
        let path = folder.path().join("rows.jsonl");
        let lines = "hub = 'a/b'\nsplit = 'test'\nlicense = 'mit'";
        let found = find(folder.path(), lines, Some(&path)).expect("a source");
        assert_eq!(found.files[0].file.name, "rows.jsonl");
        assert_eq!(found.source.location(), Location::here("rows.jsonl"));
        assert_eq!(found.terms.license.as_deref(), Some("mit"));
    }

    #[test]
    fn what_contradicts_itself_is_refused_where_it_stands() {
        let folder = folder();
        let refused = |lines: &str| match find(folder.path(), lines, None) {
            Err(Error::Pipeline { detail, .. }) => detail,
            other => panic!("{other:?}"),
        };
        let alone = refused("path = 'rows.jsonl'\nsplit = 'test'");
        assert!(alone.starts_with("at line 4"), "{alone}");
        assert!(alone.contains("`sources.all.split` stands without a dataset"));
        let both = refused("path = 'rows.jsonl'\nhub = 'a/b'");
        assert!(
            both.contains("`sources.all.hub` stands beside `path`"),
            "{both}"
        );
        let neither = refused("");
        assert!(neither.contains("has no `path` and no `hub`"), "{neither}");
    }
}
