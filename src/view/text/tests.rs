//! Whatever a text holds, its page is well-formed, of the elements and attributes of a fixed list, and says what it said.

use proptest::prelude::*;

use super::*;

/// The elements of a page of a text, with the attributes of each besides `class`.
const ELEMENTS: [(&str, &[&str]); 31] = [
    ("bdi", &["tabindex", "role", "aria-label"]),
    ("code", &[]),
    ("details", &[]),
    ("div", &["dir", "tabindex", "role", "aria-label"]),
    ("p", &[]),
    ("pre", &[]),
    ("small", &[]),
    ("strong", &[]),
    ("summary", &[]),
    ("math", &["alttext", "display"]),
    ("mfrac", &["linethickness"]),
    ("mi", &["mathvariant"]),
    ("mn", &[]),
    (
        "mo",
        &[
            "fence",
            "largeop",
            "lspace",
            "maxsize",
            "minsize",
            "movablelimits",
            "rspace",
            "stretchy",
            "form",
        ],
    ),
    ("mover", &["accent"]),
    ("mphantom", &[]),
    ("mroot", &[]),
    ("mrow", &[]),
    ("mspace", &["width", "height"]),
    ("msqrt", &[]),
    ("mstyle", &["displaystyle", "scriptlevel"]),
    ("msub", &[]),
    ("msubsup", &[]),
    ("msup", &[]),
    ("mtable", &[]),
    ("mtd", &[]),
    ("mtext", &[]),
    ("mtr", &[]),
    ("munder", &["accentunder"]),
    ("munderover", &["accent", "accentunder"]),
    ("span", &[]),
];

const CLASSES: [&str; 26] = [
    "text",
    "display",
    "stop",
    "heading",
    "item",
    "rule",
    "tex",
    "thinking",
    "left-out",
    "bold",
    "italic",
    "sans",
    "mono",
    "box",
    "boxless",
    "cancel",
    "cancel-down",
    "cancel-both",
    "struck",
    "top",
    "right",
    "bottom",
    "left",
    "tight",
    "ruled",
    "barred",
];

/// What a page says outside of its formulas; panics where the page is not well-formed, or holds what is not on the lists.
fn said(page: &str) -> String {
    let (mut rest, mut open, mut said) = (page, Vec::new(), String::new());
    while let Some(at) = rest.find('<') {
        let is_formula = open.contains(&"math")
            || open.last() == Some(&"summary")
            || open.last() == Some(&"small");
        said += if is_formula { "" } else { &rest[..at] };
        assert!(is_text(&rest[..at]), "in {page:?}");
        let end = at + rest[at..].find('>').expect("a tag ends");
        let tag = &rest[at + 1..end];
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "in {page:?}"),
            None => open.push(opened(tag)),
        }
        rest = &rest[end + 1..];
    }
    assert!(is_text(rest) && open.is_empty(), "in {page:?}");
    said + rest
}

/// The name of the element that a tag opens, whose attributes are on the list.
fn opened(tag: &str) -> &str {
    let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    let (_, known) = ELEMENTS
        .iter()
        .find(|(known, _)| *known == name)
        .unwrap_or_else(|| panic!("<{tag}>"));
    while !attributes.is_empty() {
        let (attribute, behind) = attributes.split_once("=\"").expect("a value");
        let (value, behind) = behind.split_once('"').expect("the end of a value");
        match attribute {
            "class" => assert!(
                value.split(' ').all(|class| CLASSES.contains(&class)),
                "<{tag}>"
            ),
            "alttext" => assert!(is_text(value), "<{tag}>"),
            other => {
                assert!(known.contains(&other), "<{tag}>");
                let is_plain =
                    |letter: char| letter.is_ascii_alphanumeric() || ".-+".contains(letter);
                assert!(value.len() <= 12 && value.chars().all(is_plain), "<{tag}>");
            }
        }
        attributes = behind.trim_start();
    }
    name
}

/// Whether it is text of XML in which nothing acts or hides.
fn is_text(text: &str) -> bool {
    let entities = ["&amp;", "&lt;", "&gt;", "&quot;"];
    let escaped = text
        .match_indices('&')
        .all(|(at, _)| entities.iter().any(|entity| text[at..].starts_with(entity)));
    let without_ours = text.replace(['\u{2061}', '\u{2062}', '\u{2063}', '\u{2064}'], "");
    escaped && !text.contains('>') && crate::error::visible(&without_ours) == without_ours
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// The letters of a text that are no blanks.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_whitespace())
        .collect()
}

fn rendered(text: &str) -> bool {
    let formulas = formulas(text);
    assert!(!formulas.is_empty(), "no formula in {text:?}");
    formulas.iter().all(|formula| formula.is_rendered)
}

