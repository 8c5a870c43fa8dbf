//! What was asked, as the manifest of an evaluation's folder holds it: options that decide its bytes, and no path of this
//! machine.

use clap::ValueEnum;
use serde_json::{Value, json};

use super::Arguments;
use crate::eval::output::folder::portable;
use crate::eval::tiers::Role;

/// The options, those that are not given too.
pub(super) fn asked(arguments: &Arguments) -> Value {
    let path = |path: &std::path::Path| portable(&path.to_string_lossy());
    let word = |value: &dyn Fn() -> Option<clap::builder::PossibleValue>| {
        value().map(|value| value.get_name().to_owned())
    };
    let named =
        |(name, at): &(String, std::path::PathBuf)| json!({ "name": name, "path": path(at) });
    let tiers = arguments.tiers.iter().map(|(role, run)| {
        let role = match role {
            Role::Base => "base",
            Role::Small => "small",
            Role::Large => "large",
        };
        json!({ "role": role, "run": run })
    });
    let allow = arguments
        .allow
        .iter()
        .map(|allowed| word(&|| allowed.to_possible_value()));
    json!({
        "grader": word(&|| arguments.grader.to_possible_value()),
        "seed": arguments.seed,
        "format": arguments.format,
        "filter": arguments.filter,
        "columns": arguments.column.iter().map(|(what, name)| json!({ "what": what, "name": name })).collect::<Vec<_>>(),
        "benchmarks": arguments.benchmark.iter().map(named).collect::<Vec<_>>(),
        "references": arguments.reference.iter().map(named).collect::<Vec<_>>(),
        "join": arguments.join.as_deref().map(path),
        "join_column": arguments.join_column,
        "join_pattern": arguments.join_pattern,
        "arms": arguments.arms,
        "draw": arguments.draw,
        "tiers": tiers.collect::<Vec<_>>(),
        "pairs": arguments.pair.chunks(2).collect::<Vec<_>>(),
        "against": arguments.against,
        "allow": allow.collect::<Vec<_>>(),
        "ladder": arguments.ladder,
        "publish": arguments.publish,
        "published_at": arguments.published_at,
        "relationship": arguments.publish.as_ref().map(|_| arguments.relationship.as_str()),
    })
}
