//! What the grids ask for, checked: each by itself, against the rest of the pipeline, and the names of all
//! their subsets and controls. Here each refusal gets its file and line.

use super::recipes;
use crate::Result;
use crate::bucket::length::Length;
use crate::pipeline::{Pipeline, PipelineFile};
use crate::select::grid::{Grid, check};
use crate::select::names;

/// The grids with their length axes.
pub(super) fn check(file: &PipelineFile, pipeline: &Pipeline) -> Result<Vec<(Grid, Vec<Length>)>> {
    let mut grids = Vec::new();
    for (index, grid) in pipeline.grid.iter().enumerate() {
        let at = |refusal| file.refused(&format!("grid[{index}]"), &refusal);
        let lengths = check::grid(grid).map_err(at)?;
        recipes::check(pipeline, grid).map_err(at)?;
        grids.push((grid.clone(), lengths));
    }
    let at = |(index, refusal)| file.refused(&format!("grid[{index}]"), &refusal);
    names::check(&grids).map_err(at)?;
    Ok(grids)
}
