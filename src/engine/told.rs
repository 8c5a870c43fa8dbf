//! Tables of what a folder says in other forms: `subsets` of `subsets.csv`, `leakage` of the certificate's hits; and
//! `pool` and `problems` of the parts of a pool that the folder's manifest names.

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use arrow::json::ReaderBuilder;
use datafusion::common::DataFusionError;
use datafusion::execution::FunctionRegistry;
use datafusion::prelude::{DataFrame, SessionContext, ident, lit};
use serde_json::{Map, Value};

use super::Engine;
use super::files::address;
use super::tables::parquet_options;
use crate::folder::{self, MANIFEST, RUN_FOLDER};
use crate::manifest::{FileRecord, HubCheck, HubRecord, Manifest, ObjectRecord};
use crate::pipeline::PipelineFile;
use crate::plan::Plan;
use crate::pool::identity::hub_content;
use crate::pool::part::Part;
use crate::pool::tables::{PROBLEMS, PartTable, TRAJECTORIES};
use crate::pool::{PartFolder, Pool};
use crate::source::reach;
use crate::source::store::object_content;
use crate::{Error, Result};

/// The hits of a certificate; none of one that cannot be read, which `check` says.
pub(super) fn hits(path: &Path) -> Result<RecordBatch> {
    let text = crate::disk::read_own_text(path).unwrap_or_default();
    let leakage: Value = serde_json::from_str(&text).unwrap_or_default();
    let hits = leakage.get("hits").and_then(Value::as_array);
    let hits: Vec<&Map<String, Value>> = hits
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .collect();
    let query = |error: ArrowError| Error::Query(error.to_string());
    let schema = Arc::new(hit_schema());
    let mut decoder = ReaderBuilder::new(schema.clone())
        .with_batch_size(hits.len().max(1))
        .build_decoder()
        .map_err(query)?;
    decoder.serialize(&hits).map_err(query)?;
    let batch = decoder.flush().map_err(query)?;
    Ok(batch.unwrap_or_else(|| RecordBatch::new_empty(schema)))
}

impl Engine {
    /// Registers `pool` (every measured trajectory) and `problems` (with their texts and gold answers) from the parts that
    /// were measured of the folder's files; fails where the pool has none of them.
    pub(crate) fn add_pool(&self, pool: &Path, out: &Path) -> Result<()> {
        let manifest = folder::manifest(out)?;
        let lock = PipelineFile::read(&out.join(RUN_FOLDER).join("pipeline.lock.toml"))?;
        let plan = Plan::recorded(&lock, &manifest)?;
        let all = Pool::open_in(&reach::alone, Some(pool))?.parts()?;
        let is_empty = all.is_empty();
        let parts: Vec<Part> = all
            .into_iter()
            .filter_map(|part| match part {
                PartFolder::Whole(part) => Some(part),
                PartFolder::Damaged { .. } => None,
            })
            .filter(|part| is_of(&manifest, &plan, part))
            .collect();
        if parts.is_empty() {
            let why = match is_empty {
                true => "no part at all, if it is there",
                false => {
                    "no part of the files that the run read, measured as this version measures"
                }
            };
            return Err(Error::usage(
                format!(
                    "the pool in `{}` has {why} (`{}` names the files)",
                    pool.display(),
                    out.join(RUN_FOLDER).join(MANIFEST).display()
                ),
                "name the pool that the run was given (`--pool`); `gradatim pool list` shows what it has, and to run it again \
                 fills it",
            ));
        }
        self.register_parts("pool", TRAJECTORIES, &parts, pool)?;
        self.register_parts("problems", PROBLEMS, &parts, pool)
    }

    fn register_parts(
        &self,
        name: &str,
        table: PartTable,
        parts: &[Part],
        pool: &Path,
    ) -> Result<()> {
        let files = parts.iter().map(|part| address(&part.file_of(table)));
        let files: Vec<String> = files.collect::<Result<_>>()?;
        let registered = async {
            let options = parquet_options(".parquet");
            let frame = self.context.read_parquet(files, options).await?;
            let frame = with_ids_as_text(&self.context, frame)?;
            self.context
                .register_table(name, frame.into_view())
                .map(drop)
        };
        self.registered(pool, registered)
    }
}

/// The ids of a part, which are bytes, as the ledger spells them.
fn with_ids_as_text(
    context: &SessionContext,
    frame: DataFrame,
) -> std::result::Result<DataFrame, DataFusionError> {
    let encode = context.udf("encode")?;
    let fields = frame.schema().fields().clone();
    let ids = fields
        .iter()
        .filter(|field| matches!(field.data_type(), DataType::FixedSizeBinary(_)));
    ids.map(|field| field.name())
        .try_fold(frame, |frame, name| {
            frame.with_column(name, encode.call(vec![ident(name), lit("hex")]))
        })
}

/// Whether the part was measured of one of the manifest's files, as its source says.
fn is_of(manifest: &Manifest, plan: &Plan, part: &Part) -> bool {
    let is_its_file =
        |file: &&FileRecord| content(file).is_some_and(|content| part.made.is_of(&content));
    let is_its_source = |file: &FileRecord| {
        let mut sources = plan.sources.iter();
        let source = sources.find(|source| source.name == file.source);
        source.is_some_and(|source| {
            let made = &part.made;
            made.is_as(&source.source, &plan.tokenizer, plan.behaviours)
        })
    };
    part.made.is_current() && manifest.files.iter().filter(is_its_file).any(is_its_source)
}

/// What a file is, as the pool knows it; none of one that could not be read.
fn content(file: &FileRecord) -> Option<String> {
    let of_hub = |hub: &HubRecord| {
        let is_checked = hub.check == HubCheck::Verified;
        hub_content(&hub.content, is_checked).to_string()
    };
    let of_store =
        |object: &ObjectRecord| object_content(&object.url, &object.state, file.bytes).to_string();
    file.blake3
        .clone()
        .or_else(|| file.hub.as_ref().map(of_hub))
        .or_else(|| file.object.as_ref().map(of_store))
}

fn hit_schema() -> Schema {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let matched = DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)));
    Schema::new(vec![
        text("problem_id"),
        text("problem"),
        text("benchmark"),
        text("item"),
        text("item_text"),
        text("outcome"),
        text("class"),
        Field::new("matched", matched, true),
        Field::new("by_vectors", DataType::Boolean, true),
        Field::new("dropped", DataType::Boolean, true),
    ])
}
