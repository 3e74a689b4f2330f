//! The page that Prometheus reads.

use std::{fmt, sync::atomic::Ordering, time::Duration};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, prometheus_text::encode},
    metrics::MetricType,
    registry::Registry,
};

use super::{CheckKind, CheckOutcome, histogram::Histogram, process};
use crate::{routes::ROUTES, state::AppState};

/// Everything that this node counts, in the text format of Prometheus.
///
/// # Errors
/// None that can happen: a text takes what is written to it.
pub(crate) fn text(state: &AppState) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Reading(state.clone())));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// Reads everything when it is asked.
#[derive(Debug)]
struct Reading(AppState);

impl Collector for Reading {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page(encoder);
        feed(&mut page, &self.0)?;
        copies(&mut page, &self.0)?;
        checks(&mut page, &self.0)?;
        requests(&mut page, &self.0)?;
        work(&mut page, &self.0)
    }
}

struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    fn gauge(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        self.0
            .encode_descriptor(name, help, None, MetricType::Gauge)?
            .encode_gauge(&value)
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        counter(
            &mut self
                .0
                .encode_descriptor(name, help, None, MetricType::Counter)?,
            value,
        )
    }

    fn counters<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl Iterator<Item = ([(&'static str, &'static str); N], u64)>,
    ) -> fmt::Result {
        let mut family = self
            .0
            .encode_descriptor(name, help, None, MetricType::Counter)?;
        for (labels, value) in rows {
            counter(&mut family.encode_family(&labels)?, value)?;
        }
        Ok(())
    }

    fn histograms<'h, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl Iterator<Item = ([(&'static str, &'static str); N], &'h Histogram)>,
    ) -> fmt::Result {
        let mut family = self
            .0
            .encode_descriptor(name, help, None, MetricType::Histogram)?;
        for (labels, histogram) in rows {
            let (count, sum) = histogram.totals();
            family
                .encode_family(&labels)?
                .encode_histogram::<NoLabelSet>(number(sum), count, &histogram.buckets(), None)?;
        }
        Ok(())
    }
}

fn counter(encoder: &mut MetricEncoder<'_>, value: u64) -> fmt::Result {
    encoder.encode_counter::<NoLabelSet, u64, f64>(&value, None)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float; nobody counts up to 2^53 of anything here"
)]
fn number(value: u64) -> f64 {
    value as f64
}

fn feed(page: &mut Page<'_>, state: &AppState) -> fmt::Result {
    let authority = state.authority();
    let feed = authority.feed().state(authority);
    let switch = |is_on: bool| if is_on { 1.0 } else { 0.0 };
    page.gauge(
        "latchkey_feed_fresh",
        "Whether this node knows enough to let anybody in",
        switch(feed.is_fresh),
    )?;
    page.gauge(
        "latchkey_feed_age_seconds",
        "How old what this node knows is",
        feed.age
            .as_ref()
            .map_or(f64::INFINITY, Duration::as_secs_f64),
    )?;
    page.gauge(
        "latchkey_feed_bound_seconds",
        "How old it may be: max_staleness",
        authority.feed().max_staleness().as_secs_f64(),
    )?;
    page.gauge(
        "latchkey_feed_listening",
        "Whether hints of other nodes arrive",
        switch(feed.is_listening),
    )?;
    page.gauge(
        "latchkey_feed_remembered",
        "Ids that the index remembers",
        number(feed.remembered as u64),
    )?;
    page.gauge(
        "latchkey_followers_waiting",
        "Resource servers that wait for the next end",
        number(authority.feed().waiting() as u64),
    )?;
    for (name, help, value) in [
        ("latchkey_feed_polls", "Polls that succeeded", feed.polls),
        ("latchkey_feed_failures", "Polls that failed", feed.failures),
        (
            "latchkey_feed_moved_backwards",
            "Times at which the signals were behind what this node knew",
            feed.moved_backwards,
        ),
        (
            "latchkey_feed_applied",
            "Ends and changes that were applied",
            feed.applied,
        ),
    ] {
        page.counter(name, help, value)?;
    }
    Ok(())
}

