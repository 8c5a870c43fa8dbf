//! A drawing as SVG, written by hand: rectangles, lines, dots and words are all that plots of figures need, and the bytes
//! are the same everywhere.
//!
//! Colours are classes, so that a page's light or dark scheme is followed (`prefers-color-scheme`), and text is text: it can
//! be searched, and read aloud with the title and the description. What stands in it from data is shown and acts on nothing.
//! A drawing is a file of its own, or stands in a page beside others; what both draw is the same.

mod axis;
pub(crate) mod intervals;
pub(crate) mod lines;
#[cfg(test)]
pub(crate) mod read;
mod words;

pub(crate) use axis::{between, logarithmic_ticks, ticks};
pub(crate) use words::{
    BOLD, LETTER, WIDER, fitted, percent, shortened, shown, tick, width_of, wrapped,
};

/// Colours that the colour-blind tell apart (Okabe and Ito 2008): words at 4.5 and marks at 3 to 1 or more on white and,
/// where the reader's scheme is dark, on black. What is printed is light.
pub(crate) const STYLE: &str = include_str!("style.css");

/// How many classes of colour there are: `c0` to `c4`.
pub(crate) const COLOURS: usize = 5;

/// Pixels around a drawing that is a file of its own.
const MARGIN: f64 = 16.0;

/// Where a text begins, is centred or ends.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing being made. Its corner is 0, 0: title and margins come with the file.
pub(crate) struct Svg {
    title: String,
    said: String,
    about: Option<String>,
    body: String,
}

impl Svg {
    /// `said` is the sentence under the title: what is drawn, and how it is read.
    pub(crate) fn new(title: &str, said: &str) -> Self {
        Self {
            title: title.to_owned(),
            said: said.to_owned(),
            about: None,
            body: String::new(),
        }
    }

    /// What those hear who do not see it; without it, what stands under the title.
    pub(crate) fn about(mut self, about: &str) -> Self {
        self.about = Some(about.to_owned());
        self
    }

