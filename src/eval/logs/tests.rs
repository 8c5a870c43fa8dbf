//! What logs are read as, traps first. Inputs are the smallest that show the point.

use std::path::PathBuf;

use super::{Grading, Inspected, Logs, Options, inspect, read};
use crate::eval::attempt::{Grader, Run};
use crate::eval::table::{Outcome, avg};
use crate::run::{Amount, Watch};

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, bytes).expect("a file");
    }
    folder
}

fn read_as(files: &[(&str, &str)], options: &Options) -> crate::Result<Logs> {
    let bytes: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (*name, text.as_bytes()))
        .collect();
    let folder = folder(&bytes);
    let paths: Vec<PathBuf> = files
        .iter()
        .map(|(name, _)| folder.path().join(name))
        .collect();
    read(&paths, options, &())
}

fn logs(text: &str) -> Logs {
    read_as(&[("log.jsonl", text)], &Options::default()).expect("a log")
}

fn run(text: &str) -> Run {
    let mut logs = logs(text);
    assert_eq!(logs.runs.len(), 1);
    logs.runs.remove(0)
}

fn inspected(text: &str) -> Inspected {
    let folder = folder(&[("log.jsonl", text.as_bytes())]);
    let mut all = inspect(&[folder.path().join("log.jsonl")], &Options::default()).expect("a log");
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn error(text: &str) -> String {
    let failed = read_as(&[("log.jsonl", text)], &Options::default());
    failed.expect_err("no log").to_string()
}

/// Right, wrong and unknown attempts as recorded, a word a question.
fn recorded(run: &Run) -> Vec<String> {
    letters(run, Grader::Recorded)
}

fn letters(run: &Run, grader: Grader) -> Vec<String> {
    let letter = |outcome| match outcome {
        Outcome::Right => 'r',
        Outcome::Wrong => 'w',
        Outcome::Unknown => '?',
    };
    run.questions
        .iter()
        .map(|asked| {
            let attempts = asked.attempts.iter();
            attempts
                .map(|attempt| letter(attempt.outcome(grader)))
                .collect()
        })
        .collect()
}

fn ids(run: &Run) -> Vec<&str> {
    run.questions
        .iter()
        .map(|asked| asked.id.as_str())
        .collect()
}

/// A row of lm-evaluation-harness.
fn lm_eval(doc_id: u32, response: &str, exact_match: &str, more: &str) -> String {
    format!(
        "{{\"doc_id\": {doc_id}, \"doc\": {{\"question\": \"What is {doc_id} + 1?\"}}, \"target\": \"{}\", \
         \"resps\": [[\"{response}\"]], \"filtered_resps\": [\"{response}\"], \"exact_match\": {exact_match}{more}}}\n",
        doc_id + 1,
    )
}

#[test]
fn two_rows_of_a_document_are_filters_and_no_attempts() {
    let text = [
        lm_eval(0, "It is \\\\boxed{1}.", "0.0", ""),
        lm_eval(1, "It is \\\\boxed{3}.", "0.0", ""),
        lm_eval(0, "It is \\\\boxed{1}.", "1.0", ""),
        lm_eval(1, "It is \\\\boxed{3}.", "0.0", ""),
    ]
    .concat();
    let last = run(&text);
    assert_eq!(recorded(&last), ["r", "w"]);
    assert!(
        last.remarks[0].contains("2 filters that the log does not name"),
        "{:?}",
        last.remarks
    );
    let first = Options {
        filter: Some("1".into()),
        ..Options::default()
    };
    let first = read_as(&[("log.jsonl", &text)], &first).expect("a log");
    assert_eq!(recorded(&first.runs[0]), ["w", "w"]);
    let third = Options {
        filter: Some("3".into()),
        ..Options::default()
    };
    assert!(read_as(&[("log.jsonl", &text)], &third).is_err());
    let seen = inspected(&text);
    let filters: Vec<_> = seen
        .filters
        .iter()
        .map(|filter| (filter.mean, filter.is_read))
        .collect();
    assert_eq!(filters, [(Some(0.0), false), (Some(0.5), true)]);
}

#[test]
fn filters_with_names_are_chosen_by_name() {
    let text = [
        lm_eval(0, "1", "1.0", ", \"filter\": \"strict-match\""),
        lm_eval(0, "1", "0.0", ", \"filter\": \"flexible-extract\""),
    ]
    .concat();
    assert_eq!(recorded(&run(&text)), ["w"]);
    let strict = Options {
        filter: Some("strict-match".into()),
        ..Options::default()
    };
    let strict = read_as(&[("log.jsonl", &text)], &strict).expect("a log");
    assert_eq!(recorded(&strict.runs[0]), ["r"]);
    assert_eq!(
        strict.runs[0].facts.grader.as_deref(),
        Some("exact_match, strict-match")
    );
}

#[test]
fn all_repeats_are_attempts_of_which_the_metric_graded_the_first() {
    let text = "{\"doc_id\": 0, \"doc\": {\"Problem\": \"p\", \"ID\": \"I-1\"}, \"target\": \"7\", \"resps\": \
                [[\"\\\\boxed{7}\", \"\\\\boxed{8}\", \"\\\\boxed{7}\", \"none\"]], \"filtered_resps\": [\"7\"], \
                \"exact_match\": 0.0}\n";
    let one = run(text);
    assert_eq!(recorded(&one), ["wwr?"]);
    assert_eq!(ids(&one), ["I-1"]);
}

#[test]
fn the_fork_has_a_grade_for_each_attempt() {
    let text = "{\"doc_id\": 0, \"doc\": {\"id\": 60, \"problem\": \"p\"}, \"target\": \"204\", \"resps\": \
                [[\"a\", \"b\", \"c\"]], \"exact_matches\": [1, 0, 1], \"exact_match\": 1, \
                \"extracted_answers\": [\"204\", \"3\", \"204\"]}\n";
    let one = run(text);
    assert_eq!(recorded(&one), ["rwr"]);
    let answers: Vec<_> = one.questions[0]
        .attempts
        .iter()
        .map(|attempt| attempt.answer)
        .collect();
    assert_eq!(answers, [Some(0), Some(1), Some(0)]);
}

#[test]
fn repeats_of_one_greedy_text_are_one_attempt() {
    let long = "We add one and one, and one again, and so on until the sum is what it has to be, which is a long way. "
        .repeat(2);
    let row = |outputs: &[String]| {
        format!(
            "{{\"id\": \"x-1\", \"problem\": \"p\", \"expected_answer\": \"4\", \"model_outputs\": {}, \
             \"model_answers\": [\"4\", \"4\"]}}\n",
            serde_json::to_string(outputs).expect("JSON")
        )
    };
    let said = format!("{long}\\boxed{{4}}");
    let greedy = run(&row(&[said.clone(), said.clone()]));
    assert_eq!(recorded(&greedy), ["r"]);
    assert!(
        greedy
            .remarks
            .iter()
            .any(|remark| remark.contains("n is 1, not 2"))
    );
    let sampled = run(&row(&[said, format!("{long} So: \\boxed{{4}}")]));
    assert_eq!(recorded(&sampled), ["rr"]);
    // An answer alone is often said twice.
    let short = run(&row(&["\\boxed{4}".into(), "\\boxed{4}".into()]));
    assert_eq!(recorded(&short), ["rr"]);
}

fn areal(task: u32, sample: u32, reward: &str, completion: &str) -> String {
    format!(
        "{{\"task_id\": {task}, \"sample_idx\": {sample}, \"seqlen\": 120, \"prompt_len\": 20, \"reward\": {reward}, \
         \"prompt\": \"<|im_start|>system\\nReason.<|im_end|>\\n<|im_start|>user\\nQuestion {task}?<|im_end|>\\n\
         <|im_start|>assistant\\n\", \"completion\": \"{completion}\", \"question_id\": -1}}\n"
    )
}

#[test]
fn a_task_tells_questions_apart_that_have_no_ids_and_a_cut_attempt_keeps_its_grade() {
    let text = [
        areal(3, 0, "1.0", "<think>x</think>It is 4.<|im_end|>"),
        areal(3, 1, "0.0", "<think>x</think>It is"),
        areal(5, 0, "0.0", "<think>x</think>It is 5.<|im_end|>"),
        areal(5, 1, "1.0", "<think>x</think>It is 6.<|im_end|>"),
    ]
    .concat();
    let one = run(&text);
    assert_eq!(recorded(&one), ["rw", "wr"]);
    assert_eq!(ids(&one), ["3", "5"]);
    let finished: Vec<_> = one.questions[0]
        .attempts
        .iter()
        .map(|attempt| attempt.finished)
        .collect();
    assert_eq!(finished, [Some(true), Some(false)]);
    assert_eq!(one.questions[0].attempts[0].tokens, Some(100));
    assert!(one.facts.template.is_some());
}

#[test]
fn questions_are_joined_by_their_text_where_the_order_is_another() {
    let row = |idx: u32, question: &str| {
        format!(
            "{{\"idx\": {idx}, \"question\": \"{question}\", \"gt\": \"1\", \"code\": [\"\\\\boxed{{1}}\"], \
             \"pred\": [\"1\"], \"score\": [true], \"report\": [null]}}\n"
        )
    };
    let [a, b] = [
        "How many prime numbers are even?",
        "How many even numbers are prime, then?",
    ];
    let files = [
        ("one.jsonl", [row(0, a), row(1, b)].concat()),
        ("two.jsonl", [row(0, b), row(1, a)].concat()),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let logs = read_as(&files, &Options::default()).expect("logs");
    assert_eq!(ids(&logs.runs[0]), ["0", "1"]);
    assert_eq!(ids(&logs.runs[1]), ["1", "0"]);
}

#[test]
fn ways_of_prompting_are_runs_of_their_own() {
    let row = |system: &str| {
        format!(
            "{{\"language\": \"en\", \"prompt\": \"1+1?\", \"output\": \"<|im_start|>system\\n{system}<|im_end|>\\n\
             <|im_start|>user\\n1+1?<|im_end|>\\n<|im_start|>assistant\\nIt is \\\\boxed{{2}}.\", \
             \"gold_answer\": 2}}\n"
        )
    };
    let (one, two) = (row("Be brief."), row("Wait."));
    let logs = read_as(&[("a.jsonl", &one), ("b.jsonl", &two)], &Options::default());
    let runs = logs.expect("logs").runs;
    assert_eq!(runs.len(), 2);
    assert_eq!(
        (recorded(&runs[0]), ids(&runs[0])),
        (recorded(&runs[1]), ids(&runs[1]))
    );
    assert_eq!(recorded(&runs[0]), ["r"]);
    assert_ne!(runs[0].facts.template, runs[1].facts.template);
}

#[test]
fn one_table_holds_many_runs_with_what_is_constant_in_each() {
    let row = |run: &str, size: u32, question: u32, attempt: u32, correct: u32| {
        format!(
            "{{\"run\": \"{run}\", \"size\": {size}, \"question_id\": {question}, \"attempt\": {attempt}, \
             \"correct\": {correct}}}\n"
        )
    };
    let text = [
        row("b", 100, 60, 1, 1),
        row("a", 1000, 61, 0, 1),
        row("b", 100, 60, 0, 0),
        row("b", 100, 61, 0, 1),
        row("a", 1000, 60, 0, 0),
    ]
    .concat();
    let logs = logs(&text);
    assert_eq!(
        logs.runs
            .iter()
            .map(|run| run.name.as_str())
            .collect::<Vec<_>>(),
        ["a", "b"]
    );
    assert_eq!(recorded(&logs.runs[0]), ["w", "r"]);
    // In the order of the attempts' numbers, whatever the rows' is.
    assert_eq!(recorded(&logs.runs[1]), ["wr", "r"]);
    assert_eq!(logs.runs[1].columns["size"], "100");
    // Ids of AIME24 alone tell it.
    assert_eq!(logs.runs[0].benchmark.as_deref(), Some("aime24"));
    assert_eq!(logs.runs[0].of, Some(30));
    assert!(
        logs.runs[0]
            .remarks
            .iter()
            .any(|remark| remark.contains("2 of the 30 questions"))
    );
    assert!(
        logs.runs[1]
            .remarks
            .iter()
            .any(|remark| remark == "questions have 1 to 2 attempts")
    );
}

#[test]
fn columns_of_other_names_are_named() {
    let text = "{\"which\": 1, \"ok\": \"yes\", \"who\": \"m\"}\n{\"which\": 2, \"ok\": \"no\", \"who\": \"m\"}\n";
    let known = error(text);
    assert!(
        known.contains("which, ok, who") && known.contains("exact_matches"),
        "{known}"
    );
    let columns = [("question_id", "which"), ("correct", "ok"), ("run", "who")];
    let options = Options {
        columns: columns
            .map(|(what, name)| (what.into(), name.into()))
            .into(),
        ..Options::default()
    };
    let logs = read_as(&[("log.jsonl", text)], &options).expect("a log");
    assert_eq!(
        (logs.runs[0].name.as_str(), recorded(&logs.runs[0])),
        ("m", vec!["r".into(), "w".into()])
    );
}

#[test]
fn a_column_that_is_mistyped_is_refused() {
    let text = "{\"question_id\": 1, \"ok\": 1, \"correct\": 0}\n";
    let with = |what: &str, name: &str| {
        let options = Options {
            columns: [(what.to_owned(), name.to_owned())].into(),
            ..Options::default()
        };
        read_as(&[("log.jsonl", text)], &options).map(|logs| recorded(&logs.runs[0]))
    };
    assert_eq!(with("correct", "ok").expect("a log"), ["r"]);
    assert!(with("correct", "okay").is_err());
    assert!(with("corect", "ok").is_err());
}

#[test]
fn cells_are_read_as_objects_are() {
    let text = "run,question_id,correct,tokens,finish_reason\nr,1,True,10,stop\nr,2,0,20,length\n";
    let logs = read_as(&[("log.csv", text)], &Options::default()).expect("a log");
    let one = &logs.runs[0];
    assert_eq!(recorded(one), ["r", "w"]);
    let second = one.questions[1].attempts[0];
    assert_eq!((second.tokens, second.finished), (Some(20), Some(false)));
}

#[test]
fn parquet_is_read_as_objects_are() {
    use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
    let columns: [(&str, ArrayRef); 3] = [
        (
            "question_id",
            std::sync::Arc::new(Int64Array::from(vec![1, 2])),
        ),
        (
            "correct",
            std::sync::Arc::new(BooleanArray::from(vec![Some(true), None])),
        ),
        (
            "answer",
            std::sync::Arc::new(StringArray::from(vec!["4", "5"])),
        ),
    ];
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let mut writer = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None);
    let writer = writer.as_mut().expect("a writer");
    writer.write(&batch).expect("rows");
    writer.finish().expect("a footer");
    let folder = folder(&[("log", writer.inner().as_slice())]);
    let logs = read(&[folder.path().join("log")], &Options::default(), &()).expect("a log");
    // Without a grade and without a gold answer nobody knows.
    assert_eq!(recorded(&logs.runs[0]), ["r", "?"]);
}

/// The total that was begun with, and the sum of what was told.
#[derive(Default)]
struct Told(std::sync::Mutex<[Amount; 2]>);

impl Watch for Told {
    fn begin(&self, _: &'static str, total: Amount) {
        self.0.lock().expect("a total")[0] = total;
    }

    fn advance(&self, more: Amount) {
        let done = &mut self.0.lock().expect("a sum")[1];
        done.files += more.files;
        done.rows += more.rows;
        done.bytes += more.bytes;
    }

    fn note(&self, _: &str) {}
}

#[test]
fn what_is_told_while_logs_are_read_comes_to_all_of_them() {
    let text =
        "{\"question_id\": 1, \"correct\": true}\n{\"question_id\": 2, \"correct\": false}\n";
    let other = text.replace("true", "false");
    let folder = folder(&[
        ("a.jsonl", text.as_bytes()),
        ("b.jsonl", other.as_bytes()),
        ("notes.txt", b"no log"),
    ]);
    let told = Told::default();
    read(&[folder.path().to_owned()], &Options::default(), &told).expect("logs");
    let [total, done] = *told.0.lock().expect("amounts");
    assert_eq!((done.files, done.bytes), (total.files, total.bytes));
    assert_eq!((done.files, done.rows), (3, 4));
}

#[test]
fn packings_are_told_by_their_bytes() {
    let text = b"{\"question_id\": 1, \"correct\": true}\n";
    let zstd = zstd::encode_all(&text[..], 3).expect("zstd");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, text).expect("gzip");
    let gzip = gzip.finish().expect("gzip");
    let folder = folder(&[("a", &zstd), ("b.txt", &gzip), ("c.log", text)]);
    let logs = read(&[folder.path().to_owned()], &Options::default(), &()).expect("logs");
    let names: Vec<&str> = logs.runs.iter().map(|run| run.name.as_str()).collect();
    assert_eq!(names, ["a", "b.txt", "c.log"]);
    for run in &logs.runs {
        assert_eq!(recorded(run), ["r"]);
    }
}

