//! Lengths, areas, volumes, angles and coordinates.

use super::{Make, name};
use crate::sample::answer::{Answer, int, ratio, surd};
use crate::sample::arithmetic::Op::*;
use crate::sample::number::{bracket, gcd, q, split_root, whole};
use crate::sample::problem::Problem;
use crate::sample::rng::Rng;

pub(crate) const FAMILIES: &[(&str, Make)] = &[
    ("hypotenuse", hypotenuse),
    ("circle_sector", circle_sector),
    ("triangle_area", triangle_area),
    ("reflected_point", reflected_point),
    ("cone_volume", cone_volume),
    ("similar_shadows", similar_shadows),
    ("polygon_angle", polygon_angle),
    ("box_diagonal", box_diagonal),
    ("chord_length", chord_length),
];

fn hypotenuse(rng: &mut Rng) -> Problem {
    let shared = rng.range(1, 6);
    let (a, b) = (shared * rng.range(1, 12), shared * rng.range(1, 15));
    let n = a * a + b * b;
    let answer = surd(whole(1), n);
    let root = answer.plain();
    let (statement, asks) = match rng.below(4) {
        0 => (
            format!(
                "A right triangle has legs of length ${a}$ and ${b}$. How long is its hypotenuse?"
            ),
            "the length of the hypotenuse",
        ),
        1 => (
            format!(
                "A rectangular field is ${a}$ metres wide and ${b}$ metres long. {} walks straight from one corner to the opposite one. How many metres is that?",
                name(rng)
            ),
            "the length of the diagonal in metres",
        ),
        2 => (
            format!(
                "Find the distance between the points $(0, 0)$ and $({a}, {b})$ in simplest radical form."
            ),
            "the distance between the two points",
        ),
        _ => (
            format!(
                "In triangle $ABC$ the angle at $C$ is $90^\\circ$, $AC = {a}$ and $BC = {b}$. Find $AB$."
            ),
            "the length of AB",
        ),
    };
    let common = gcd(a, b);
    let (p, r) = (a / common, b / common);
    Problem::new(statement, asks, format!("perpendicular sides {a} and {b}"), answer.clone())
        .step("square the two sides", format!("The squares are {a}^2 = {} and {b}^2 = {}.", a * a, b * b))
        .op(Pow(a, 2)).op(Pow(b, 2))
        .step("apply the theorem of Pythagoras", format!("The square of the long side is {} + {} = {n}.", a * a, b * b))
        .op(Add(vec![a * a, b * b]))
        .step("simplify the root", format!("So the length is √{n} = {root}, since {n} = {}.", crate::sample::number::factored(n)))
        .op(Root(n))
        .check(format!("The long side must exceed {} and stay below {a} + {b} = {}; √{n} is about {:.3}, which fits.", a.max(b), a + b, (n as f64).sqrt()))
        .other(if common > 1 {
            format!("Both sides are multiples of {common}. The triangle with sides {p} and {r} has the long side √({} + {}) = √{}, and {common} times that is {root}.", p * p, r * r, p * p + r * r)
        } else {
            format!("Four such triangles around a square: the big square has side {}, area {}, and taking away 4 × {a} × {b} / 2 = {} leaves {n}, the square on the long side.", a + b, (a + b) * (a + b), 2 * a * b)
        })
        .slip(0, format!("Going along both sides is {a} + {b} = {}, so that is the length.", a + b), int(a + b), "Straight across is shorter than along both sides; the squares are added, not the sides.")
        .slip(1, format!("The difference of the squares is {}, so the length is √{} = {}.", (a * a - b * b).abs(), (a * a - b * b).abs(), surd(whole(1), (a * a - b * b).abs().max(1)).plain()), surd(whole(1), (a * a - b * b).abs().max(1)), "Subtracting would be right for a missing leg, but here both legs are known and the hypotenuse is wanted.")
}

