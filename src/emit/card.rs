//! The dataset card, and LLaMA-Factory's registry.
//!
//! The front matter lists every config with its file, so that `datasets.load_dataset(folder, name)`
//! takes that file and nothing else; the body says what the sets are and what was dropped to get them.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::balance::Compared;
use super::leakage::{BenchmarkRecord, Leakage, VectorsRecord};
use super::markdown::escaped;
use super::{Written, picture, split};
use crate::compare::balance::{Summary, told_with_others, unbalanced_first, why};
use crate::error::quoted;
use crate::manifest::{HubCheck, HubRecord, Manifest, SubsetRecord};
use crate::pipeline::Runs;
use crate::run::Experiment;
use crate::screen::contamination::{Drops, shipped};
use crate::select::{Subset, SubsetRole, WIDE};
use crate::source::license;

/// `dataset_info.json` of LLaMA-Factory: an entry for each written subset, naming its one file.
pub(super) fn dataset_info(subsets: &[(&Subset, Option<&Written>)]) -> Value {
    let mut info = Map::new();
    for (subset, written) in subsets {
        let Some(written) = written else { continue };
        let entry = json!({
            "file_name": written.path,
            "formatting": "sharegpt",
            "columns": { "messages": "messages" },
            "tags": {
                "role_tag": "role", "content_tag": "content", "user_tag": "user",
                "assistant_tag": "assistant", "system_tag": "system",
            },
        });
        info.insert(subset.name.clone(), entry);
    }
    Value::Object(info)
}

/// The whole of `README.md`.
pub(super) fn card(
    manifest: &Manifest,
    leakage: Option<&Leakage>,
    experiment: &Experiment<'_>,
    subsets: &[(&Subset, Option<&Written>)],
    balances: &[Compared],
) -> String {
    let mut text = format!("---\n{FRONT_BEGIN}\n");
    front_matter(&mut text, manifest, license(experiment), subsets);
    text.push_str(&format!("{FRONT_END}\n---\n\n{BODY_BEGIN}\n\n"));
    let runs = &experiment.plan.runs;
    body(&mut text, manifest, leakage, (subsets, runs), balances);
    text.push_str(&format!("\n{BODY_END}\n"));
    text
}

// What is generated stands between these lines, in the front matter and in the body. Text outside of them is
// whoever's the folder is.
const FRONT_BEGIN: &str = "# What gradatim generated begins here: keys of your own stand outside, and `gradatim check` holds the rest";
const FRONT_END: &str = "# What gradatim generated ends here";
const BODY_BEGIN: &str = "<!-- What gradatim generated begins here: text of your own stands outside, and `gradatim check` holds the rest -->";
const BODY_END: &str = "<!-- What gradatim generated ends here -->";

/// The generated parts of a card, of its front matter and of its body, with the lines that bound them; none where
/// one is missing.
pub(crate) fn generated(card: &str) -> Option<[&str; 2]> {
    let (front, body) = parts(card)?;
    // To the last end there is: whatever somebody puts between two of them is then found.
    let part = |text: &'_ str, begin: &str, end: &str| {
        let start = text.find(begin)?;
        let stop = text.rfind(end)? + end.len();
        (start < stop).then_some(start..stop)
    };
    let in_front = part(front, FRONT_BEGIN, FRONT_END)?;
    let in_body = part(body, BODY_BEGIN, BODY_END)?;
    Some([&front[in_front], &body[in_body]])
}

/// The front matter of a card and what follows it.
fn parts(card: &str) -> Option<(&str, &str)> {
    card.strip_prefix("---\n")?.split_once("\n---\n")
}

/// The keys of a card's front matter that were written beside the generated ones; fails with a line that is part of
/// no key of their own.
pub(crate) fn own_keys(card: &str) -> Result<Vec<&str>, &str> {
    let (front, _) = parts(card).ok_or(card.lines().next().unwrap_or_default())?;
    let (before, rest) = front.split_once(FRONT_BEGIN).unwrap_or((front, ""));
    let after = rest.rsplit_once(FRONT_END).map_or("", |(_, after)| after);
    let mut keys = Vec::new();
    for part in [before, after] {
        let mut is_inside = false;
        for line in part.lines().filter(|line| !line.trim().is_empty()) {
            let name = line.split_once(':').map_or("", |(name, _)| name);
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
            if !name.is_empty() && name.chars().all(is_plain) && !name.starts_with('-') {
                keys.push(name);
                is_inside = true;
            } else if !(line.starts_with('#')
                || (is_inside && line.starts_with([' ', '-']) && !line.starts_with("---")))
            {
                return Err(line);
            }
        }
    }
    Ok(keys)
}