#[test]
fn bad_rows_are_counted_and_the_others_read() {
    let text = "{\"question_id\": 1, \"correct\": 1, \"score\": NaN}\n{\"question_id\": 2}\n{\"correct\": 1}\n[1]\n\
                {\"question_id\": 123456789012345678901234567890, \"correct\": 0}\n{\"question_id\": 3, \"corr";
    let logs = logs(text);
    assert_eq!(ids(&logs.runs[0]), ["1", "123456789012345678901234567890"]);
    let bad: Vec<_> = logs.inputs[0]
        .bad
        .iter()
        .map(|(why, count)| (*why, *count))
        .collect();
    assert_eq!(bad, [("no_attempt", 1), ("no_json", 2), ("no_question", 1)]);
    assert_eq!((logs.inputs[0].rows, logs.inputs[0].attempts), (6, 2));
}

#[test]
fn a_verdict_of_null_is_an_attempt_that_counts_as_wrong_and_leaves_its_average_open() {
    let row = |correct: &str, end: &str| {
        format!("{{\"question_id\": 1, \"correct\": {correct}, \"finish_reason\": {end}}}\n")
    };
    let text = row("true", "\"stop\"") + &row("null", "\"length\"") + &row("NaN", "null");
    let both = run(&(text + &row("true", "\"stop\"")));
    assert_eq!(recorded(&both), ["r??r"]);
    assert_eq!(both.bounds(Grader::Recorded), Some([0.5, 1.0]));
    assert_eq!(avg(&both.table(Grader::Recorded).counts()), Some(0.5));
    assert_eq!(both.questions[0].attempts[1].finished, Some(false));
    let ended =
        "{\"question_id\": 1, \"correct\": 1}\n{\"question_id\": 1, \"finish_reason\": null}\n";
    assert_eq!(recorded(&run(ended)), ["r?"]);
    let listed = "{\"question_id\": 1, \"correct\": [true, null, false]}\n";
    assert_eq!(recorded(&run(listed)), ["r?w"]);
    let table = "question_id,attempt,correct\n1,0,True\n1,1,\n1,2,nan\n";
    let logs = read_as(&[("log.csv", table)], &Options::default()).expect("a log");
    assert_eq!(recorded(&logs.runs[0]), ["r??"]);
    let without = "{\"question_id\": 1, \"correct\": 1}\n{\"question_id\": 1, \"note\": 2}\n";
    assert_eq!(logs_bad(without), [("no_attempt", 1)]);
}

