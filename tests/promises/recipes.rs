//! Recipes, each against what this file computes of it itself.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use gradatim::ids::problem_id;
use serde_json::{Value, json};

use crate::support::*;

/// One problem of a pool: its text, and whether each of its replies is right.
struct Task {
    problem: String,
    right: Vec<bool>,
    origin: &'static str,
}

const HEAD: &str = "[sources.all]\nlayout = 'columns'\npath = 'data'\n\
    [sources.all.columns]\nproblem = 'problem'\nresponse = 'replies'\nanswer = 'gold'\norigin = 'from'\n\
    category = 'kind'\n[measure]\ntokenizer = 'bytes.json'\n[emit]\nsubsets = []\n";

/// A pool of tasks, whose gold answers are their places, with a pipeline.
fn pool(tasks: &[Task], grid: &str) -> Place {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&rows(tasks)));
    place.write("pipeline.toml", format!("{HEAD}{grid}"));
    place
}

fn rows(tasks: &[Task]) -> Vec<Value> {
    let row = |(at, task): (usize, &Task)| {
        let replies = task.right.iter().enumerate();
        let replies: Vec<String> = replies
            .map(|(number, right)| {
                let answer = if *right { at } else { at + 100_000 };
                reply(answer, 3 + at * 7 % 50 + number)
            })
            .collect();
        json!({
            "problem": task.problem, "gold": at.to_string(), "replies": replies, "from": task.origin,
            "kind": (["algebra", "geometry", "calculus"][at % 3]),
        })
    };
    tasks.iter().enumerate().map(row).collect()
}

fn ids(out: &Out, subset: &str) -> Vec<String> {
    let selection = out.selection();
    let chosen = selection
        .get(subset)
        .unwrap_or_else(|| panic!("{subset} is not among {:?}", selection.keys()));
    chosen.iter().map(|(_, problem)| problem.clone()).collect()
}

fn id(problem: &str) -> String {
    problem_id(problem).to_string()
}

const WORDS: [&str; 16] = [
    "triangle",
    "circle",
    "area",
    "prime",
    "digits",
    "sum",
    "torus",
    "coin",
    "cards",
    "chord",
    "root",
    "polynomial",
    "sequence",
    "angle",
    "volume",
    "integer",
];

/// Problems of a few words and signs, each a right reply.
fn worded(count: usize) -> Vec<Task> {
    let mut dice = Dice(5);
    (0..count)
        .map(|at| {
            let mut words: Vec<&str> = WORDS.to_vec();
            dice.shuffle(&mut words);
            let words = words[..3 + at % 5].join(" ");
            Task {
                problem: format!("Find the {words} of $x_{{{at}}}$."),
                right: vec![true; 1 + at % 2],
                origin: ["olympiads", "amc_aime"][at % 2],
            }
        })
        .collect()
}

const QUESTIONS: [&str; 3] = [
    "Find the volume of the torus and the area of its circle.",
    "The sum of the digits of a prime integer",
    "A coin, five cards and one chord",
];

fn questions() -> Vec<u8> {
    jsonl(&questions_as_rows())
}

fn questions_as_rows() -> Vec<Value> {
    let rows = QUESTIONS.iter().enumerate();
    let rows = rows.map(
        |(at, text)| json!({ "problem": text, "id": at, "level": (["hard", "easy"][at % 2]) }),
    );
    rows.collect()
}

/// The terms of these small texts: words in the singular, and pairs of them.
fn terms(text: &str) -> HashMap<String, f64> {
    let mut counts = HashMap::new();
    let mut add = |term: String| *counts.entry(term).or_default() += 1.0;
    let lower = text.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric());
    let mut last: Option<&str> = None;
    for word in words.filter(|word| !word.is_empty()) {
        match word {
            "the" | "and" | "its" | "a" | "of" | "x" => continue,
            "one" | "five" => last = None,
            number if number.starts_with(|digit: char| digit.is_ascii_digit()) => last = None,
            word => {
                let word = word
                    .strip_suffix('s')
                    .filter(|_| word != "torus")
                    .unwrap_or(word);
                add(word.to_owned());
                if let Some(last) = last.replace(word) {
                    add(format!("{last} {word}"));
                }
            }
        }
    }
    counts
}

/// TF-IDF's cosine as its documentation states it.
fn cosine(problems: &[String], a: &str, b: &str) -> f32 {
    let all: Vec<HashMap<String, f64>> = problems.iter().map(|text| terms(text)).collect();
    let weigh = |text: &str| -> BTreeMap<String, f64> {
        let weight = |(term, count): (String, f64)| {
            let known = all.iter().filter(|terms| terms.contains_key(&term)).count() as f64;
            let idf = 1.0 + ((1.0 + all.len() as f64) / (1.0 + known)).ln();
            let part = if term.contains(' ') { 0.5 } else { 1.0 };
            (term, part * (1.0 + count.ln()) * idf)
        };
        terms(text).into_iter().map(weight).collect()
    };
    let (a, b) = (weigh(a), weigh(b));
    let length = |of: &BTreeMap<String, f64>| of.values().map(|x| x * x).sum::<f64>().sqrt();
    let product: f64 = a
        .iter()
        .filter_map(|(term, x)| Some(x * b.get(term)?))
        .sum();
    (product / (length(&a) * length(&b))) as f32
}

/// For each problem its id and its similarity to each question.
fn similarities(problems: &[String], questions: &[&str]) -> Vec<(String, Vec<f32>)> {
    let one = |problem: &String| {
        let scores = questions
            .iter()
            .map(|question| cosine(problems, problem, question));
        (id(problem), scores.collect())
    };
    problems.iter().map(one).collect()
}

