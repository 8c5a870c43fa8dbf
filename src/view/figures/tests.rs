//! Each figure of nothing, of one and of thousands, with the worst names: it can be read, it is not too large, and what
//! is drawn lies where its number is.

use super::*;
use crate::compare::balance::Meant;
use crate::svg::read;

/// Names as the worst of data has them.
const HOSTILE: &str = "</text></svg><script>alert(1)</script>\u{202e}\n&\u{1b}[2J\0\"'";

/// More bytes than a figure takes, whatever it shows.
const BYTES_MAX: usize = 60_000;

fn words(name: &str) -> Words<'_> {
    Words {
        name,
        title: "What is drawn",
        said: "A sentence that says what was found.",
    }
}

/// Asserts that a figure can be read, inline and as a file, and that nothing from data acts.
fn is_sound(figure: &Figure) {
    let inline = figure.inline().into_string();
    for drawn in [&inline, &figure.file()] {
        roxmltree::Document::parse(drawn).unwrap_or_else(|error| panic!("{error}: {drawn}"));
        for mark in ["<script", "\u{202e}", "\u{1b}", "\0", "NaN"] {
            assert!(!drawn.contains(mark), "{mark:?}: {drawn}");
        }
    }
    read::is_clean(&figure.drawing.inline(&figure.name));
    read::is_clean(&figure.file());
    assert!(
        inline.len() < BYTES_MAX,
        "{}: {}",
        figure.name,
        inline.len()
    );
}

/// The `at`-th of some names, one in four of them of the worst kinds.
fn name(at: usize) -> String {
    match at % 8 {
        1 => format!("{HOSTILE} {at}"),
        3 => format!("{}{at}", "W".repeat(300)),
        5 => format!("数学の問題{at}{}", "解".repeat(80)),
        7 => format!("{at}{}", "\u{202e}\"<&".repeat(200)),
        _ => format!("algebra-long-r1-{at}"),
    }
}

