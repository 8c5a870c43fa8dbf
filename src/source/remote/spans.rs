//! Which parts of a file are asked for: those that lie close together as one, long ones in pieces.

use std::ops::Range;

pub(in crate::source) type Span = Range<u64>;

/// What no span of `have` (by start) covers.
pub(in crate::source) fn missing(need: &Span, have: &[Span]) -> Vec<Span> {
    let mut gaps = Vec::new();
    let mut at = need.start;
    for span in have {
        if span.start >= need.end {
            break;
        }
        if span.start > at {
            gaps.push(at..span.start);
        }
        at = at.max(span.end);
    }
    if at < need.end {
        gaps.push(at..need.end);
    }
    gaps
}

/// Joins spans with at most `gap` between them, then cuts what is longer than `part`.
pub(in crate::source) fn coalesce(mut spans: Vec<Span>, gap: u64, part: u64) -> Vec<Span> {
    spans.retain(|span| !span.is_empty());
    spans.sort_by_key(|span| span.start);
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end.saturating_add(gap) => {
                last.end = last.end.max(span.end);
            }
            _ => joined.push(span),
        }
    }
    let cut = |span: Span| {
        let count = (span.end - span.start).div_ceil(part.max(1));
        let size = (span.end - span.start).div_ceil(count);
        (0..count).map(move |at| {
            let start = span.start + at * size;
            start..span.end.min(start + size)
        })
    };
    joined.into_iter().flat_map(cut).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_lies_close_is_asked_for_together() {
        let spans = vec![0..10, 12..20, 5..8, 40..50, 30..30];
        assert_eq!(coalesce(spans, 2, 100), [0..20, 40..50]);
        let cut = coalesce(std::iter::once(0..25).collect(), 0, 10);
        assert_eq!(cut, [0..9, 9..18, 18..25]);
        assert_eq!(coalesce(Vec::new(), 2, 0), []);
    }

    fn span() -> impl Strategy<Value = Span> {
        (0_u64..100, 0_u64..30).prop_map(|(start, length)| start..start + length)
    }

    proptest! {
        #[test]
        fn what_is_asked_for_covers_what_is_missing(
            need in prop::collection::vec(span(), 0..6),
            mut have in prop::collection::vec(span(), 0..6),
            gap in 0_u64..5,
            part in 1_u64..20,
        ) {
            have.sort_by_key(|span| (span.start, span.end));
            let gaps: Vec<Span> = need.iter().flat_map(|need| missing(need, &have)).collect();
            let asked = coalesce(gaps, gap, part);
            for pair in asked.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
            for byte in 0..140 {
                let within = |spans: &[Span]| spans.iter().any(|span| span.contains(&byte));
                if within(&need) && !within(&have) {
                    prop_assert!(within(&asked));
                }
            }
            prop_assert!(asked.iter().all(|span| span.end - span.start <= part));
        }
    }
}
