//! The renderer's tree as MathML: elements and attributes of a fixed list, and nothing else.
//!
//! The tree is written here and not by the renderer, for two reasons. What a formula holds cannot then reach the page as
//! a class, a style, an address, a colour or a space that covers its neighbours, whatever command asks for it. And what
//! browsers make of MathML is its core: Chromium draws no `menclose`, aligns no column, and knows one `mathvariant`; so
//! boxes, strokes, columns and alphabets are classes of our own (`style.css`) and letters of Unicode.

use katex::mathml_tree::{MathDomNode, MathNode, MathNodeType};

use super::letters;
use crate::error::visible;

/// What the renderer writes between letters: signs of Unicode that are read out and not seen.
const INVISIBLE: [char; 4] = ['\u{2061}', '\u{2062}', '\u{2063}', '\u{2064}'];

/// Attributes that stay, with the elements that have them.
const ATTRIBUTES: [(&str, &[MathNodeType]); 13] = {
    use MathNodeType::{Mfrac, Mo, Mover, Mstyle, Munder, Munderover};
    [
        ("accent", &[Mover, Munderover]),
        ("accentunder", &[Munder, Munderover]),
        ("displaystyle", &[Mstyle]),
        ("fence", &[Mo]),
        ("largeop", &[Mo]),
        ("linethickness", &[Mfrac]),
        ("lspace", &[Mo]),
        ("maxsize", &[Mo]),
        ("minsize", &[Mo]),
        ("movablelimits", &[Mo]),
        ("rspace", &[Mo]),
        ("scriptlevel", &[Mstyle]),
        ("stretchy", &[Mo]),
    ]
};

/// A space is at most so wide, in em, and goes back at most by the other.
const SPACE: (f64, f64) = (-0.3, 4.0);

/// Nodes of a formula in a line that it may be broken between, which browsers do not do of themselves.
const UNBROKEN_MAX: usize = 12;

/// Nodes on each side of a break.
const BESIDE_BREAK: usize = 4;

/// A formula as `<math>`, whose source is read out where MathML is not. A long one in a line is several that follow each
/// other, as TeX breaks them: behind a relation or an operator.
pub(super) fn written(nodes: &[MathDomNode], is_display: bool, source: &str) -> String {
    let mut page = Page(String::with_capacity(32 + 8 * source.len()));
    if !is_display && nodes.len() > UNBROKEN_MAX {
        broken(nodes)
            .into_iter()
            .for_each(|part| page.math(part, "<math>"));
        return page.0;
    }
    page.0 += if is_display {
        "<math display=\"block\" alttext=\""
    } else {
        "<math alttext=\""
    };
    page.text(source);
    page.math(nodes, "\">");
    page.0
}

/// A formula in parts between which a line may end.
fn broken(nodes: &[MathDomNode]) -> Vec<&[MathDomNode]> {
    let is_operator = |node| {
        leaf_text(node, MathNodeType::Mo).is_some_and(|text| "=<>≤≥≡≈⇒→⟹+−×⋅,".contains(text))
    };
    let (mut parts, mut from, mut depth) = (Vec::new(), 0, 0_i32);
    for (at, node) in nodes.iter().enumerate() {
        depth += leaf_text(node, MathNodeType::Mo).map_or(0, |text| match text {
            "(" | "[" | "{" => 1,
            ")" | "]" | "}" => -1,
            _ => 0,
        });
        // Between delimiters a line ends only where the part would be as long as a formula that is not broken.
        let least = if depth == 0 {
            BESIDE_BREAK
        } else {
            UNBROKEN_MAX
        };
        let is_apart = at + 1 >= from + least && at + 1 + BESIDE_BREAK <= nodes.len();
        if is_apart && is_operator(node) {
            parts.push(&nodes[from..=at]);
            from = at + 1;
        }
    }
    parts.push(&nodes[from..]);
    parts
}

struct Page(String);

impl Page {
    /// The inside and the end of a `<math>` whose start is given.
    fn math(&mut self, nodes: &[MathDomNode], start: &str) {
        self.0 += start;
        self.0 += "<mrow>";
        self.nodes(nodes);
        self.0 += "</mrow></math>";
    }

    fn nodes(&mut self, nodes: &[MathDomNode]) {
        let (mut is_open, mut bars) = (false, 0_usize);
        for node in nodes {
            match sign(node).filter(|_| is_open) {
                Some(sign) => self.0 += &format!("<mo form=\"prefix\">{sign}</mo>"),
                None => self.node(node),
            }
            let operator = leaf_text(node, MathNodeType::Mo);
            bars += usize::from(operator.is_some_and(|text| BARS.contains(&text)));
            is_open = operator.is_some_and(|text| is_left_open(text, bars));
        }
    }

    fn node(&mut self, node: &MathDomNode) {
        match node {
            MathDomNode::Math(node) => self.element(node),
            MathDomNode::Text(text) => self.text(&text.text),
            MathDomNode::Space(space) => self.space(space.width),
            MathDomNode::Fragment(fragment) => self.nodes(&fragment.children),
        }
    }

