//! From what was gathered to runs, with what a reader should know of each.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher;

use super::chunk::{Agreed, Dispute, Kept};
use super::gather::{FILE_BITS, Gathered, RunKey, RunSoFar, Seen, names};
use super::told::Bad;
use super::{Disagreement, Filter, Grading, Input, Inspected, InspectedRun, Logs, Options};
use super::{classes, matching};
use crate::error::{did_you_mean, listed};
use crate::eval::attempt::{Asked, Attempt, Facts, Place, Run};
use crate::eval::grade::of_cut;
use crate::eval::questions::Sets;
use crate::eval::table::Outcome;
use crate::{Error, Result};

/// A run, with what only an inspection shows.
struct Finished {
    run: Run,
    filters: Vec<Filter>,
    disagreements: Vec<Disagreement>,
    recorded: u32,
    responses: u32,
    golds: u32,
    /// What stands where verdicts should, where no attempt can be graded.
    no_verdict: Option<String>,
}

/// All runs.
pub(super) fn logs(gathered: Gathered<'_>) -> Result<Logs> {
    let (inputs, finished, _) = all(gathered)?;
    if finished.iter().all(|one| one.no_verdict.is_some())
        && let Some(what) = finished.iter().find_map(|one| one.no_verdict.as_deref())
    {
        return Err(without_verdict(&finished[0].run, what));
    }
    let mut logs = Logs {
        inputs,
        ..Logs::default()
    };
    for one in finished {
        logs.runs.push(one.run);
        logs.disagreements.extend(one.disagreements);
    }
    logs.inputs.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(logs)
}

fn without_verdict(run: &Run, what: &str) -> Error {
    Error::File {
        file: run.files.first().cloned().unwrap_or_default(),
        problem: format!("has no verdict that can be read: {what}"),
        hint: format!(
            "write {VERDICTS}; or name the column of the verdict or of the response: `--column correct=NAME`, \
             `--column response=NAME`"
        ),
    }
}

/// What a verdict is.
const VERDICTS: &str = "0 or 1, true or false, yes or no, right or wrong, pass or fail";

/// The one file.
pub(super) fn inspected(gathered: Gathered<'_>) -> Result<Inspected> {
    let (inputs, finished, seen) = all(gathered)?;
    let has = |name: &String| seen.columns.iter().any(|(known, _)| known == name);
    let wanted = seen.wanted.iter().filter(|name| !name.is_empty());
    let (read, missing) = wanted.cloned().partition(has);
    let mut inspected = Inspected {
        input: inputs.into_iter().next().unwrap_or_default(),
        shape: seen.shape,
        columns: seen.columns,
        read,
        missing,
        ..Inspected::default()
    };
    for one in finished {
        inspected.traps.extend(one.run.remarks.iter().cloned());
        if inspected.filters.is_empty() {
            inspected.filters.clone_from(&one.filters);
        }
        inspected.runs.push(one.inspected());
    }
    inspected.traps.sort();
    inspected.traps.dedup();
    Ok(inspected)
}

/// The runs by name, then benchmark; the inputs in the order in which they were read.
fn all(gathered: Gathered<'_>) -> Result<(Vec<Input>, Vec<Finished>, Seen)> {
    let Gathered {
        options,
        sets,
        runs,
        mut inputs,
        seen,
        ..
    } = gathered;
    let keys: Vec<RunKey> = runs.keys().cloned().collect();
    let names = names(&keys.iter().collect::<Vec<_>>());
    let mut finished = Vec::new();
    for ((key, run), name) in runs.into_iter().zip(names) {
        finished.push(of_run(key, name, run, options, sets, &mut inputs)?);
    }
    finished.sort_by(|a, b| {
        let key = |one: &Finished| (one.run.name.clone(), one.run.benchmark.clone());
        key(a).cmp(&key(b))
    });
    matching::label(finished.iter_mut().map(|one| &mut one.run));
    Ok((inputs, finished, seen))
}

