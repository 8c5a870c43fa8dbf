//! The plan of a run whose data is not at hand, as its folder tells it.
//!
//! What the lock file says is taken from there; what only the data said (files, terms of the hub) from the
//! manifest. Nothing can be measured with such a plan, but all that follows from measurements is as it was.

use std::path::PathBuf;

use super::files::Terms;
use super::{Data, Overrides, Plan, PlannedFile, PlannedJoin, PlannedSource, check, grids};
use crate::Result;
use crate::manifest::{FileRecord, Manifest, SourceRecord};
use crate::measure::tokens;
use crate::pipeline::{Pipeline, PipelineFile};
use crate::rules::Accept;
use crate::source::{Format, Place, Source, SourceFile};

impl Plan {
    /// The plan of a lock file with the manifest beside it; refused where the lock file contradicts itself.
    pub(crate) fn recorded(file: &PipelineFile, manifest: &Manifest) -> Result<Self> {
        let overrides = Overrides::default();
        let mut pipeline = super::overridden(file, &overrides)?;
        let grids = grids::check(file, &pipeline)?;
        let emitted = check::check(file, &pipeline, &overrides)?;
        super::settle(&mut pipeline, &grids);
        let data = data(&pipeline, manifest);
        Self::of(pipeline, (grids, emitted), data)
    }

    /// What the grids ask for that entries do not tell, as the pipeline has it, each once.
    pub(crate) fn asked_beside_entries(&self) -> Vec<String> {
        let mut asked = Vec::new();
        for (grid, _) in &self.grids {
            let recipes = grid.recipe.iter();
            let by_text = recipes.filter(|recipe| recipe.criterion().text_rule().is_some());
            asked.extend(by_text.map(|recipe| format!("recipe = \"{}\"", recipe.as_str())));
            let similar = grid.similar.iter();
            asked.extend(similar.map(|similar| format!("similar.to = \"{}\"", similar.to)));
            let joined = grid.difficulty.iter().flat_map(|rule| rule.joined.keys());
            asked.extend(joined.map(|name| format!("difficulty.joined.{name}")));
            let joined = grid.control.joined.iter();
            asked.extend(joined.map(|name| format!("control.joined = \"{name}\"")));
        }
        asked.sort_unstable();
        asked.dedup();
        asked
    }
}

fn data(pipeline: &Pipeline, manifest: &Manifest) -> Data {
    let accept = pipeline.verify.accept;
    let sources = pipeline.sources.iter();
    let sources = sources.map(|(name, source)| planned(name, source, accept, manifest));
    let joins = pipeline.join.iter().map(|(name, join)| PlannedJoin {
        name: name.clone(),
        join: join.clone(),
        files: Vec::new(),
        contents: Vec::new(),
    });
    let tokenizer = &pipeline.measure.tokenizer;
    Data {
        sources: sources.collect(),
        joins: joins.collect(),
        tokenizer_name: tokenizer.clone(),
        tokenizer: match tokenizer.0 == tokens::QWEN {
            true => tokenizer.0.clone(),
            false => manifest.tokenizer.clone(),
        },
        ..Data::default()
    }
}

/// A source as the lock file has it, with the files and the terms that were found.
fn planned(name: &str, source: &Source, accept: Accept, manifest: &Manifest) -> PlannedSource {
    let found = manifest.sources.iter().find(|known| known.name == name);
    let said = |of: fn(&SourceRecord) -> &Option<String>| found.and_then(|found| of(found).clone());
    let files = manifest.files.iter().filter(|file| file.source == name);
    PlannedSource {
        name: name.to_owned(),
        accept: source.accept.unwrap_or(accept),
        terms: Terms {
            license: source
                .license
                .clone()
                .or_else(|| said(|found| &found.license)),
            attribution: source
                .attribution
                .clone()
                .or_else(|| said(|found| &found.attribution)),
        },
        files: files.map(planned_file).collect(),
        source: source.clone(),
    }
}

/// A file under its name; where it lies is not known.
fn planned_file(record: &FileRecord) -> PlannedFile {
    PlannedFile {
        file: SourceFile {
            place: Place::Disk(PathBuf::new().into()),
            name: record.file.clone(),
            format: Format::Parquet,
            hive: Vec::new(),
        },
        bytes: record.bytes,
        units: Ok(Vec::new()),
    }
}