/// Why rows of a log tell nothing.
fn logs_bad(text: &str) -> Vec<(&'static str, u64)> {
    let bad = &logs(text).inputs[0].bad;
    bad.iter().map(|(why, count)| (*why, *count)).collect()
}

#[test]
fn what_is_no_verdict_is_said_by_count_and_letters_are_verdicts() {
    let row = |question: u32, correct: &str| {
        format!("{{\"question_id\": {question}, \"correct\": {correct}}}\n")
    };
    let letters = [
        "\"Y\"",
        "\"n\"",
        "\"T\"",
        "\"F\"",
        "\"Right\"",
        "\"wrong\"",
        "\"pass\"",
        "\"FAIL\"",
    ];
    let text: String = letters.map(|letter| row(1, letter)).concat();
    assert_eq!(recorded(&run(&text)), ["rwrwrwrw"]);
    let percent = run(&(row(1, "0") + &row(2, "100") + &row(3, "100") + &row(4, "0.5")));
    assert_eq!(recorded(&percent), ["w", "?", "?", "?"]);
    let said = "3 attempts have no verdict: `correct` = 100 (2 times), `correct` = 0.5 (once)";
    let is_said = |remark: &String| remark.starts_with(said);
    assert!(percent.remarks.iter().any(is_said), "{:?}", percent.remarks);
    let none = error(&(row(1, "\"maybe\"") + &row(2, "\"perhaps\"")));
    assert!(
        none.contains("`correct` = maybe (once), `correct` = perhaps (once)"),
        "{none}"
    );
    let nothing = error("{\"question_id\": 1, \"answer\": null, \"gold\": 2}\n");
    assert!(nothing.contains("no_attempt: 1"), "{nothing}");
}