/// The licence of the whole: as the pipeline says, or that of every source where it is one and the same.
fn license<'e>(experiment: &'e Experiment<'_>) -> Option<&'e str> {
    if let Some(license) = &experiment.plan.emit.license {
        return Some(license);
    }
    let mut licenses = experiment
        .plan
        .sources
        .iter()
        .map(|source| source.terms.license.as_deref());
    let first = licenses.next()??;
    licenses
        .all(|license| license == Some(first))
        .then_some(first)
}

fn title(manifest: &Manifest) -> &str {
    manifest.title.as_deref().unwrap_or("A gradatim experiment")
}

/// A licence, or several, as the hub takes them.
fn license_lines(license: &str) -> String {
    let (names, called) = license::of_card(license);
    let names: Vec<String> = names.into_iter().map(quoted).collect();
    let names = match names.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    let called = called.map(|name| format!("license_name: {}\n", quoted(name)));
    format!("license: {names}\n{}", called.unwrap_or_default())
}

fn front_matter(
    text: &mut String,
    manifest: &Manifest,
    license: Option<&str>,
    subsets: &[(&Subset, Option<&Written>)],
) {
    if let Some(license) = license {
        text.push_str(&license_lines(license));
    }
    text.push_str(&format!("pretty_name: {}\n", quoted(title(manifest))));
    text.push_str("task_categories: [text-generation]\n");
    text.push_str("tags: [math, reasoning, sft, gradatim]\n");
    let written: Vec<(&Subset, &Written)> = subsets
        .iter()
        .filter_map(|(subset, written)| Some((*subset, (*written)?)))
        .collect();
    let rows: u64 = written
        .iter()
        .map(|(_, written)| u64::from(written.rows))
        .sum();
    text.push_str(&format!("size_categories: [{}]\n", size_category(rows)));
    if written.is_empty() {
        return;
    }
    text.push_str("configs:\n");
    for (name, splits) in configs(&written) {
        text.push_str(&config(name, &splits));
    }
}

/// A config's lines. One that is rows to train on alone takes the form that loaders read fastest.
fn config(name: &str, splits: &[&Subset]) -> String {
    let path = |subset: &Subset| quoted(&format!("{}/{}-*.parquet", subset.name, split(subset)));
    let mut text = format!("- config_name: {}\n  data_files:", quoted(name));
    if let [only] = splits
        && split(only) == "train"
    {
        return text + &format!(" {}\n", path(only));
    }
    text.push('\n');
    for subset in splits {
        let lines = format!("  - split: {}\n    path: {}\n", split(subset), path(subset));
        text.push_str(&lines);
    }
    text
}

/// A config for each written subset, with its splits: its own rows, and the validation set beside them. The
/// validation set's own is the last: the hub shows the first.
fn configs<'s>(written: &[(&'s Subset, &'s Written)]) -> Vec<(&'s str, Vec<&'s Subset>)> {
    let subsets = written.iter().map(|(subset, _)| *subset);
    let (aside, trained): (Vec<&Subset>, Vec<&Subset>) =
        subsets.partition(|subset| subset.role == SubsetRole::Validation);
    let beside = |subset: &'s Subset| std::iter::once(subset).chain(aside.first().copied());
    let own = trained
        .into_iter()
        .map(|subset| (subset, beside(subset).collect()));
    let aside = aside.iter().map(|&subset| (subset, vec![subset]));
    let all = own.chain(aside);
    all.map(|(subset, splits)| (subset.name.as_str(), splits))
        .collect()
}

/// The hub's names of sizes.
fn size_category(rows: u64) -> &'static str {
    match rows {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        1_000_000..10_000_000 => "1M<n<10M",
        10_000_000..100_000_000 => "10M<n<100M",
        100_000_000..1_000_000_000 => "100M<n<1B",
        1_000_000_000..10_000_000_000 => "1B<n<10B",
        10_000_000_000..100_000_000_000 => "10B<n<100B",
        100_000_000_000..1_000_000_000_000 => "100B<n<1T",
        _ => "n>1T",
    }
}