fn of_run(
    key: RunKey,
    name: String,
    so_far: RunSoFar,
    options: &Options,
    sets: &Sets,
    inputs: &mut [Input],
) -> Result<Finished> {
    let RunSoFar {
        format,
        files,
        told,
        columns,
    } = so_far;
    let mut remarks: Vec<String> = format
        .remarks()
        .iter()
        .map(|text| (*text).to_owned())
        .collect();
    let super::chunk::Series {
        facts,
        filters,
        questions,
        kept: mut attempts,
        disputes,
        no_verdicts,
        ..
    } = told;
    let mut disputed: HashMap<usize, Dispute> = disputes
        .into_iter()
        .map(|dispute| (dispute.kept, dispute))
        .collect();

    let Filtered {
        filters,
        is_read,
        read,
    } = filter(
        &name,
        &attempts,
        filters.into_keys().collect(),
        format.repeats_are_filters(),
        options,
        &mut remarks,
    )?;
    let mut order: Vec<usize> = (0..attempts.len()).filter(|at| is_read[*at]).collect();
    for (file, count) in drop_again(&mut order, &attempts, &mut remarks) {
        if let Some(input) = files.get(file).and_then(|file| inputs.get_mut(*file)) {
            *input.bad.entry(Bad::Again.as_str()).or_default() += count;
            input.attempts -= count;
        }
    }
    // By file, then by number, then as they stand.
    order.sort_by_key(|at| (attempts[*at].row >> FILE_BITS, attempts[*at].attempt, *at));
    cut(&mut attempts, facts.max_tokens.clone().value());

    let matched = matching::of(&questions, key.benchmark.as_deref(), sets);
    let mut by_group: Vec<Vec<usize>> = vec![Vec::new(); matched.groups.len()];
    for at in order {
        by_group[matched.group_of[attempts[at].question as usize]].push(at);
    }
    repeats(&mut by_group, &attempts, &facts.temperature, &mut remarks);
    let classes = classes::of(&questions, &matched);
    let mut asked = Vec::new();
    let mut disagreements = Vec::new();
    let questions: Vec<_> = questions.into_values().collect();
    let (mut recorded, mut responses, mut golds) = (0, 0, 0);
    for (group, members) in matched.groups.iter().zip(&by_group) {
        if members.is_empty() {
            continue;
        }
        let of = |at: &usize| {
            let kept = &attempts[*at];
            let answer = kept.answer;
            Attempt {
                recorded: kept.recorded,
                ours: kept.ours,
                answer: answer.map(|answer| classes.class(kept.question, answer)),
                tokens: kept.tokens,
                finished: kept.finished,
                place: Place {
                    file: (kept.row >> FILE_BITS) as u32,
                    row: kept.row & ((1 << FILE_BITS) - 1),
                    nth: kept.nth,
                },
            }
        };
        for (number, at) in members.iter().enumerate() {
            let kept = &attempts[*at];
            recorded += u32::from(kept.recorded.is_some());
            responses += u32::from(kept.text.is_some());
            golds += u32::from(questions[kept.question as usize].gold.is_some());
            if options.grading != Grading::Recorded
                && kept.recorded.is_some()
                && kept.ours.is_some()
                && kept.recorded != kept.ours
                && let Some(dispute) = disputed.remove(at)
            {
                disagreements.push(disagreement(
                    &name, &matched, &group.id, number, kept, dispute,
                ));
            }
        }
        asked.push(Asked {
            id: group.id.clone(),
            tier: group.tier,
            attempts: members.iter().map(of).collect(),
        });
    }
    remarks.extend(matched.remarks(asked.len()));
    let is_graded = |attempt: &Attempt| {
        attempt.ours.is_some() || matches!(attempt.recorded, Some(Outcome::Right | Outcome::Wrong))
    };
    let is_any_graded = asked
        .iter()
        .flat_map(|asked| &asked.attempts)
        .any(is_graded);
    let mut no_verdict = None;
    if no_verdicts.attempts > 0 {
        let have = match no_verdicts.attempts {
            1 => "1 attempt has".to_owned(),
            count => format!("{count} attempts have"),
        };
        let listed = no_verdicts.listed();
        remarks.push(format!(
            "{have} no verdict: {listed}; a verdict is {VERDICTS}"
        ));
        no_verdict = (!is_any_graded).then_some(listed);
    }
    remarks.extend(uneven(&asked));
    let mut facts = facts_of(format.name(), facts, &mut remarks);
    if let Some(filter) = read.filter(|name| name != "none") {
        facts.grader = Some(match facts.grader {
            Some(metric) => format!("{metric}, {filter}"),
            None => filter,
        });
    }
    let columns = columns
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.value()?)));
    Ok(Finished {
        run: Run {
            name,
            benchmark: matched.benchmark,
            of: matched.of,
            facts,
            columns: columns.collect(),
            questions: asked,
            files: files
                .iter()
                .map(|file| inputs[*file].path.clone())
                .collect(),
            remarks,
        },
        filters,
        disagreements,
        recorded,
        responses,
        golds,
        no_verdict,
    })
}