#[test]
fn ids_that_are_not_the_benchmarks_own_are_not_called_other_questions() {
    let row = |id: &str| {
        format!("{{\"benchmark\": \"aime24\", \"question_id\": \"{id}\", \"correct\": 1}}\n")
    };
    let counted: String = (0..30).map(|id| row(&id.to_string())).collect();
    let counted = run(&counted);
    assert_eq!(counted.remarks.len(), 1, "{:?}", counted.remarks);
    assert!(counted.remarks[0].starts_with("30 ids are not aime24's own, as `0`, and no text"));
    let named = run(&(row("2024-II-3") + &row("2024-I-1")));
    assert_eq!(ids(&named), ["60", "83"]);
    assert!(named.questions.iter().all(|asked| asked.tier.is_some()));
}

#[test]
fn a_word_that_is_another_is_no_other_question_of_the_benchmark_that_the_log_names() {
    let text = |noun: &str| {
        format!(
            "Let K, L, M and N be {noun} on the ellipse $\\\\frac{{x^2}}{{35}} + \\\\frac{{y^2}}{{18}} = 1$ such that KLMN is a \
             square whose sides are parallel to the axes. Find the area of the square."
        )
    };
    let folder = folder(&[(
        "bench.jsonl",
        format!(
            "{{\"id\": \"q7\", \"problem\": \"{}\", \"answer\": \"5\"}}\n",
            text("point")
        )
        .as_bytes(),
    )]);
    let options = Options {
        benchmarks: vec![("conics".into(), folder.path().join("bench.jsonl"))],
        ..Options::default()
    };
    let log = format!(
        "{{\"benchmark\": \"conics\", \"question_id\": \"a\", \"question\": \"{}\", \"correct\": 1}}\n",
        text("points")
    );
    let logs = read_as(&[("log.jsonl", &log)], &options).expect("a log");
    assert_eq!(ids(&logs.runs[0]), ["q7"]);
}