    /// A filled rectangle.
    pub(crate) fn rect(&mut self, class: &str, [x, y]: [f64; 2], [width, height]: [f64; 2]) {
        self.push(&format!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            at(x),
            at(y),
            at(width),
            at(height)
        ));
    }

    /// A rectangle as dark as a share, from 0 to 1, with what it stands for.
    pub(crate) fn heat(
        &mut self,
        share: f64,
        [x, y]: [f64; 2],
        [width, height]: [f64; 2],
        about: &str,
    ) {
        let about = match about {
            "" => String::new(),
            about => format!("<title>{}</title>", shown(about)),
        };
        self.push(&format!(
            "<rect class=\"heat\" fill-opacity=\"{share:.3}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\">{about}</rect>",
            at(x),
            at(y),
            at(width),
            at(height)
        ));
    }

    pub(crate) fn line(&mut self, class: &str, from: [f64; 2], to: [f64; 2]) {
        self.path(class, &[from, to], "");
    }

    /// Many lines in one element, with dashes as SVG has them; nothing where there is none.
    pub(crate) fn strokes(&mut self, class: &str, lines: &[[[f64; 2]; 2]], dashes: &str) {
        if lines.is_empty() {
            return;
        }
        let d: String = lines
            .iter()
            .map(|[from, to]| format!("M{}L{}", place(*from), place(*to)))
            .collect();
        self.drawn(class, &d, dashes);
    }

    /// A line through points, with dashes as SVG has them.
    pub(crate) fn path(&mut self, class: &str, points: &[[f64; 2]], dashes: &str) {
        let mut d = String::new();
        for (at, point) in points.iter().enumerate() {
            d.push(if at == 0 { 'M' } else { 'L' });
            d += &place(*point);
        }
        self.drawn(class, &d, dashes);
    }

    fn drawn(&mut self, class: &str, d: &str, dashes: &str) {
        let dashes = match dashes {
            "" => String::new(),
            dashes => format!(" stroke-dasharray=\"{dashes}\""),
        };
        self.push(&format!("<path class=\"{class} line\" d=\"{d}\"{dashes}/>"));
    }

    /// Shapes in one element, each by its corners; nothing where there is none.
    pub(crate) fn shapes(&mut self, class: &str, shapes: &[Vec<[f64; 2]>]) {
        if shapes.is_empty() {
            return;
        }
        let shape = |corners: &Vec<[f64; 2]>| {
            let corners: Vec<String> = corners.iter().map(|corner| place(*corner)).collect();
            format!("M{}Z", corners.join("L"))
        };
        let d: String = shapes.iter().map(shape).collect();
        self.push(&format!("<path class=\"{class}\" d=\"{d}\"/>"));
    }

    /// Rectangles that are all as dark as a share, but never so dark that words on them could not be read.
    pub(crate) fn tones(&mut self, share: f64, rects: &[[f64; 4]]) {
        let d = outlines(rects);
        let opacity = 0.7 * share;
        self.push(&format!(
            "<path class=\"tone\" fill-opacity=\"{opacity:.3}\" d=\"{d}\"/>"
        ));
    }

    /// Many rectangles in one element, each by its left, its top, its width and its height; nothing where there is none.
    pub(crate) fn rects(&mut self, class: &str, rects: &[[f64; 4]]) {
        if rects.is_empty() {
            return;
        }
        let d = outlines(rects);
        self.push(&format!("<path class=\"{class}\" d=\"{d}\"/>"));
    }

    /// What is said of each of some rectangles to who points at it; nothing of it is seen.
    pub(crate) fn hints(&mut self, rects: &[([f64; 4], String)]) {
        if rects.is_empty() {
            return;
        }
        self.push("<g fill=\"none\" pointer-events=\"all\">");
        for ([x, y, width, height], hint) in rects {
            let [x, y, width, height] = [x, y, width, height].map(|number| at(*number));
            self.push(&format!(
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"><title>{}</title></rect>",
                shown(hint)
            ));
        }
        self.push("</g>");
    }

    pub(crate) fn dot(&mut self, class: &str, [x, y]: [f64; 2], radius: f64) {
        self.push(&format!(
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
            at(x),
            at(y),
            at(radius)
        ));
    }

    /// Many dots in one element; nothing where there is none.
    pub(crate) fn dots(&mut self, class: &str, places: &[[f64; 2]]) {
        if places.is_empty() {
            return;
        }
        // Each from the one before it, in tenths, so that nothing is lost on the way.
        let tenths = |pixels: f64| libm::round(pixels * 10.0);
        let (mut d, mut last) = (String::new(), [0.0, 0.0]);
        for dot in places.iter().map(|dot| dot.map(tenths)) {
            let step = [dot[0] - last[0], dot[1] - last[1]].map(|tenths| tenths / 10.0);
            d += &format!("m{}h0", place(step));
            last = dot;
        }
        self.push(&format!("<path class=\"{class} dots\" d=\"{d}\"/>"));
    }

    pub(crate) fn text(&mut self, class: &str, [x, y]: [f64; 2], anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let class = match class {
            "" => String::new(),
            class => format!(" class=\"{class}\""),
        };
        self.push(&format!(
            "<text{class} x=\"{}\" y=\"{}\"{anchor}>{}</text>",
            at(x),
            at(y),
            shown(text)
        ));
    }

    /// A text that is read from below to above, ending at a point.
    pub(crate) fn upright(&mut self, class: &str, [x, y]: [f64; 2], text: &str) {
        self.push(&format!(
            "<text class=\"{class}\" transform=\"translate({}) rotate(-90)\">{}</text>",
            place([x, y]),
            shown(text)
        ));
    }

    fn push(&mut self, element: &str) {
        self.body += element;
        self.body.push('\n');
    }

    pub(crate) fn finish(self, width: f64, height: f64) -> Drawing {
        Drawing {
            about: self.about.unwrap_or_else(|| self.said.clone()),
            title: self.title,
            said: self.said,
            body: self.body,
            size: [width, height],
        }
    }
}

/// Each rectangle from its left and top around its width and height.
fn outlines(rects: &[[f64; 4]]) -> String {
    rects
        .iter()
        .map(|[x, y, width, height]| {
            let [place, width, height] = [place([*x, *y]), at(*width), at(*height)];
            format!("M{place}h{width}v{height}h-{width}Z")
        })
        .collect()
}

/// A number of pixels, to a tenth.
fn at(pixels: f64) -> String {
    let number = format!("{pixels:.1}");
    let whole = number.strip_suffix(".0").map(str::to_owned);
    whole.unwrap_or(number)
}

fn place([x, y]: [f64; 2]) -> String {
    format!("{} {}", at(x), at(y))
}

/// A drawing that is made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawing {
    pub title: String,
    /// The sentence under the title.
    pub said: String,
    /// What those hear who do not see it.
    pub about: String,
    body: String,
    size: [f64; 2],
}

impl Drawing {
    /// The same drawing under another title; `said` comes before what was said, `about` instead of what was heard.
    pub(crate) fn told(mut self, title: &str, said: &str, about: &str) -> Self {
        title.clone_into(&mut self.title);
        about.clone_into(&mut self.about);
        let both = [said, &self.said].join(" ");
        both.trim().clone_into(&mut self.said);
        self
    }

    /// A file of its own: the title and what is said over the drawing, and its style within.
    pub(crate) fn file(&self, name: &str) -> String {
        let width = self.size[0] + 2.0 * MARGIN;
        let mut head = Svg::new("", "");
        let mut y = 8.0;
        // A letter of the title is larger by a quarter.
        for line in wrapped(&self.title, self.size[0] / 1.25) {
            y += 18.0;
            head.text("head", [MARGIN, y], Anchor::Start, &line);
        }
        y += 3.0;
        for line in wrapped(&self.said, self.size[0]) {
            y += 15.0;
            head.text("soft", [MARGIN, y], Anchor::Start, &line);
        }
        y += 14.0;
        let within = format!(
            "<style>\n{STYLE}</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n{}<g \
             transform=\"translate({MARGIN:.0} {y:.0})\">\n{}</g>\n",
            head.body, self.body
        );
        self.written(name, [width, self.size[1] + y + MARGIN], &within)
    }

