//! What each stage decided of an entry, in words: by which rule, which value and which threshold.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::pipeline::Pipeline;
use crate::rules::Accept;
use crate::screen::Duplicates;
use crate::source::Void;

/// One decision on an entry.
#[derive(Debug, Serialize)]
pub(crate) struct Decision {
    /// What decided: `read`, `accept`, `length`, `repetition`, `facts`, `contamination`, `duplicates` or
    /// `near_duplicates`.
    pub stage: &'static str,
    /// The key of the pipeline; null where the pipeline has no say.
    pub rule: Option<String>,
    /// What was measured.
    pub value: Option<String>,
    /// What it was held against.
    pub threshold: Option<String>,
    /// Whether the entry got past it.
    pub passes: bool,
    /// The same as a sentence.
    pub words: String,
}

/// A row of the ledger.
#[derive(Clone, Copy)]
pub(super) struct Row<'l>(pub &'l Map<String, Value>);

impl<'l> Row<'l> {
    pub(super) fn text(self, name: &str) -> Option<&'l str> {
        self.0.get(name).and_then(Value::as_str)
    }

    pub(super) fn number(self, name: &str) -> Option<u64> {
        self.0.get(name).and_then(Value::as_u64)
    }

    fn truth(self, name: &str) -> Option<bool> {
        self.0.get(name).and_then(Value::as_bool)
    }

    fn shown(self, name: &str) -> String {
        match self.0.get(name) {
            None | Some(Value::Null) => "unknown".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    }

    pub(super) fn is_kept(self) -> bool {
        self.text("fate") == Some("kept")
    }
}

/// The decisions on an entry in the order in which they fall, up to the one that dropped it.
pub(super) fn decisions(row: Row<'_>, pipeline: &Pipeline) -> Vec<Decision> {
    let mut taken = vec![read(row)];
    if taken[0].passes {
        taken.push(accepted(row, pipeline));
        taken.push(length(row, pipeline));
        taken.extend(repetition(row, pipeline));
        taken.extend(facts(row, pipeline));
        taken.extend(contamination(row, pipeline));
        taken.push(copies(row, pipeline));
        taken.extend(near(row, pipeline));
    }
    let last = taken.iter().position(|decision| !decision.passes);
    taken.truncate(last.map_or(taken.len(), |last| last + 1));
    taken
}

/// Whether the ledger gives one of these as the reason.
fn is_for(row: Row<'_>, reasons: &[&str]) -> bool {
    row.text("reason")
        .is_some_and(|reason| reasons.contains(&reason))
}

fn read(row: Row<'_>) -> Decision {
    let void = row.text("reason").and_then(Void::parse);
    let words = match (void, row.text("remarks")) {
        (Some(void), _) => format!("it yields no trajectory: {}", of_void(void)),
        (None, Some(remarks)) => {
            format!("it was read as a trajectory, with these remarks: {remarks}")
        }
        (None, None) => "it was read as a trajectory, as it stands".to_owned(),
    };
    Decision {
        stage: "read",
        rule: None,
        value: void.map(|void| void.as_str().to_owned()),
        threshold: None,
        passes: void.is_none(),
        words,
    }
}

/// What is wrong with a row that yields none, as the end of a sentence.
fn of_void(void: Void) -> &'static str {
    match void {
        Void::BadJson => "the line is no JSON object",
        Void::BadCsv => {
            "the row of CSV has other cells than its header, or a quote that never closes"
        }
        Void::BadUtf8 => "the row is not UTF-8",
        Void::TooLarge => "the row has more bytes than `row_bytes_max` lets through",
        Void::WrongType => "a column holds something else than the source's layout says",
        Void::NoProblem => "the problem is null, missing or blank",
        Void::NoGenerations => "the row has no responses: null, missing or an empty list",
        Void::NoResponse => "the response is null",
        Void::EmptyResponse => "the response is blank",
        Void::SeveralTurns => "the chat has several answered questions, and `turns` takes one",
        Void::TurnOrder => "the turns are no dialogue of a question and its answer",
        Void::ToolCalls => "the chat calls tools, so that its answer is not all of it",
        Void::NoText => "a turn has parts that are no text, as images",
        Void::ControlTokens => "a token of a chat's control stands inside the text",
        Void::UnreadableFile => "its file could not be read, which `skip_unreadable` lets pass",
    }
}

