//! Mathematics put together from pieces, each byte one: far more of it can be read than of random text.
#![no_main]

use gradatim_verify::{Outcome, extract, verify};

const PIECES: [&str; 64] = [
    "0", "1", "2", "3", "7", "10", "100", "1000000", "0.5", "3.14", "x", "y", "n", "e", "i", "\\pi",
    "+", "-", "\\cdot ", "/", "^", "_", "!", "=", "<", "\\le ", "\\pm ", ",", "(", ")", "[", "]",
    "\\{", "\\}", "{", "}", "|", "\\frac{", "}{", "\\sqrt{", "\\sqrt[3]{", "\\sin ", "\\cos ", "\\ln ",
    "\\log_{", "\\binom{", "\\sum_{n=1}^{", "\\int ", "\\cup ", "\\infty ", "\\%", "^\\circ ", "\\text{ cm}",
    "\\text{ or }", "\\begin{pmatrix}", "\\end{pmatrix}", "&", "\\\\", "$", "\\overline{", "\\left(",
    "\\right)", " ", "\\in ",
];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let half = data.len() / 2;
    let spell = |bytes: &[u8]| -> String {
        bytes.iter().map(|&byte| PIECES[usize::from(byte) % PIECES.len()]).collect()
    };
    let (gold, answer) = (spell(&data[..half]), spell(&data[half..]));
    verify(&gold, &format!("\\boxed{{{answer}}}"));
    let boxed = format!("\\boxed{{{gold}}}");
    // An open brace of the gold answer's would take in the box's own.
    if extract(&boxed).is_some_and(|found| found.text == gold) {
        let itself = verify(&gold, &boxed);
        assert_ne!(itself.outcome, Outcome::Wrong, "{gold}");
    }
});
