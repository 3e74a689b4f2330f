//! The pages of ending many at once in every state worth looking at.

use latchkey_app::{
    Notice, Section, Tally,
    page::{
        bulk_ends::{BulkEndItem, BulkEndPage, BulkEndsPage},
        bulk_preview::BulkPreviewPage,
    },
};
use latchkey_types::{BulkEndState, BulkTarget, Role};

use crate::{
    people::{LONG_NAME, ago, link, uuid},
    states::{Stage, noticed, of},
};

/// All of them.
pub(crate) fn all(stage: &mut Stage) {
    previews(stage);
    orders(stage);
}

fn tally(count: u64) -> Tally {
    Tally {
        count,
        capped: false,
    }
}

/// An order that is carried out.
pub(crate) fn order() -> BulkEndItem {
    BulkEndItem {
        id: uuid(300_000),
        target: BulkTarget::Sessions,
        words: "Sessions of ada and grace.hopper, from 198.51.100.23".to_owned(),
        ordered_at: ago(95),
        ordered_by: Some(link(0, "ada")),
        spares_own: true,
        found: tally(4_812),
        users: 37,
        ended: 1_900,
        families: 12,
        skipped: None,
        state: BulkEndState::Running,
        started_at: Some(ago(94)),
        finished_at: None,
        stopped_by: None,
    }
}

fn done() -> BulkEndItem {
    BulkEndItem {
        ended: 4_810,
        skipped: Some(2),
        state: BulkEndState::Done,
        finished_at: Some(ago(20)),
        ..order()
    }
}

fn stopped() -> BulkEndItem {
    BulkEndItem {
        id: uuid(300_001),
        target: BulkTarget::Families,
        words: "API sign-ins whose last event was “Foreign retry”".to_owned(),
        spares_own: false,
        families: 0,
        state: BulkEndState::Stopped,
        finished_at: Some(ago(4_000)),
        stopped_by: Some(link(1, "grace.hopper")),
        ..order()
    }
}

/// An order whose every text is as long as it gets.
fn long() -> BulkEndItem {
    BulkEndItem {
        id: uuid(300_002),
        words: format!(
            "Sessions of {LONG_NAME}, {LONG_NAME}, {LONG_NAME} and 97 others, from \
             2001:0db8:85a3:08d3:1319:8a2e:0370:7348, with {}",
            "SamsungBrowser".repeat(17)
        ),
        ordered_by: Some(link(50, LONG_NAME)),
        found: Tally {
            count: 1_000_000,
            capped: true,
        },
        users: 981_245,
        ended: 512_340,
        ..order()
    }
}

fn preview() -> BulkPreviewPage {
    let names = [
        "ada",
        "grace.hopper",
        "alan",
        "katherine",
        "edsger",
        "barbara",
    ];
    BulkPreviewPage {
        target: BulkTarget::Sessions,
        words: "Sessions from 198.51.100.23, with Firefox".to_owned(),
        filter: "address=198.51.100.23&browser=Firefox".to_owned(),
        found: tally(412),
        users: 37,
        most: (0..)
            .zip(names)
            .map(|(number, name)| (link(number, name), 120 - number * 17))
            .collect(),
        opened: tally(3),
        is_own_among: true,
        is_all: false,
        back: "/admin/sessions?address=198.51.100.23&browser=Firefox".to_owned(),
    }
}

fn previews(stage: &mut Stage) {
    let sessions = || {
        of(
            Role::Administrator,
            Section::AdminSessions,
            "End many sessions",
        )
    };
    stage.shoot("bulk-preview", sessions(), preview());
    stage.shoot(
        "bulk-preview-all",
        sessions(),
        BulkPreviewPage {
            words: "All sessions".to_owned(),
            filter: "all=1".to_owned(),
            found: Tally {
                count: 1_000_000,
                capped: true,
            },
            users: 734_112,
            opened: Tally::default(),
            is_all: true,
            ..preview()
        },
    );
    stage.shoot(
        "bulk-preview-nothing",
        sessions(),
        BulkPreviewPage {
            found: tally(0),
            users: 0,
            most: Vec::new(),
            opened: tally(0),
            is_own_among: false,
            ..preview()
        },
    );
    stage.shoot(
        "bulk-preview-own",
        sessions(),
        BulkPreviewPage {
            words: "One chosen from the list of sessions".to_owned(),
            found: tally(0),
            users: 0,
            most: Vec::new(),
            opened: tally(0),
            ..preview()
        },
    );
    stage.shoot(
        "bulk-preview-long",
        of(
            Role::Administrator,
            Section::AdminFamilies,
            "End many API sign-ins",
        ),
        BulkPreviewPage {
            target: BulkTarget::Families,
            words: long().words.replace("Sessions", "API sign-ins"),
            found: tally(1),
            users: 1,
            most: vec![(link(50, LONG_NAME), 1)],
            opened: tally(0),
            is_own_among: false,
            ..preview()
        },
    );
}

fn orders(stage: &mut Stage) {
    let frame = |role| of(role, Section::AdminSessions, "Bulk end");
    let page = |item, may_end, refreshes| BulkEndPage {
        item,
        may_end,
        refreshes,
    };
    stage.shoot(
        "bulk-end-running",
        noticed(frame(Role::Administrator), Notice::BulkEndOrdered),
        page(order(), true, Some(true)),
    );
    stage.shoot(
        "bulk-end-waiting",
        frame(Role::Auditor),
        page(
            BulkEndItem {
                ended: 0,
                families: 0,
                started_at: None,
                ..order()
            },
            false,
            Some(false),
        ),
    );
    stage.shoot(
        "bulk-end-done",
        frame(Role::Administrator),
        page(done(), true, None),
    );
    stage.shoot(
        "bulk-end-stopped",
        noticed(frame(Role::Administrator), Notice::BulkEndStopped),
        page(stopped(), true, None),
    );
    stage.shoot(
        "bulk-end-long",
        frame(Role::Administrator),
        page(long(), true, Some(true)),
    );
    let frame = || of(Role::Administrator, Section::AdminSessions, "Bulk ends");
    stage.shoot(
        "bulk-ends",
        frame(),
        BulkEndsPage {
            items: vec![
                order(),
                stopped(),
                BulkEndItem {
                    id: uuid(300_003),
                    words: "3 chosen from the list of API sign-ins".to_owned(),
                    target: BulkTarget::Families,
                    found: tally(3),
                    ended: 3,
                    skipped: Some(0),
                    ordered_by: None,
                    ..done()
                },
                long(),
                done(),
            ],
            next: Some("/admin/bulk-ends?cursor=abc".to_owned()),
            first: None,
        },
    );
    stage.shoot(
        "bulk-ends-none",
        frame(),
        BulkEndsPage {
            items: Vec::new(),
            next: None,
            first: None,
        },
    );
}
