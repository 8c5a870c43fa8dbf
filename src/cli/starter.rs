//! A pipeline to start from, over a file that was looked at: what `init` writes and `inspect` shows.

use std::collections::HashSet;
use std::path::Path;

use crate::error::{one_line, quoted};
use crate::rules::{Accept, TurnsRule};
use crate::run::Watch;
use crate::source::look::suggest::{Pick, picks_of_another, picks_of_problems, suggest};
use crate::source::look::trial::{Trial, trial};
use crate::source::look::{Look, look};
use crate::source::{self, Columns, Layout, Place, Source, SourceFile, Void, layout};
use crate::{Error, Result};

use super::inspect::{Data, columns_table};
use super::table;

/// How a file is likely read.
pub(super) struct Starter {
    pub source: Source,
    /// The lines of its columns, where it has layout `columns`.
    picks: Vec<Pick>,
    /// What that makes of the first rows.
    pub trial: Trial,
}

/// How many rows a layout is tried on.
const ROWS: usize = 100;

/// Where data lies, as the keys of a source's table say it.
pub(super) struct DataPlace {
    keys: Vec<(&'static str, String)>,
}

impl DataPlace {
    fn of(data: &Data) -> Self {
        let address = data.address();
        let address = address.as_deref();
        let (repo, revision) = address.unwrap_or_default().split_once('@').unzip();
        let place = match address {
            Some(address) => ("hub", repo.unwrap_or(address).to_owned()),
            None => ("path", data.source.to_string_lossy().into_owned()),
        };
        let more = [
            ("revision", revision),
            ("config", data.config.as_deref()),
            ("split", data.split.as_deref()),
        ];
        let more = more
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?.to_owned())));
        Self {
            keys: std::iter::once(place).chain(more).collect(),
        }
    }

    /// Of a file on this disk.
    fn of_file(path: &Path) -> Self {
        Self {
            keys: vec![("path", path.to_string_lossy().into_owned())],
        }
    }

    pub(super) fn keys(&self) -> Vec<(&str, &str)> {
        let keys = self.keys.iter();
        keys.map(|(key, value)| (*key, value.as_str())).collect()
    }

    /// What its source is called.
    pub(super) fn name(&self) -> String {
        name(&self.keys[0].1)
    }
}

impl Starter {
    /// How data is likely read, by the first file that can be read, and where it lies.
    pub(super) fn of_data(data: &Data, watch: &dyn Watch) -> Result<(Self, DataPlace)> {
        let (_, files) = data.find(watch)?;
        Ok((starter(files, data)?, DataPlace::of(data)))
    }

    /// The same for an audit, which takes what there is: files that are not alike each as it is read, problems without
    /// responses where there is nothing else. Says what should be known of that.
    pub(super) fn of_each(data: &Data) -> Result<Parted> {
        let (_, files) = data.find(&())?;
        let whole = starter(files.clone(), data);
        let is_alike = |starter: &Self| {
            let is_so = |file: &SourceFile| fits(file, &starter.source);
            // Of more files than are read apart none is looked into.
            let are_few = files.len() <= PARTED_MAX;
            files.iter().all(is_so) && !(are_few && files.iter().any(|file| starter.misses(file)))
        };
        match whole {
            Ok(whole) if data.layout.is_some() || is_alike(&whole) => Ok(Parted::one(whole, data)),
            whole => {
                let parted = parted(&files, data, whole.as_ref().ok())?;
                if !parted.sources.is_empty() {
                    return Ok(parted);
                }
                whole
                    .or_else(|error| of_problems(&files)?.ok_or(error))
                    .map(|starter| Parted::one(starter, data))
            }
        }
    }

    /// The same where that is several sources; none where the first file says how all are read, or nothing does.
    pub(super) fn of_unlike(data: &Data) -> Option<Parted> {
        let is_on_disk = data.address().is_none();
        let parted = is_on_disk.then(|| Self::of_each(data).ok()).flatten();
        parted.filter(|parted| parted.sources.len() > 1)
    }

