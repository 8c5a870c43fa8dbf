//! The tables of a folder, each of which is looked at when a query first names it: a folder has hundreds, and a query
//! names a few.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::DataFusionError;
use datafusion::datasource::TableType;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::prelude::{CsvReadOptions, ParquetReadOptions, SessionConfig, SessionContext};

use super::files::{address, damaged, ending, quoted, unread};
use super::told;
use crate::Error;

type Answer<T> = std::result::Result<T, DataFusionError>;

/// What is read at once from the end of a Parquet file, where what it holds is told: DataFusion's half a megabyte is for
/// stores that are far away.
const FOOTER_BYTES: usize = 64 << 10;

/// The options by which each Parquet file is read.
pub(super) fn parquet_options(ending: &str) -> ParquetReadOptions<'_> {
    ParquetReadOptions::default()
        .file_extension(ending)
        .metadata_size_hint(Some(FOOTER_BYTES))
}

/// A file of the folder, by how it becomes a table.
#[derive(Debug)]
pub(super) enum Listed {
    Parquet(PathBuf),
    Csv(PathBuf),
    /// The certificate, whose hits are rows.
    Hits(PathBuf),
}

impl Listed {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Parquet(path) | Self::Csv(path) | Self::Hits(path) => path,
        }
    }

    async fn open(&self, name: &str, session: &SessionContext) -> Answer<()> {
        let at = address(self.path()).map_err(ours)?;
        match self {
            Self::Parquet(path) => {
                let ending = ending(path);
                let options = parquet_options(&ending);
                session.register_parquet(quoted(name), at, options).await
            }
            Self::Csv(_) => {
                let options = CsvReadOptions::new().schema_infer_max_records(usize::MAX);
                session.register_csv(quoted(name), at, options).await
            }
            Self::Hits(path) => {
                let hits = told::hits(path).map_err(ours)?;
                session.register_batch(name, hits).map(drop)
            }
        }
    }
}

/// One of our errors on its way through DataFusion, which `failed` finds again.
fn ours(error: Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// The tables of one session by name.
#[derive(Debug)]
pub(super) struct Tables {
    listed: BTreeMap<String, Arc<Listed>>,
    /// Has those that were named, and those that were added.
    opened: Opened,
}

/// A session of its own: the one that asks has the tables, and would hold itself.
#[derive(Clone)]
struct Opened(SessionContext);

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Opened").field(&self.0.session_id()).finish()
    }
}

impl Tables {
    pub(super) fn new(listed: BTreeMap<String, Listed>, runtime: Arc<RuntimeEnv>) -> Self {
        let listed = listed
            .into_iter()
            .map(|(name, file)| (name, Arc::new(file)));
        let session = SessionContext::new_with_config_rt(SessionConfig::new(), runtime);
        Self {
            listed: listed.collect(),
            opened: Opened(session),
        }
    }

    fn schema(&self) -> Answer<Arc<dyn SchemaProvider>> {
        let catalog = self.opened.0.catalog("datafusion");
        let schema = catalog.and_then(|catalog| catalog.schema("public"));
        schema.ok_or_else(|| DataFusionError::Internal("a session without a schema".into()))
    }

    /// Makes a listed file a table; its reader may break off on a damaged one.
    async fn open(&self, name: &str, file: &Arc<Listed>) -> Answer<()> {
        let (session, file, name) = (self.opened.clone(), Arc::clone(file), name.to_owned());
        let path = file.path().to_owned();
        let work = tokio::spawn(async move { file.open(&name, &session.0).await });
        match work.await {
            Ok(opened) => opened.map_err(|error| ours(unread(&path, error))),
            Err(_) => Err(ours(damaged(&path))),
        }
    }
}

#[async_trait]
impl SchemaProvider for Tables {
    fn table_names(&self) -> Vec<String> {
        let mut names = self
            .schema()
            .map_or_else(|_| Vec::new(), |schema| schema.table_names());
        names.extend(self.listed.keys().cloned());
        names.sort_unstable();
        names.dedup();
        names
    }

    async fn table(&self, name: &str) -> Answer<Option<Arc<dyn TableProvider>>> {
        let schema = self.schema()?;
        if let Some(file) = self.listed.get(name)
            && !schema.table_exist(name)
            && let Err(error) = self.open(name, file).await
            // Another query may have named it at the same time.
            && !schema.table_exist(name)
        {
            return Err(error);
        }
        schema.table(name).await
    }

    /// What lists tables opens none.
    async fn table_type(&self, name: &str) -> Answer<Option<TableType>> {
        match self.listed.contains_key(name) {
            true => Ok(Some(TableType::Base)),
            false => self.schema()?.table_type(name).await,
        }
    }

    fn register_table(
        &self,
        name: String,
        table: Arc<dyn TableProvider>,
    ) -> Answer<Option<Arc<dyn TableProvider>>> {
        self.schema()?.register_table(name, table)
    }

    fn table_exist(&self, name: &str) -> bool {
        self.listed.contains_key(name) || self.schema().is_ok_and(|schema| schema.table_exist(name))
    }
}