fn disagreement(
    run: &str,
    matched: &matching::Matched,
    question: &str,
    attempt: usize,
    kept: &Kept,
    dispute: Dispute,
) -> Disagreement {
    let word = |outcome: Option<Outcome>| match outcome {
        Some(Outcome::Right) => "right",
        Some(Outcome::Wrong) => "wrong",
        Some(Outcome::Unknown) | None => "unknown",
    };
    Disagreement {
        run: run.to_owned(),
        benchmark: matched.benchmark.clone(),
        question: question.to_owned(),
        attempt: attempt as u32,
        gold: dispute.gold,
        answer_recorded: dispute.recorded,
        answer_ours: dispute.ours,
        recorded: word(kept.recorded),
        ours: word(kept.ours),
        reason: dispute.reason,
    }
}

/// What is read of a log that has a row for each filter.
struct Filtered {
    /// All, where there are several.
    filters: Vec<Filter>,
    /// For each attempt, whether it is of the one that is read.
    is_read: Vec<bool>,
    /// The name of the one that is read, where they have names.
    read: Option<String>,
}

/// The filters of a run, and for each attempt whether it is of the one that is read: the one that the user names, else
/// the last, since harnesses list the strict one first.
fn filter(
    run: &str,
    attempts: &[Kept],
    mut filters: Vec<String>,
    repeats_are_filters: bool,
    options: &Options,
    remarks: &mut Vec<String>,
) -> Result<Filtered> {
    let mut of: Vec<usize> = attempts
        .iter()
        .map(|kept| kept.filter.map_or(0, usize::from))
        .collect();
    let is_named = !filters.is_empty();
    if !is_named && repeats_are_filters {
        of = occurrences(attempts);
        let count = of.iter().max().map_or(0, |most| most + 1);
        filters = (1..=count).map(|number| number.to_string()).collect();
    }
    if filters.len() < 2 {
        return Ok(Filtered {
            filters: Vec::new(),
            is_read: vec![true; attempts.len()],
            read: filters.pop().filter(|_| is_named),
        });
    }
    let read = match &options.filter {
        None => filters.len() - 1,
        Some(asked) => chosen(run, asked, &filters)?,
    };
    let described: Vec<Filter> = filters
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let own = || (0..attempts.len()).filter(|at| of[*at] == number);
            let graded: Vec<Outcome> = own().filter_map(|at| attempts[at].recorded).collect();
            let right = graded.iter().filter(|one| **one == Outcome::Right).count();
            Filter {
                name: name.clone(),
                rows: own().count() as u64,
                mean: (!graded.is_empty()).then(|| right as f64 / graded.len() as f64),
                is_read: number == read,
            }
        })
        .collect();
    let shares: Vec<String> = described
        .iter()
        .map(|filter| match filter.mean {
            Some(mean) => format!("{} ({mean:.3} right)", filter.name),
            None => filter.name.clone(),
        })
        .collect();
    let names = if is_named {
        ""
    } else {
        " that the log does not name"
    };
    remarks.push(format!(
        "holds {} filters{names}, which are no attempts: {}; `{}` is read, and `--filter` chooses another",
        filters.len(),
        shares.join(", "),
        filters[read],
    ));
    Ok(Filtered {
        filters: described,
        is_read: of.into_iter().map(|number| number == read).collect(),
        read: is_named.then(|| filters.swap_remove(read)),
    })
}