#[test]
fn what_mends_a_log_is_no_key_of_a_pipeline() {
    let row = "{\"question_id\": 1, \"correct\": 1}\n";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, row.repeat(1000).as_bytes()).expect("gzip");
    let gzip = gzip.finish().expect("gzip");
    let cut = folder(&[("log.jsonl.gz", &gzip[..gzip.len() - 12])]);
    let failed =
        read(&[cut.path().join("log.jsonl.gz")], &Options::default(), &()).expect_err("cut");
    let hint = failed.hint().unwrap_or_default();
    assert!(
        hint.contains("fetch it again") && !hint.contains("pool"),
        "{hint}"
    );
    let options = Options {
        columns: [("correct".to_owned(), "nope".to_owned())].into(),
        ..Options::default()
    };
    let failed = read_as(&[("log.jsonl", row)], &options).expect_err("no such column");
    let hint = failed.hint().unwrap_or_default();
    assert!(
        hint.contains("--column") && !hint.contains("layout"),
        "{hint}"
    );
    let truncated = logs(&format!(
        "{row}{}{{\"question_id\": 3, \"corr",
        row.replace('1', "2")
    ));
    assert_eq!(truncated.inputs[0].first_bad["no_json"], 3);
}

#[test]
fn a_score_that_is_no_number_says_nothing() {
    let text = "{\"question_id\": 1, \"score\": NaN, \"response\": \"\\\\boxed{3}\", \"gold\": \"3\"}\n\
                {\"question_id\": 2, \"score\": 0.5}\n";
    assert_eq!(recorded(&run(text)), ["r", "?"]);
}