fn circle_sector(rng: &mut Rng) -> Problem {
    let angle = rng.one_of(&[
        15, 20, 24, 30, 36, 40, 45, 60, 72, 75, 80, 90, 100, 120, 135, 144, 150, 160, 200, 210,
        225, 240, 270, 300,
    ]);
    let radius = rng.range(2, 30);
    let share = q(angle, 360);
    let area = share * whole(radius * radius);
    let arc = share * whole(2 * radius);
    let statement = match rng.below(3) {
        0 => format!(
            "A sector of a circle with radius ${radius}$ has a central angle of ${angle}^\\circ$. Find its area in terms of $\\pi$."
        ),
        1 => format!(
            "{} cuts a piece with an angle of ${angle}^\\circ$ at the centre out of a round cake of radius ${radius}$ cm. What is the area of the top of the piece in square centimetres, as a multiple of $\\pi$?",
            name(rng)
        ),
        _ => format!(
            "A garden sprinkler turns through ${angle}^\\circ$ and reaches ${radius}$ metres. How many square metres does it water? Leave $\\pi$ in the answer."
        ),
    };
    Problem::new(statement, "the area of the sector", format!("radius {radius} and central angle {angle}°"), Answer::Pi(area))
        .unit("\\text{ square units}")
        .step("find the share of the circle", format!("The sector is {angle}/360 = {share} of the whole circle."))
        .op(Reduce(angle, 360))
        .step("find the area of the whole circle", format!("The whole circle has area π × {radius}^2 = {}π.", radius * radius))
        .op(Pow(radius, 2))
        .step("take the share", format!("So the sector has area {share} × {}π = {}.", radius * radius, Answer::Pi(area).plain()))
        .op(Reduce(angle * radius * radius, 360))
        .check(format!("Going back, the sector's area over the circle's area is {} / {} = {share}, as it must be.", area, radius * radius))
        .other(format!("The arc has length {share} × 2π × {radius} = {}, and the sector's area is half of radius times arc: {radius} × {} / 2 = {}.", Answer::Pi(arc).plain(), Answer::Pi(arc).plain(), Answer::Pi(area).plain()))
        .look(format!("A quarter of the circle would be {} and a half {}, so the result for {angle}° has to lie accordingly.", Answer::Pi(q(radius * radius, 4)).plain(), Answer::Pi(q(radius * radius, 2)).plain()))
        .slip(1, format!("The sector has {share} of 2π × {radius} = {}π, which is {}.", 2 * radius, Answer::Pi(arc).plain()), Answer::Pi(arc), "That is the length of the arc; the area needs the square of the radius.")
        .slip(1, format!("The circle has area π × {}^2 = {}π, so the sector has {}.", 2 * radius, 4 * radius * radius, Answer::Pi(share * whole(4 * radius * radius)).plain()), Answer::Pi(share * whole(4 * radius * radius)), "The formula takes the radius, and the diameter was put in.")
}