fn body(
    text: &mut String,
    manifest: &Manifest,
    leakage: Option<&Leakage>,
    (subsets, runs): (&[(&Subset, Option<&Written>)], &Runs),
    balances: &[Compared],
) {
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    line(format!("# {}\n", escaped(title(manifest))));
    picture::picture(&mut line, manifest);
    line(format!(
        "\nMade by {} with seed {}. Every subset is a prefix of an order, of the draw's hash or of its recipe, so \
         that a smaller one is part of the larger one of the same draw (`rank < 100` of the 1000 is the 100). \
         `__run__/manifest.json` holds every count, `__run__/ledger.parquet` the fate of every entry \
         that was read, `__run__/pipeline.lock.toml` the pipeline with every default; `gradatim check` \
         holds all of it against what it can derive.\n",
        manifest.program, manifest.seed
    ));
    let is_trained_on = |subset: &Subset| subset.role != SubsetRole::Validation;
    let mut shown = subsets.iter();
    if let Some((first, _)) =
        shown.find(|(subset, written)| written.is_some() && is_trained_on(subset))
    {
        line(format!(
            "```python\nfrom datasets import load_dataset\n\ndata = load_dataset(\"path/to/this/folder\", \
             {}, split=\"train\")\n```\n",
            quoted(&first.name)
        ));
    }
    origins(&mut line, manifest);
    line("\n## Where every entry went\n".into());
    waterfall(&mut line, manifest);
    line("\n## Subsets and controls\n".into());
    line(
        "| name | role | size | of | of pool | overlap | draw | tokens | steps | control of |"
            .into(),
    );
    line("|---|---|--:|--:|--:|--:|---|--:|--:|---|".into());
    for subset in &manifest.subsets {
        line(subset_line(subset, runs));
    }
    line(format!(
        "\n`of` is how many problems the bucket holds, `of pool` which share of the problems that it is cut from, \
         `overlap` which share of its problems another draw is expected to have too. `replicate`: no draw decides \
         (the whole of a bucket is taken that is the same for every draw, or the recipe ranks), so that seeds are \
         training seeds. A matched control has other problems than its subset: where that takes its whole bucket, \
         the control is of what lies outside of it. Tokens are of replies, counted with {}{}; steps are of a run by `[runs]`. {}",
        escaped(&manifest.tokenizer),
        counted_by(manifest),
        beyond(subsets, runs.max_length.get())
    ));
    comparisons(&mut line, manifest);
    if !manifest.shortfalls.is_empty() {
        line("\n## Left out or made smaller\n\n| name | asked | available | why |\n|---|--:|--:|---|".into());
        for short in &manifest.shortfalls {
            line(format!(
                "| {} | {} {unit} | {} {unit} | {} |",
                escaped(&short.name),
                short.asked,
                short.available,
                escaped(&short.reason),
                unit = short.unit
            ));
        }
    }
    pairs(&mut line, manifest);
    recipes(&mut line, manifest);
    of_changed(&mut line, manifest);
    contamination(&mut line, leakage);
    near_duplicates(&mut line, manifest);
    balance(&mut line, manifest, balances);
    line("\n## Verdicts\n\nOur verdict against the recorded one, over all trajectories; `undecided` is never counted as right.\n\n| ours | recorded | trajectories |\n|---|---|--:|".into());
    for verdict in &manifest.verdicts {
        line(format!(
            "| {} | {} | {} |",
            escaped(&verdict.verdict),
            escaped(&verdict.recorded),
            verdict.count
        ));
    }
    pass_rates(&mut line, manifest);
    line("\n## What filtering did\n\nAccepted, wrong and undecided (the last two by our verdict) in percent, by category, from the shortest tenth of all trajectories to the longest: filtering also removes long and hard ones.\n".into());
    acceptance(&mut line, manifest);
    if !manifest.warnings.is_empty() {
        line("\n## Warnings\n".into());
        for warning in &manifest.warnings {
            line(format!("- {}", escaped(warning)));
        }
    }
}

/// What counted, behind what it counted with.
fn counted_by(manifest: &Manifest) -> String {
    let by = manifest.counted_by.as_deref();
    by.map_or_else(String::new, |by| format!(" by {}", escaped(by)))
}