/// The number of the filter that was asked for, by name or counted from 1.
fn chosen(run: &str, asked: &str, filters: &[String]) -> Result<usize> {
    let by_name = filters.iter().position(|name| name == asked);
    let by_number = || asked.parse::<usize>().ok()?.checked_sub(1);
    let found = by_name.or_else(by_number).filter(|at| *at < filters.len());
    found.ok_or_else(|| {
        Error::usage(
            format!("`{run}` has no filter `{asked}`"),
            format!(
                "{}name one of {}",
                did_you_mean(asked, filters.iter().map(String::as_str)),
                listed(filters.iter().map(String::as_str))
            ),
        )
    })
}

/// For each attempt which of its question's rows in its file it is from: the first, the second, …
fn occurrences(attempts: &[Kept]) -> Vec<usize> {
    // The file's number and the row's.
    let mut last: HashMap<(u32, u64), (u64, usize)> = HashMap::new();
    attempts
        .iter()
        .map(|kept| {
            let place = last
                .entry((kept.question, kept.row >> FILE_BITS))
                .or_insert((kept.row, 0));
            if place.0 != kept.row {
                *place = (kept.row, place.1 + 1);
            }
            place.1
        })
        .collect()
}

/// Leaves out attempts that were told before in the same words; how many of each of the run's files.
fn drop_again(
    order: &mut Vec<usize>,
    attempts: &[Kept],
    remarks: &mut Vec<String>,
) -> BTreeMap<usize, u64> {
    // What was told, by its hash: the sets of a run of a million attempts would be larger than the attempts.
    let mut known: HashSet<u64> = HashSet::new();
    let hasher = foldhash::fast::FixedState::default();
    let mut dropped = BTreeMap::new();
    let mut differing = 0;
    order.retain(|at| {
        let kept = &attempts[*at];
        let Some(number) = kept.attempt else {
            return true;
        };
        let (file, place) = (kept.row >> FILE_BITS, (kept.question, number));
        let said = (
            kept.text,
            kept.recorded,
            kept.answer,
            kept.tokens,
            kept.beside,
        );
        // Another file's attempt of that number is another attempt, if not the same text.
        let in_file = hasher.hash_one((place, file, said));
        let anywhere = kept.text.map(|_| hasher.hash_one((place, said)));
        let is_again = !known.insert(in_file) | anywhere.is_some_and(|hash| !known.insert(hash));
        if is_again {
            *dropped.entry(file as usize).or_default() += 1;
            return false;
        }
        differing += u64::from(!known.insert(hasher.hash_one((place, file))));
        true
    });
    let again: u64 = dropped.values().sum();
    if again > 0 {
        remarks.push(match again {
            1 => "1 attempt was told twice in the same words, and counts once".to_owned(),
            _ => format!("{again} attempts were told twice in the same words, and count once"),
        });
    }
    if differing > 0 {
        remarks.push(format!(
            "{} the number of another one of the same question and something else to say: read as further attempts; \
             where they are of several runs, say which column tells: `--column run=NAME`",
            match differing {
                1 => "1 attempt has".to_owned(),
                _ => format!("{differing} attempts have"),
            }
        ));
    }
    dropped
}

/// Says of each attempt whether it was cut off, as far as the run shows it, and what follows for our grade.
fn cut(attempts: &mut [Kept], max_tokens: Option<u32>) {
    let some_end = attempts.iter().any(|kept| kept.ended == Some(true));
    for kept in attempts {
        let ended = kept.ended.filter(|_| some_end);
        let at_limit = kept
            .tokens
            .zip(max_tokens)
            .and_then(|(tokens, most)| (tokens >= most).then_some(false));
        kept.finished = kept.finished.or(ended).or(at_limit).or(kept.shown);
        if kept.finished == Some(false) {
            kept.ours = of_cut(kept.ours);
        }
    }
}