fn accepted(row: Row<'_>, pipeline: &Pipeline) -> Decision {
    let own = row
        .text("source")
        .and_then(|name| pipeline.sources.get(name));
    let rule = own
        .and_then(|source| source.accept)
        .unwrap_or(pipeline.verify.accept);
    let reason = row.text("reason").unwrap_or_default();
    let refused = match reason {
        "cut_off" => Some("it was cut off before its end"),
        "not_recorded" => Some("the source records no verdict on it"),
        "recorded_wrong" => Some("the source records that it is wrong"),
        "wrong" => Some("our verifier finds it wrong"),
        "undecided" => Some("our verifier cannot decide"),
        "no_answer" => Some("our verifier finds no answer in it"),
        "no_gold" => Some("there is no gold answer to hold it against"),
        _ => None,
    };
    let value = verdicts(row);
    let wanted = of_rule(rule);
    let words = match refused {
        Some(why) => format!("refused: {why}; the rule wants it {wanted} ({value})"),
        None => format!("accepted: the rule wants it {wanted} ({value})"),
    };
    Decision {
        stage: "accept",
        rule: Some("accept".to_owned()),
        value: Some(value),
        threshold: Some(rule.as_str().to_owned()),
        passes: refused.is_none(),
        words,
    }
}

fn of_rule(rule: Accept) -> &'static str {
    match rule {
        Accept::Recorded => {
            "recorded as right by the source, not wrong by our verifier, and not cut off"
        }
        Accept::Ours => "correct by our verifier, and not cut off",
        Accept::Both => "right by the source's record and by our verifier, and not cut off",
        Accept::Either => "right by the source's record or by our verifier, and not cut off",
        Accept::None => "as it is, right or wrong",
    }
}

/// All that says whether it is right.
fn verdicts(row: Row<'_>) -> String {
    let recorded = |name: &str| match row.truth(name) {
        Some(true) => "right",
        Some(false) => "wrong",
        None => "nothing",
    };
    let answer = match row.text("extracted") {
        Some(answer) => format!("its answer is `{answer}`"),
        None => "no answer was found".to_owned(),
    };
    let ended = match row.truth("finished") {
        Some(false) => "; cut off",
        Some(true) => "; ended by itself",
        None => "",
    };
    format!(
        "ours: {} by the rule `{}`, {answer}; the source's own verifier says {}, its judge {}{ended}",
        row.shown("verdict"),
        row.shown("verdict_reason"),
        recorded("recorded_rule"),
        recorded("recorded_judge"),
    )
}

fn length(row: Row<'_>, pipeline: &Pipeline) -> Decision {
    let screen = &pipeline.screen;
    let tokens = row.shown("tokens");
    let threshold = match (screen.tokens_min, screen.tokens_max) {
        (None, None) => None,
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
    };
    let passes = !is_for(row, &["too_short", "too_long"]);
    let asked = threshold.as_deref().unwrap_or("any number");
    let words = match passes {
        true => format!("it has {tokens} tokens; the screen lets {asked} through"),
        false => format!("dropped: it has {tokens} tokens, and the screen lets {asked} through"),
    };
    Decision {
        stage: "length",
        rule: threshold
            .is_some()
            .then(|| "screen.tokens_min, screen.tokens_max".to_owned()),
        value: Some(tokens),
        threshold,
        passes,
        words,
    }
}