fn triangle_area(rng: &mut Rng) -> Problem {
    let point = |rng: &mut Rng| (rng.range(-12, 14), rng.range(-12, 14));
    let (p, r, s, twice) = loop {
        let (p, r, s) = (point(rng), point(rng), point(rng));
        let twice = (r.0 - p.0) * (s.1 - p.1) - (s.0 - p.0) * (r.1 - p.1);
        if twice != 0 {
            break (p, r, s, twice);
        }
    };
    let area = q(twice.abs(), 2);
    let answer = if area.bottom == 2 && rng.chance(50) {
        Answer::Decimal(area)
    } else {
        Answer::Number(area)
    };
    let show = |(x, y): (i64, i64)| format!("({x}, {y})");
    let (one, two, three) = (show(p), show(r), show(s));
    let statement = match rng.below(3) {
        0 => format!("Find the area of the triangle with vertices ${one}$, ${two}$ and ${three}$."),
        1 => format!(
            "In the coordinate plane, $A = {one}$, $B = {two}$ and $C = {three}$. What is the area of triangle $ABC$?"
        ),
        _ => format!(
            "A triangular plot on a map with a unit grid has its corners at ${one}$, ${two}$ and ${three}$. How many square units does it cover?"
        ),
    };
    let (u, v) = ((r.0 - p.0, r.1 - p.1), (s.0 - p.0, s.1 - p.1));
    let (left, right) = (u.0 * v.1, v.0 * u.1);
    let laces = [
        p.0 * r.1 - r.0 * p.1,
        r.0 * s.1 - s.0 * r.1,
        s.0 * p.1 - p.0 * s.1,
    ];
    Problem::new(statement, "the area of the triangle", format!("the vertices {one}, {two} and {three}"), answer)
        .step("take two sides as vectors", format!("From {one} the sides lead by {} and {} to the other two vertices.", show(u), show(v)))
        .op(Sub(r.0, p.0)).op(Sub(s.1, p.1))
        .step("compute the determinant", format!("The determinant is {} × {} - {} × {} = {left} - {} = {twice}.", bracket(u.0), bracket(v.1), bracket(v.0), bracket(u.1), bracket(right)))
        .op(Mul(u.0, v.1)).op(Mul(v.0, u.1)).op(Sub(left, right))
        .step("take half of its size", format!("The area is |{twice}| / 2 = {area}."))
        .op(Reduce(twice.abs(), 2))
        .check(format!("The shoelace formula over all three vertices gives {} + {} + {} = {twice}, and half of its size is {area}.", laces[0], bracket(laces[1]), bracket(laces[2])))
        .check({
            let (w, h) = ([p.0, r.0, s.0], [p.1, r.1, s.1]);
            let size = |v: [i64; 3]| v.iter().max().expect("three numbers") - v.iter().min().expect("three numbers");
            format!("The triangle lies in a box of {} by {}, so the area is at most {}; {area} respects that.", size(w), size(h), q(size(w) * size(h), 2))
        })
        .other(format!("The side from {one} to {two} has squared length {}. The height on it is |{twice}| / √{}, and half of side times height is {area}.", u.0 * u.0 + u.1 * u.1, u.0 * u.0 + u.1 * u.1))
        .slip(2, format!("The area is the size of the determinant, {}.", twice.abs()), int(twice.abs()), "That is the parallelogram; the triangle is half of it.")
        .slip(1, format!("The determinant is {left} + {} = {}, so the area is {}.", bracket(right), left + right, q((left + right).abs(), 2)), ratio((left + right).abs(), 2), "The second product has to be subtracted in a determinant.")
}