    /// By the layout that is asked for, or the one whose columns the file has, or its likely columns; none where
    /// nothing looks like a problem with a response.
    pub(super) fn of(
        file: &SourceFile,
        look: &Look,
        asked: Option<Layout>,
    ) -> Result<Option<Self>> {
        let suggestion = suggest(look);
        let by_layout = asked
            .filter(|&asked| asked != Layout::Columns)
            .or(suggestion.layout);
        if let Some(layout) = by_layout {
            let tried = tried(file, Source::of(layout));
            if asked.is_some() {
                // What the user names is not replaced by a guess.
                let (source, trial) = tried?;
                return Ok(Some(Self {
                    source,
                    picks: Vec::new(),
                    trial,
                }));
            }
            if let Ok((source, trial)) = tried
                && trial.trajectories > 0
            {
                return Ok(Some(Self {
                    source,
                    picks: Vec::new(),
                    trial,
                }));
            }
        }
        Self::by_columns(file, suggestion.picks)
    }

    fn by_columns(file: &SourceFile, picks: Vec<Pick>) -> Result<Option<Self>> {
        match picks.iter().any(|pick| pick.key == "response") {
            true => Self::by_picks(file, picks),
            false => Ok(None),
        }
    }

    fn by_picks(file: &SourceFile, picks: Vec<Pick>) -> Result<Option<Self>> {
        let Ok(columns) = toml::from_str::<Columns>(&lines(&picks)) else {
            // Without a problem they are none.
            return Ok(None);
        };
        let (source, trial) = tried(
            file,
            Source {
                columns: Some(columns),
                ..Source::of(Layout::Columns)
            },
        )?;
        Ok(Some(Self {
            source,
            picks,
            trial,
        }))
    }

    /// Whether a file that has the columns names something by another: its gold answers, say.
    fn misses(&self, file: &SourceFile) -> bool {
        let paths = |picks: &[Pick]| -> HashSet<(&'static str, Vec<String>)> {
            let picks = picks.iter();
            picks.map(|pick| (pick.key, pick.paths.clone())).collect()
        };
        let picks = self.picks_of(file).ok().flatten();
        picks.is_some_and(|picks| paths(&picks) != paths(&self.picks))
    }

    /// The picks of another file; none where it is no file of such, or has no rows.
    fn picks_of(&self, file: &SourceFile) -> Result<Option<Vec<Pick>>> {
        if self.picks.is_empty() || file.place.is_remote() {
            return Ok(None);
        }
        let mut file = file.clone();
        source::settle(&mut file)?;
        let look = look(&file, ROWS)?;
        Ok((look.rows > 0).then(|| picks_of_another(&self.picks, &look)))
    }

    /// How another file that has the columns is read, by those that it has more of; none where it is to be read by its own
    /// alone.
    fn of_another(&self, file: &SourceFile) -> Result<Option<Self>> {
        if !fits(file, &self.source) {
            return Ok(None);
        }
        let Some(picks) = self.picks_of(file)? else {
            return Ok(None);
        };
        let mut file = file.clone();
        source::settle(&mut file)?;
        Self::by_columns(&file, picks)
    }

    /// What is said of data that is read as problems without responses.
    fn note_of_problems(&self) -> Option<String> {
        let columns = self.source.columns.as_ref()?;
        columns.response.is_none().then(|| {
            let problem = &columns.problem.0.column;
            format!(
                "no column beside `{}` looks like a response, so that problems are audited alone: name the response in a \
                 pipeline where there is one (`gradatim example columns`)",
                problem.as_str()
            )
        })
    }

    /// Which verdicts can decide.
    fn accept(&self) -> Accept {
        let names = |key: &str| self.picks.iter().any(|pick| pick.key == key);
        let is_unread = self.trial.trajectories == 0;
        let has_recorded = self.trial.has_recorded || (is_unread && names("recorded"));
        if layout::records(&self.source) && has_recorded {
            Accept::Recorded
        } else if self.trial.has_gold || (is_unread && names("answer")) {
            Accept::Ours
        } else {
            Accept::None
        }
    }

    /// The table of the source, which lies where `location` says.
    pub(super) fn table(&self, name: &str, location: &[(&str, &str)]) -> String {
        let mut text = format!(
            "[sources.{name}]\nlayout = \"{}\"\n",
            self.source.layout.name()
        );
        for (key, value) in location {
            text += &format!("{key} = {}\n", quoted(value));
        }
        if self.source.turns == TurnsRule::Pairs {
            text += "turns = \"pairs\"  # each answered question of a chat is a trajectory of its own\n";
        }
        if !self.picks.is_empty() {
            text += &format!("\n[sources.{name}.columns]\n{}", commented(&self.picks));
        }
        text
    }