/// How many subsets have rows that are longer than a trainer takes them.
fn beyond(subsets: &[(&Subset, Option<&Written>)], max_length: u32) -> String {
    let is_over = |written: &&Written| {
        let mut tokens = written.conversation_tokens.iter();
        tokens.any(|&tokens| tokens > max_length)
    };
    let written = subsets.iter().filter_map(|(_, written)| *written);
    let (all, over) = (written.clone().count(), written.filter(is_over).count());
    format!(
        "A trainer holds the whole conversation against its limit (`conversation_tokens` of a row): of {all} subsets and \
         controls that are written, {over} have rows with more than {max_length} (`rows_over` in `__run__/subsets.csv`)."
    )
}

/// Which files the entries came from, and whose word vouches for their bytes.
fn origins(line: &mut impl FnMut(String), manifest: &Manifest) {
    line(
        "## Where it came from\n\n| | files | from | bytes checked | licence | to be named |\n\
         |---|--:|---|---|---|---|"
            .into(),
    );
    for source in &manifest.sources {
        let files = manifest
            .files
            .iter()
            .filter(|file| file.source == source.name);
        let hubs: Vec<Option<&HubRecord>> = files.map(|file| file.hub.as_ref()).collect();
        let terms = [&source.license, &source.attribution];
        line(origin_line(&source.name, &hubs, terms));
    }
    for companion in &manifest.companions {
        let hubs: Vec<Option<&HubRecord>> = companion
            .files
            .iter()
            .map(|file| file.hub.as_ref())
            .collect();
        let terms = [&companion.license, &companion.attribution];
        line(origin_line(
            &format!("{} (companion)", companion.name),
            &hubs,
            terms,
        ));
    }
    for companion in &manifest.companions {
        let joined = &companion.joined;
        line(format!(
            "\nThe companion {} knows {} of {} problems by their text. It gave {} of them a category; where \
             both name one, it is the same for {} and another for {}.",
            escaped(&companion.name),
            joined.problems_known,
            joined.problems,
            joined.categories_added,
            joined.categories_same,
            joined.categories_other,
        ));
    }
}

fn origin_line(name: &str, hubs: &[Option<&HubRecord>], terms: [&Option<String>; 2]) -> String {
    let (from, checked) = match hubs.first() {
        Some(Some(hub)) => {
            let (dataset, commit) = (escaped(&hub.dataset), escaped(&hub.commit));
            let from = format!(
                "[{dataset}](https://huggingface.co/datasets/{}/tree/{}) at `{commit}`",
                hub.dataset, hub.commit
            );
            let checked = match hub.check {
                HubCheck::Verified => "SHA-256 of every file",
                HubCheck::Unverified => "unverified: ranges of files",
            };
            (from, checked)
        }
        _ => ("disk".to_owned(), "BLAKE3 in the manifest"),
    };
    let [license, attribution] = terms.map(|term| escaped(term.as_deref().unwrap_or("not stated")));
    let name = escaped(name);
    format!(
        "| {name} | {} | {from} | {checked} | {license} | {attribution} |",
        hubs.len()
    )
}

fn waterfall(line: &mut impl FnMut(String), manifest: &Manifest) {
    line("| source | read | kept | dropped, by reason |".into());
    line("|---|--:|--:|---|".into());
    for source in &manifest.ledger {
        let mut dropped = String::new();
        for (reason, count) in &source.dropped {
            // Writing to a string cannot fail.
            let _ = write!(dropped, "{reason} {count}, ");
        }
        line(format!(
            "| {} | {} | {} | {} |",
            escaped(&source.source),
            source.read,
            source.kept,
            escaped(dropped.trim_end_matches(", "))
        ));
    }
}

/// Which draws are compared in pairs, and which comparisons are not independent of each other.
fn comparisons(line: &mut impl FnMut(String), manifest: &Manifest) {
    let paired = manifest.paired_draws.len();
    let shared = manifest.shared.len();
    line(format!(
        "\nDraws of one number belong together only where `paired_draws` in the manifest says so ({paired} sets: \
         sizes of one order, paired styles, matched and paired controls); all others are independent. {shared} of \
         these sets are compared with several others, so that these differences are correlated; `shared` lists them."
    ));
}

/// Which share of its pool the bucket of a subset holds, and what that means where it is much.
fn of_pool(subset: &SubsetRecord) -> String {
    let length = subset.length.as_deref().unwrap_or_default();
    match subset.bucket_share {
        None => String::new(),
        Some(share) if share > WIDE => format!("{}: hardly {length}", percent(share)),
        Some(share) => percent(share),
    }
}

