//! Figures out of many samples.

use crate::clock::{MILLISECOND, Nanos};

/// The middle, the end and the edge of many samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Spread {
    pub(super) p50: Nanos,
    pub(super) p99: Nanos,
    pub(super) max: Nanos,
}

impl Spread {
    /// Of no samples everything is 0.
    pub(super) fn of(samples: impl Iterator<Item = Nanos>) -> Self {
        let mut samples: Vec<_> = samples.collect();
        samples.sort_unstable();
        // The nearest rank: a sample that occurred, and of few samples the greatest.
        let rank = |percent: usize| {
            let rank = (samples.len() * percent).div_ceil(100);
            samples
                .get(rank.saturating_sub(1))
                .copied()
                .unwrap_or_default()
        };
        Self {
            p50: rank(50),
            p99: rank(99),
            max: rank(100),
        }
    }
}

/// As text, in milliseconds, with a digit where it matters.
pub(super) fn millis(value: Nanos) -> String {
    let micros = value / (MILLISECOND / 1_000);
    if micros < 100_000 {
        format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100)
    } else {
        format!("{} ms", micros / 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_samples() {
        let spread = Spread::of((1..=200).rev());
        assert_eq!((spread.p50, spread.p99, spread.max), (100, 198, 200));
        let few = Spread::of([7, 3].into_iter());
        assert_eq!((few.p50, few.p99, few.max), (3, 7, 7));
        assert_eq!(Spread::of([].into_iter()), Spread::default());
    }

    #[test]
    fn times_are_read_at_a_glance() {
        assert_eq!(millis(1_260_000), "1.2 ms");
        assert_eq!(millis(2_000_900_000), "2000 ms");
    }
}