#[test]
fn a_formula_is_mathml_and_all_else_stands_as_it_is() {
    let page = prose("If $x^2 < 4$,\nis <b>x</b> & y?").into_string();
    let expected = "<div class=\"text\" dir=\"auto\"><p>If <math alttext=\"x^2 &lt; 4\"><mrow><msup><mi>x</mi><mn>2</mn></msup>\
                    <mo>&lt;</mo><mn>4</mn></mrow></math>,\nis &lt;b&gt;x&lt;/b&gt; &amp; y?</p></div>";
    assert_eq!(page, expected);
}

#[test]
fn nothing_that_a_formula_asks_for_reaches_the_page() {
    for formula in [
        r"\href{javascript:alert(1)}{x}",
        r"\url{https://example.org}",
        r"\includegraphics[width=9em]{https://example.org/a.png}",
        r"\htmlData{onclick=alert(1)}{x}",
        r"\htmlClass{text}{x}",
        r"\htmlId{a}{x}",
        r"\htmlStyle{position:fixed}{x}",
        r"\class{a}{x}",
        r"\style{color:red}{x}",
        r"\color{white}x",
        r"\textcolor{#fff}{x} \colorbox{red}{y} \fcolorbox{red}{blue}{z}",
        r"\rule{1000em}{1000em}",
        r"\hspace{-1000em} x \kern1000em y \mskip-900mu z",
        r"\raisebox{100em}{x} \llap{xxxxxxxxxxx} \smash{\rule{9em}{9em}}",
        r"\char`<script> \text{<script>alert(1)</script>}",
        "\\text{\u{202e}abc\u{200b}\0}",
        r#"\text{" onload="alert(1)}"#,
        r"\Huge\Huge\Huge x",
        r"x ]]> <![CDATA[ y",
        "\\begin{array}{c\"onload=\"}x\\end{array}",
        r"\begin{array}{|c|l|}\hline a & b \\ \hline c & d \\ \hline\end{array}",
        r"\operatorname{<b>} \mathop{<} \mathbb{<ABC>} \verb|<b>|",
        r"\tag{<b>} x",
        r"\unicode{x202e} \symbol{8238} \char8238",
    ] {
        said(&prose(&format!("$${formula}$$ and ${formula}$")).into_string());
    }
}

#[test]
fn hostile_nesting_stands_as_its_source() {
    let nested = |open: &str, count: usize, close: &str| {
        format!("{}x{}", open.repeat(count), close.repeat(count))
    };
    for formula in [
        nested("{", 4_000, "}"),
        nested("{", 20_000, "}"),
        nested(r"\frac{1}{", 900, "}"),
        nested(r"\frac1", 1_500, ""),
        nested(r"\frac", 1_900, ""),
        nested(r"\sqrt[", 900, "]{x}"),
        nested("x^", 3_000, ""),
        nested("x^{", 2_000, "}"),
        nested(r"\left(", 800, r"\right)"),
        nested(r"\begin{matrix}", 200, r"\end{matrix}"),
        nested(r"\displaystyle ", 600, ""),
        nested(r"\text{$", 900, "$}"),
        nested(r"\boxed{", 900, "}"),
        nested(r"\mathop\mathrel", 500, ""),
        nested(r"\hat", 2_000, ""),
        r"\def\x{\x\x}\x".to_owned(),
        r"\gdef\a{\frac{\a}{\a}}\a".to_owned(),
        r"\newcommand{\b}{\left(\b\right)}\b".to_owned(),
        format!("x{}", "+1".repeat(10_000)),
    ] {
        let text = format!(r"\[{formula}\]");
        let page = prose(&text).into_string();
        assert_eq!(
            letters(&unescaped(&said(&page))),
            letters(&text),
            "{}",
            &text[..40]
        );
    }
}

#[test]
fn every_command_may_be_repeated_without_end() {
    for name in formula::TEX.functions.keys() {
        for shape in [
            name.clone(),
            format!("{name}{{"),
            format!("{name}1 "),
            format!("x^{name} "),
            format!(r"\left({name}["),
        ] {
            let formula = shape.repeat(800 / shape.len());
            said(&prose(&format!(r"\[{formula}\]")).into_string());
        }
    }
}

#[test]
fn deep_formulas_of_real_size_are_rendered() {
    let fraction = (0..20).fold("x".to_owned(), |inner, _| {
        format!(r"1+\frac{{1}}{{{inner}}}")
    });
    assert!(rendered(&format!("$${fraction}$$")));
    let sum = [r"\frac{1}{2}"; 300].join("+");
    assert!(rendered(&format!(r"\[{sum}\]")));
    assert!(rendered(&format!("$${}$$", r"\cdots\,".repeat(100))));
}

