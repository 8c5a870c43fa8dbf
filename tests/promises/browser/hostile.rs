//! Texts that would act if a page let them, each with what it does in a page that does.
//!
//! The pages that a test makes of the program's must show nothing of it; the page that it makes itself, which escapes
//! nothing, must show it all, or the browser is not looked at as it should be.

use super::client::Kind::{self, Dialog, Element, Fault, Layout, Request};

/// What a text does where it is not escaped; nothing where it asks more of a page than HTML.
pub(super) const HOSTILE: [(&str, &[Kind]); 34] = [
    ("<script>alert(1)</script>", &[Dialog, Element]),
    (
        "</title></style></textarea></script><script>alert(1)</script>",
        &[Dialog, Element],
    ),
    ("<img src=x onerror=alert(2)>", &[Dialog, Request, Element]),
    (
        "\"><img src=\"x\" onerror='alert(2)'>",
        &[Dialog, Request, Element],
    ),
    (
        "<svg onload=alert(4)><circle r=9 /></svg>",
        &[Dialog, Element],
    ),
    ("<svg><script>alert(5)</script></svg>", &[Dialog, Element]),
    (
        "<svg><style>* { display: none !important }</style></svg>",
        &[Element, Layout],
    ),
    (
        "<svg><a xlink:href=\"javascript:alert(6)\"><text y=9>x</text></a></svg>",
        &[Element],
    ),
    (
        "<svg><foreignObject><b>x</b></foreignObject></svg>",
        &[Element],
    ),
    (
        "<svg><a href=#><set attributeName=href to=javascript:alert(6)></set><text y=9>x</text></a></svg>",
        &[Element],
    ),
    ("<body onload=alert(7) onresize=alert(7)>", &[Dialog]),
    (
        "<details open ontoggle=alert(8)><summary>x</summary></details>",
        &[Dialog, Element],
    ),
    (
        "<input autofocus onfocus=console.error(9)>",
        &[Fault, Element],
    ),
    ("<script>throw 10</script>", &[Fault, Element]),
    (
        "<script>open('about:blank#11')</script>",
        &[Dialog, Element],
    ),
    (
        "<style>*{display:none!important}</style>",
        &[Element, Layout],
    ),
    (
        "<style>main{background:url(beside.png)}</style>",
        &[Request, Element],
    ),
    (
        "<p style=\"background:url('beside.png')\">x</p>",
        &[Request, Element],
    ),
    ("<style>@import 'beside.css';</style>", &[Request, Element]),
    ("<link rel=stylesheet href=beside.css>", &[Request, Element]),
    (
        "<meta http-equiv=refresh content=\"900;url=javascript:alert(12)\">",
        &[Element],
    ),
    ("<base href=\"http://127.0.0.1:9/\">", &[Element]),
    ("<iframe src=beside.html></iframe>", &[Request, Element]),
    (
        "<iframe srcdoc=\"<script>parent.alert(13)</script>\"></iframe>",
        &[Dialog, Element],
    ),
    ("<object data=beside.html></object>", &[Request, Element]),
    (
        "<form action=javascript:alert(14)><button>x</button></form>",
        &[Element],
    ),
    ("<a href=javascript:alert(15)>x</a>", &[Element]),
    (
        "<math href=\"javascript:alert(16)\"><mi>x</mi></math>",
        &[Element],
    ),
    (
        "<math><maction actiontype=statusline href=javascript:alert(16)><mi>x</mi></maction></math>",
        &[Element],
    ),
    (
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(17)></style></table></mtext></math>",
        &[Element],
    ),
    (
        "</pre></code></details></td></tr></table></article></section></div></main>after",
        &[Layout],
    ),
    ("<div style=\"width:3000px\">x</div>", &[Layout]),
    (
        "<div style=\"position:fixed;inset:0;background:red\">x</div>",
        &[Element],
    ),
    ("<!-- --!> <plaintext>", &[Layout]),
];