fn reflected_point(rng: &mut Rng) -> Problem {
    let (x, y, k) = (rng.range(-20, 20), rng.range(-20, 20), rng.nonzero(-9, 9));
    let falling = rng.chance(40);
    let (a, b) = if falling {
        (k - y, k - x)
    } else {
        (y - k, x + k)
    };
    let line = if falling {
        format!("y = -x {} {}", if k < 0 { "-" } else { "+" }, k.abs())
    } else {
        format!("y = x {} {}", if k < 0 { "-" } else { "+" }, k.abs())
    };
    let statement = match rng.below(3) {
        0 => format!(
            "The point $({x}, {y})$ is reflected in the line ${line}$. Find the coordinates of its image."
        ),
        1 => {
            format!("Find the mirror image of $P = ({x}, {y})$ with respect to the line ${line}$.")
        }
        _ => format!(
            "A ray of light behaves as if it came from the mirror image of the lamp at $({x}, {y})$ behind the mirror ${line}$. Where is that image?"
        ),
    };
    let slope = if falling { 1 } else { -1 };
    let (middle_x, middle_y) = (q(x + a, 2), q(y + b, 2));
    let height = if falling { k + x } else { k - x };
    Problem::new(statement, "the coordinates of the image", format!("the point ({x}, {y}) and the line {line}"), Answer::Tuple(vec![whole(a), whole(b)]))
        .step("find the perpendicular through the point", format!("The line has slope {}, so the perpendicular through ({x}, {y}) has slope {slope}: y - {} = {slope} × (x - {}).", -slope, bracket(y), bracket(x)))
        .step("find the foot of the perpendicular", format!("Both lines meet where x = {middle_x}, and there y = {middle_y}. So the foot is ({middle_x}, {middle_y})."))
        .op(Reduce(x + a, 2)).op(Reduce(y + b, 2))
        .step("go the same distance beyond the foot", format!("The foot is the midpoint of the point and its image, so the image is (2 × {} - {}, 2 × {} - {}) = ({a}, {b}).", middle_x.bracket(), bracket(x), middle_y.bracket(), bracket(y)))
        .op(Sub(x + a, x)).op(Sub(y + b, y))
        .check(format!("The midpoint of ({x}, {y}) and ({a}, {b}) is ({middle_x}, {middle_y}), and it satisfies {line}."))
        .check(format!("The way from the point to its image is ({}, {}), which is perpendicular to the line's direction (1, {}).", a - x, b - y, -slope))
        .other(if falling {
            format!("For y = -x + c the reflection swaps the coordinates and takes each from c: (c - y, c - x) = ({k} - {}, {k} - {}) = ({a}, {b}).", bracket(y), bracket(x))
        } else {
            format!("For y = x + c one can shift by c first, swap the coordinates, and shift back: (y - c, x + c) = ({y} - {}, {x} + {}) = ({a}, {b}).", bracket(k), bracket(k))
        })
        .look(format!("At x = {x} the line is at height {}, so the point lies {} it.", if falling { k - x } else { k + x }, match (y - if falling { k - x } else { k + x }).signum() { 1 => "above", -1 => "below", _ => "on" }))
        .slip(0, format!("Reflecting swaps the coordinates, so the image is ({y}, {x})."), Answer::Tuple(vec![whole(y), whole(x)]), format!("That would be the reflection in y = x, and this line does not go through the origin: its constant is {k}."))
        .slip(2, format!("So the image is ({middle_x}, {middle_y})."), Answer::Tuple(vec![middle_x, middle_y]), "That is only the foot of the perpendicular, half of the way.")
        .slip(1, format!("The image has the same x, and y moves to {height}: ({x}, {height})."), Answer::Tuple(vec![whole(x), whole(height)]), "A reflection moves along the perpendicular, not straight up.")
}

fn cone_volume(rng: &mut Rng) -> Problem {
    let (radius, height) = (rng.range(2, 24), rng.range(3, 40));
    let diameter = rng.chance(50);
    let given = if diameter {
        format!("diameter ${}$", 2 * radius)
    } else {
        format!("radius ${radius}$")
    };
    let volume = q(radius * radius * height, 3);
    let answer = Answer::Pi(volume);
    let shape = rng.pick(&[
        "A solid cone",
        "A paper cone",
        "A cone of ice",
        "A heap of sand in the shape of a cone",
    ]);
    let statement = match rng.below(3) {
        0 => format!(
            "{shape} has a base of {given} cm and a height of ${height}$ cm. Find its volume in cubic centimetres, in terms of $\\pi$."
        ),
        1 => format!(
            "Find the exact volume of a right circular cone with {given} and height ${height}$."
        ),
        _ => format!(
            "{shape} stands on a circular base with {given} and is ${height}$ high. Compute its volume as a multiple of $\\pi$."
        ),
    };
    let cylinder = radius * radius * height;
    let shown = answer.plain();
    Problem::new(statement, "the volume of the cone", format!("{} and height {height}", if diameter { format!("diameter {}", 2 * radius) } else { format!("radius {radius}") }), answer)
        .unit("\\text{ cm}^3")
        .step("find the area of the base", if diameter { format!("The radius is {} / 2 = {radius}, so the base has area π × {radius}^2 = {}π.", 2 * radius, radius * radius) } else { format!("The base has area π × {radius}^2 = {}π.", radius * radius) })
        .op(Pow(radius, 2))
        .step("find the volume of the cylinder around it", format!("A cylinder of the same base and height has volume {}π × {height} = {cylinder}π.", radius * radius))
        .op(Mul(radius * radius, height))
        .step("take a third", format!("The cone is a third of it: {cylinder}π / 3 = {shown}."))
        .op(Reduce(cylinder, 3))
        .check(format!("Three such cones would fill {} × 3 = {cylinder}π, the cylinder.", answer_text(volume)))
        .check(format!("In numbers that is about {:.1}, and the box around the cone has {} × {} × {height} = {}; the share {:.3} is near π/12, as it should be.", volume.top as f64 / volume.bottom as f64 * std::f64::consts::PI, 2 * radius, 2 * radius, 4 * cylinder, std::f64::consts::PI / 12.0))
        .other(format!("Integrating the cross-sections from the tip gives π × ({radius}/{height})^2 × {height}^3 / 3, and that is π × {} × {height} / 3 = {shown} again.", radius * radius))
        .slip(2, format!("So the volume is {cylinder}π."), Answer::Pi(whole(cylinder)), "That is the cylinder; a cone is a third of it.")
        .slip(0, format!("The base has area π × {}^2 = {}π, and a third of that times {height} is {}.", 2 * radius, 4 * radius * radius, answer_text(q(4 * cylinder, 3))), Answer::Pi(q(4 * cylinder, 3)), if diameter { "The diameter was used where the radius belongs." } else { "The radius was doubled, but it is the radius itself that is squared." })
}