/// Questions in turn, each the best that is left; equals within rounding are no matter here, since texts
/// of different words have different scores.
fn in_turn(known: &[(String, Vec<f32>)], count: usize) -> Vec<String> {
    let mut left: Vec<&(String, Vec<f32>)> = known.iter().collect();
    let mut taken = Vec::new();
    for turn in 0..count {
        let question = turn % known[0].1.len();
        let best = left.iter().enumerate().max_by(|(_, a), (_, b)| {
            let scores = a.1[question].total_cmp(&b.1[question]);
            scores.then_with(|| b.0.cmp(&a.0))
        });
        let at = best.expect("a problem is left").0;
        taken.push(left.swap_remove(at).0.clone());
    }
    taken
}

/// Tenths by length in turn, each the problem that is farthest from the question that is nearest to it.
fn farthest(problems: &[String], known: &[(String, Vec<f32>)], count: usize) -> Vec<String> {
    let nearest = |scores: &[f32]| scores.iter().copied().fold(f32::MIN, f32::max);
    let mut all: Vec<(usize, &String, f32)> = problems
        .iter()
        .zip(known)
        .map(|(problem, (id, scores))| (problem.len(), id, nearest(scores)))
        .collect();
    all.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    let mut tenths: Vec<Vec<(usize, &String, f32)>> =
        all.chunks(all.len() / 10).map(<[_]>::to_vec).collect();
    for tenth in &mut tenths {
        tenth.sort_by(|a, b| a.2.total_cmp(&b.2).then_with(|| a.1.cmp(b.1)));
    }
    (0..count)
        .map(|turn| tenths[turn % 10][turn / 10].1.clone())
        .collect()
}

const SIMILAR: &str = "[benchmarks.exam]\npath = 'exam.jsonl'\nid = 'id'\ntier = 'level'\n\
    [verify]\naccept = 'ours'\n[[grid]]\nrecipe = ['similar', 'dissimilar']\nsize = [5, 12, 30]\n\
    [grid.similar]\nto = 'exam'\n[grid.control]\nrandom = 2\nmatched = true\n";

#[test]
fn similar_and_dissimilar_are_what_tf_idf_and_turns_make_of_them() {
    let tasks = worded(80);
    let problems: Vec<String> = tasks.iter().map(|task| task.problem.clone()).collect();
    let place = pool(&tasks, SIMILAR);
    place.write("exam.jsonl", questions());
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    let known = similarities(&problems, &QUESTIONS);
    assert_eq!(ids(&out, "similar-all-normal-30"), in_turn(&known, 30));
    assert_eq!(
        ids(&out, "dissimilar-all-normal-30"),
        farthest(&problems, &known, 30)
    );
    let names = out.selection();
    for name in ["similar", "dissimilar"] {
        assert_eq!(
            ids(&out, &format!("{name}-all-normal-5")),
            ids(&out, &format!("{name}-all-normal-30"))[..5]
        );
        let (subset, control) = (
            format!("{name}-all-normal-30"),
            format!("{name}-all-normal-30-matched"),
        );
        let [subset, control] =
            [subset, control].map(|name| ids(&out, &name).into_iter().collect::<HashSet<_>>());
        assert!(subset.is_disjoint(&control));
    }
    assert!(names.contains_key("random-30-c0") && names.contains_key("random-30-c1"));
    let manifest = out.manifest();
    let lookup = &manifest["lookups"][0];
    assert_eq!(
        (text(lookup, "name"), &lookup["questions"]),
        ("exam", &json!(3))
    );
    let subsets = manifest["subsets"].as_array().expect("a list");
    let kinds = subsets
        .iter()
        .filter(|subset| subset["recipe"] == "similar");
    assert!(
        kinds
            .into_iter()
            .all(|subset| subset["draw_kind"] == "replicate")
    );
}

#[test]
fn a_tier_is_compared_alone_and_top_bounds_what_a_question_takes() {
    let tasks = worded(80);
    let problems: Vec<String> = tasks.iter().map(|task| task.problem.clone()).collect();
    let grid = SIMILAR.replace("to = 'exam'\n", "to = 'exam'\ntiers = ['hard']\ntop = 4\n");
    let grid = grid.replace("size = [5, 12, 30]", "size = [5]");
    let place = pool(&tasks, &grid);
    place.write("exam.jsonl", questions());
    place.run("out", &[]).ends(0);
    let known = similarities(&problems, &[QUESTIONS[0], QUESTIONS[2]]);
    assert_eq!(
        ids(&place.out("out"), "similar-all-normal-5"),
        in_turn(&known, 5)
    );
    place.write(
        "pipeline.toml",
        format!("{HEAD}{}", grid.replace("size = [5]", "size = [9]")),
    );
    place
        .run("more", &[])
        .ends(2)
        .tells(&["top", "too few for 9"]);
    place.write(
        "pipeline.toml",
        format!("{HEAD}{}", grid.replace("'hard'", "'tall'")),
    );
    place.run("more", &[]).ends(2).tells(&["tall", "tiers"]);
    place.write(
        "pipeline.toml",
        format!("{HEAD}[benchmarks.exam.tiers]\nhard = ['7']\n{grid}"),
    );
    place.run("more", &[]).ends(2);
}

#[test]
fn a_question_may_be_a_chat_and_one_without_a_text_is_refused() {
    let tasks = worded(40);
    let grid = SIMILAR.replace("size = [5, 12, 30]", "size = [5]");
    let place = pool(&tasks, &grid);
    place.write("exam.jsonl", questions());
    place.run("texts", &[]).ends(0);
    let mut rows = questions_as_rows();
    for row in &mut rows {
        let asked = json!({ "role": "user", "content": row["problem"] });
        row["problem"] = json!([{ "role": "system", "content": "Think." }, asked]);
    }
    place.write("exam.jsonl", jsonl(&rows));
    place.run("chats", &[]).ends(0);
    assert_eq!(
        place.out("chats").selection(),
        place.out("texts").selection()
    );
    for hole in [Value::Null, json!(" "), json!([])] {
        rows[1]["problem"] = hole;
        place.write("exam.jsonl", jsonl(&rows));
        place
            .run("more", &[])
            .ends(4)
            .tells(&["`exam.jsonl` has no text in row 1", "hint:"]);
    }
}