#[test]
fn an_attempt_that_was_told_twice_counts_once() {
    let row = "{\"question_id\": 1, \"attempt\": 0, \"correct\": 1}\n";
    let logs = logs(&row.repeat(2));
    assert_eq!(recorded(&logs.runs[0]), ["r"]);
    assert_eq!(logs.inputs[0].bad["told_before"], 1);
    let other = "{\"question_id\": 1, \"attempt\": 0, \"correct\": 0}\n";
    let both = run(&format!("{row}{other}"));
    assert_eq!(recorded(&both), ["rw"]);
    assert!(
        both.remarks
            .iter()
            .any(|remark| remark.contains("--column run=NAME"))
    );
}

#[test]
fn a_copy_of_a_file_is_no_second_run() {
    let text: &[u8] = b"{\"question_id\": 1, \"correct\": 1}\n";
    let folder = folder(&[
        ("a/log.jsonl", text),
        ("b/log.jsonl", text),
        ("readme.md", b"# A folder\n"),
    ]);
    let logs = read(&[folder.path().to_owned()], &Options::default(), &()).expect("logs");
    assert_eq!(logs.runs.len(), 1);
    assert_eq!(logs.passed.len(), 2);
    let is_no_log =
        |(file, why): &(String, String)| file.contains("readme.md") && why.contains("no log");
    assert!(logs.passed.iter().any(is_no_log), "{:?}", logs.passed);
    let seen = inspect(&[folder.path().to_owned()], &Options::default()).expect("logs");
    let passed = seen.iter().filter_map(|one| one.passed_over.as_deref());
    let passed: Vec<&str> = passed.collect();
    // Each file is looked at by itself, a copy too.
    assert_eq!((seen.len(), passed), (3, vec!["is no log"]));
}