fn answer_text(n: crate::sample::number::Q) -> String {
    Answer::Pi(n).plain()
}

fn similar_shadows(rng: &mut Rng) -> Problem {
    let (height, shadow, long) = (rng.range(2, 30), rng.range(2, 30), rng.range(31, 120));
    let tall = q(height * long, shadow);
    let answer = match tall.decimal(2) {
        Some(_) if tall.bottom > 1 && rng.chance(60) => Answer::Decimal(tall),
        _ => Answer::Number(tall),
    };
    let object = rng.pick(&["tree", "tower", "flagpole", "chimney", "mast", "statue"]);
    let statement = match rng.below(3) {
        0 => format!(
            "A vertical pole of ${height}$ dm casts a shadow of ${shadow}$ dm. At the same time a {object} casts a shadow of ${long}$ dm. How tall is the {object} in decimetres?"
        ),
        1 => format!(
            "Triangles $ABC$ and $DEF$ are similar, with $AB = {shadow}$, $BC = {height}$ and $DE = {long}$. Find $EF$."
        ),
        _ => format!(
            "On level ground {} sees that a stick ${height}$ feet tall has a shadow ${shadow}$ feet long, while the shadow of a {object} is ${long}$ feet long. Find the height of the {object} in feet.",
            name(rng)
        ),
    };
    let scale = q(long, shadow);
    let wrong = q(shadow * long, height);
    let shifted = height + long - shadow;
    Problem::new(statement, "the missing length", format!("{height} belongs to {shadow}, and the unknown belongs to {long}"), answer)
        .step("find the scale factor", format!("The triangles are similar, and the second is {long}/{shadow} = {scale} times as large as the first."))
        .op(Reduce(long, shadow))
        .step("scale the known height", format!("So the missing length is {height} × {scale} = {}/{shadow} = {tall}.", height * long))
        .op(Mul(height, long)).op(Reduce(height * long, shadow))
        .check(format!("The ratios agree: {height}/{shadow} = {} and ({tall})/{long} = {}.", q(height, shadow), tall / whole(long)))
        .check(format!("The result is about {}, more than {height}, as {long} is more than {shadow}.", tall.about()))
        .other(format!("Cross-multiplying the proportion x : {long} = {height} : {shadow} gives {shadow}x = {}, so x = {tall}.", height * long))
        .look(format!("Per unit of shadow the height is {height}/{shadow} = {}, about {}.", q(height, shadow), q(height, shadow).about()))
        .slip(0, format!("The proportion is x : {long} = {shadow} : {height}, so x = {shadow} × {long} / {height} = {wrong}."), Answer::Number(wrong), "The ratio is upside down: height goes with height and shadow with shadow.")
        .slip(0, format!("The shadow is {} longer, so the height is {} more too: {shifted}.", long - shadow, long - shadow), int(shifted), "Similar triangles keep ratios, not differences.")
}

