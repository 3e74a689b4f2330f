//! Rendering again and again, on many threads: always the same, and nothing is left behind.
//!
//! A test of its own, and so a process of its own: it looks at the memory of the whole process.

#![expect(
    clippy::unwrap_used,
    reason = "without the memory of the process there is nothing to test"
)]

#[path = "../examples/gallery/bulk_states.rs"]
mod bulk_states;
#[path = "../examples/gallery/error_states.rs"]
mod error_states;
#[path = "../examples/gallery/invitation_states.rs"]
mod invitation_states;
#[path = "../examples/gallery/node_states.rs"]
mod node_states;
#[path = "../examples/gallery/people.rs"]
mod people;
#[path = "../examples/gallery/program_states.rs"]
mod program_states;
#[path = "../examples/gallery/programs.rs"]
mod programs;
#[path = "../examples/gallery/provider_states.rs"]
mod provider_states;
#[path = "../examples/gallery/setting_states.rs"]
mod setting_states;
#[path = "../examples/gallery/states.rs"]
mod states;

use std::{fs, thread};

fn render_all() -> Vec<(&'static str, String)> {
    states::all(Some("nonce"))
        .into_iter()
        .filter(|shot| shot.has_islands)
        .map(|shot| (shot.name, shot.html))
        .collect()
}

/// The memory that the process holds, in bytes.
fn resident() -> usize {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * 4_096
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "reads memory from /proc")]
fn a_thousand_renders_leave_nothing_behind_and_threads_do_not_mix() {
    let expected = render_all();
    let in_threads = |rounds: usize| {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..rounds {
                        assert_eq!(render_all(), expected);
                    }
                });
            }
        });
    };
    in_threads(3);
    let before = resident();
    in_threads(12);
    let grown = resident().saturating_sub(before);
    let documents = 4 * 12 * expected.len();
    assert!(documents > 1_000, "{documents}");
    assert!(grown < 4 << 20, "{grown} bytes after {documents} documents");
}