fn percent(share: f64) -> String {
    format!("{:.0}%", 100.0 * share)
}

fn subset_line(subset: &SubsetRecord, runs: &Runs) -> String {
    let is_trained_on = subset.role != SubsetRole::Validation;
    let steps = is_trained_on.then(|| runs.steps(subset.size).to_string());
    let controls = match subset.control_of.as_slice() {
        [] => String::new(),
        [one] => escaped(one).into_owned(),
        [first, rest @ ..] => format!("{} and {} more", escaped(first), rest.len()),
    };
    format!(
        "| {} | {} | {} | {} | {} | {} | {} {} | {} | {} | {controls} |",
        escaped(&subset.name),
        subset.role.as_str(),
        subset.size,
        subset.bucket,
        escaped(&of_pool(subset)),
        subset.draws_overlap.map(percent).unwrap_or_default(),
        subset.draw_kind.as_str(),
        subset.draw,
        subset.tokens,
        steps.unwrap_or_default()
    )
}

/// What pass rates are over, and what they would be over something else.
fn pass_rates(line: &mut impl FnMut(String), manifest: &Manifest) {
    let Some(rates) = &manifest.pass_rates else {
        return;
    };
    let share = |of: u64| match of {
        0 => "no share".to_owned(),
        of => percent(rates.right as f64 / of as f64),
    };
    line(format!(
        "\nA problem's pass rate, wherever it is used, is the share right of its trajectories that our verifier decided, \
         of two or more: {} of {} problems have one. Over all problems that is {} of {} decided; of {} that are not cut \
         off it would be {}, of all {} it would be {}. Exact copies count once.",
        rates.problems_known,
        rates.problems,
        share(rates.decided),
        rates.decided,
        rates.finished,
        share(rates.finished),
        rates.all,
        share(rates.all),
    ));
}

/// How the rows of derived controls were made, and in how many there was nothing to change.
fn of_changed(line: &mut impl FnMut(String), manifest: &Manifest) {
    let records = manifest.subsets.iter();
    let derived = records.filter_map(|record| Some((record, record.derived.as_ref()?)));
    let derived: Vec<_> = derived.collect();
    if derived.is_empty() {
        return;
    }
    line(
        "\n## Changed rows\n\nA derived control has its subset's trajectories with steps of their reasoning (paragraphs of \
         the thinking) in other places: `shuffled_steps_33` moves a third of them. `derived_from` names the trajectory; \
         a row in which there was nothing to change has its id.\n\n\
         | control | transformation | seed | rows | unchanged |\n|---|---|--:|--:|--:|"
            .into(),
    );
    for (record, derived) in derived {
        line(format!(
            "| {} | {} | {} | {} | {} |",
            escaped(&record.name),
            escaped(&derived.transformation),
            derived.seed,
            record.size,
            derived.unchanged
        ));
    }
}

/// What each step of a recipe left.
fn recipes(line: &mut impl FnMut(String), manifest: &Manifest) {
    if manifest.recipes.is_empty() {
        return;
    }
    line("\n## What recipes left out\n\n| largest subset | recipe | problems, step by step |\n|---|---|---|".into());
    for recipe in &manifest.recipes {
        let steps = recipe.steps.iter();
        let steps: Vec<String> = steps
            .map(|step| format!("{} {}", step.step, step.problems))
            .collect();
        line(format!(
            "| {} | {} | {} |",
            escaped(&recipe.subset),
            recipe.recipe.as_str(),
            steps.join(", ")
        ));
    }
}

fn pairs(line: &mut impl FnMut(String), manifest: &Manifest) {
    for pair in &manifest.pairs {
        let [first, second] = [&pair.styles[0], &pair.styles[1]].map(|style| escaped(style));
        line(format!(
            "\n## {first} against {second} ({})\n\nOver all problems that have both: verdict of {first} \
             down, of {second} across.\n\n| | right | wrong | unknown |\n|---|--:|--:|--:|",
            escaped(&pair.category)
        ));
        for row in ["right", "wrong", "unknown"] {
            let count = |column: &str| {
                let counts = pair.counts.get(row);
                counts
                    .and_then(|counts| counts.get(column))
                    .copied()
                    .unwrap_or_default()
            };
            line(format!(
                "| {row} | {} | {} | {} |",
                count("right"),
                count("wrong"),
                count("unknown")
            ));
        }
    }
}