fn polygon_angle(rng: &mut Rng) -> Problem {
    let n = rng.range(4, 20);
    let known = rng.range(50, 170);
    let total = (n - 2) * 180;
    let rest = q(total - known, n - 1);
    if rest.top >= 180 * rest.bottom {
        return polygon_angle(rng);
    }
    let statement = match rng.below(3) {
        0 => format!(
            "One interior angle of a convex polygon with ${n}$ sides measures ${known}^\\circ$; all the others are equal. How many degrees does each of the others have?"
        ),
        1 => format!(
            "In a convex ${n}$-gon all interior angles but one are equal, and the one that differs is ${known}^\\circ$. Find the measure of an equal angle in degrees."
        ),
        _ => format!(
            "{} draws a convex polygon with ${n}$ corners. One angle inside is ${known}^\\circ$ and the remaining ${}$ angles are equal to each other. What is the size of each of them, in degrees?",
            name(rng),
            n - 1
        ),
    };
    let outer = q(360 - known, n - 1);
    Problem::new(statement, "the size of each of the equal angles", format!("{n} angles, one of them {known}°"), Answer::Number(rest))
        .unit("^\\circ")
        .step("find the sum of all interior angles", format!("A polygon with {n} sides falls into {} triangles, so its angles add up to {} × 180 = {total} degrees.", n - 2, n - 2))
        .op(Mul(n - 2, 180))
        .step("take away the known angle", format!("Without the angle of {known}°, {total} - {known} = {} degrees are left.", total - known))
        .op(Sub(total, known))
        .step("share the rest", format!("They are shared by {} equal angles: {} / {} = {rest} degrees each.", n - 1, total - known, n - 1))
        .op(Reduce(total - known, n - 1))
        .check(format!("All together: {known} + {} × {rest} = {known} + {} = {total}.", n - 1, total - known))
        .other(format!("The exterior angles add up to 360. One of them is 180 - {known} = {}, so each of the others is {} / {} = {}, and 180 minus that is {rest}.", 180 - known, 180 + known, n - 1, q(180 + known, n - 1)))
        .look(format!("If the polygon were regular, each angle would be {total}/{n} = {}.", q(total, n)))
        .slip(0, format!("The angles add up to 360, so the others are (360 - {known}) / {} = {outer}.", n - 1), Answer::Number(outer), "360 is the sum of the exterior angles, not of the interior ones.")
        .slip(2, format!("Shared by {n} angles that makes {} / {n} = {}.", total - known, q(total - known, n)), ratio(total - known, n), format!("The known angle is not among the equal ones, so only {} are left.", n - 1))
        .slip(0, format!("The angles add up to {n} × 180 = {}, and ({} - {known}) / {} = {}.", n * 180, n * 180, n - 1, q(n * 180 - known, n - 1)), ratio(n * 180 - known, n - 1), format!("Cutting from one corner gives {} triangles, not {n}.", n - 2))
}