    /// The table of one of several sources, which says what decides where that is not what decides of the others.
    fn table_beside(&self, name: &str, location: &[(&str, &str)], others: Accept) -> String {
        let accept = self.accept();
        let own = ("accept", accept.as_str());
        let own = (accept != others).then_some(own);
        let keys: Vec<_> = location.iter().copied().chain(own).collect();
        self.table(name, &keys)
    }

    /// A whole pipeline, with words for who reads it first.
    pub(super) fn pipeline(&self, name: &str, location: &[(&str, &str)]) -> String {
        pipeline(
            &format!("the data {}", self.trial.told()),
            &self.table(name, location),
            self.accept(),
        )
    }
}

/// A whole pipeline over the tables of its sources.
fn pipeline(told: &str, tables: &str, accept: Accept) -> String {
    let why = match accept {
        Accept::Recorded => {
            "the source's own verdicts decide, unless our verifier finds an answer wrong"
        }
        Accept::Ours => "our verifier decides, by the gold answer",
        _ => {
            "nothing says what is right, so all is accepted: name an `answer` or a `recorded` column"
        }
    };
    format!(
        "# Written by `gradatim init`: read it, mend what was guessed wrong, then try it with\n\
             #\n\
             #   gradatim plan THIS_FILE\n\
             #\n\
             # Of {told}.\n\n\
             on_shortfall = \"short\"  # where there is less than a grid asks for, take what there is\n\n\
             {tables}\n\
             [verify]\n\
             accept = \"{}\"  # {why}\n\n\
             # A hundred of what is accepted, drawn at random. `gradatim example ladder` shows what else a grid can say:\n\
             # categories, lengths, styles, recipes, and the controls beside each.\n\
             [[grid]]\n\
             size = [100]\n",
        accept.as_str(),
    )
}

/// A name, with a number where another source has it.
pub(super) fn free(taken: &[String], name: &str) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or_default()
}

/// Sources that are read each in its own way.
pub(super) struct Parted {
    pub sources: Vec<(Starter, DataPlace)>,
    /// What should be known: files that were passed over, and what was guessed.
    pub notes: Vec<String>,
}

impl Parted {
    /// A whole pipeline over them; the first says what decides, where the others say nothing else.
    pub(super) fn pipeline(&self) -> String {
        let accept = self
            .sources
            .first()
            .map_or(Accept::None, |(one, _)| one.accept());
        let mut names: Vec<String> = Vec::new();
        let mut tables = Vec::new();
        let mut told: Vec<String> = Vec::new();
        for (starter, place) in &self.sources {
            let name = free(&names, &place.name());
            tables.push(starter.table_beside(&name, &place.keys(), accept));
            told.push(format!("{name} {}", starter.trial.told()));
            names.push(name);
        }
        pipeline(&told.join(";\n# of "), &tables.join("\n"), accept)
    }

    fn one(starter: Starter, data: &Data) -> Self {
        let notes = starter.note_of_problems();
        Self {
            notes: notes.into_iter().collect(),
            sources: vec![(starter, DataPlace::of(data))],
        }
    }
}

/// Files of a folder that are read each in its own way, at most: more are no folder of some datasets.
const PARTED_MAX: usize = 100;

/// The files that can be read, each as a source of its own, as the `whole` is where it fits; none of a dataset of the hub.
fn parted(files: &[SourceFile], data: &Data, whole: Option<&Starter>) -> Result<Parted> {
    let mut parted = Parted {
        sources: Vec::new(),
        notes: Vec::new(),
    };
    if files.len() < 2 || data.layout.is_some() {
        return Ok(parted);
    }
    if files.len() > PARTED_MAX {
        return Err(Error::usage(
            format!(
                "the {} files of `{}` are not of one layout",
                files.len(),
                data.source.display()
            ),
            "name those of one layout, as a glob",
        ));
    }
    for file in files {
        let Place::Disk(path) = &file.place else {
            return Ok(parted);
        };
        let as_whole = whole.and_then(|whole| whole.of_another(file).ok().flatten());
        match as_whole.map_or_else(|| starter(vec![file.clone()], data), Ok) {
            Ok(starter) => parted.sources.push((starter, DataPlace::of_file(path))),
            Err(Error::File { problem, .. }) => {
                let problem = problem.lines().next().unwrap_or_default();
                parted
                    .notes
                    .push(format!("`{}` {problem}, and is passed over", file.name));
            }
            Err(error) => parted
                .notes
                .push(format!("`{}` is passed over: {error}", file.name)),
        }
    }
    Ok(parted)
}