fn repetition(row: Row<'_>, pipeline: &Pipeline) -> Option<Decision> {
    let most = pipeline.screen.repeated_share_max?;
    let share = row
        .0
        .get("repeated_share")
        .and_then(Value::as_f64)
        .unwrap_or_default();
    let passes = !is_for(row, &["repetitive"]);
    let verb = if passes {
        "it repeats"
    } else {
        "dropped: it repeats"
    };
    Some(Decision {
        stage: "repetition",
        rule: Some("screen.repeated_share_max".to_owned()),
        value: Some(format!("{share:.3}")),
        threshold: Some(format!("at most {most}")),
        passes,
        words: format!(
            "{verb} {:.1} % of its bytes from lines and sentences before; the screen lets {:.1} % through",
            100.0 * share,
            100.0 * f64::from(most)
        ),
    })
}

/// What the screen wants to be known of the problem; nothing where it asks for nothing.
fn facts(row: Row<'_>, pipeline: &Pipeline) -> Vec<Decision> {
    let asked = serde_json::to_value(&pipeline.screen).unwrap_or_default();
    let keys = [
        "question_type",
        "gold_kind",
        "problem_is_valid",
        "solution_is_valid",
        "synthetic",
    ];
    let decide = |key: &&'static str| {
        let wanted = asked
            .get(*key)
            .filter(|wanted| !wanted.is_null())?
            .to_string();
        let (value, passes) = (row.shown(key), !is_for(row, &[*key]));
        let verb = if passes { "" } else { "dropped: " };
        Some(Decision {
            stage: "facts",
            rule: Some(format!("screen.{key}")),
            words: format!("{verb}`{key}` of its problem is {value}; the screen wants {wanted}"),
            value: Some(value),
            threshold: Some(wanted),
            passes,
        })
    };
    let decided: Vec<Decision> = keys.iter().filter_map(decide).collect();
    // They are looked at in this order, and none behind the first that is not met.
    let last = decided.iter().position(|decision| !decision.passes);
    let count = last.map_or(decided.len(), |last| last + 1);
    decided.into_iter().take(count).collect()
}

fn contamination(row: Row<'_>, pipeline: &Pipeline) -> Option<Decision> {
    pipeline.screen.contamination.as_ref()?;
    let (is, may) = (row.text("contaminated"), row.text("suspect"));
    let passes = !is_for(row, &["contaminated"]);
    let met = match (is, may) {
        (Some(item), _) => format!("its problem is a benchmark's: {item}"),
        (None, Some(item)) => format!("its problem may be made from a benchmark's: {item}"),
        (None, None) => "its problem meets no item of the benchmarks".to_owned(),
    };
    let words = match passes {
        true if is.or(may).is_some() => format!("{met}, which the pipeline does not drop"),
        true => met,
        false => format!("dropped: {met}"),
    };
    Some(Decision {
        stage: "contamination",
        rule: Some("screen.contamination".to_owned()),
        value: is.or(may).map(str::to_owned),
        threshold: None,
        passes,
        words,
    })
}

fn copies(row: Row<'_>, pipeline: &Pipeline) -> Decision {
    let passes = !is_for(row, &["duplicate"]);
    let drops = pipeline.screen.duplicates == Duplicates::Drop;
    let value = row.text("value").filter(|_| !passes);
    let words = match (passes, drops) {
        (false, _) => format!(
            "dropped: it is an exact copy (same problem, same response), and one stays: {}",
            value.unwrap_or("another entry")
        ),
        (true, true) => "no other exact copy of it stays".to_owned(),
        (true, false) => "exact copies stay, as the pipeline says".to_owned(),
    };
    Decision {
        stage: "duplicates",
        rule: Some("screen.duplicates".to_owned()),
        value: value.map(str::to_owned),
        threshold: Some(if drops { "drop" } else { "keep" }.to_owned()),
        passes,
        words,
    }
}

