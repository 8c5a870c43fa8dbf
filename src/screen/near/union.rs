//! Disjoint sets of problems.

/// Disjoint sets whose root is their smallest member.
pub(super) struct Union {
    parents: Vec<u32>,
}

impl Union {
    pub(super) fn new(count: usize) -> Self {
        Self {
            parents: (0..count as u32).collect(),
        }
    }

    pub(super) fn root(&self, mut at: u32) -> u32 {
        while self.parents[at as usize] != at {
            at = self.parents[at as usize];
        }
        at
    }

    pub(super) fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents[one.max(other) as usize] = one.min(other);
    }

    /// Makes each member a child of its root, so that roots are found in one step.
    pub(super) fn flatten(&mut self) {
        // A parent is smaller than its children, and so it is flat before they are.
        for at in 0..self.parents.len() {
            self.parents[at] = self.parents[self.parents[at] as usize];
        }
    }

    /// The members of each set of two or more, in their order, the sets by their roots.
    pub(super) fn sets(&self) -> Vec<Vec<u32>> {
        let mut members: Vec<(u32, u32)> = (0..self.parents.len() as u32)
            .map(|at| (self.root(at), at))
            .collect();
        members.sort_unstable();
        let sets = members.chunk_by(|a, b| a.0 == b.0);
        let sets = sets.filter(|set| set.len() > 1);
        sets.map(|set| set.iter().map(|(_, at)| *at).collect())
            .collect()
    }
}