    /// A text, escaped; what hides in it is shown.
    fn text(&mut self, text: &str) {
        for part in text.split_inclusive(INVISIBLE) {
            let (shown, sign) = match part.strip_suffix(INVISIBLE) {
                Some(shown) => part.split_at(shown.len()),
                None => (part, ""),
            };
            for letter in visible(shown).chars() {
                match letter {
                    '&' => self.0 += "&amp;",
                    '<' => self.0 += "&lt;",
                    '>' => self.0 += "&gt;",
                    '"' => self.0 += "&quot;",
                    other => self.0.push(other),
                }
            }
            self.0 += sign;
        }
    }

    fn space(&mut self, width: f64) {
        let (least, most) = SPACE;
        let width = if width.is_finite() {
            width.clamp(least, most)
        } else {
            0.0
        };
        self.0 += &format!("<mspace width=\"{width:.4}em\"></mspace>");
    }

    fn element(&mut self, node: &MathNode) {
        use MathNodeType::*;
        match node.node_type {
            Annotation | Mglyph => {}
            Math | Semantics | Mpadded => self.row(&node.children, None),
            Menclose => self.row(
                &node.children,
                node.attributes
                    .get("notation")
                    .map(|notation| enclosed(notation)),
            ),
            Mtable => self.table(node),
            Mover if is_lined(node) => self.row(&node.children[..1], Some("top")),
            Munder if is_lined(node) => self.row(&node.children[..1], Some("bottom")),
            Mspace => self.struts(node),
            Mi | Mn | Mo | Mtext => self.leaf(node),
            Mlabeledtr => self.plain("mtr", node),
            _ => self.plain(node.node_type.as_ref(), node),
        }
    }

    /// An element with those of its attributes that stay.
    fn plain(&mut self, name: &str, node: &MathNode) {
        self.open(name, node, "");
        self.nodes(&node.children);
        self.close(name);
    }

    fn open(&mut self, name: &str, node: &MathNode, more: &str) {
        self.0 += "<";
        self.0 += name;
        self.0 += more;
        for (attribute, elements) in ATTRIBUTES {
            let value = node.attributes.get(attribute);
            if let Some(value) =
                value.filter(|value| elements.contains(&node.node_type) && is_plain(value))
            {
                self.0 += &format!(" {attribute}=\"{value}\"");
            }
        }
        self.0 += ">";
    }

    fn close(&mut self, name: &str) {
        self.0 += "</";
        self.0 += name;
        self.0 += ">";
    }

    fn row(&mut self, nodes: &[MathDomNode], class: Option<&str>) {
        match class {
            Some(class) => self.0 += &format!("<mrow class=\"{class}\">"),
            None => self.0 += "<mrow>",
        }
        self.nodes(nodes);
        self.close("mrow");
    }

    /// An element of letters, in the alphabet that the formula asks for.
    fn leaf(&mut self, node: &MathNode) {
        let name = node.node_type.as_ref();
        let variant = node
            .attributes
            .get("mathvariant")
            .map_or("", |variant| variant);
        let is_letter = node.node_type == MathNodeType::Mi;
        let more = match (
            letters::class(variant),
            is_letter && letters::is_upright(variant),
        ) {
            (None, false) => String::new(),
            (None, true) => " mathvariant=\"normal\"".to_owned(),
            (Some(class), false) => format!(" class=\"{class}\""),
            (Some(class), true) => format!(" mathvariant=\"normal\" class=\"{class}\""),
        };
        self.open(name, node, &more);
        for child in &node.children {
            match child {
                MathDomNode::Text(text) => self.text(&letters::in_alphabet(variant, &text.text)),
                other => self.node(other),
            }
        }
        self.close(name);
    }

    /// A space, or a rule as one that is filled.
    fn struts(&mut self, node: &MathNode) {
        if node.attributes.contains_key("linebreak") {
            return self.space(1.0);
        }
        let size = |name| {
            node.attributes
                .get(name)
                .and_then(|value: &String| in_em(value))
        };
        let width = size("width").unwrap_or(0.0);
        match (node.attributes.get("mathbackground"), size("height")) {
            (Some(_), Some(height)) => {
                let (width, height) = (width.clamp(0.0, SPACE.1), height.clamp(0.0, SPACE.1));
                self.0 += &format!(
                    "<mspace class=\"rule\" width=\"{width:.4}em\" height=\"{height:.4}em\"></mspace>"
                );
            }
            _ => self.space(width),
        }
    }

