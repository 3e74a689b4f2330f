//! How many statements things take: a histogram that many add to without waiting for each other.

use std::sync::atomic::{AtomicU64, Ordering};

/// The upper limits of the buckets. The last one has none.
const LIMITS: [u16; 10] = [0, 1, 2, 3, 4, 6, 8, 12, 20, 40];

/// Counts by how many they were.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    buckets: [AtomicU64; LIMITS.len() + 1],
    sum: AtomicU64,
}

impl Histogram {
    pub(super) fn observe(&self, value: u64) {
        let bucket = LIMITS
            .iter()
            .position(|limit| value <= u64::from(*limit))
            .unwrap_or(LIMITS.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        if value > 0 {
            self.sum.fetch_add(value, Ordering::Relaxed);
        }
    }

    /// Each limit and how many are between it and the one before.
    pub(super) fn buckets(&self) -> Vec<(f64, u64)> {
        LIMITS
            .iter()
            .map(|limit| f64::from(*limit))
            .chain([f64::INFINITY])
            .zip(&self.buckets)
            .map(|(limit, count)| (limit, count.load(Ordering::Relaxed)))
            .collect()
    }

    /// How many were observed, and their sum.
    pub(super) fn totals(&self) -> (u64, u64) {
        let count = self
            .buckets
            .iter()
            .map(|count| count.load(Ordering::Relaxed))
            .sum();
        (count, self.sum.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_falls_into_the_first_bucket_that_takes_it() {
        let histogram = Histogram::default();
        for value in [0, 0, 1, 5, 41, 1_000] {
            histogram.observe(value);
        }
        assert_eq!(histogram.totals(), (6, 1_047));
        let filled: Vec<_> = histogram
            .buckets()
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .collect();
        assert_eq!(filled, [(0.0, 2), (1.0, 1), (6.0, 1), (f64::INFINITY, 2)]);
    }
}