#[test]
fn what_models_write_is_rendered() {
    for formula in [
        r"$\mbox{if } x \plus{} y \equal{} \RR$",
        r"$50% + \frac12$",
        r"\[ $1500 \times 12 = $18000 \]",
        r"\[ a &= b \\ c &= d \tag{1} \label{eq} \]",
        r"\begin{eqnarray*} a &=& b \\ &=& c \end{eqnarray*}",
        r"\begin{align} a &= b \tag{$\ast$} \\ c &= d \nonumber \end{align}",
        r"$$\begin{array}{@{}c@{\;}c|c} a & b & c \\ \cline{1-2} \multicolumn{2}{c}{x} & y \end{array}$$",
        r"$a\_{n} \in \[0, 1\]$",
        r"$\cancelto{2}{8} \overarc{AB} \framebox{7} \mathbbm{1}$",
        r"\boxed{\text{A and $x$}}",
        r"$\require{cancel}\cancel{5}$",
    ] {
        let is_known = !formula.contains("require");
        assert_eq!(rendered(formula), is_known, "{formula}");
    }
}

#[test]
fn thinking_is_folded_with_its_size_and_the_answer_is_open() {
    let page = response("<think>Is it $4$?\nYes.</think>\n\n## Answer\nIt is **\\boxed{4}**.")
        .into_string();
    said(&page);
    assert!(page.contains("<details class=\"thinking\"><summary>Thinking<small> 15 letters</small></summary><p>Is it <math"));
    assert!(
        page.contains("</details><p class=\"heading\">Answer</p><p>It is <strong><math"),
        "{page}"
    );
    let open = response("<think>Is it").into_string();
    assert!(
        open.contains("and it does not end")
            && !response("It is 4.").into_string().contains("<details")
    );
}

#[test]
fn markdown_of_answers_is_shown_and_formulas_are_no_marks_of_it() {
    let text = "### Step 1: $a_1 * b_2$\n- **One:** 2**3 and 4**5\n1. two\n\n---\n```python\nx = \"**\" # $5$\n```\n`a_b` and $x*y*z$ **open";
    let page = response(text).into_string();
    said(&page);
    for part in [
        "<p class=\"heading\">Step 1: <math",
        "<p class=\"item\">- <strong>One:</strong> 2**3 and 4**5</p><p class=\"item\">1. two</p><p class=\"rule\"></p>",
        "<pre><code>x = &quot;**&quot; # $5$</code></pre><p><code>a_b</code> and <math",
        "</math> **open</p>",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(
        !prose("**One** and `two`")
            .into_string()
            .contains("<strong>")
    );
}

#[test]
fn a_text_of_a_megabyte_shows_its_ends_and_how_much_lies_between() {
    let line = format!("start{}end", "x".repeat(1_000_000));
    for page in [
        prose(&line),
        response(&line),
        response(&format!("<think>{line}</think>{line}")),
    ] {
        let page = page.into_string();
        said(&page);
        assert!(page.len() < 500_000 && page.contains("letters are left out here"));
    }
    assert!(answer(&line).into_string().len() < 3_000);
    let dollars = "${".repeat(500_000);
    assert!(prose(&dollars).into_string().len() < 1_000_000);
}

#[test]
fn an_answer_is_a_formula_without_delimiters() {
    for (text, part) in [
        (r"\frac{1}{2}", "<mfrac>"),
        ("x^2+1", "<msup>"),
        ("12", "<mn>12</mn>"),
        ("$x$", "<mi>x</mi>"),
        ("Thursday", ">Thursday<"),
        ("$5.00", ">$5.00<"),
        (r"\text{(A)}", "<mtext>(A)</mtext>"),
        ("<script>", "&lt;script&gt;"),
    ] {
        let page = answer(text).into_string();
        said(&page);
        assert!(page.contains(part), "no {part} in {page}");
    }
}

#[test]
fn the_style_asks_nobody_for_anything() {
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains('<'));
}