/// NumPy's format, of float32.
pub(crate) fn npy(rows: &[Vec<f32>]) -> Vec<u8> {
    let shape = format!("({}, {})", rows.len(), rows[0].len());
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    while (header.len() + 11) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(
        rows.iter()
            .flatten()
            .flat_map(|number| number.to_le_bytes()),
    );
    bytes
}

#[test]
fn vectors_of_the_users_own_take_the_place_of_tf_idf() {
    let tasks = worded(40);
    let grid = SIMILAR.replace(
        "to = 'exam'\n",
        "to = 'exam'\nvectors = { problems = 'problems.npy', questions = 'questions.npy' }\n",
    );
    let grid = grid.replace("size = [5, 12, 30]", "size = [4]");
    let place = pool(&tasks, &grid);
    place.write("exam.jsonl", questions());
    // Problem n stands at an angle of n degrees, the questions at 0, 20.2 and 39 degrees.
    let at = |degrees: f32| vec![degrees.to_radians().cos(), degrees.to_radians().sin()];
    place.write(
        "problems.npy",
        npy(&(0..40).map(|n| at(n as f32)).collect::<Vec<_>>()),
    );
    place.write("questions.npy", npy(&[at(0.0), at(20.2), at(39.0)]));
    place.run("out", &[]).ends(0);
    let expected: Vec<String> = [0, 20, 39, 1]
        .iter()
        .map(|&n: &usize| id(&tasks[n].problem))
        .collect();
    assert_eq!(ids(&place.out("out"), "similar-all-normal-4"), expected);
    place.write("questions.npy", npy(&[at(0.0)]));
    place
        .run("more", &[])
        .ends(4)
        .tells(&["has 1 vectors", "3 questions"]);
    place.write("questions.npy", npy(&[at(0.0), at(20.2), at(39.0)]));
    for rows in [39, 41] {
        let vectors: Vec<Vec<f32>> = (0..rows).map(|n| at(n as f32)).collect();
        place.write("problems.npy", npy(&vectors));
        let counts = format!("has {rows} rows");
        place.run("more", &[]).ends(4).tells(&[&counts, "40"]);
    }
}

#[test]
fn vectors_come_from_parquet_by_id_or_by_text() {
    let tasks = worded(40);
    let grid = SIMILAR.replace(
        "to = 'exam'\n",
        "to = 'exam'\nvectors = { problems = 'problems.parquet', questions = 'questions.parquet' }\n",
    );
    let grid = grid.replace("size = [5, 12, 30]", "size = [4]");
    let place = pool(&tasks, &grid);
    place.write("exam.jsonl", questions());
    let at = |degrees: f64| json!([degrees.to_radians().cos(), degrees.to_radians().sin()]);
    let asked = [0.0, 20.2, 39.0].map(|degrees| json!({ "vector": at(degrees) }));
    place.write("questions.parquet", parquet(&asked, 2));
    let expected: Vec<String> = [0, 20, 39, 1]
        .iter()
        .map(|&n: &usize| id(&tasks[n].problem))
        .collect();
    // Problem n stands at an angle of n degrees; the file has them from behind, with one that no source has.
    let with = |key: &str, value: &dyn Fn(&str) -> String| -> Vec<Value> {
        let row = |(n, task): (usize, &Task)| json!({ key: value(&task.problem), "vector": at(n as f64), "unread": n });
        let mut rows: Vec<Value> = tasks.iter().enumerate().map(row).rev().collect();
        rows.push(json!({ key: value("in no source"), "vector": at(0.0), "unread": 0 }));
        rows
    };
    let by_id = with("problem_id", &id);
    // Spacing does not matter.
    let by_text = with("problem", &|problem| problem.replace(' ', " \n "));
    let floats = |form: fn(Arc<Field>) -> DataType| {
        let item = Arc::new(Field::new("item", DataType::Float32, true));
        let fields = vec![
            Field::new("problem", DataType::LargeUtf8, true),
            Field::new("vector", form(item), true),
        ];
        parquet_as(&by_text, Arc::new(Schema::new(fields)), 7)
    };
    for (out, bytes) in [
        ("by_id", parquet(&by_id, 9)),
        ("by_text", parquet(&by_text, 100)),
        ("long", floats(DataType::LargeList)),
        ("fixed", floats(|item| DataType::FixedSizeList(item, 2))),
    ] {
        place.write("problems.parquet", bytes);
        place.run(out, &[]).ends(0);
        assert_eq!(ids(&place.out(out), "similar-all-normal-4"), expected);
    }
    let refused = |rows: &[Value], words: &[&str]| {
        place.write("problems.parquet", parquet(rows, 9));
        place.run("more", &[]).ends(4).tells(words);
    };
    let changed = |key: &str, value: Value| {
        let mut rows = by_id.clone();
        rows[3][key] = value;
        rows
    };
    refused(
        &changed("vector", json!([1, 2, 3])),
        &["a vector of 3 numbers beside vectors of 2", "row 3"],
    );
    refused(
        &changed("vector", Value::Null),
        &["no list of floats", "row 3"],
    );
    refused(
        &changed("vector", json!([1, null])),
        &["no list of floats", "row 3"],
    );
    refused(
        &changed("problem_id", json!("zzz")),
        &["problem_id", "row 3"],
    );
    refused(
        &changed("problem_id", Value::Null),
        &["problem_id", "row 3"],
    );
    refused(&asked, &["problem_id"]);
    refused(&questions_as_rows(), &["`vector`", "is missing"]);
    place.write("problems.parquet", parquet(&by_id, 9));
    place.write("questions.parquet", parquet(&asked[..2], 9));
    place
        .run("more", &[])
        .ends(4)
        .tells(&["has 2 vectors", "3 questions"]);
    place.write("questions.parquet", "PAR1");
    place.run("more", &[]).ends(4).tells(&["questions.parquet"]);
}