/// What asks more of formulas, of letters, and of a shell or query.
const OTHER: [&str; 22] = [
    "$\\href{javascript:alert(20)}{x}$ and $\\url{javascript:alert(20)}$",
    "$\\includegraphics{beside.png}$ $\\htmlId{a}{x}$ $\\htmlStyle{position:fixed}{x}$ $\\htmlClass{skip}{x}$ $\\htmlData{a=b}{x}$",
    "$\\def\\a{\\b\\b}\\def\\b{\\c\\c}\\def\\c{\\d\\d}\\def\\d{\\e\\e}\\def\\e{\\f\\f}\\def\\f{xxxxxxxx}\\a\\a\\a\\a\\a\\a\\a\\a$",
    "$\\def\\a{\\a\\a}\\a$ $\\newcommand{\\x}[1]{#1\\x{#1}}\\x{1}$ $\\let\\frac\\a$",
    "$\\rule{99999em}{99999em}$ $\\kern 99999em x$ $\\hspace{-99999px}x$ $\\raisebox{99999em}{x}$",
    "$\\text{</math><script>alert(21)</script>}$ $\\text{<img src=x onerror=alert(21)>}$ $<b>x</b>$",
    "$$\\begin{array}{cccccccccccccccccccccccccccccccccccccccccccccccccc}1&2&3\\\\\\end{array}$$",
    "$\\Huge\\Huge\\Huge x$ $\\color{red;background:url(beside.png)}x$ $\\textcolor{\"onload=alert(22)}{x}$",
    "[x](javascript:alert(23)) ![x](beside.png) <javascript:alert(23)> [x]: javascript:alert(23)",
    "```html\n<script>alert(24)</script>\n```\n~~~\n</pre><script>alert(24)</script>",
    "<think><script>alert(25)</script></think></think><think>",
    "&lt;script&gt;alert(26)&lt;/script&gt; &#60;script&#62;alert(26)&#60;/script&#62; &amp;lt;b&amp;gt;",
    "\u{202e}turned \u{2066}held \u{2067}held \u{200f}\u{61c}\u{202a}",
    "\u{0}\u{1}\u{8}\u{b}\u{c}\u{1b}[2J\u{1b}]0;x\u{7}\u{7f}\u{80}\u{9b}2J",
    "\u{2028}line\u{2029}paragraph\u{85}next\rback\r\nboth",
    "\u{fffe}\u{ffff}\u{fdd0}\u{10ffff}\u{feff}\u{200b}\u{200d}\u{e0041}\u{fff9}x\u{fffa}y\u{fffb}",
    "'; DROP TABLE ledger; -- \" ' ` $(id) `id` \\",
    "{{7*7}} ${7*7} <%= 7*7 %> #{7*7}",
    "\u{ff1c}script\u{ff1e}alert(27)\u{ff1c}/script\u{ff1e}",
    "<scr\u{0}ipt>alert(28)</scr\u{0}ipt> <scr<script>ipt>alert(28)</script>",
    "]]><script>alert(29)</script><![CDATA[ <?xml-stylesheet href='beside.css'?>",
    "../../../../etc/passwd file:///etc/passwd //127.0.0.1/x data:text/html,<script>alert(30)</script>",
];

/// All of them, and those that are long.
pub(super) fn texts() -> Vec<String> {
    let mut texts: Vec<String> = HOSTILE.iter().map(|(text, _)| (*text).to_owned()).collect();
    texts.extend(OTHER.map(str::to_owned));
    texts.extend([
        format!("${}x{}$", "{".repeat(5_000), "}".repeat(5_000)),
        format!("${}x$", "{".repeat(5_000)),
        format!("$x{}$", "^{x".repeat(5_000)),
        format!("${}$", "\\sqrt".repeat(5_000)),
        format!("${}1$", "\\frac".repeat(5_000)),
        format!(
            "a{} and $a{}$",
            "\u{301}".repeat(5_000),
            "\u{488}".repeat(5_000)
        ),
        "x".repeat(100_000),
        format!("${}$", "x+".repeat(50_000)),
        format!("```\n{}\n```", "|".repeat(100_000)),
        "\u{fdfd}".repeat(5_000),
        "> ".repeat(5_000),
        "<b>".repeat(20_000),
        "$".repeat(5_001),
    ]);
    texts
}