/// A response of so many bytes is hardly sampled twice.
///
/// By hand, 2026-11-27: an answer alone, as `\boxed{204}`, has fewer.
const REPEATED_BYTES_MIN: u64 = 100;

/// Leaves one attempt of each question where the repeats are one text: what a model says greedily it says each time.
fn repeats(
    by_group: &mut [Vec<usize>],
    attempts: &[Kept],
    temperature: &Agreed<f64>,
    remarks: &mut Vec<String>,
) {
    let is_same = |members: &Vec<usize>| {
        let text = attempts[members[0]].text;
        text.is_some() && members.iter().all(|at| attempts[*at].text == text)
    };
    let several: Vec<&Vec<usize>> = by_group
        .iter()
        .filter(|members| members.len() > 1)
        .collect();
    let same = several.iter().filter(|members| is_same(members)).count();
    let (mut bytes, mut count) = (0, 0);
    for at in several.iter().flat_map(|members| members.iter()) {
        bytes += u64::from(attempts[*at].bytes);
        count += 1;
    }
    let is_greedy = *temperature == Agreed::On(0.0) || bytes >= count * REPEATED_BYTES_MIN;
    if same == 0 || same * 2 <= several.len() || !is_greedy {
        return;
    }
    let most = several
        .iter()
        .map(|members| members.len())
        .max()
        .unwrap_or(1);
    remarks.push(format!(
        "the repeats are one and the same text in {same} of {} questions, as greedy decoding gives it: n is 1, not \
         {most}",
        several.len(),
    ));
    for members in by_group {
        members.truncate(1);
    }
}

fn uneven(asked: &[Asked]) -> Option<String> {
    let counts = || asked.iter().map(|asked| asked.attempts.len());
    let (least, most) = (counts().min()?, counts().max()?);
    (least < most).then(|| format!("questions have {least} to {most} attempts"))
}

fn facts_of(harness: &str, told: super::chunk::FactsTold, remarks: &mut Vec<String>) -> Facts {
    let mut differ = Vec::new();
    fn one<T: PartialEq>(
        name: &'static str,
        fact: Agreed<T>,
        differ: &mut Vec<&'static str>,
    ) -> Option<T> {
        if matches!(fact, Agreed::Differ) {
            differ.push(name);
        }
        fact.value()
    }
    let facts = Facts {
        harness: harness.to_owned(),
        model: one("model", told.model, &mut differ),
        template: one("template", told.template, &mut differ),
        temperature: one("temperature", told.temperature, &mut differ),
        top_p: one("top_p", told.top_p, &mut differ),
        max_tokens: one("max_tokens", told.max_tokens, &mut differ),
        grader: one("grader", told.grader, &mut differ),
    };
    if !differ.is_empty() {
        remarks.push(format!("its attempts differ in {}", differ.join(", ")));
    }
    facts
}

impl Finished {
    fn inspected(self) -> InspectedRun {
        let run = self.run;
        let counts = || {
            run.questions
                .iter()
                .map(|asked| asked.attempts.len() as u32)
        };
        let mut facts = BTreeMap::from([("harness", run.facts.harness.clone())]);
        let mut fact = |name: &'static str, value: Option<String>| {
            if let Some(value) = value {
                facts.insert(name, value);
            }
        };
        let number = |number: Option<f64>| number.map(|number| number.to_string());
        fact("model", run.facts.model.clone());
        fact("template", run.facts.template.clone());
        fact("temperature", number(run.facts.temperature));
        fact("top_p", number(run.facts.top_p));
        fact(
            "max_tokens",
            run.facts.max_tokens.map(|most| most.to_string()),
        );
        fact("grader", run.facts.grader.clone());
        InspectedRun {
            questions: run.questions.len() as u32,
            of: run.of,
            attempts: [counts().min().unwrap_or(0), counts().max().unwrap_or(0)],
            recorded: self.recorded,
            responses: self.responses,
            golds: self.golds,
            facts,
            name: run.name,
            benchmark: run.benchmark,
            remarks: run.remarks,
        }
    }
}