    fn table(&mut self, node: &MathNode) {
        let words = |name| {
            node.attributes
                .get(name)
                .map_or("", |value: &String| value)
                .split(' ')
                .collect::<Vec<_>>()
        };
        let columns = Columns {
            aligned: words("columnalign"),
            lines: words("columnlines"),
        };
        let rules = words("rowlines");
        let is_tight = words("columnspacing").first() == Some(&"0em");
        self.0 += if is_tight {
            "<mtable class=\"tight\">"
        } else {
            "<mtable>"
        };
        for (at, row) in node
            .children
            .iter()
            .filter_map(MathDomNode::as_math_node)
            .enumerate()
        {
            let is_ruled = at > 0
                && rules
                    .get(at - 1)
                    .is_some_and(|rule| *rule != "none" && !rule.is_empty());
            self.0 += if is_ruled {
                "<mtr class=\"ruled\">"
            } else {
                "<mtr>"
            };
            self.cells(row, &columns);
            self.close("mtr");
        }
        self.close("mtable");
    }

    /// The cells of a row; those that would hold a number of the equation are empty and fall away.
    fn cells(&mut self, row: &MathNode, columns: &Columns<'_>) {
        let is_cell = |cell: &&MathNode| cell.classes.is_empty();
        let cells = row
            .children
            .iter()
            .filter_map(MathDomNode::as_math_node)
            .filter(is_cell);
        for (at, cell) in cells.enumerate() {
            match columns.classes(at) {
                classes if classes.is_empty() => self.0 += "<mtd>",
                classes => self.0 += &format!("<mtd class=\"{}\">", classes.join(" ")),
            }
            self.nodes(&cell.children);
            self.close("mtd");
        }
    }
}

/// The letters of a leaf.
fn leaf_text(node: &MathDomNode, of: MathNodeType) -> Option<&str> {
    let leaf = node.as_math_node().filter(|node| node.node_type == of)?;
    match &leaf.children[..] {
        [MathDomNode::Text(text)] => Some(&text.text),
        _ => None,
    }
}

/// A sign that stands before a number or between two.
fn sign(node: &MathDomNode) -> Option<&str> {
    leaf_text(node, MathNodeType::Mo).filter(|text| matches!(*text, "−" | "+" | "±" | "∓" | "¬"))
}

/// Delimiters that open as they close.
const BARS: [&str; 4] = ["|", "∣", "‖", "∥"];

/// Whether nothing is complete behind an operator, so many bars up to it: a sign there belongs to what follows.
fn is_left_open(operator: &str, bars: usize) -> bool {
    let closes = |letter: char| ")]}!⟩⌋⌉′…⋯".contains(letter) || INVISIBLE.contains(&letter);
    match BARS.contains(&operator) {
        true => bars % 2 == 1,
        false => !operator.chars().all(closes),
    }
}

/// Whether a line lies over or under all of it, for which fonts have signs that are too short.
fn is_lined(node: &MathNode) -> bool {
    let line = node
        .children
        .get(1)
        .and_then(|line| leaf_text(line, MathNodeType::Mo));
    line == Some("‾")
}

/// How the columns of a table stand.
struct Columns<'t> {
    aligned: Vec<&'t str>,
    /// Between each and the next.
    lines: Vec<&'t str>,
}

impl Columns<'_> {
    fn classes(&self, at: usize) -> Vec<&'static str> {
        let side = match self.aligned.get(at) {
            Some(&"left") => Some("left"),
            Some(&"right") => Some("right"),
            _ => None,
        };
        let line = at.checked_sub(1).and_then(|before| self.lines.get(before));
        let line = line.filter(|line| matches!(**line, "solid" | "dashed"));
        side.into_iter().chain(line.map(|_| "barred")).collect()
    }
}

/// The class of what stands around a formula. The renderer names the sides of a table by their opposites: a line before
/// the first column is its `top`, one above the first row its `left`.
fn enclosed(notation: &str) -> &'static str {
    match notation {
        "updiagonalstrike" => "cancel",
        "downdiagonalstrike" => "cancel-down",
        "updiagonalstrike downdiagonalstrike" => "cancel cancel-both",
        "horizontalstrike" => "struck",
        "actuarial" => "top right",
        "phasorangle" => "bottom left",
        "box" => "box",
        sides => sides_of(sides),
    }
}

/// The sides of a table that have lines.
fn sides_of(notation: &str) -> &'static str {
    let has = |side| notation.split(' ').any(|word| word == side);
    match (has("top") && has("bottom"), has("left") && has("right")) {
        (true, true) => "box",
        (true, false) => "left right",
        (false, true) => "top bottom",
        (false, false) if has("top") => "left",
        (false, false) if has("bottom") => "right",
        (false, false) if has("left") => "top",
        (false, false) if has("right") => "bottom",
        (false, false) => "boxless",
    }
}

/// Whether a value is a number, a length or a word: of the renderer's own, then, and small.
fn is_plain(value: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-+%".contains(&byte);
    let is_small = in_em(value).is_none_or(|size| size.abs() <= SPACE.1);
    !value.is_empty() && value.len() <= 12 && value.bytes().all(is_letter) && is_small
}

/// A length in em; none of another unit.
fn in_em(value: &str) -> Option<f64> {
    value
        .strip_suffix("em")?
        .parse()
        .ok()
        .filter(|size: &f64| size.is_finite())
}