/// A pool whose problem n stands at an angle of n degrees, with questions at 0, 20.2 and 39 degrees.
fn angles() -> (Place, Vec<Vec<f32>>, Vec<Vec<f32>>) {
    let grid = SIMILAR.replace(
        "to = 'exam'\n",
        "to = 'exam'\nvectors = { problems = 'problems.npy', questions = 'questions.npy' }\n",
    );
    let place = pool(
        &worded(40),
        &grid.replace("size = [5, 12, 30]", "size = [4]"),
    );
    place.write("exam.jsonl", questions());
    let at = |degrees: f32| vec![degrees.to_radians().cos(), degrees.to_radians().sin()];
    let problems: Vec<Vec<f32>> = (0..40).map(|n| at(n as f32)).collect();
    let asked = vec![at(0.0), at(20.2), at(39.0)];
    place.write("problems.npy", npy(&problems));
    place.write("questions.npy", npy(&asked));
    (place, problems, asked)
}

#[test]
fn vectors_that_cannot_be_compared_are_refused_before_a_row_is_read() {
    let (place, problems, asked) = angles();
    let refused = |code: i32, words: &[&str]| {
        place
            .run("out", &[])
            .ends(code)
            .tells(words)
            .tells(&["hint:"]);
        assert!(!place.path("out").exists() && !place.path("pool").exists());
    };
    let changed = |rows: &[Vec<f32>], row: usize, with: &[f32]| {
        let mut rows = rows.to_vec();
        rows[row] = with.to_vec();
        npy(&rows)
    };
    for (name, rows) in [("problems", &problems), ("questions", &asked)] {
        let file = format!("{name}.npy");
        std::fs::remove_file(place.path(&file)).expect("a file");
        let key = format!("grid[0].similar.vectors.{name}");
        refused(2, &[&key, &file, "names no file", "vectors = {"]);
        let whole = npy(rows);
        place.write(&file, &whole[..whole.len() - 4]);
        refused(4, &[&file, "its header says", "again"]);
        place.write(&file, [&whole[..], b"more"].concat());
        refused(4, &[&file, "its header says"]);
        for garbage in [
            &b""[..],
            b"\x93NUMPY",
            &whole[..40],
            b"these are no vectors at all",
        ] {
            place.write(&file, garbage);
            refused(4, &[&file, "no NPY"]);
        }
        place.write(&file, changed(rows, 2, &[0.0, 0.0]));
        refused(4, &[&file, "row 2", "only zeros"]);
        for number in [f32::NAN, f32::INFINITY] {
            place.write(&file, changed(rows, 1, &[number, 1.0]));
            refused(4, &[&file, "row 1", "no finite number"]);
        }
        let wide: Vec<Vec<f32>> = rows.iter().map(|row| [&row[..], &[1.0]].concat()).collect();
        place.write(&file, npy(&wide));
        refused(4, &["problems.npy", "row 0", "numbers beside vectors of"]);
        place.write(&file, npy(rows));
    }
    place.write("questions.npy", npy(&asked[..2]));
    refused(4, &["questions.npy", "2 vectors", "3 questions"]);
    place.write("questions.npy", npy(&asked));
    // Rows are matched by place: among several sources a place means nothing.
    let two = HEAD.replace(
        "[emit]",
        "[sources.b]\nlayout = 'messages'\npath = 'b.jsonl'\naccept = 'none'\n[emit]",
    );
    let pipeline = std::fs::read_to_string(place.path("pipeline.toml")).expect("a pipeline");
    place.write("pipeline.toml", pipeline.replace(HEAD, &two));
    place.write("b.jsonl", jsonl(&[json!({ "messages": [] })]));
    refused(
        2,
        &[
            "grid[0].similar.vectors.problems",
            "several sources",
            "`problem_id`",
        ],
    );
}

#[test]
fn the_manifest_names_the_files_of_vectors_by_their_content() {
    let (place, problems, _) = angles();
    place.run("out", &[]).ends(0);
    let lookups = place.out("out").manifest()["lookups"].clone();
    assert_eq!(lookups[1]["role"], "vectors");
    assert_eq!(lookups[1]["name"], "exam");
    let files = lookups[1]["files"].as_array().expect("a list");
    let names: Vec<&str> = files.iter().map(|file| text(file, "file")).collect();
    assert_eq!(names, ["problems.npy", "questions.npy"]);
    assert_eq!(files[0]["bytes"], json!(npy(&problems).len()));
    let hash = |out: &str| place.out(out).manifest()["lookups"][1]["files"][0]["blake3"].clone();
    let doubled: Vec<Vec<f32>> = problems
        .iter()
        .map(|row| row.iter().map(|x| 2.0 * x).collect())
        .collect();
    place.write("problems.npy", npy(&doubled));
    place.run("doubled", &[]).ends(0);
    assert!(hash("out").is_string() && hash("out") != hash("doubled"));
    assert_eq!(
        place.out("out").selection(),
        place.out("doubled").selection()
    );
}

