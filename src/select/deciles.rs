//! Tenths of lengths: what a matched control and the manifest tell lengths apart by.

/// The nine counts between the tenths of a list of counts; fewer where the list is empty.
pub(crate) fn token_deciles(mut tokens: Vec<u32>) -> Vec<u32> {
    tokens.sort_unstable();
    (1..10)
        .filter_map(|tenth| tokens.get(tokens.len() * tenth / 10).copied())
        .collect()
}

/// Which tenth a count falls in, from 0.
pub(crate) fn decile(deciles: &[u32], tokens: u32) -> u32 {
    deciles.partition_point(|&edge| edge <= tokens) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deciles_part_counts_into_tenths() {
        let tokens: Vec<u32> = (0..1000).collect();
        let deciles = token_deciles(tokens.clone());
        for tenth in 0..10 {
            let inside = tokens
                .iter()
                .filter(|&&count| decile(&deciles, count) == tenth);
            assert_eq!(inside.count(), 100, "tenth {tenth}");
        }
        assert_eq!(decile(&token_deciles(Vec::new()), 5), 0);
    }
}
