//! Characters outside ASCII as the LaTeX or the letters that they stand for.
//!
//! Letters that look like Latin ones are those: a copy that hides behind them is read as people read it. The
//! table is ours and short. The skeletons of Unicode's security mechanisms (UTS 39) would also make `1` an `l`
//! and `m` an `rn`, which is right for names and wrong for formulas. Lower and upper case go together (`в` as
//! `В`, which looks like B), so that a text in Russian stays one text in any case.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// The text with each character outside ASCII as the LaTeX or the letters that it stands for.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + text.len() / 4);
    let mut raised = false;
    for char in text.chars().filter(|char| !is_invisible(*char)) {
        let was_raised = std::mem::replace(&mut raised, false);
        if char.is_ascii() {
            folded.push(char);
        } else if let Some((mark, plain)) = raised_or_lowered(char) {
            if !was_raised {
                folded.push(mark);
            }
            raised = true;
            folded.push(plain);
        } else if let Some(latin) = latin_twin(char, &folded) {
            folded.push(latin);
        } else if let Some(latex) = latex_of(char) {
            // Before it is taken apart: `≠` would be a crossed `=`.
            folded.push_str(latex);
            folded.push(' ');
        } else {
            if is_fraction(char) {
                // `2½` is no 21/2.
                folded.push(' ');
            }
            decompose_compatible(char, |part| fold_part(part, &mut folded));
        }
    }
    folded
}

fn is_fraction(char: char) -> bool {
    matches!(char, '\u{bc}'..='\u{be}' | '\u{2150}'..='\u{215e}')
}

/// The Latin letter that a letter looks like. Greek letters stand for themselves in formulas, so theirs is
/// taken inside of a word only.
fn latin_twin(char: char, before: &str) -> Option<char> {
    const TWINS: &str = "аaАaвbВbеeЕeёeЁeіiІiјjЈjкkКkмmМmнhНhоoОoрpРpсcСcтtТtуyУyхxХxѕsЅsһhҺhԁdԛqԚqԝwԜwӏlЅsıiɑaɡgօoոnսuҽeӀl";
    const GREEK: &str = "ΑaΒbΕeΖzΗhΙiΚkΜmΝnΟoοoΡpΤtΥyΧxνv";
    let twin = |table: &str| {
        let mut pairs = table.chars();
        while let (Some(twin), Some(latin)) = (pairs.next(), pairs.next()) {
            if twin == char {
                return Some(latin);
            }
        }
        None
    };
    match char {
        '\u{131}' | '\u{251}' | '\u{261}' | '\u{400}'..='\u{58f}' => twin(TWINS),
        '\u{370}'..='\u{3ff}' if before.ends_with(|last: char| last.is_ascii_alphabetic()) => {
            twin(GREEK)
        }
        _ => None,
    }
}

fn fold_part(part: char, folded: &mut String) {
    if part.is_ascii() {
        folded.push(part);
    } else if is_combining_mark(part) {
        // An accent.
    } else if part.is_whitespace() || part.is_control() {
        folded.push(' ');
    } else if let Some(latex) = latex_of(part) {
        folded.push_str(latex);
        folded.push(' ');
    } else {
        for lower in part.to_lowercase() {
            match latex_of(lower) {
                Some(latex) => {
                    folded.push_str(latex);
                    folded.push(' ');
                }
                None if is_combining_mark(lower) => {}
                None => folded.push(lower),
            }
        }
    }
}

fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A superscript or subscript as `^` or `_` and its plain sign.
fn raised_or_lowered(char: char) -> Option<(char, char)> {
    const RAISED: &str = "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9⁺+⁻-⁼=⁽(⁾)ⁿnⁱi";
    let mut pairs = RAISED.chars();
    while let (Some(raised), Some(plain)) = (pairs.next(), pairs.next()) {
        if raised == char {
            return Some(('^', plain));
        }
    }
    match char {
        '₀'..='₉' => char::from_digit(char as u32 - '₀' as u32, 10).map(|plain| ('_', plain)),
        _ => None,
    }
}

/// The LaTeX of a sign or a Greek letter; punctuation becomes its ASCII.
fn latex_of(char: char) -> Option<&'static str> {
    Some(match char {
        '≤' | '⩽' | '≦' => "\\le",
        '≥' | '⩾' | '≧' => "\\ge",
        '≠' => "\\ne",
        '×' | '·' | '⋅' | '∗' | '∙' | '⋆' => " \\times ",
        '•' | '◦' | '▪' | '●' | '■' => " ",
        '−' | '–' | '—' | '‐' | '‑' | '‒' | '―' => "-",
        '→' | '⟶' => "\\to",
        '⇒' | '⟹' => "\\implies",
        '°' | '∘' => "^\\circ",
        '÷' => "\\div",
        '±' => "\\pm",
        '∓' => "\\mp",
        '√' => "\\sqrt",
        '∞' => "\\infty",
        '∈' => "\\in",
        '∉' => "\\notin",
        '⊂' => "\\subset",
        '⊆' => "\\subseteq",
        '↦' => "\\mapsto",
        '≪' => "\\ll",
        '≫' => "\\gg",
        '∪' => "\\cup",
        '∩' => "\\cap",
        '∅' => "\\emptyset",
        '∖' => "\\setminus",
        '∑' => "\\sum",
        '∏' => "\\prod",
        '∫' => "\\int",
        '∂' => "\\partial",
        '∠' => "\\angle",
        '△' => "\\triangle",
        '⊥' => "\\perp",
        '∣' | '∥' | '‖' => "|",
        '≈' => "\\approx",
        '≡' => "\\equiv",
        '≅' => "\\cong",
        '∼' => "\\sim",
        '⌊' => "\\lfloor",
        '⌋' => "\\rfloor",
        '⌈' => "\\lceil",
        '⌉' => "\\rceil",
        '∧' => "\\wedge",
        '∨' => "\\vee",
        '∀' => "\\forall",
        '∃' => "\\exists",
        '⁄' | '∕' => "/",
        '…' | '⋯' | '⋮' | '′' | '″' | '‴' | '‘' | '’' | '‚' | '“' | '”' | '„' | '«' | '»'
        | '、' => " ",
        '。' | '¿' | '¡' => ".",
        'α' | 'Α' => "\\alpha",
        'β' | 'Β' => "\\beta",
        'γ' | 'Γ' => "\\gamma",
        'δ' | 'Δ' => "\\delta",
        'ε' | 'Ε' => "\\epsilon",
        'ζ' | 'Ζ' => "\\zeta",
        'η' | 'Η' => "\\eta",
        'θ' | 'Θ' => "\\theta",
        'ι' | 'Ι' => "\\iota",
        'κ' | 'Κ' => "\\kappa",
        'λ' | 'Λ' => "\\lambda",
        'μ' | 'Μ' => "\\mu",
        'ν' | 'Ν' => "\\nu",
        'ξ' | 'Ξ' => "\\xi",
        'π' | 'Π' => "\\pi",
        'ρ' | 'Ρ' => "\\rho",
        'σ' | 'ς' | 'Σ' => "\\sigma",
        'τ' | 'Τ' => "\\tau",
        'φ' | 'Φ' => "\\phi",
        'χ' | 'Χ' => "\\chi",
        'ψ' | 'Ψ' => "\\psi",
        'ω' | 'Ω' => "\\omega",
        _ => return None,
    })
}