/// Numbers of no order up to a million, none of them 0.
fn number(at: usize) -> u64 {
    (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44
}

/// Every figure of `count` things.
fn figures(count: usize) -> Vec<Option<Figure>> {
    let all = || 0..count;
    let drops = |of: usize| -> Vec<Drop> {
        let all = all().filter(|at| at % 3 == of);
        let drop = |at| Drop {
            reason: name(at),
            count: number(at),
        };
        all.map(drop).collect()
    };
    let stages: Vec<Stage> = ["parse", "verify", HOSTILE]
        .into_iter()
        .enumerate()
        .map(|(at, name)| Stage {
            name: name.into(),
            drops: drops(at),
        })
        .collect();
    let cells = all().map(|at| Cell {
        category: name(at / 6),
        length: name(at % 3),
        style: name(at % 6 / 3),
        available: number(at),
        asked: (at % 2 == 0).then(|| number(at + 1)),
        reason: (at % 3 == 0).then(|| name(at)),
        mend: None,
    });
    let series: Vec<Distribution> = all()
        .map(|at| Distribution {
            name: name(at),
            values: (0..50).map(|value| (number(value) >> 5, 1)).collect(),
        })
        .collect();
    let cuts: Vec<Cut> = (0..12)
        .map(|at| Cut {
            value: 9000 + 200 * at,
            label: name(at as usize),
        })
        .collect();
    let compared: Vec<Compared> = all()
        .flat_map(|at| {
            (0..12).map(move |variable| Compared {
                subset: name(at),
                control: format!("{}-matched", name(at)),
                relation: ["random", "matched", "paired", "style"][at % 4].into(),
                variable: name(variable),
                level: Some(name(at)),
                meant: match variable {
                    0 => Meant::Unlike,
                    _ => Meant::Alike,
                },
                smd: number(at * 12 + variable) as f64 / 1e6,
                chance: Some(0.1 + (at % 10) as f64 / 50.0),
            })
        })
        .collect();
    let subsets: Vec<Sized> = all()
        .map(|at| Sized {
            name: name(at),
            size: 2_000_000,
        })
        .collect();
    let shared: Vec<Shared> = all()
        .flat_map(|first| (1..20).map(move |off| (first, first + off)))
        .filter(|(_, second)| *second < count)
        .map(|(first, second)| Shared {
            first,
            second,
            count: number(first * second),
        })
        .collect();
    let groups: Vec<BarGroup> = all()
        .map(|at| BarGroup {
            name: name(at),
            bars: (0..5)
                .map(|bar| Bar {
                    label: name(bar),
                    value: number(at + bar) as f64,
                    is_marked: bar == 1,
                })
                .collect(),
        })
        .collect();
    let estimates: Vec<Estimate> = all()
        .map(|at| Estimate {
            label: name(at),
            group: name(at % 3),
            value: number(at) as f64,
            interval: [-1e6, number(at + 1) as f64 + 1e6],
            is_clear: at % 2 == 0,
        })
        .collect();
    let panels: Vec<Panel> = all()
        .map(|at| Panel {
            title: name(at),
            unit: name(at),
            series: (0..(count.min(10)))
                .map(|series| Series {
                    name: name(series),
                    colour: series,
                    points: (0..6)
                        .map(|point| Point {
                            size: 100.0 * (1 << point) as f64,
                            score: number(point + series) as f64 / 2e4,
                            interval: Some([1.0, 99.0]),
                            ..Point::default()
                        })
                        .collect(),
                })
                .collect(),
            curves: Vec::new(),
        })
        .collect();
    let grid = Grid {
        cells: cells.collect(),
    };
    let entered = stages
        .iter()
        .flat_map(|stage| &stage.drops)
        .map(|drop| drop.count)
        .sum();
    vec![
        waterfall(words("waterfall"), "entries", entered, &stages),
        heat_map(words("heat-map"), &grid),
        histogram(words("histogram"), "trajectories", "tokens", &series, &cuts),
        love(words("love"), &compared),
        overlap(words("overlap"), "rows", &subsets, &shared),
        bars(words("bars"), Unit::Count, &groups),
        intervals(words("intervals"), "points", &estimates),
        lines(words("lines"), [0.0, 100.0], &panels),
    ]
}

#[test]
fn of_nothing_nothing_is_drawn() {
    assert!(figures(0).iter().all(Option::is_none));
}

#[test]
fn few_and_thousands_are_drawn_in_words_that_can_be_read_and_in_few_bytes() {
    // Of one there is no second to have something in common with.
    for (count, expected) in [(1, 7), (2, 8), (7, 8), (41, 8), (1000, 8)] {
        let drawn: Vec<Figure> = figures(count).into_iter().flatten().collect();
        assert_eq!(drawn.len(), expected, "of {count}");
        drawn.iter().for_each(is_sound);
    }
}

#[test]
fn every_figure_has_its_numbers_as_a_table_with_heads() {
    for figure in figures(7).into_iter().flatten() {
        let page = figure.inline().into_string();
        let parsed = roxmltree::Document::parse(&page).expect("XML");
        let count = |tag: &str| {
            let all = parsed.descendants();
            all.filter(|node| node.tag_name().name() == tag).count()
        };
        assert!(count("tr") > 1 && count("th") > 1 && count("caption") == 0);
        let all = parsed.descendants();
        let mut heads = all.filter(|node| node.tag_name().name() == "th");
        assert!(heads.all(|head| head.has_attribute("scope")));
        assert!(page.contains("role=\"img\"") && page.contains("-about\">"));
    }
}

fn stage(name: &str, drops: &[(&str, u64)]) -> Stage {
    let drop = |(reason, count): &(&str, u64)| Drop {
        reason: (*reason).into(),
        count: *count,
    };
    Stage {
        name: name.into(),
        drops: drops.iter().map(drop).collect(),
    }
}

#[test]
fn the_steps_of_a_waterfall_add_up() {
    let stages = [
        stage("verify", &[("wrong", 300), ("undecided", 100)]),
        stage("screen", &[("too long", 200), ("nothing", 0)]),
    ];
    let figure = waterfall(words("fates"), "entries", 1000, &stages).expect("rows");
    let svg = figure.drawing.inline("fates");
    let drops = read::rects(&svg, "c3 bar");
    let [[left, _, whole, _]] = read::rects(&svg, "c0 bar")[..] else {
        panic!("one bar of what came in");
    };
    let [[_, _, kept, _]] = read::rects(&svg, "c2 bar")[..] else {
        panic!("one bar of what is kept");
    };
    assert!((kept / whole - 0.4).abs() < 1e-3);
    let mut end = left + whole;
    for ([from, _, width, _], share) in drops.iter().zip([0.3, 0.1, 0.2]) {
        assert!((width / whole - share).abs() < 1e-3);
        assert!((from + width - end).abs() < 0.11, "{drops:?}");
        end = *from;
    }
    assert_eq!(drops.len(), 3);
    assert!(
        svg.contains("Of 1,000 entries 400 are kept (40.0 %)"),
        "{svg}"
    );
}

#[test]
fn more_dropped_than_came_in_is_no_panic() {
    let stages = [stage("verify", &[("wrong", u64::MAX), ("other", 9)])];
    is_sound(&waterfall(words("fates"), "entries", 10, &stages).expect("rows"));
}

#[test]
fn a_cell_is_darker_the_more_it_has_and_short_where_more_was_asked() {
    let cell = |category: &str, available, asked| Cell {
        category: category.into(),
        length: "long".into(),
        style: String::new(),
        available,
        asked,
        reason: None,
        mend: None,
    };
    let cells = vec![
        cell("a", 0, Some(1)),
        cell("b", 100, Some(100)),
        cell("c", 400, None),
    ];
    let figure = heat_map(words("grid"), &Grid { cells }).expect("cells");
    let svg = figure.drawing.inline("grid");
    let opacity = |at: usize| -> f64 {
        let part = svg.split("fill-opacity=\"").nth(at + 1).expect("a cell");
        let number = part.split('"').next().expect("a number");
        number.parse().expect("a number")
    };
    assert_eq!([opacity(0), opacity(1), opacity(2)], [0.0, 0.35, 0.7]);
    let short = read::columns(&svg, "short");
    let rows = read::columns(&svg, "cell");
    assert_eq!(short.len(), 1);
    assert!(
        (short[0][1] - rows[0][1] - 1.0).abs() < 0.11,
        "the first is short"
    );
    assert!(svg.contains(">&lt; 1<") && svg.contains(">≥ 100<"));
    assert!(svg.contains("Short: a, long (0 of 1)."), "{svg}");
}

#[test]
fn a_cell_that_is_short_says_why_even_where_it_has_as_many_as_were_asked() {
    let cell = |available, reason: &str| Cell {
        category: "a".into(),
        length: "long".into(),
        style: String::new(),
        available,
        asked: Some(5),
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        mend: None,
    };
    let cells = vec![
        cell(3, "its bucket holds fewer"),
        cell(9, "draws apart leave fewer"),
        cell(9, ""),
    ];
    let figure = heat_map(words("grid"), &Grid { cells }).expect("cells");
    let shown = figure.inline().into_string();
    let told = "Short: a, long (3 of 5): its bucket holds fewer. Short: a, long (9 of 5): draws apart leave fewer.";
    // For those who see it, and for those who do not.
    assert_eq!(shown.matches(told).count(), 2, "{shown}");
    assert!(shown.contains("short: draws apart leave fewer"), "{shown}");
}

#[test]
fn bars_of_a_histogram_are_as_high_as_their_counts_and_a_cut_stands_between_them() {
    let series = [Distribution {
        name: "all".into(),
        values: vec![(0, 1), (1000, 10), (1025, 40), (5000, 20), (30_000, 20)],
    }];
    let cuts = [1024, 99_999].map(|value| Cut {
        value,
        label: format!("cut at {value}"),
    });
    let figure =
        histogram(words("tokens"), "trajectories", "tokens", &series, &cuts).expect("values");
    let svg = figure.drawing.inline("tokens");
    let bars = read::columns(&svg, "c1 bar");
    let heights: Vec<f64> = bars.iter().map(|bar| bar[3]).collect();
    // The row of 0 tokens stands in the first bar.
    for (height, share) in heights.iter().zip([11.0, 40.0, 20.0, 20.0]) {
        assert!((height / 150.0 - share / 40.0).abs() < 1e-3, "{heights:?}");
    }
    let line = &read::paths(&svg, "c3 thick line")[0];
    let [x, _] = line[0];
    assert!(
        bars[0][0] + bars[0][2] <= x && x <= bars[1][0] + 0.11,
        "{bars:?} {x}"
    );
    assert!(
        svg.contains(">cut at 1024<") && !svg.contains("99999"),
        "{svg}"
    );
    assert!(svg.contains("91 trajectories, median 1,025"), "{svg}");
}

#[test]
fn the_median_is_the_middle_value_or_halfway_between_two() {
    let series = |values: &[(u64, u64)]| Distribution {
        name: "all".into(),
        values: values.to_vec(),
    };
    let all = [
        series(&[(9, 1), (1, 2), (5, 2)]),
        series(&[(7, 1)]),
        series(&[(3, 1), (4, 1)]),
    ];
    let figure = histogram(words("all"), "trajectories", "turns", &all, &[]).expect("values");
    let svg = figure.drawing.inline("all");
    let medians: Vec<_> = svg
        .split(">median ")
        .skip(1)
        .map(|rest| &rest[..1])
        .collect();
    assert_eq!(medians, ["5", "7", "4"]);
    is_sound(&figure);
}

#[test]
fn a_bar_is_as_wide_as_its_share_of_the_largest() {
    let bar = |label: &str, value| Bar {
        label: label.into(),
        value,
        is_marked: label == "b",
    };
    let group = BarGroup {
        name: String::new(),
        bars: vec![
            bar("a", 400.0),
            bar("b", 100.0),
            bar("c", 0.0),
            bar("d", f64::NAN),
            bar("e", -1.0),
        ],
    };
    let figure = bars(words("bars"), Unit::Count, &[group]).expect("bars");
    let svg = figure.drawing.inline("bars");
    let [plain, marked] = ["c1 bar", "c3 bar"].map(|class| read::rects(&svg, class));
    assert!((marked[0][2] / plain[0][2] - 0.25).abs() < 1e-3);
    assert_eq!((plain[1][2], plain.len()), (0.0, 2));
    assert!(
        svg.contains(">400  (80.0 %)<") && svg.contains(">▸ b<"),
        "{svg}"
    );
}

#[test]
fn what_two_subsets_share_is_told_of_each_of_them() {
    let subsets = [("small", 100), ("large", 1000)].map(|(name, size)| Sized {
        name: name.into(),
        size,
    });
    let shared = [Shared {
        first: 0,
        second: 1,
        count: 100,
    }];
    let figure = overlap(words("overlap"), "rows", &subsets, &shared).expect("two");
    let svg = figure.drawing.inline("overlap");
    // All of the small one, a tenth of the large one.
    assert!(svg.contains("fill-opacity=\"0.700\"") && svg.contains("fill-opacity=\"0.070\""));
    assert!(svg.contains(">100<") && svg.contains(">10<"));
    // Each cell says what it is, and the scale which tone is which share.
    for hint in [
        "small: large has 100 % of its rows",
        "large: small has 10.0 % of its rows",
    ] {
        assert_eq!(
            svg.matches(&format!("<title>{hint}</title>")).count(),
            1,
            "{svg}"
        );
    }
    for label in ["10 %", "25 %", "50 %", "75 %", "all"] {
        assert!(svg.contains(&format!(">{label}<")), "{label}: {svg}");
    }
    let beyond = [Shared {
        first: 0,
        second: 9,
        count: 1,
    }];
    is_sound(&overlap(words("overlap"), "rows", &subsets, &beyond).expect("two"));
}

#[test]
fn hundreds_of_subsets_stand_in_groups_that_hide_no_overlap() {
    let subsets: Vec<Sized> = (0..240)
        .map(|at| Sized {
            name: format!("grid-{}-{}", at / 8, at % 8),
            size: 100,
        })
        .collect();
    let shared = [Shared {
        first: 3,
        second: 100,
        count: 50,
    }];
    let figure = overlap(words("overlap"), "rows", &subsets, &shared).expect("many");
    let svg = figure.drawing.inline("overlap");
    assert!(
        svg.contains(">grid-0-… (8)<") && svg.contains(">grid-29-… (8)<"),
        "{svg}"
    );
    // Two cells, and the five of the scale.
    assert_eq!(read::columns(&svg, "tone").len(), 2 + 5);
    assert_eq!(svg.matches("</title></rect>").count(), 2);
    // The table has each cell, under its column's number.
    let table = figure.table.markup().into_string();
    let rows: Vec<&str> = table.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), 30);
    assert!(
        table.contains(">30</th>") && rows[0].contains(">1: grid-0-… (8)<"),
        "{table}"
    );
    for (row, column) in [(0, 12), (12, 0)] {
        let cells: Vec<&str> = rows[row].split("<td").skip(1).collect();
        assert_eq!(
            cells
                .iter()
                .filter(|cell| cell.contains(">50.0 %<"))
                .count(),
            1
        );
        assert!(cells[column].contains(">50.0 %<"), "{}", rows[row]);
    }
    is_sound(&figure);
}