/// Whether a file has the columns of a source, as far as it can be read.
fn fits(file: &SourceFile, source: &Source) -> bool {
    if file.place.is_remote() {
        // The files of one split on the hub are alike.
        return true;
    }
    let columns = layout::columns(source);
    let mut file = file.clone();
    let units = source::settle(&mut file)
        .and_then(|()| source::units(&file, &columns, source.row_bytes_max));
    !matches!(units, Err(Error::Schema { .. }))
}

/// How the first file with rows is read as problems without responses; none where it has none.
fn of_problems(files: &[SourceFile]) -> Result<Option<Starter>> {
    for file in files {
        let mut file = file.clone();
        let looked = source::settle(&mut file).and_then(|()| look(&file, ROWS));
        match looked {
            Ok(look) if look.rows > 0 => return Starter::by_picks(&file, picks_of_problems(&look)),
            _ => {}
        }
    }
    Ok(None)
}

/// Of the first file that can be read.
fn starter(files: Vec<SourceFile>, data: &Data) -> Result<Starter> {
    let mut failed = None;
    for mut file in files {
        let looked = source::settle(&mut file).and_then(|()| look(&file, ROWS));
        match looked {
            Ok(look) if look.rows == 0 => {}
            Ok(look) => {
                let starter = Starter::of(&file, &look, data.layout)?;
                return starter.ok_or_else(|| Error::File {
                    file: file.name.clone(),
                    problem: format!(
                        "has no column that looks like a problem with a response\n{}",
                        columns_table(&look, table::plain)
                    ),
                    hint: "write its columns by hand: `gradatim example columns` shows how".into(),
                });
            }
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    Err(failed.unwrap_or_else(|| {
        Error::usage(
            format!("`{}` has no rows", data.source.display()),
            "name data with at least one row",
        )
    }))
}

/// Endings that are no part of a name.
const ENDINGS: [&str; 16] = [
    "jsonl",
    "ndjson",
    "jsonlines",
    "json",
    "csv",
    "tsv",
    "parquet",
    "parq",
    "pq",
    "arrow",
    "feather",
    "tar",
    "gz",
    "zst",
    "bz2",
    "xz",
];

/// What the source is called: the last part of its path, as a key of TOML.
fn name(path: &str) -> String {
    let last = Path::new(path)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let mut stem = last.as_ref();
    while let Some((before, ending)) = stem.rsplit_once('.')
        && ENDINGS.contains(&ending.to_lowercase().as_str())
    {
        stem = before;
    }
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') {
            c
        } else {
            '-'
        }
    };
    let name: String = stem.chars().map(plain).collect::<String>().to_lowercase();
    let name = name.trim_matches('-');
    if name.is_empty() {
        "data".to_owned()
    } else {
        name.to_owned()
    }
}

/// What the source makes of the first rows. Of chats with several questions it takes each where it would have none.
fn tried(file: &SourceFile, mut source: Source) -> Result<(Source, Trial)> {
    let first = trial(file, &source, ROWS, |_, _| {})?;
    if first.trajectories > 0 || !first.voids.contains_key(&Void::SeveralTurns) {
        return Ok((source, first));
    }
    source.turns = TurnsRule::Pairs;
    let second = trial(file, &source, ROWS, |_, _| {})?;
    Ok((source, second))
}

fn lines(picks: &[Pick]) -> String {
    let line = |pick: &Pick| format!("{} = {}\n", pick.key, pick.as_toml());
    picks.iter().map(line).collect()
}

/// The same with what the first rows hold behind each.
fn commented(picks: &[Pick]) -> String {
    let line = |pick: &Pick| {
        let kind = one_line(&pick.kind);
        format!("{} = {}  # {kind}\n", pick.key, pick.as_toml())
    };
    picks.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_called_after_its_path() {
        assert_eq!(name("data/My Rows.v2.jsonl.gz"), "my-rows-v2");
        assert_eq!(name("s1.1-32B.jsonl"), "s1-1-32b");
        assert_eq!(name("open-r1/OpenR1-Math-220k"), "openr1-math-220k");
        assert_eq!(name("data/*.parquet"), "data");
        assert_eq!(name("."), "data");
    }
}