#[test]
fn files_of_one_name_in_two_folders_are_two_runs() {
    let row = |correct| format!("{{\"question_id\": 1, \"correct\": {correct}}}\n");
    let (one, two) = (row(1), row(0));
    let folder = folder(&[
        ("a/log.jsonl", one.as_bytes()),
        ("b/log.jsonl", two.as_bytes()),
    ]);
    let logs = read(&[folder.path().to_owned()], &Options::default(), &()).expect("logs");
    let names: Vec<&str> = logs.runs.iter().map(|run| run.name.as_str()).collect();
    assert_eq!(names, ["a/log", "b/log"]);
}

#[test]
fn what_is_no_log_is_said_by_what_it_has() {
    assert!(error("").contains("is empty"));
    assert!(error("{\"text\": \"x\"}\n").contains("the columns text"));
    let deep = "[".repeat(100_000);
    let message = error(&format!("{{\"question_id\": {deep}"));
    assert!(message.contains("no log of a format"), "{message}");
    let folder = folder(&[("a.jsonl", b"{\"text\": \"x\"}\n")]);
    let none = read(&[folder.path().to_owned()], &Options::default(), &());
    assert!(
        none.expect_err("no log")
            .to_string()
            .contains("a.jsonl is no log")
    );
}

#[test]
fn grades_that_differ_are_listed_with_both_answers() {
    let text = "{\"run\": \"m\", \"question_id\": 1, \"correct\": 0, \"answer\": \"4.\", \"gold\": \"4\", \
                \"response\": \"So \\\\boxed{4}\"}\n\
                {\"run\": \"m\", \"question_id\": 2, \"correct\": 1, \"gold\": \"4\", \"response\": \"<think>4\"}\n";
    let options = |grading| Options {
        grading,
        ..Options::default()
    };
    let both = read_as(&[("log.jsonl", text)], &options(Grading::Both)).expect("a log");
    assert_eq!(letters(&both.runs[0], Grader::Recorded), ["w", "r"]);
    assert_eq!(letters(&both.runs[0], Grader::Ours), ["r", "?"]);
    let [first, second] = both.disagreements.as_slice() else {
        panic!("{:?}", both.disagreements);
    };
    assert_eq!(
        (first.recorded, first.ours, first.gold.as_str()),
        ("wrong", "right", "4")
    );
    assert_eq!(first.answer_recorded.as_deref(), Some("4."));
    assert_eq!(first.answer_ours.as_deref(), Some("4"));
    assert_eq!((second.ours, second.reason), ("unknown", "open_thinking"));
    let recorded = read_as(&[("log.jsonl", text)], &options(Grading::Recorded)).expect("a log");
    assert_eq!(recorded.disagreements, []);
}