fn box_diagonal(rng: &mut Rng) -> Problem {
    let (a, b, c) = (rng.range(1, 16), rng.range(1, 16), rng.range(1, 16));
    let (base, n) = (a * a + b * b, a * a + b * b + c * c);
    let answer = surd(whole(1), n);
    let root = answer.plain();
    let statement = match rng.below(3) {
        0 => format!(
            "A rectangular box has edges of length ${a}$, ${b}$ and ${c}$. Find the length of its space diagonal."
        ),
        1 => format!(
            "What is the longest straight stick that fits into a box measuring ${a}$ by ${b}$ by ${c}$? Give the exact length."
        ),
        _ => format!(
            "Compute the distance in space between the points $(0, 0, 0)$ and $({a}, {b}, {c})$."
        ),
    };
    Problem::new(statement, "the length of the space diagonal", format!("the edges {a}, {b} and {c}"), answer)
        .step("square the edges", format!("The squares are {}, {} and {}.", a * a, b * b, c * c))
        .op(Pow(a, 2)).op(Pow(b, 2)).op(Pow(c, 2))
        .step("find the diagonal of the base", format!("The base has a diagonal whose square is {} + {} = {base}.", a * a, b * b))
        .op(Add(vec![a * a, b * b]))
        .step("add the height", format!("The base diagonal and the height {c} are perpendicular, so the square of the space diagonal is {base} + {} = {n}.", c * c))
        .op(Add(vec![base, c * c]))
        .step("take the root", format!("So its length is √{n} = {root}."))
        .op(Root(n))
        .check(format!("The diagonal is longer than each edge and shorter than {a} + {b} + {c} = {}: it is about {:.3}.", a + b + c, (n as f64).sqrt()))
        .other(format!("Taking the face with the edges {b} and {c} first gives {} + {} = {} and then {} + {} = {n}, the same sum.", b * b, c * c, b * b + c * c, b * b + c * c, a * a))
        .slip(1, format!("The diagonal of the base is the longest line, √{base} = {}.", surd(whole(1), base).plain()), surd(whole(1), base), format!("That stays in the base and ignores the height {c}."))
        .slip(0, format!("Adding the edges, the diagonal is {a} + {b} + {c} = {}.", a + b + c), int(a + b + c), "That is the way along the edges; straight through the box is shorter.")
}

fn chord_length(rng: &mut Rng) -> Problem {
    let radius = rng.range(3, 40);
    let distance = rng.range(1, radius - 1);
    let n = radius * radius - distance * distance;
    let answer = surd(whole(2), n);
    let (outside, inside) = split_root(n);
    let half = surd(whole(1), n).plain();
    let shown = answer.plain();
    let statement = match rng.below(3) {
        0 => format!(
            "In a circle of radius ${radius}$ a chord lies at distance ${distance}$ from the centre. How long is the chord?"
        ),
        1 => format!(
            "A line passes at distance ${distance}$ from the centre of a circle with radius ${radius}$ and cuts it in $A$ and $B$. Find $AB$."
        ),
        _ => format!(
            "A round pond has a radius of ${radius}$ metres. A straight rope across it runs ${distance}$ metres from the middle at its nearest. What length of the rope is above the water, in metres?"
        ),
    };
    let twice_wrong = surd(whole(2), radius * radius + distance * distance);
    Problem::new(statement, "the length of the chord", format!("radius {radius} and distance {distance} from the centre"), answer)
        .step("draw the right triangle", format!("The centre, the middle of the chord and one of its ends form a right triangle with hypotenuse {radius} and one leg {distance}."))
        .step("find half of the chord", format!("Half of the chord squared is {radius}^2 - {distance}^2 = {} - {} = {n}, so half of the chord is √{n} = {half}.", radius * radius, distance * distance))
        .op(Pow(radius, 2)).op(Pow(distance, 2)).op(Sub(radius * radius, distance * distance)).op(Root(n))
        .step("double it", format!("The whole chord is 2 × {half} = {shown}."))
        .op(Mul(2, outside))
        .check(format!("It has to be shorter than the diameter {}; it is about {:.3}.", 2 * radius, 2.0 * (n as f64).sqrt()))
        .check(format!("The difference of squares factors: ({radius} - {distance})({radius} + {distance}) = {} × {} = {n}.", radius - distance, radius + distance))
        .other(format!("By the power of the point in the middle of the chord, half × half = ({radius} - {distance})({radius} + {distance}) = {n}, which gives √{n} = {half} for the half, with {inside} left under the root."))
        .slip(2, format!("So the chord has length {half}."), surd(whole(1), n), "That is only half of the chord, from its middle to one end.")
        .slip(1, format!("Half of the chord squared is {} + {} = {}, so the chord is {}.", radius * radius, distance * distance, radius * radius + distance * distance, twice_wrong.plain()), twice_wrong.clone(), "The radius is the hypotenuse here, so the squares have to be subtracted.")
}