#[test]
fn scores_that_are_near_each_other_are_told_apart_on_a_part_of_the_axis() {
    let point = |size, score| Point {
        size,
        score,
        interval: Some([score - 1.0, score + 1.0]),
        ..Point::default()
    };
    let panel = |scores: [f64; 2]| Panel {
        series: vec![Series {
            name: "all".into(),
            colour: 0,
            points: vec![point(100.0, scores[0]), point(1000.0, scores[1])],
        }],
        ..Panel::default()
    };
    let axis = |scores: [f64; 2]| -> Vec<String> {
        let figure = lines(words("lines"), [0.0, 100.0], &[panel(scores)]).expect("a line");
        is_sound(&figure);
        let texts = read::texts(&figure.drawing.inline("lines"));
        let mut numbers: Vec<f64> = texts
            .iter()
            .filter(|one| one.x + one.width < 34.0)
            .filter_map(|one| one.text.parse().ok())
            .collect();
        numbers.sort_by(f64::total_cmp);
        [numbers.first(), numbers.last()]
            .map(|end| end.expect("a number").to_string())
            .to_vec()
    };
    assert_eq!(axis([42.0, 48.0]), ["40", "70"]);
    assert_eq!(axis([0.0, 100.0]), ["0", "100"]);
    assert_eq!(axis([99.5, 99.6]), ["70", "100"]);
}