    /// As it stands in a page, which holds [`STYLE`] and says the title and what is said.
    pub(crate) fn inline(&self, name: &str) -> String {
        self.written(name, self.size, &self.body)
    }

    /// `name` is the drawing's own in its page.
    fn written(&self, name: &str, [width, height]: [f64; 2], within: &str) -> String {
        let name = shown(name);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" role=\"img\" aria-labelledby=\"{name}-title \
             {name}-about\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">\n<title \
             id=\"{name}-title\">{}</title>\n<desc id=\"{name}-about\">{}</desc>\n{within}</svg>\n",
            shown(&self.title),
            shown(&self.about)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_data_is_text_and_nothing_else() {
        let mut svg = Svg::new("</title><script>alert(1)</script>", "a & b");
        svg.text("", [0.0, 0.0], Anchor::End, "x\u{202e}y\n<b>\"z\u{1b}[2J");
        let drawing = svg.finish(10.0, 10.0);
        for drawn in [drawing.file("a"), drawing.inline("a")] {
            for mark in ["<script", "<b>", "\u{202e}", "\u{1b}", "y\n<"] {
                assert!(!drawn.contains(mark), "{mark:?}: {drawn}");
            }
            assert!(drawn.contains("x\\u{202e}y\\n&lt;b&gt;"), "{drawn}");
        }
    }

    #[test]
    fn two_drawings_of_a_page_share_no_id_and_a_file_has_its_style() {
        let drawing = Svg::new("title", "said").about("heard").finish(90.0, 10.0);
        let [one, other] = ["one", "other"].map(|name| drawing.inline(name));
        assert!(one.contains("<title id=\"one-title\">title</title>"));
        assert!(other.contains("aria-labelledby=\"other-title other-about\""));
        assert!(!one.contains("<style") && !one.contains("said") && one.contains("heard"));
        let file = drawing.file("one");
        assert!(file.contains("prefers-color-scheme:dark") && file.contains(">said<"));
    }

    #[test]
    fn a_long_title_is_wrapped_and_the_drawing_begins_under_it() {
        let long = "a title of more words than fit beside each other ".repeat(3);
        let file = Svg::new(&long, "").finish(200.0, 10.0).file("a");
        let lines = file.matches("class=\"head\"").count();
        assert!(lines >= 3, "{file}");
        let start = 8.0 + 18.0 * lines as f64 + 3.0 + 14.0;
        assert!(
            file.contains(&format!("translate(16 {start:.0})")),
            "{file}"
        );
    }

    /// What a class is filled with, red to blue from 0 to 1; in the dark where that says so, else as in light.
    fn colour(class: &str, is_dark: bool) -> [f64; 3] {
        let (light, dark) = STYLE.split_once("@media").expect("both schemes");
        let fill = |css: &str| {
            let rule = css.split(&format!(".plot {class}{{")).nth(1)?;
            let fill = rule.split('}').next()?.split("fill:#").nth(1)?;
            let byte = |at: usize| u8::from_str_radix(&fill[at..at + 2], 16).expect("a colour");
            Some([0, 2, 4].map(|at| f64::from(byte(at)) / 255.0))
        };
        let dark = is_dark.then(|| fill(dark)).flatten();
        dark.or_else(|| fill(light)).expect("a colour")
    }

    /// By WCAG 2.2: (L1 + .05) / (L2 + .05) of the relative luminances.
    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let luminance = |colour: [f64; 3]| {
            let linear = colour.map(|part| match part <= 0.04045 {
                true => part / 12.92,
                false => libm::pow((part + 0.055) / 1.055, 2.4),
            });
            0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05
        };
        let [one, other] = [one, other].map(luminance);
        one.max(other) / one.min(other)
    }

    #[test]
    fn words_and_marks_stand_out_from_what_is_behind_them_in_both_schemes() {
        for is_dark in [false, true] {
            let of = |class: &str| colour(class, is_dark);
            let page = of(".page");
            let tone = of(".tone");
            let darkest = [0, 1, 2].map(|part| 0.7 * tone[part] + 0.3 * page[part]);
            for behind in [page, of(".band"), darkest] {
                assert!(contrast(of("text"), behind) >= 4.5, "{is_dark} {behind:?}");
            }
            assert!(
                contrast(of(".soft"), page) >= 4.5 && contrast(of(".soft"), of(".band")) >= 4.5
            );
            for class in [".c0", ".c1", ".c2", ".c3", ".c4"] {
                assert!(contrast(of(class), page) >= 3.0, "{class} {is_dark}");
            }
        }
        assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    }
}
