//! The browser's side of `LocalTimes`.

use std::time::Duration;

use js_sys::{Date, Object, Reflect};
use latchkey_types::UnixMillis;
use leptos::prelude::{document, set_interval, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

use crate::words::phrase;

const EVERY: Duration = Duration::from_secs(30);

/// Words all times now and every half minute.
pub(super) fn start() {
    let clock = Clock::of_page();
    let locale = window().navigator().language().unwrap_or_default();
    word(&locale, &clock, true);
    set_interval(
        move || {
            if !document().hidden() {
                word(&locale, &clock, false);
            }
        },
        EVERY,
    );
}

/// The server's clock, carried on by the browser's: a viewer whose clock is wrong reads right ages.
struct Clock {
    ahead: f64,
}

impl Clock {
    fn of_page() -> Self {
        let page_made = document()
            .body()
            .and_then(|body| body.get_attribute("data-now"))
            .and_then(|millis| millis.parse::<f64>().ok());
        Self {
            ahead: page_made.map_or(0.0, |made| made - Date::now()),
        }
    }

    fn now(&self) -> UnixMillis {
        millis(Date::now() + self.ahead)
    }
}

/// Milliseconds of a calendar that a `Date` can show fit.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a Date spans less than an i64 does"
)]
fn millis(since_epoch: f64) -> UnixMillis {
    UnixMillis(since_epoch as i64)
}

fn word(locale: &str, clock: &Clock, first: bool) {
    let Ok(times) = document().query_selector_all("time[data-shows]") else {
        return;
    };
    let now = clock.now();
    for index in 0..times.length() {
        if let Some(time) = times
            .get(index)
            .and_then(|node| node.dyn_into::<Element>().ok())
        {
            word_one(&time, locale, now, first);
        }
    }
}

fn word_one(time: &Element, locale: &str, now: UnixMillis, first: bool) -> Option<()> {
    let date = Date::new(&JsValue::from_str(&time.get_attribute("datetime")?));
    let at = date.get_time();
    if at.is_nan() {
        return None;
    }
    if first {
        let long = date.to_locale_string(
            locale,
            &styles(&[("dateStyle", "long"), ("timeStyle", "long")]),
        );
        time.set_attribute("title", &String::from(long)).ok()?;
    }
    let shows = time.get_attribute("data-shows");
    let exact = match shows.as_deref() {
        Some("moment") => Some(("long", "short")),
        Some("stamp") => Some(("medium", "medium")),
        _ => None,
    };
    if shows.as_deref() == Some("clock") {
        if first {
            let text =
                date.to_locale_time_string_with_options(locale, &styles(&[("timeStyle", "short")]));
            time.set_text_content(Some(&String::from(text)));
        }
        return Some(());
    }
    if let Some((day, clock)) = exact {
        if first {
            let text =
                date.to_locale_string(locale, &styles(&[("dateStyle", day), ("timeStyle", clock)]));
            time.set_text_content(Some(&String::from(text)));
        }
        return Some(());
    }
    match phrase::age(now, millis(at)).filter(|_| shows.as_deref() == Some("age")) {
        Some(age) => time.set_text_content(Some(&age)),
        None if first => {
            let day = date.to_locale_date_string(locale, &styles(&[("dateStyle", "long")]));
            time.set_text_content(Some(&String::from(day)));
        }
        None => {}
    }
    Some(())
}

/// Options of `Intl.DateTimeFormat`.
fn styles(pairs: &[(&str, &str)]) -> JsValue {
    let options = Object::new();
    for (name, value) in pairs {
        // Fails on frozen objects only.
        let _ = Reflect::set(
            &options,
            &JsValue::from_str(name),
            &JsValue::from_str(value),
        );
    }
    options.into()
}
