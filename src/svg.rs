//! A drawing as SVG, written by hand: rectangles, lines, dots and words are all that plots of figures need, and the bytes
//! are the same everywhere.
//!
//! Colours are classes, so that a page's light or dark scheme is followed (`prefers-color-scheme`), and text is text: it can
//! be searched, and read aloud with the title and the description. What stands in it from logs is shown and acts on nothing.

use std::fmt::Write;

use crate::error::one_line;

/// Colours that the colour-blind tell apart (Okabe and Ito 2008), and that show on white and on black.
const STYLE: &str = "\
.plot{font:12px ui-sans-serif,Helvetica,Arial,sans-serif}
.plot .page{fill:#ffffff}.plot text{fill:#222222}.plot .soft{fill:#666666}.plot .head{font-weight:bold;font-size:14px}
.plot .grid{stroke:#dddddd;fill:none}.plot .axis{stroke:#555555;fill:none}.plot .band{fill:#f4f4f4}
.plot .c0{fill:#222222;stroke:#222222}.plot .c1{fill:#0072b2;stroke:#0072b2}.plot .c2{fill:#009e73;stroke:#009e73}
.plot .c3{fill:#d55e00;stroke:#d55e00}.plot .c4{fill:#cc79a7;stroke:#cc79a7}.plot .line{fill:none}
.plot .heat{fill:#0072b2;stroke:none}.plot .cell{fill:none;stroke:#dddddd;stroke-width:.5}
@media (prefers-color-scheme:dark){
.plot .page{fill:#121212}.plot text{fill:#e6e6e6}.plot .soft{fill:#a0a0a0}
.plot .grid{stroke:#3a3a3a}.plot .axis{stroke:#9a9a9a}.plot .band{fill:#1e1e1e}
.plot .c0{fill:#e6e6e6;stroke:#e6e6e6}.plot .c1{fill:#56b4e9;stroke:#56b4e9}.plot .line{fill:none}
.plot .heat{fill:#56b4e9}.plot .cell{stroke:#3a3a3a}}
";

/// Pixels that a letter takes, on average.
pub(crate) const LETTER: f64 = 6.7;

/// How many classes of colour there are: `c0` to `c4`.
pub(crate) const COLOURS: usize = 5;

/// Where a text begins, is centred or ends.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing being made.
pub(crate) struct Svg {
    title: String,
    description: String,
    body: String,
}

impl Svg {
    pub(crate) fn new(title: &str, description: &str) -> Self {
        Self {
            title: title.to_owned(),
            description: description.to_owned(),
            body: String::new(),
        }
    }

    /// A filled rectangle.
    pub(crate) fn rect(&mut self, class: &str, [x, y]: [f64; 2], [width, height]: [f64; 2]) {
        self.push(&format!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
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
            "<rect class=\"heat\" fill-opacity=\"{share:.3}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" \
             height=\"{height:.1}\">{about}</rect>"
        ));
    }

    pub(crate) fn line(&mut self, class: &str, from: [f64; 2], to: [f64; 2]) {
        self.path(class, &[from, to], "");
    }

    /// A line through points, with dashes as SVG has them.
    pub(crate) fn path(&mut self, class: &str, points: &[[f64; 2]], dashes: &str) {
        let mut d = String::new();
        for (at, [x, y]) in points.iter().enumerate() {
            let step = if at == 0 { 'M' } else { 'L' };
            // Writing to a string cannot fail.
            let _ = write!(d, "{step}{x:.1} {y:.1}");
        }
        let dashes = match dashes {
            "" => String::new(),
            dashes => format!(" stroke-dasharray=\"{dashes}\""),
        };
        self.push(&format!("<path class=\"{class} line\" d=\"{d}\"{dashes}/>"));
    }

    pub(crate) fn dot(&mut self, class: &str, [x, y]: [f64; 2], radius: f64) {
        self.push(&format!(
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\"/>"
        ));
    }

    pub(crate) fn text(&mut self, class: &str, [x, y]: [f64; 2], anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.push(&format!(
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
            shown(text)
        ));
    }

    /// A text that is read from below to above, ending at a point.
    pub(crate) fn upright(&mut self, class: &str, [x, y]: [f64; 2], text: &str) {
        self.push(&format!(
            "<text class=\"{class}\" transform=\"translate({x:.1} {y:.1}) rotate(-90)\" text-anchor=\"start\">{}</text>",
            shown(text)
        ));
    }

    fn push(&mut self, element: &str) {
        self.body += element;
        self.body.push('\n');
    }

    pub(crate) fn finish(self, width: f64, height: f64) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" role=\"img\" aria-labelledby=\"title about\" \
             width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">\n<title id=\"title\">{}\
             </title>\n<desc id=\"about\">{}</desc>\n<style>\n{STYLE}</style>\n<rect class=\"page\" width=\"100%\" \
             height=\"100%\"/>\n{}</svg>\n",
            shown(&self.title),
            shown(&self.description),
            self.body
        )
    }
}

/// A text as XML holds it, in one line: XML has no word for a control.
fn shown(text: &str) -> String {
    one_line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// At most so many letters, cut in the middle: names differ at both ends.
pub(crate) fn shortened(label: &str, most: usize) -> String {
    let label = one_line(label);
    let letters: Vec<char> = label.chars().collect();
    if letters.len() <= most {
        return label.into_owned();
    }
    let ahead = most / 2;
    let behind = letters.len() - (most - ahead - 1);
    letters[..ahead]
        .iter()
        .chain(&['…'])
        .chain(&letters[behind..])
        .collect()
}

/// Steps of an axis between two values: at most ten, of 1, 2 or 5 in some power of ten.
pub(crate) fn ticks(low: f64, high: f64) -> Vec<f64> {
    let width = high - low;
    if width.is_nan() || width <= 0.0 || !width.is_finite() {
        return vec![low];
    }
    let power = libm::pow(10.0, libm::floor(libm::log10(width)) - 1.0);
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0].map(|step| step * power);
    let step = steps
        .into_iter()
        .find(|step| width / step <= 8.0)
        .unwrap_or(width);
    let (first, last) = (
        libm::ceil(low / step - 1e-9),
        libm::floor(high / step + 1e-9),
    );
    (0..=(last - first) as usize)
        .map(|at| (first + at as f64) * step)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_a_log_is_text_and_nothing_else() {
        let mut svg = Svg::new("</title><script>alert(1)</script>", "a & b");
        svg.text("", [0.0, 0.0], Anchor::End, "x\u{202e}y\n<b>\"z\u{1b}[2J");
        let drawn = svg.finish(10.0, 10.0);
        for mark in ["<script", "<b>", "\u{202e}", "\u{1b}", "y\n<"] {
            assert!(!drawn.contains(mark), "{mark:?}: {drawn}");
        }
        assert!(drawn.contains("x\\u{202e}y\\n&lt;b&gt;"), "{drawn}");
    }

    #[test]
    fn ticks_are_round_and_few() {
        let near = |found: &[f64], expected: &[f64]| {
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-9, "{found} {expected}");
            }
        };
        near(&ticks(0.0, 1.0), &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        near(&ticks(-7.0, 12.0), &[-5.0, 0.0, 5.0, 10.0]);
        near(&ticks(3.0, 3.0), &[3.0]);
    }

    #[test]
    fn a_long_name_is_cut_in_its_middle() {
        assert_eq!(shortened("abcdefgh", 5), "ab…gh");
        assert_eq!(shortened("abc", 5), "abc");
    }
}
