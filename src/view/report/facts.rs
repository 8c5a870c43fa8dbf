//! What a run's folder says: its manifest, and answers to questions by SQL.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::findings::Audit;
use crate::audit::why::{self, Sources, Texts};
use crate::emit::leakage::Leakage;
use crate::engine::Engine;
use crate::engine::rows::objects;
use crate::error::thousands;
use crate::folder::{self, RUN_FOLDER};
use crate::manifest::Manifest;
use crate::pipeline::{Pipeline, PipelineFile};
use crate::plan::{Connect, Overrides};
use crate::train::configs::quoted;
use crate::view::page::{Cell, typed};
use crate::{Error, Result};
use maud::{Markup, html};

/// A run's folder, open for questions.
pub(crate) struct Facts {
    pub manifest: Manifest,
    /// The pipeline with every default; none where the folder has none that this version reads.
    pub pipeline: Option<Pipeline>,
    /// None where no benchmark was looked for.
    pub leakage: Option<Leakage>,
    /// None where no audit wrote the folder.
    pub(super) audit: Option<Audit>,
    /// Of each style how many trajectories there are, and of how many it is guessed from the text.
    styles: HashMap<String, [u64; 2]>,
    pub tables: Tables,
}

/// Tables by SQL, and how one asks them oneself.
pub(crate) struct Tables {
    engine: Engine,
    out: PathBuf,
    /// The folder's own name.
    name: String,
    origin: Origin,
}

/// Where the sources lie, of whose rows no set holds the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    /// Where relative paths of the lock file start; the current folder where none is said.
    pub base: Option<PathBuf>,
    pub overrides: Overrides,
}

/// A row of an answer.
pub(crate) struct Row(Map<String, Value>);

