//! The browser's side of `LiveTallies`: asks the server while somebody looks.

use std::{cell::Cell, rc::Rc, time::Duration};

use js_sys::Date;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Response;

use super::{Feed, Tallies};

const EVERY: Duration = Duration::from_secs(10);
const PATH: &str = "/api/admin/overview";

/// What came of asking.
enum Answer {
    Tallies(Tallies),
    NotAllowed,
    Nothing,
}

/// Asks every ten seconds while the page is visible, one question at a time, until the server says
/// that the viewer may not.
pub(super) fn start(tallies: RwSignal<Tallies>, feed: RwSignal<Feed>, since: RwSignal<String>) {
    since.set(clock());
    let timer: Rc<Cell<Option<IntervalHandle>>> = Rc::default();
    let asking = Rc::new(Cell::new(false));
    let tick = {
        let timer = Rc::clone(&timer);
        move || {
            if document().hidden() || asking.replace(true) {
                return;
            }
            let (timer, asking) = (Rc::clone(&timer), Rc::clone(&asking));
            spawn_local(async move {
                match ask().await {
                    Answer::Tallies(new) => {
                        tallies.set(new);
                        since.set(clock());
                        feed.set(Feed::Live);
                    }
                    Answer::Nothing => feed.set(Feed::Unreachable),
                    Answer::NotAllowed => {
                        feed.set(Feed::Stopped);
                        if let Some(timer) = timer.take() {
                            timer.clear();
                        }
                    }
                }
                asking.set(false);
            });
        }
    };
    match set_interval_with_handle(tick, EVERY) {
        Ok(handle) => {
            timer.set(Some(handle));
            // Not before the server's markup has been taken over with the text it came with.
            set_timeout(move || feed.set(Feed::Live), Duration::ZERO);
        }
        Err(_) => feed.set(Feed::Still),
    }
}

/// The time of day, as the viewer writes it.
fn clock() -> String {
    let locale = window().navigator().language().unwrap_or_default();
    Date::new_0().to_locale_time_string(&locale).into()
}

async fn ask() -> Answer {
    let Ok(response) = JsFuture::from(window().fetch_with_str(PATH)).await else {
        return Answer::Nothing;
    };
    let response: Response = response.unchecked_into();
    match response.status() {
        200 => read(&response)
            .await
            .map_or(Answer::Nothing, Answer::Tallies),
        401 | 403 => Answer::NotAllowed,
        _ => Answer::Nothing,
    }
}

async fn read(response: &Response) -> Option<Tallies> {
    let body = JsFuture::from(response.text().ok()?).await.ok()?;
    serde_json::from_str(&body.as_string()?).ok()
}