/// What texts are made of, to be put together.
fn part() -> impl Strategy<Value = String> {
    let of_tex = formula::TEX.functions.keys().cloned().collect::<Vec<_>>();
    prop_oneof![
        ".{0,8}",
        "[$\\\\{}\\[\\]()^_&%#~`*<>\"'|]{1,6}",
        prop::sample::select(of_tex),
        prop::sample::select(vec![
            "$$",
            "\\[",
            "\\]",
            "\\(",
            "\\)",
            "\\begin{align}",
            "\\end{align}",
            "\\begin{cases}",
            "\\end{cases}",
            "\\boxed{",
            "}",
            "\\\\",
            "&",
            "\n\n",
            "\n- ",
            "\n### ",
            "**",
            "```\n",
            "<think>",
            "</think>",
            "[asy]",
            "[/asy]",
            "<script>",
            "</p>",
            "<!--",
            "]]>",
            "&amp;",
            "\u{202e}",
            "\u{200d}",
            "\0",
            "$5",
            "\\text{",
            "\\right",
            "\\left",
            "\\mathbb{R}",
            "1",
            "x",
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_text_gives_a_page_that_is_well_formed(parts in prop::collection::vec(part(), 0..40)) {
        let text = parts.concat();
        said(&response(&text).into_string());
        said(&answer(&text).into_string());
        said(&prose(&text).into_string());
    }

    #[test]
    fn a_page_says_all_of_a_text_that_is_no_formula(parts in prop::collection::vec("[a-z<>&\"' \n.]{0,12}", 0..20)) {
        let text = parts.join("$x^2$");
        let page = said(&prose(&text).into_string());
        prop_assert_eq!(letters(&unescaped(&page)), letters(&parts.concat()));
    }
}

#[test]
fn a_long_formula_in_a_line_may_be_broken_behind_operators_and_is_the_same_formula() {
    let page = prose(&format!("${}$", ["a_1b_2"; 12].join("+"))).into_string();
    let said_of = |page: &str| {
        let texts = page.split('<').filter_map(|part| part.split_once('>'));
        texts.map(|(_, text)| text).collect::<String>()
    };
    assert!(
        page.matches("<math>").count() > 3
            && page.matches("<mo>+</mo></mrow></math><math>").count() > 3,
        "{page}"
    );
    assert_eq!(said_of(&page), ["a1b2"; 12].join("+"));
    let inside = prose(&format!(r"$\{{{}\}}$", ["a"; 30].join(","))).into_string();
    assert!(inside.matches("<math>").count() >= 2, "{inside}");
    assert_eq!(prose("$a+b=c$").into_string().matches("<math").count(), 1);
}

#[test]
fn thousands_of_marks_on_a_letter_are_left_out_and_a_formula_with_them_stands_as_its_source() {
    let marks = "\u{301}".repeat(5_000);
    for text in [
        format!("a{marks} b"),
        format!("`a{marks}`"),
        format!("```\na{marks}\n```"),
        format!("$a{marks}$"),
        format!("$$\\text{{a{marks}}}$$"),
    ] {
        for shown in [
            prose(&text).into_string(),
            response(&text).into_string(),
            answer(&text).into_string(),
        ] {
            assert!(
                shown.matches('\u{301}').count() <= 8,
                "{}",
                text.chars().take(5).collect::<String>()
            );
            assert!(
                shown.contains("4,992 marks left out") || shown.contains("letters more"),
                "{shown}"
            );
            assert!(!shown.contains("<math"), "{shown}");
        }
    }
    assert!(prose("$\\text{e\u{301}}$").into_string().contains("<math"));
}

#[test]
fn a_text_stands_as_it_is_where_its_formulas_cannot_be_rendered() {
    let shown = as_source("a <b> $\\frac12$", 100).into_string();
    assert_eq!(shown, "<pre>a &lt;b&gt; $\\frac12$</pre>");
    let cut = as_source(&"x\n".repeat(100), 100).into_string();
    assert!(cut.contains("letters are left out here"), "{cut}");
}

#[test]
fn a_text_with_a_wide_formula_is_moved_by_keys_and_inside_of_a_link_nothing_takes_the_focus() {
    let wide = r"Find $\frac{1+2+3+4+5+6+7+8+9+10+11}{x+y}$ now";
    let is_focused = |shown: Markup| shown.0.contains("tabindex=\"0\" role");
    assert!(is_focused(prose(wide)), "{}", prose(wide).0);
    assert!(is_focused(response(wide)), "{}", response(wide).0);
    assert!(!is_focused(prose("Find $x+2$ now")));
    assert!(!is_focused(prose_in_link(wide)));
    // One that is broken in lines may have a part that is wide all the same.
    let parts = (0..9).map(|at| format!("x_{at}+")).collect::<String>();
    let broken = format!(r"${parts}\text{{{}}}$", "word ".repeat(9));
    assert!(
        is_focused(prose(&broken)) && is_focused(answer(&broken)),
        "{}",
        prose(&broken).0
    );
    assert!(
        !is_focused(prose(&format!("${parts}y$"))),
        "{}",
        prose(&format!("${parts}y$")).0
    );
    // In a cell of a table there is less room.
    assert!(is_focused(answer(r"\text{a}+\text{b}=\text{c}")));
    assert!(!is_focused(answer(r"\frac{1}{2}")) && !is_focused(answer("a long answer in words")));
}
