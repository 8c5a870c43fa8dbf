//! What a verdict costs: pairs with a whole trajectory before the answer, and the worst that was found.
//!
//!     cargo bench -p gradatim-verify
//!
//! Prints the spread over single verdicts first (a criterion mean hides the slow ones), then criterion's
//! own figures. The repository's `benches/verify.py` holds the same pairs against Math-Verify.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gradatim_verify::verify;

/// Gold answers and answers of the kinds that data sets have.
const PAIRS: [(&str, &str); 12] = [
    ("42", "42"),
    ("1234", "1,234"),
    ("\\frac{1}{2}", "0.5"),
    ("3\\sqrt{2}", "\\sqrt{18}"),
    ("(1, 2)", "(1,2)"),
    ("x^2-1", "(x-1)(x+1)"),
    ("\\{1, 2, 3\\}", "3, 2, 1"),
    (
        "(-\\infty, 2] \\cup (3, 4)",
        "x \\le 2 \\text{ or } 3 < x < 4",
    ),
    ("\\frac{\\pi}{4}", "\\arctan 1"),
    ("90^\\circ", "90"),
    (
        "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}",
        "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
    ),
    ("17", "18"),
];

/// A response of about 15,000 characters that ends in the answer.
fn response(answer: &str) -> String {
    let step =
        "Wait, let me check this again: if $a = 3$ and $b = 4$ then $a^2 + b^2 = 25$, so $c = 5$. ";
    let thinking = step.repeat(15_000 / step.len());
    format!("<think>\n{thinking}\n</think>\n\nThe answer is $\\boxed{{{answer}}}$.")
}

/// Some 1,500 characters without thinking, which end in an integer.
fn short_response(end: &str) -> String {
    let step = "So each of the 61 groups has 84 of the 6220 items.\n";
    format!("{}{end}", step.repeat(1_500 / step.len()))
}

/// The ways in which short responses give an integer.
const ENDS: [&str; 6] = [
    "The answer is $\\boxed{42}$.",
    "#### 42",
    "The final answer is 42.",
    "**Answer:** 42",
    "<answer>42</answer>",
    "So there are 42 items left.",
];

/// The slowest pairs that could be constructed.
fn hostile() -> Vec<(String, String)> {
    let boxed = |text: &str| format!("\\boxed{{{text}}}");
    let pair = |gold: &str, answer: &str| (gold.to_owned(), boxed(answer));
    vec![
        pair("9^{9^{9^9}}", "9^{9^{9^9}}+1"),
        pair("1000000!", "999999!\\cdot 1000001"),
        pair(&"7".repeat(100_000), &("7".repeat(99_999) + "8")),
        pair("\\binom{1000000}{500000}", "\\binom{1000000}{499999}"),
        pair("\\sum_{k=1}^{20000}\\sin k", "\\sum_{k=1}^{19999}\\sin k"),
        pair(&("x+".repeat(2000) + "1"), &("x+".repeat(2000) + "2")),
        pair("(x+y+z)^{1000}", "(x+y+z)^{999}"),
        pair(&("(".repeat(5000) + "1"), &("((".repeat(5000) + "1")),
        ("1".to_owned(), "\\boxed{".repeat(150_000)),
        ("1".to_owned(), "$".repeat(1_000_000)),
        ("1".to_owned(), "<think>".repeat(150_000)),
    ]
}

fn spread(name: &str, pairs: &[(String, String)], passes: usize) {
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..passes {
        for (gold, response) in pairs {
            let started = Instant::now();
            black_box(verify(gold, response));
            times.push(started.elapsed());
        }
    }
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{name}: {} verdicts, p50 {:?}, p99 {:?}, max {:?}",
        times.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

fn verdicts(criterion: &mut Criterion) {
    let long: Vec<(String, String)> = PAIRS
        .iter()
        .map(|(gold, answer)| ((*gold).to_owned(), response(answer)))
        .collect();
    spread("15,000 characters", &long, 1000);
    let short = ENDS.map(|end| ("42".to_owned(), short_response(end)));
    spread("1,500 characters", &short, 1000);
    spread("hostile", &hostile(), 5);
    let mut group = criterion.benchmark_group("verify");
    group.throughput(Throughput::Elements(PAIRS.len() as u64));
    group.bench_function("15,000 characters", |bencher| {
        bencher.iter(|| {
            for (gold, response) in &long {
                black_box(verify(gold, response));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, verdicts);
criterion_main!(benches);
