//! Reads drawings again in tests: what stands where, by an XML parser that is not ours.

use super::width_of;

/// A text and the box that it takes, in pixels of the drawing.
pub(crate) struct Text {
    pub text: String,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

fn parsed(svg: &str) -> roxmltree::Document<'_> {
    roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{error}: {svg}"))
}

fn number(node: roxmltree::Node<'_, '_>, name: &str) -> f64 {
    let value = node.attribute(name).unwrap_or_default();
    value
        .parse()
        .unwrap_or_else(|_| panic!("{name}: {value:?}"))
}

/// How far what is around a node moves it.
fn moved(node: roxmltree::Node<'_, '_>) -> [f64; 2] {
    let around = node.ancestors().skip(1);
    let transform = around.filter_map(|node| node.attribute("transform")).next();
    let numbers = transform.and_then(|transform| {
        let numbers = transform.strip_prefix("translate(")?.strip_suffix(')')?;
        let (x, y) = numbers.split_once(' ')?;
        Some([x.parse().ok()?, y.parse().ok()?])
    });
    numbers.unwrap_or_default()
}

/// All words that are drawn, but those that stand upright.
pub(crate) fn texts(svg: &str) -> Vec<Text> {
    let document = parsed(svg);
    let all = document.descendants().filter(|node| {
        node.has_tag_name(("http://www.w3.org/2000/svg", "text")) && node.has_attribute("x")
    });
    let text = |node: roxmltree::Node<'_, '_>| {
        let text = node.text().unwrap_or_default().to_owned();
        let large = match node.attribute("class") {
            Some("head") => 1.25,
            Some("strong") => super::BOLD,
            _ => 1.0,
        };
        let width = width_of(&text) * large;
        let [right, down] = moved(node);
        let x = number(node, "x") + right
            - width
                * match node.attribute("text-anchor") {
                    Some("end") => 1.0,
                    Some("middle") => 0.5,
                    _ => 0.0,
                };
        Text {
            x,
            y: number(node, "y") + down - 9.0,
            width,
            height: 11.0,
            text,
        }
    };
    all.map(text).collect()
}

/// The rectangles of a class: left, top, width, height.
pub(crate) fn rects(svg: &str, class: &str) -> Vec<[f64; 4]> {
    let document = parsed(svg);
    let all = document
        .descendants()
        .filter(|node| node.tag_name().name() == "rect" && node.attribute("class") == Some(class));
    all.map(|node| ["x", "y", "width", "height"].map(|name| number(node, name)))
        .collect()
}

/// The rectangles that the paths of a class draw: left, top, width, height.
pub(crate) fn columns(svg: &str, class: &str) -> Vec<[f64; 4]> {
    let document = parsed(svg);
    let all = document
        .descendants()
        .filter(|node| node.tag_name().name() == "path" && node.attribute("class") == Some(class));
    let number = |text: &str| -> f64 { text.parse().expect("a number") };
    let column = |step: &str| {
        let mut parts = step.split([' ', 'h', 'v']).map(number);
        [(); 4].map(|()| parts.next().expect("four numbers"))
    };
    let steps = |node: roxmltree::Node<'_, '_>| -> Vec<[f64; 4]> {
        let d = node.attribute("d").unwrap_or_default();
        let steps = d.split(['M', 'Z']).filter(|step| !step.is_empty());
        steps.map(column).collect()
    };
    all.flat_map(steps).collect()
}

/// The points of each path of a class.
pub(crate) fn paths(svg: &str, class: &str) -> Vec<Vec<[f64; 2]>> {
    let document = parsed(svg);
    let all = document
        .descendants()
        .filter(|node| node.tag_name().name() == "path" && node.attribute("class") == Some(class));
    let points = |node: roxmltree::Node<'_, '_>| {
        let d = node.attribute("d").unwrap_or_default();
        let steps = d
            .split(['M', 'L', 'Z', 'm'])
            .filter(|step| !step.is_empty());
        let mut last = [0.0, 0.0];
        let point = |step: &str| {
            let (x, y) = step.split_once(' ').expect("two numbers");
            let point: [f64; 2] =
                [x, y.trim_end_matches("h0")].map(|number| number.parse().expect("a number"));
            if d.starts_with('m') {
                last = [last[0] + point[0], last[1] + point[1]];
                return last;
            }
            point
        };
        steps.map(point).collect()
    };
    all.map(points).collect()
}

/// The middle of each circle.
pub(crate) fn dots(svg: &str) -> Vec<[f64; 2]> {
    let document = parsed(svg);
    let all = document
        .descendants()
        .filter(|node| node.tag_name().name() == "circle");
    all.map(|node| ["cx", "cy"].map(|name| number(node, name)))
        .collect()
}

/// Asserts that no two texts lie on each other, none is cut by the drawing's edge, and no number is none.
pub(crate) fn is_clean(svg: &str) {
    let document = parsed(svg);
    let size = ["width", "height"].map(|name| number(document.root_element(), name));
    let texts = texts(svg);
    for (at, one) in texts.iter().enumerate() {
        let right = one.x + one.width;
        assert!(
            one.x >= -0.5 && right <= size[0] + 0.5,
            "{:?} is cut: {} to {right} of {}",
            one.text,
            one.x,
            size[0]
        );
        assert!(
            one.y >= -1.0 && one.y + one.height <= size[1] + 1.0,
            "{:?} is cut at {}",
            one.text,
            one.y
        );
        for other in &texts[at + 1..] {
            let apart = right <= other.x
                || other.x + other.width <= one.x
                || one.y + one.height <= other.y
                || other.y + other.height <= one.y;
            assert!(apart, "{:?} lies on {:?}", one.text, other.text);
        }
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{svg}");
}