fn copies(page: &mut Page<'_>, state: &AppState) -> fmt::Result {
    let mut counts = state.authority().copy_counts().to_vec();
    counts.push(("accounts", state.identity().account_counts()));
    let rows = counts.iter();
    page.counters(
        "latchkey_copies_hits",
        "Copies that were used, by what they are of",
        rows.clone().map(|(of, (hits, _))| ([("of", *of)], *hits)),
    )?;
    page.counters(
        "latchkey_copies_reads",
        "Times at which no copy could be used",
        rows.map(|(of, (_, reads))| ([("of", *of)], *reads)),
    )
}

fn checks(page: &mut Page<'_>, state: &AppState) -> fmt::Result {
    let checks = &state.metrics().checks;
    let all = CheckKind::ALL.into_iter().flat_map(|kind| {
        CheckOutcome::ALL.into_iter().map(move |outcome| {
            let count = &checks[kind as usize].outcomes[outcome as usize];
            (
                [("kind", kind.as_str()), ("outcome", outcome.as_str())],
                count.load(Ordering::Relaxed),
            )
        })
    });
    page.counters(
        "latchkey_checks",
        "Sessions and access tokens that were looked up, by how it came out",
        all,
    )?;
    page.histograms(
        "latchkey_check_statements",
        "Statements that looking one up took",
        CheckKind::ALL
            .into_iter()
            .map(|kind| ([("kind", kind.as_str())], &checks[kind as usize].statements)),
    )
}

fn requests(page: &mut Page<'_>, state: &AppState) -> fmt::Result {
    const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
    let named: Vec<_> = ROUTES
        .iter()
        .map(|route| (method(&route.method), route.path))
        .chain([("other", "other")])
        .zip(&state.metrics().routes)
        .collect();
    page.counters(
        "latchkey_requests",
        "Requests by the route that they were for, and the class of the answer's status",
        named.iter().flat_map(|((method, path), counters)| {
            CLASSES
                .iter()
                .zip(&counters.answers)
                .map(move |(class, count)| {
                    let labels = [("method", *method), ("path", *path), ("status", *class)];
                    (labels, count.load(Ordering::Relaxed))
                })
                // What never happened would be most of the page.
                .filter(|(_, count)| *count > 0)
        }),
    )?;
    page.histograms(
        "latchkey_request_statements",
        "Statements that a request sent to the database, by its route",
        named
            .iter()
            .filter(|(_, counters)| counters.statements.totals().0 > 0)
            .map(|((method, path), counters)| {
                let labels = [("method", *method), ("path", *path)];
                (labels, &counters.statements)
            }),
    )
}

/// A method of the table as text that lives as long.
fn method(method: &'static http::Method) -> &'static str {
    method.as_str()
}

fn work(page: &mut Page<'_>, state: &AppState) -> fmt::Result {
    let hasher = state.identity().hasher();
    let pending = hasher.pending();
    let busy = pending.min(hasher.threads());
    page.gauge(
        "latchkey_passwords_busy",
        "Password hashes that are being made",
        number(busy as u64),
    )?;
    page.gauge(
        "latchkey_passwords_waiting",
        "Password hashes that wait for a thread",
        number((pending - busy) as u64),
    )?;
    page.counter(
        "latchkey_passwords_hashed",
        "Password hashes that were made",
        hasher.finished(),
    )?;
    page.gauge(
        "latchkey_connections",
        "Connections that are open",
        number(state.metrics().connections.load(Ordering::Relaxed) as u64),
    )?;
    if let Some(bytes) = process::resident_bytes() {
        page.gauge(
            "process_resident_memory_bytes",
            "Resident memory",
            number(bytes),
        )?;
    }
    page.0
        .encode_descriptor(
            "process_cpu_seconds",
            "Time on processors",
            None,
            MetricType::Counter,
        )?
        .encode_counter::<NoLabelSet, f64, f64>(&process::cpu_seconds(), None)
}