fn near(row: Row<'_>, pipeline: &Pipeline) -> Option<Decision> {
    let share = pipeline.screen.near_duplicates?;
    let passes = !is_for(row, &["near_duplicate"]);
    let stays = row.text("value").filter(|_| !passes);
    let words = match stays {
        None if pipeline.screen.near_duplicates_stay => {
            "near duplicates of its problem stay, as the pipeline says".to_owned()
        }
        Some(stays) => format!(
            "dropped: its problem has {:.0} % or more of its text in common with the problem {stays}, which stays for \
             both",
            100.0 * share
        ),
        None => "no near duplicate of its problem stays beside it".to_owned(),
    };
    Some(Decision {
        stage: "near_duplicates",
        rule: Some("screen.near_duplicates".to_owned()),
        value: stays.map(str::to_owned),
        threshold: Some(share.to_string()),
        passes,
        words,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decided(pipeline: &str, row: Value) -> Vec<Decision> {
        let head = "[sources.a]\nlayout = 'openr1'\npath = 'a'\n";
        let pipeline: Pipeline = toml::from_str(&format!("{head}{pipeline}")).expect("a pipeline");
        let Value::Object(row) = row else {
            panic!("a row is an object");
        };
        decisions(Row(&row), &pipeline)
    }

    fn last(decided: &[Decision]) -> (&'static str, bool, Option<&str>) {
        let last = decided.last().expect("a decision");
        (last.stage, last.passes, last.threshold.as_deref())
    }

    #[test]
    fn what_was_kept_passed_every_stage_that_the_pipeline_has() {
        let row = json!({ "source": "a", "fate": "kept", "verdict": "correct", "tokens": 90 });
        let bare = decided("", row.clone());
        let stages: Vec<_> = bare.iter().map(|decision| decision.stage).collect();
        assert_eq!(stages, ["read", "accept", "length", "duplicates"]);
        let screen = "[screen]\ntokens_max = 100\nrepeated_share_max = 0.5\nsynthetic = false\nnear_duplicates = 0.9\n";
        let screened = decided(screen, row);
        assert_eq!(screened.len(), 7);
        assert!(screened.iter().all(|decision| decision.passes));
        let row = json!({ "source": "a", "fate": "kept" });
        let stay = decided(
            "[screen]\nnear_duplicates = 0.9\nnear_duplicates_stay = true\n",
            row,
        );
        let words = &stay.last().expect("a decision").words;
        assert!(
            words.contains("near duplicates of its problem stay"),
            "{words}"
        );
    }

    #[test]
    fn each_reason_ends_at_its_stage_with_what_it_was_held_against() {
        let screen = "[verify]\naccept = 'ours'\n[screen]\ntokens_min = 5\ntokens_max = 100\nrepeated_share_max = 0.25\n\
                      gold_kind = ['value']\nnear_duplicates = 0.9\n\
                      [screen.contamination]\nbenchmarks = ['aime24']\n";
        for (reason, stage, threshold) in [
            ("bad_json", "read", None),
            ("cut_off", "accept", Some("ours")),
            ("undecided", "accept", Some("ours")),
            ("too_short", "length", Some("5 to 100")),
            ("repetitive", "repetition", Some("at most 0.25")),
            ("gold_kind", "facts", Some("[\"value\"]")),
            ("contaminated", "contamination", None),
            ("duplicate", "duplicates", Some("drop")),
            ("near_duplicate", "near_duplicates", Some("0.9")),
        ] {
            let row = json!({ "source": "a", "fate": "dropped", "reason": reason, "value": "x" });
            assert_eq!(
                last(&decided(screen, row)),
                (stage, false, threshold),
                "{reason}"
            );
        }
    }

    #[test]
    fn the_rule_of_a_source_goes_before_the_pipelines() {
        let head = "accept = 'both'\n[verify]\naccept = 'none'\n";
        let row = json!({ "source": "a", "fate": "dropped", "reason": "wrong" });
        assert_eq!(last(&decided(head, row)), ("accept", false, Some("both")));
    }
}