/// Which benchmarks were looked for, how well they are found, and how many of their items were.
fn contamination(line: &mut impl FnMut(String), leakage: Option<&Leakage>) {
    line("\n## Contamination\n".into());
    let Some(leakage) = leakage else {
        line(format!(
            "Not screened: no benchmark was looked for, and nothing is known of what these problems share with any. \
             Fingerprints of {} come with gradatim.",
            shipped::names().count()
        ));
        return;
    };
    let alarms = &leakage.detector.false_alarms;
    line(format!(
        "{} problems were compared with these benchmarks: {} are contaminated (a benchmark's words and figures, \
         however they are written) and {} suspect (a part of an item, its words with other numbers, its numbers in \
         other words). Dropped: {}. `__run__/leakage.json` lists each with what speaks for it.\n",
        leakage.problems,
        leakage.contaminated,
        leakage.suspect,
        match leakage.detector.drop {
            Drops::Nothing => "nothing",
            Drops::Contaminated => "what is contaminated",
            Drops::Suspect => "what is contaminated or suspect",
        },
    ));
    line(format!(
        "False alarms: {:.2} contaminated and {:.2} suspect of 1,000 real problems that are no copies ({} problems, {}).\n",
        alarms.per_thousand(alarms.contaminated),
        alarms.per_thousand(alarms.suspect),
        alarms.problems,
        escaped(&alarms.date),
    ));
    line(
        "| benchmark | items | measured in | exact | near | part | numbers_changed | reworded | similar |"
            .into(),
    );
    line("|---|--:|---|--:|--:|--:|--:|--:|--:|".into());
    for benchmark in &leakage.benchmarks {
        line(benchmark_line(benchmark));
    }
    if let Some(vectors) = &leakage.vectors {
        line(by_vectors(vectors));
    }
    for file in leakage.benchmarks.iter().flat_map(|one| &one.files) {
        if !file.unread.is_empty() {
            let rows: Vec<String> = file.unread.iter().map(|one| one.row.to_string()).collect();
            line(format!(
                "\nRows of {} that cannot be read, and whose problems were not looked for, counted from 0: {}.",
                escaped(&file.file),
                rows.join(", ")
            ));
        }
    }
    for benchmark in &leakage.benchmarks {
        recall(line, benchmark);
    }
}

/// What vectors added to what texts say.
fn by_vectors(vectors: &VectorsRecord) -> String {
    format!(
        "\nVectors of {} of these problems were compared with those of the items of {}, and {} pairs from a cosine of {} \
         on were looked at by their texts too: {} of the hits are there for that. {} problems have no vector and were \
         compared by their texts alone. The counts of false alarms and of planted items are those of texts.",
        vectors.problems_with,
        escaped(&vectors.benchmarks.join(", ")),
        vectors.pairs,
        vectors.cosine_min,
        vectors.hits,
        vectors.problems_without,
    )
}

fn benchmark_line(benchmark: &BenchmarkRecord) -> String {
    let found = &benchmark.found;
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
        escaped(&benchmark.name),
        benchmark.items,
        escaped(&benchmark.measured_in),
        found.exact,
        found.near,
        found.part,
        found.numbers_changed,
        found.reworded,
        found.similar,
    )
}

/// How many of a benchmark's planted items were found, by rewriting.
fn recall(line: &mut impl FnMut(String), benchmark: &BenchmarkRecord) {
    let name = escaped(&benchmark.name);
    if benchmark.recall.is_empty() {
        line(format!(
            "\nHow well items of {name} are found is not measured: another version of the detector made its fingerprint."
        ));
        return;
    }
    line(format!(
        "\nItems of {name} that were planted and found, with intervals of 95 %. Not found: {}.\n",
        escaped(&benchmark.not_found.join(", "))
    ));
    line(
        "| rewriting | planted | contaminated | interval | contaminated or suspect | interval |"
            .into(),
    );
    line("|---|--:|--:|---|--:|---|".into());
    for one in &benchmark.recall {
        line(format!(
            "| {} | {} | {} | {:.3} to {:.3} | {} | {:.3} to {:.3} |",
            escaped(&one.rewriting),
            one.planted,
            one.contaminated,
            one.contaminated_low,
            one.contaminated_high,
            one.contaminated + one.suspect,
            one.found_low,
            one.found_high,
        ));
    }
}