#[test]
fn recipes_select_the_same_in_any_order_of_rows_and_on_any_number_of_threads() {
    let mut rows = rows(&worded(80));
    let grid = format!(
        "{SIMILAR}[[grid]]\nname = 'x'\nrecipe = ['limo', 's1', 'openthoughts']\nsize = [10, 20]\n\
         [grid.difficulty]\npass_rate = {{ min = 0 }}\n[grid.s1]\nuniform = 5\nbenchmark.amc_aime = 1\n"
    );
    let place = Place::new();
    place.write("pipeline.toml", format!("{HEAD}{grid}"));
    place.write("exam.jsonl", questions());
    let mut seen = Vec::new();
    for round in 0..3_u64 {
        let cut = 20 + 15 * round as usize;
        place.write("data/a.jsonl", jsonl(&rows[..cut]));
        place.write("data/b.parquet", parquet(&rows[cut..], 9));
        let (out, threads) = (format!("o{round}"), (1 + round % 2).to_string());
        place.run(&out, &["--threads", &threads]).ends(0);
        seen.push(place.out(&out).selection());
        Dice(round).shuffle(&mut rows);
    }
    assert!(seen[0].keys().any(|name| name.starts_with("x-limo")));
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

/// The problems that a grid selects when it takes as many as there are.
fn all_of(place: &Place, out: &str, subset: &str) -> BTreeSet<String> {
    place.run(out, &["--on-shortfall", "short"]).ends(0);
    ids(&place.out(out), subset).into_iter().collect()
}

#[test]
fn light_r1_takes_what_is_neither_always_right_nor_always_wrong() {
    let tasks: Vec<Task> = (0..40)
        .map(|at| Task {
            problem: format!("Problem number {at}"),
            right: [
                vec![true],
                vec![true, true],
                vec![true, false],
                vec![false, false],
            ][at % 4]
                .clone(),
            origin: "olympiads",
        })
        .collect();
    let place = pool(
        &tasks,
        "[verify]\naccept = 'ours'\n[[grid]]\nrecipe = ['light-r1']\nsize = [99]\n",
    );
    let expected = tasks.iter().enumerate().filter(|(at, _)| at % 4 == 2);
    let expected: BTreeSet<String> = expected.map(|(_, task)| id(&task.problem)).collect();
    assert_eq!(all_of(&place, "out", "light-r1-all-normal-99"), expected);
    let steps = place.out("out").manifest()["recipes"][0]["steps"].clone();
    assert_eq!(
        steps,
        json!([{ "step": "candidates", "problems": 30 }, { "step": "difficulty", "problems": 10 }])
    );
}

#[test]
fn a_joined_column_is_asked_for_as_a_range_and_what_it_does_not_know_is_in_none() {
    let tasks = worded(30);
    let grid = "[verify]\naccept = 'ours'\n[join.qwen]\npath = 'rates.jsonl'\nvalue = 'rate'\nproblem = 'text'\n\
        [[grid]]\nsize = [99]\n[grid.difficulty.joined.qwen]\nmax = 0.5\n";
    let place = pool(&tasks, grid);
    let rate = |at: usize| {
        [
            json!(0.0),
            json!(0.5),
            json!(0.75),
            json!(null),
            json!(true),
        ][at % 5]
            .clone()
    };
    let rates = |key: &str, value: fn(&str) -> String| {
        // Every sixth problem is not in the table at all; spacing does not matter.
        let known = tasks.iter().enumerate().filter(|(at, _)| at % 6 != 0);
        let rows = known.map(|(at, task)| json!({ key: value(&task.problem), "rate": rate(at) }));
        jsonl(&rows.collect::<Vec<_>>())
    };
    let expected: BTreeSet<String> = (0..30)
        .filter(|at| at % 6 != 0 && at % 5 < 2)
        .map(|at| id(&tasks[at].problem))
        .collect();
    place.write(
        "rates.jsonl",
        rates("text", |problem| problem.replace(' ', "  ")),
    );
    assert_eq!(all_of(&place, "by_text", "all-normal-99"), expected);
    let joined = &place.out("by_text").manifest()["lookups"][0]["joined"];
    assert_eq!(joined["rows"], json!(25));
    assert_eq!(
        joined["rows_void"],
        json!((0..30).filter(|at| at % 6 != 0 && at % 5 == 3).count())
    );
    place.write(
        "rates.jsonl",
        rates("id", |problem| problem_id(problem).to_string()),
    );
    place.write(
        "pipeline.toml",
        format!(
            "{HEAD}{}",
            grid.replace("problem = 'text'", "problem_id = 'id'")
        ),
    );
    assert_eq!(all_of(&place, "by_id", "all-normal-99"), expected);
    place.write(
        "pipeline.toml",
        format!("{HEAD}{}", grid.replace("joined.qwen", "joined.gwen")),
    );
    place
        .run("more", &[])
        .ends(2)
        .tells(&["gwen", "joined from nowhere"]);
}

#[test]
fn a_joined_column_of_words_is_asked_for_by_name() {
    let tasks = worded(30);
    let grid = "[verify]\naccept = 'ours'\n[join.level]\npath = 'levels.jsonl'\nvalue = 'level'\nproblem = 'text'\n\
        [[grid]]\nsize = [99]\n[grid.difficulty]\njoined.level = ['Level 4', '5']\n";
    let place = pool(&tasks, grid);
    let level = |at: usize| match at % 5 {
        4 => json!("Level 4"),
        // A number is asked for as it is written.
        3 => json!(5),
        other => json!(format!("Level {other}")),
    };
    let row = |at: usize, level: Value| json!({ "text": tasks[at].problem, "level": level });
    let mut rows: Vec<Value> = (0..30).map(|at| row(at, level(at))).collect();
    // Twice the same is the same; one that is said to be two things is neither.
    rows.extend([
        row(4, level(4)),
        row(9, json!("Level 1")),
        row(14, Value::Null),
    ]);
    place.write("levels.jsonl", jsonl(&rows));
    let expected = (0..30).filter(|at| at % 5 > 2 && *at != 9);
    let expected: BTreeSet<String> = expected.map(|at| id(&tasks[at].problem)).collect();
    assert_eq!(all_of(&place, "out", "all-normal-99"), expected);
    let joined = &place.out("out").manifest()["lookups"][0]["joined"];
    assert_eq!(
        (&joined["rows"], &joined["rows_void"]),
        (&json!(33), &json!(1))
    );
    for (wrong, told) in [
        ("joined.level = []", "is empty"),
        ("joined.level = 'Level 4'", "a range"),
        ("joined.level = { maximum = 3 }", "maximum"),
        (
            "joined.level = ['5']\n[[grid]]\nname = 'b'\nsize = [9]\n[grid.difficulty]\njoined.level = { max = 3 }",
            "as words in one grid",
        ),
    ] {
        let grid = grid.replace("joined.level = ['Level 4', '5']", wrong);
        place.write("pipeline.toml", format!("{HEAD}{grid}"));
        place.run("more", &[]).ends(2).tells(&[told]);
    }
}

#[test]
fn a_joined_value_is_cut_as_its_pick_says_whether_a_number_or_a_word() {
    let tasks = worded(30);
    let expected: BTreeSet<String> = (10..20).map(|at| id(&tasks[at].problem)).collect();
    let row = |(at, task): (usize, &Task)| {
        json!({
            "text": task.problem,
            "rate": (format!("rate: {}% of 8", at / 10)),
            "rest": (format!("{}", at / 10)),
            "solved": (at / 10 == 1),
        })
    };
    let rows: Vec<Value> = tasks.iter().enumerate().map(row).collect();
    let words = |row: &Value| {
        let cells = ["text", "rate", "rest", "solved"].map(|name| match &row[name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        cells.join(";") + "\n"
    };
    let csv: String = rows.iter().map(words).collect();
    let csv = format!("text;rate;rest;solved\n{csv}").replace(';', "\t");
    let place = pool(&tasks, "");
    place.write("known.jsonl", jsonl(&rows));
    place.write("known.parquet", parquet(&rows, 9));
    place.write("known.tsv", csv);
    for (value, asked) in [
        (
            "{ column = 'rate', after = 'rate:', before = '%' }",
            "{ min = 1, max = 1 }",
        ),
        (
            "{ column = 'rest', prefix = '0.' }",
            "{ min = 0.1, max = 0.1 }",
        ),
        (
            "{ column = 'rate', after = 'rate:', before = '%' }",
            "['1']",
        ),
        ("'solved'", "['true']"),
        ("'solved'", "{ min = 1 }"),
    ] {
        for ending in ["jsonl", "parquet", "tsv"] {
            let grid = format!(
                "[verify]\naccept = 'ours'\n[join.known]\npath = 'known.{ending}'\nvalue = {value}\n\
                 problem = 'text'\n[[grid]]\nsize = [99]\n[grid.difficulty]\njoined.known = {asked}\n"
            );
            place.write("pipeline.toml", format!("{HEAD}{grid}"));
            let _ = std::fs::remove_dir_all(place.path("out"));
            assert_eq!(
                all_of(&place, "out", "all-normal-99"),
                expected,
                "{value} {ending}"
            );
        }
    }
}

#[test]
fn a_question_that_cannot_be_read_says_why_and_in_which_row() {
    let place = pool(&worded(40), &SIMILAR.replace("exam.jsonl", "exam.csv"));
    let refused = |name: &str, text: &[u8], words: &[&str]| {
        place.write(name, text);
        place
            .run("out", &["--source", &format!("exam={name}")])
            .ends(4)
            .tells(words)
            .tells(&["hint:", "counted from 0"]);
        assert!(!place.path("pool").exists());
    };
    let head = "problem,id,level\n1+1?,1,hard\n";
    refused(
        "exam.csv",
        format!("{head}2+2?,2,easy,more\n").as_bytes(),
        &["`exam.csv`", "row 1", "cells"],
    );
    refused(
        "exam.csv",
        format!("{head}\"2+2?,2,easy\n").as_bytes(),
        &["`exam.csv`", "row 1", "quote"],
    );
    refused(
        "exam.csv",
        &[head.as_bytes(), b"\xff?,2,easy\n"].concat(),
        &["`exam.csv`", "row 1", "UTF-8"],
    );
    refused(
        "exam.jsonl",
        b"{\"problem\": \"1+1?\", \"id\": 1, \"level\": \"hard\"}\n{\"problem\": \n",
        &["`exam.jsonl`", "row 1", "JSON"],
    );
    refused(
        "exam.csv",
        format!("{head},2,easy\n").as_bytes(),
        &["`problem` of `exam.csv`", "no text in row 1"],
    );
}

#[test]
fn a_benchmark_or_a_join_without_its_column_says_which_key_names_it() {
    let place = pool(&worded(40), SIMILAR);
    place.write(
        "exam.jsonl",
        jsonl(&[json!({ "question": "1+1?", "level": "hard", "id": 1 })]),
    );
    let done = place.run("out", &[]).ends(2).tells(&[
        "`benchmarks.exam.problem` names the column `problem` of `exam.jsonl`, which is missing",
        "id, level, question",
        "name another column",
    ]);
    assert!(!done.stderr.contains("layout"), "{}", done.stderr);
    place.write("exam.jsonl", questions());
    let more = "[companions.more]\npath = 'more.jsonl'\n";
    place.write("more.jsonl", jsonl(&[json!({ "question": "1+1?" })]));
    place.write("pipeline.toml", format!("{HEAD}{more}{SIMILAR}"));
    let done = place
        .run("out", &[])
        .ends(4)
        .tells(&["`problem` of `more.jsonl` is missing", "`[join.NAME]`"]);
    assert!(!done.stderr.contains("layout"), "{}", done.stderr);
    let join = "[join.known]\npath = 'known.csv'\nvalue = 'rate'\nproblem = 'text'\n";
    place.write("pipeline.toml", format!("{HEAD}{join}{SIMILAR}"));
    place.write("known.csv", "text,rates\n1+1?,2\n");
    let done = place.run("out", &[]).ends(2).tells(&[
        "`join.known.value` names the column `rate` of `known.csv`, which is missing",
        "text, rates",
        "did you mean `rates`?",
    ]);
    assert!(!done.stderr.contains("layout"), "{}", done.stderr);
}

#[test]
fn rules_of_acceptance_are_an_axis_with_controls_of_their_own() {
    let tasks: Vec<Task> = (0..60)
        .map(|at| Task {
            problem: format!("Problem number {at}"),
            right: vec![at % 3 == 0],
            origin: "olympiads",
        })
        .collect();
    let grid = "[verify]\naccept = 'none'\n[[grid]]\naccept = ['ours', 'none']\nsize = [15]\n\
        [grid.control]\nrandom = 2\n";
    let place = pool(&tasks, grid);
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let out = place.out("out");
    let right: HashSet<String> = tasks
        .iter()
        .step_by(3)
        .map(|task| id(&task.problem))
        .collect();
    for name in [
        "all-normal-ours-15",
        "random-ours-15-c0",
        "random-ours-15-c1",
    ] {
        assert!(
            ids(&out, name).iter().all(|id| right.contains(id)),
            "{name}"
        );
    }
    for name in ["all-normal-none-15", "random-none-15-c0"] {
        assert!(
            !ids(&out, name).iter().all(|id| right.contains(id)),
            "{name}"
        );
    }
    place.write(
        "pipeline.toml",
        format!(
            "{HEAD}{}",
            grid.replace("accept = 'none'\n[[", "accept = 'both'\n[[")
        ),
    );
    place.run("more", &[]).ends(2).tells(&["accept"]);
}

#[test]
fn openthoughts_and_s1_leave_out_what_their_rules_name() {
    let tasks: Vec<Task> = [
        "Find $x$.",
        "In the figure, find $x$.",
        "[asy] draw((0,0)); [/asy] Find $x$.",
        "**12.** Find $x$.",
        "See p12. of the book.",
        "a) Find $x$. b) Find $y$.",
    ]
    .iter()
    .map(|problem| Task {
        problem: (*problem).to_owned(),
        right: vec![true, false],
        origin: "amc_aime",
    })
    .collect();
    let grid = "[verify]\naccept = 'ours'\n[[grid]]\nrecipe = ['openthoughts', 's1']\nsize = [9]\n\
        [grid.difficulty]\npass_rate = { below = 1 }\n";
    let place = pool(&tasks, grid);
    let of = |places: &[usize]| -> BTreeSet<String> {
        places.iter().map(|&at| id(&tasks[at].problem)).collect()
    };
    assert_eq!(
        all_of(&place, "out", "openthoughts-all-normal-9"),
        of(&[0, 2, 3, 4])
    );
    // `[asy]` stays where the origin is AIME.
    assert_eq!(
        all_of(&place, "again", "s1-all-normal-9"),
        of(&[0, 1, 2, 5])
    );
}

#[test]
fn limo_takes_the_best_trajectory_of_the_best_problems() {
    let place = Place::new();
    let thinking = [
        "Since it is so, therefore.",
        "Perhaps I should check; maybe verify.",
        "Plain words here.",
    ];
    let row = |at: usize| {
        let replies = thinking.map(|words| {
            let words = vec![words; 1 + at % 4].join(" ");
            format!("<think>\n{words}\n</think>\n\nIt is \\boxed{{{at}}}.")
        });
        json!({ "problem": format!("Problem {at}"), "gold": at.to_string(), "replies": replies, "from": "x", "kind": "algebra" })
    };
    let rows: Vec<Value> = (0..12).map(row).collect();
    place.write("data/a.jsonl", jsonl(&rows));
    let grid = "[verify]\naccept = 'ours'\n[[grid]]\nrecipe = ['limo']\nsize = [4, 12]\n\
        [grid.difficulty]\npass_rate = { min = 0 }\n";
    place.write("pipeline.toml", format!("{HEAD}{grid}"));
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    let ledger = out.ledger();
    let number = |row: &Value, key: &str| row[key].as_f64().expect("a number");
    let parts: [&dyn Fn(&Value) -> f64; 4] = [
        &|row| number(row, "tokens"),
        &|row| number(row, "verification_word_count") / number(row, "tokens"),
        &|row| number(row, "tentative_word_count") / number(row, "tokens"),
        &|row| number(row, "connective_count") / number(row, "tokens"),
    ];
    let share = |row: &Value, part: &dyn Fn(&Value) -> f64| {
        let below = ledger
            .iter()
            .filter(|other| part(other) < part(row))
            .count() as f64;
        let equal = ledger
            .iter()
            .filter(|other| part(other) == part(row))
            .count() as f64;
        (below + equal / 2.0) / ledger.len() as f64
    };
    let score = |row: &Value| {
        let weights = [0.30, 0.20, 0.25, 0.25];
        let shares = parts
            .iter()
            .zip(weights)
            .map(|(part, weight)| weight * share(row, *part));
        shares.sum::<f64>()
    };
    let by_id: HashMap<&str, &Value> = ledger
        .iter()
        .map(|row| (text(row, "trajectory_id"), row))
        .collect();
    let selection = out.selection();
    let chosen = &selection["limo-all-normal-12"];
    let scores: Vec<f64> = chosen
        .iter()
        .map(|(id, _)| score(by_id[id.as_str()]))
        .collect();
    assert!(
        scores.windows(2).all(|pair| pair[0] >= pair[1] - 1e-12),
        "{scores:?}"
    );
    for (id, problem) in chosen {
        let others = ledger
            .iter()
            .filter(|row| text(row, "problem_id") == problem.as_str());
        let best = others.map(&score).fold(f64::MIN, f64::max);
        assert!(score(by_id[id.as_str()]) >= best - 1e-12);
    }
    assert_eq!(selection["limo-all-normal-4"], chosen[..4]);
}

/// s1's quality rules, on the plain letters of a question.
fn s1_quality(question: &str) -> bool {
    let pages = (1..1000).any(|page| question.contains(&format!("p{page}.")));
    let letters: Vec<char> = question.chars().collect();
    let starts = |at: usize| letters[at..].starts_with(&['*', '*']);
    let bold = (0..letters.len()).filter(|&at| starts(at)).any(|at| {
        let rest = &letters[at + 2..];
        let digit = rest
            .iter()
            .take_while(|&&letter| letter != '\n')
            .any(char::is_ascii_digit);
        let run = rest
            .iter()
            .take_while(|letter| !letter.is_whitespace() && **letter != ']');
        let run: String = run.collect();
        digit && run.contains("**")
    });
    !question.contains("[asy]") && !question.contains("![Image]") && !pages && !bold
}

#[test]
fn s1s_steps_on_its_own_questions_leave_what_its_rules_leave() {
    let Some(shared) = shared() else { return };
    let path = shared.join("data/trajectories/s1k/s1k_questions_solutions_1000.jsonl.zst");
    let bytes = std::fs::read(path).expect("s1K's questions");
    let lines = zstd::decode_all(&bytes[..]).expect("zstd");
    let lines = String::from_utf8(lines).expect("UTF-8");
    let mut seen = HashSet::new();
    let tasks: Vec<Task> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"))
        .map(|row| text(&row, "problem").to_owned())
        .filter(|problem| seen.insert(id(problem)))
        .enumerate()
        .map(|(at, problem)| Task {
            problem,
            right: vec![true, at % 3 != 0],
            origin: ["olympiads", "amc_aime", "math"][at % 3],
        })
        .collect();
    let grid = "[verify]\naccept = 'none'\n[[grid]]\nrecipe = ['s1']\nsize = [50, 100, 200]\n\
        [grid.difficulty]\npass_rate = { below = 1 }\n\
        [grid.s1]\nfirst = ['olympiads']\nuniform = 220\nbenchmark.olympiads = 1.0\ndomain = 'category'\n";
    let place = pool(&tasks, grid);
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    let manifest = out.manifest();
    let steps = manifest["recipes"][0]["steps"].as_array().expect("steps");
    let steps: BTreeMap<&str, u64> = steps
        .iter()
        .map(|step| {
            (
                text(step, "step"),
                step["problems"].as_u64().expect("a count"),
            )
        })
        .collect();
    println!("s1's steps on s1K's questions: {steps:?}");
    let sound: Vec<(usize, &Task)> = tasks
        .iter()
        .enumerate()
        .filter(|(at, task)| {
            s1_quality(&task.problem) || (task.problem.contains("[asy]") && at % 3 == 1)
        })
        .collect();
    let hard: Vec<&(usize, &Task)> = sound.iter().filter(|(at, _)| at % 3 == 0).collect();
    assert_eq!(steps["candidates"], tasks.len() as u64);
    assert_eq!(steps["text"], sound.len() as u64);
    assert_eq!(steps["difficulty"], hard.len() as u64);
    // Of two trajectories of a hard problem one is right; which stands is the draw's.
    let ledger = out.ledger();
    let verdicts: HashMap<&str, &str> = ledger
        .iter()
        .map(|row| (text(row, "trajectory_id"), text(row, "verdict")))
        .collect();
    let selection = out.selection();
    let chosen = &selection["s1-all-normal-200"];
    let first = steps["first"] as usize;
    let head = chosen.iter().take(first.min(200));
    assert!(
        head.clone()
            .all(|(id, _)| verdicts[id.as_str()] == "correct")
    );
    assert!(
        first > hard.len() / 4 && first < 3 * hard.len() / 4,
        "{first} of {}",
        hard.len()
    );
    assert_eq!(
        steps["first"] + steps["uniform"] + steps["weighed"],
        hard.len() as u64
    );
    let hard: HashSet<String> = hard.iter().map(|(_, task)| id(&task.problem)).collect();
    assert!(chosen.iter().all(|(_, problem)| hard.contains(problem)));
    assert_eq!(selection["s1-all-normal-50"], chosen[..50]);
}

/// Of the first n rows n·percent/100 are their problems' longest, the others their shortest.
#[test]
fn a_mix_has_its_share_of_longest_trajectories_at_every_size() {
    let tasks: Vec<Task> = (0..40)
        .map(|at| Task {
            problem: format!("What is {at}+0?"),
            right: vec![true; 1 + at % 3],
            origin: "olympiads",
        })
        .collect();
    let place = pool(
        &tasks,
        "[verify]\naccept = 'ours'\n[[grid]]\nrecipe = ['mix']\nsize = [7, 20]\nmix.long_percent = 30\n",
    );
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let out = place.out("out");
    let mut lengths: HashMap<String, BTreeMap<u64, String>> = HashMap::new();
    for row in out.ledger() {
        let of = lengths
            .entry(text(&row, "problem_id").to_owned())
            .or_default();
        let tokens = row["tokens"].as_u64().expect("a count");
        of.insert(tokens, text(&row, "trajectory_id").to_owned());
    }
    let selection = out.selection();
    for (size, long) in [(7, 2), (20, 6)] {
        let rows = &selection[&format!("mix-all-normal-{size}")];
        let mut found = 0;
        for (id, problem) in rows {
            let of = &lengths[problem];
            let ends = [of.first_key_value(), of.last_key_value()].map(|end| end.expect("some").1);
            assert!(of.len() > 1 && ends.contains(&id));
            found += usize::from(ends[1] == id);
        }
        assert_eq!((rows.len(), found), (size, long));
    }
    let steps = &out.manifest()["recipes"][0]["steps"];
    let both = tasks.iter().filter(|task| task.right.len() > 1).count();
    assert_eq!(*steps, json!([{ "step": "two_lengths", "problems": both }]));
}