impl Facts {
    pub(crate) fn open(out: &Path, origin: Origin) -> Result<Self> {
        let tables = Tables {
            origin,
            ..Tables::open(out)?
        };
        let manifest = folder::manifest(out)?;
        let run = out.join(RUN_FOLDER);
        let lock = PipelineFile::read(&run.join("pipeline.lock.toml"));
        Ok(Self {
            manifest,
            pipeline: lock.ok().map(|file| file.pipeline),
            leakage: leakage(&run.join("leakage.json"))?,
            audit: super::findings::read(out)?,
            styles: styles(&tables)?,
            tables,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.tables.name
    }

    pub(super) fn ask(&self, sql: &str) -> Result<Vec<Row>> {
        self.tables.ask(sql)
    }

    /// The same where there is little room.
    pub(super) fn style_in_short(&self, style: &str) -> String {
        match self.styles.get(style) {
            Some([_, 0]) | None => style.to_owned(),
            Some([all, guessed]) if all == guessed => format!("{style} (guessed)"),
            Some(_) => format!("{style} (some guessed)"),
        }
    }

    /// A style as a page names it: whether it is guessed from the text, where neither source nor pipeline names it.
    pub(super) fn style(&self, style: &str) -> String {
        match self.styles.get(style) {
            Some([_, 0]) | None => style.to_owned(),
            Some([all, guessed]) if all == guessed => format!("{style} (guessed from the text)"),
            Some([all, guessed]) => format!(
                "{style} (of {} of {} guessed from the text)",
                thousands(*guessed),
                thousands(*all)
            ),
        }
    }

    /// Every entry of the folder.
    pub(super) fn entries(&self) -> u64 {
        self.manifest.ledger.iter().map(|source| source.read).sum()
    }

    pub(super) fn kept(&self) -> u64 {
        self.manifest.ledger.iter().map(|source| source.kept).sum()
    }
}

fn styles(tables: &Tables) -> Result<HashMap<String, [u64; 2]>> {
    let rows = tables.ask(
        "SELECT style, count(*) AS trajectories, count(*) FILTER (WHERE style_source IS NULL) AS guessed FROM ledger WHERE style IS \
         NOT NULL GROUP BY style",
    )?;
    let counts = |row: &Row| {
        let style = row.text("style")?.to_owned();
        Some((
            style,
            ["trajectories", "guessed"].map(|name| row.count(name)),
        ))
    };
    Ok(rows.iter().filter_map(counts).collect())
}

/// What is said of texts that are not found.
const NOT_AT_HAND: &str = "no set holds them, and their source is not where this page was made, or is no longer as it was (of `gradatim \
                           report`, `--base DIR` names where the paths of its lock file start, mostly the pipeline file's folder, \
                           and `--source NAME=PATH` where one source lies)";

/// The certificate, where the folder has one.
fn leakage(path: &Path) -> Result<Option<Leakage>> {
    match path.is_file() {
        true => json(path).map(Some),
        false => Ok(None),
    }
}

/// A file of ours, read whole.
pub(super) fn json<T: for<'d> Deserialize<'d>>(path: &Path) -> Result<T> {
    let read = serde_json::from_str(&crate::disk::read_own_text(path)?);
    read.map_err(|error| Error::File {
        file: path.display().to_string(),
        problem: format!("cannot be read: {error}"),
        hint: "hold the folder against its sums with `gradatim check`, or make it again with this version".into(),
    })
}

impl Tables {
    pub(super) fn open(out: &Path) -> Result<Self> {
        // One partition: what is summed is summed in one order, whatever the machine.
        let engine = Engine::open(out, 1)?;
        let whole = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
        let name = whole.canonicalize().unwrap_or(whole);
        let name = name
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        Ok(Self {
            engine,
            out: out.to_owned(),
            name: name.unwrap_or_else(|| "out".to_owned()),
            origin: Origin::default(),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The folder that this one lies in, where its commands are run.
    pub(super) fn beside(&self) -> PathBuf {
        let whole = std::path::absolute(&self.out).unwrap_or_else(|_| self.out.clone());
        let whole = whole.canonicalize().unwrap_or(whole);
        whole.parent().map_or(whole.clone(), Path::to_owned)
    }

    pub(super) fn has(&self, table: &str) -> bool {
        self.engine.has(table)
    }

    pub(super) fn ask(&self, sql: &str) -> Result<Vec<Row>> {
        let rows = objects(&self.engine.query(sql)?)?;
        Ok(rows.into_iter().map(Row).collect())
    }

    /// The texts of rows of a set, by the id of their trajectory, as the set has them.
    pub(super) fn texts_in(
        &self,
        set: &str,
        rows: &[(String, u64)],
    ) -> Result<HashMap<String, Texts>> {
        match rows.is_empty() || !self.engine.has(set) {
            true => Ok(HashMap::new()),
            false => why::texts_in(&self.engine, set, rows),
        }
    }

    /// The texts of rows of the ledger, in their order: from the sets, else from the sources, where these lie on this
    /// machine. Nobody is asked for a page: what is on the hub is named as missing.
    pub(super) fn texts(&self, rows: &[Row]) -> Result<Vec<Texts>> {
        let ledger: Vec<_> = rows.iter().map(|row| row.0.clone()).collect();
        let nobody: Connect<'_> = &|| {
            Err(Error::usage(
                "a report asks nobody",
                "look at it with `gradatim view`",
            ))
        };
        let sources = Sources::to_read(
            self.origin.base.as_deref(),
            self.origin.overrides.clone(),
            nobody,
        );
        let mut texts = why::texts(&self.engine, &self.out, &ledger, &sources)?;
        // What is wrong with a source is said where somebody asks for the row: here it would name this machine's folders.
        for texts in texts.iter_mut().filter(|texts| texts.missing.is_some()) {
            texts.missing = Some(NOT_AT_HAND.to_owned());
        }
        Ok(texts)
    }

    /// A command over the folder, whose name stands where `{}` does.
    pub(super) fn command(&self, words: &str) -> String {
        words.replace("{}", &quoted(&self.name))
    }

    /// The command that shows what a query finds.
    pub(super) fn sql(&self, sql: &str) -> String {
        let query =
            match sql.contains(['"', '$', '`', '\\', '!']) || sql.chars().any(char::is_control) {
                true => quoted(sql),
                false => format!("\"{sql}\""),
            };
        format!("gradatim sql {query} --in {}", quoted(&self.name))
    }

    /// The same as a cell; nothing where a name in it is longer than anybody types.
    pub(super) fn rows(&self, sql: &str) -> Cell {
        match sql.len() <= SQL_BYTES_MAX {
            true => Cell::Rows(self.sql(sql)),
            false => Cell::Nothing,
        }
    }

    /// The command as a line below a table or a drawing.
    pub(super) fn shown_by(&self, what: &str, sql: &str) -> Markup {
        html! { p.ask { (what) ": " (typed(&self.sql(sql))) } }
    }
}

const SQL_BYTES_MAX: usize = 1000;

/// A text as a value of SQL.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The condition that a column has that value, or none.
pub(super) fn is(column: &str, value: Option<&str>) -> String {
    match value {
        Some(value) => format!("{column} = {}", literal(value)),
        None => format!("{column} IS NULL"),
    }
}

impl Row {
    /// The trajectory's id.
    pub(super) fn name(&self) -> &str {
        self.text("trajectory_id").unwrap_or_default()
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A count; 0 where there is none.
    pub(super) fn count(&self, name: &str) -> u64 {
        self.0.get(name).and_then(Value::as_u64).unwrap_or_default()
    }

    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.0.get(name).and_then(Value::as_f64)
    }

    pub(super) fn truth(&self, name: &str) -> Option<bool> {
        self.0.get(name).and_then(Value::as_bool)
    }
}