fn near_duplicates(line: &mut impl FnMut(String), manifest: &Manifest) {
    let Some(near) = &manifest.near_duplicates else {
        return;
    };
    let fate = match near.dropped {
        true => "one problem of a cluster stays",
        false => "none was dropped for that",
    };
    line(format!(
        "\n## Near duplicates\n\n{} of {} problems lie in {} clusters of one problem each, with the same numbers and \
         at least {} of the text in common, instructions and tags apart; {fate}. In {} clusters gold answers differ \
         (the manifest lists them). {} problems lie in {} templates, which are the same words with other numbers or \
         parts of one another: none was dropped for that, and none stands on both sides of a validation split.",
        near.clustered,
        near.problems,
        near.clusters,
        near.threshold,
        near.disagreeing_count,
        near.templated,
        near.templates
    ));
}

/// How many pairs the card names; the file has them all.
const PAIRS_NAMED: usize = 12;

/// How pairs stand, and those that are out of balance in what they are meant to have alike.
fn balance(line: &mut impl FnMut(String), manifest: &Manifest, balances: &[Compared]) {
    if balances.is_empty() {
        return;
    }
    let summary = Summary::of(balances.iter().map(|(_, balance)| balance));
    line(format!(
        "\n## Balance\n\nOf {} pairs of a subset and its control, in what they are meant to have alike and \
         in standard deviations of the accepted pool:\n",
        summary.pairs
    ));
    for sentence in summary.sentences() {
        line(format!("- {sentence}"));
    }
    let unbalanced = unbalanced_first(balances, |(_, balance)| balance);
    if !unbalanced.is_empty() {
        line(
            "\n| subset | control | differs in | by (SD) | chance | why | problems shared |".into(),
        );
        line("|---|---|---|--:|--:|---|--:|".into());
    }
    for compared in unbalanced.into_iter().take(PAIRS_NAMED) {
        line(unbalanced_line(manifest, compared));
    }
    line("\nAll of them, variable by variable: `__run__/balance.parquet` and `__run__/balance.svg` (`gradatim \
          balance` prints any two); what every two subsets share: `__run__/overlap.parquet`.".into());
}

/// The pair, and where it differs most.
fn unbalanced_line(manifest: &Manifest, (pair, balance): &Compared) -> String {
    let records = [pair.first, pair.second].map(|at| &manifest.subsets[at]);
    let unexplained = balance.unexplained();
    let [name, smd, chance, why] = match unexplained.first() {
        None => [const { String::new() }; 4],
        Some(worst) => [
            told_with_others(&unexplained),
            format!("{:.2}", worst.smd.unwrap_or_default()),
            format!("{:.2}", worst.chance.unwrap_or_default()),
            why(records, pair, worst.variable),
        ],
    };
    format!(
        "| {} | {} | {} | {smd} | {chance} | {why} | {} |",
        escaped(&records[0].name),
        escaped(&records[1].name),
        escaped(&name),
        balance.problems_shared
    )
}

fn acceptance(line: &mut impl FnMut(String), manifest: &Manifest) {
    let tenths: Vec<String> = (1..=10).map(|tenth| tenth.to_string()).collect();
    line(format!("| category | {} |", tenths.join(" | ")));
    line(format!("|---|{}", "--:|".repeat(10)));
    for records in manifest
        .acceptance
        .chunk_by(|a, b| a.category == b.category)
    {
        let mut cells = vec!["–".to_owned(); 10];
        for record in records {
            if let Some(cell) = cells.get_mut(record.length_decile as usize) {
                *cell = record.percents();
            }
        }
        let name = records[0].category.as_deref().unwrap_or("(none)");
        line(format!("| {} | {} |", escaped(name), cells.join(" | ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_of_the_hub_s_category_with_its_lower_end_inside() {
        for (rows, category) in [
            (0, "n<1K"),
            (999, "n<1K"),
            (1_000, "1K<n<10K"),
            (999_999, "100K<n<1M"),
            (1_000_000, "1M<n<10M"),
            (5_000_000_000, "1B<n<10B"),
            (u64::MAX, "n>1T"),
        ] {
            assert_eq!(size_category(rows), category, "{rows}");
        }
    }
}