#[test]
fn gold_answers_come_from_the_benchmarks_file() {
    let questions = "{\"id\": \"q1\", \"problem\": \"How much is it, all in all?\", \"answer\": \"4\"}\n\
                     {\"id\": \"q2\", \"problem\": \"And how much is the other one?\", \"answer\": \"5\"}\n";
    let text = "{\"question\": \"How much is it, all in all?\", \"response\": \"\\\\boxed{4}\"}\n";
    let folder = folder(&[
        ("set.jsonl", questions.as_bytes()),
        ("log.jsonl", text.as_bytes()),
    ]);
    let options = Options {
        benchmarks: vec![("mine".into(), folder.path().join("set.jsonl"))],
        ..Options::default()
    };
    let logs = read(&[folder.path().join("log.jsonl")], &options, &()).expect("a log");
    let one = &logs.runs[0];
    assert_eq!((one.benchmark.as_deref(), one.of), (Some("mine"), Some(2)));
    assert_eq!(
        (ids(one), recorded(one)),
        (vec!["q1"], vec!["r".to_owned()])
    );
    assert_eq!(avg(&one.table(Grader::Recorded).counts()), Some(1.0));
}

#[test]
fn rows_of_a_benchmark_that_have_no_question_are_said() {
    let row = |at: u32| {
        format!("{{\"id\": {at}, \"problem\": \"How much is {at}?\", \"answer\": \"{at}\"}}\n")
    };
    let mut questions: String = (0..29).map(row).collect();
    questions += "{\"id\": 29, \"problem\": null}\n";
    let text = "{\"question\": \"How much is 3?\", \"response\": \"\\\\boxed{3}\"}\n";
    let folder = folder(&[
        ("set.jsonl", questions.as_bytes()),
        ("log.jsonl", text.as_bytes()),
    ]);
    let options = Options {
        benchmarks: vec![("mine".into(), folder.path().join("set.jsonl"))],
        ..Options::default()
    };
    let logs = read(&[folder.path().join("log.jsonl")], &options, &()).expect("a log");
    let [said] = logs.unread.as_slice() else {
        panic!("{:?}", logs.unread);
    };
    assert!(
        said.contains("row 29, counted from 0, of the benchmark `mine`"),
        "{said}"
    );
}

#[test]
fn seeds_in_files_of_their_own_are_the_attempts_in_the_seeds_order() {
    let row = |symbolic: bool| {
        format!(
            "{{\"problem\": \"What is 1?\", \"expected_answer\": \"1\", \"generation\": \"So\", \
             \"predicted_answer\": 1, \"symbolic_correct\": {symbolic}, \"num_generated_tokens\": 5}}\n"
        )
    };
    let (right, wrong) = (row(true), row(false).replace("So", "No"));
    let files = [
        ("a/output-rs10.jsonl", wrong.as_str()),
        ("a/output-rs2.jsonl", &right.replace("So", "Then")),
        ("a/output-rs1.jsonl", &right),
    ];
    let logs = read_as(&files, &Options::default()).expect("logs");
    assert_eq!(recorded(&logs.runs[0]), ["rrw"]);
}

#[test]
fn a_document_has_its_benchmarks_as_runs() {
    let text = "{\"results\": {\"AIME24\": {\"examples\": [{\"id\": 1, \"problem\": \"p\", \"expected_answer\": \"4\", \
                \"model_outputs\": [\"\\\\boxed{4}\", \"\\\\boxed{5}\"], \"model_answers\": [\"4\", \"5\"]}], \
                \"run_stats\": []}, \"AMC23\": {\"examples\": [{\"id\": 1, \"question\": \"q\", \"answer\": 4, \
                \"model_output\": \"\\\\boxed{5}\", \"model_answer\": \"5\"}]}}, \"model_name\": \"m\", \
                \"config\": {\"gen_kwargs\": {\"temperature\": 0.7}}}";
    let logs = logs(text);
    let names: Vec<_> = logs
        .runs
        .iter()
        .map(|run| run.benchmark.as_deref())
        .collect();
    assert_eq!(names, [Some("aime24"), Some("amc23")]);
    assert_eq!(recorded(&logs.runs[0]), ["rw"]);
    assert_eq!(recorded(&logs.runs[1]), ["w"]);
    assert_eq!(logs.runs[0].facts.temperature, Some(0.7));
    assert_eq!(inspected(text).shape, "document");
}
