//! The choice between the looks.

use leptos::prelude::*;

use super::{Glyph, Icon, PostForm, around};
use crate::{Theme, words::frame};

/// One button for each theme, which sends its form at once; nothing on a page that has no token for
/// it.
#[component]
pub(crate) fn ThemeSwitch() -> impl IntoView {
    let around = around();
    around
        .here
        .map(|here| {
            let choices = Theme::ALL
                .map(|theme| {
                    let is_chosen = if theme == around.theme {
                        "true"
                    } else {
                        "false"
                    };
                    view! {
                        <button
                            type="submit"
                            name="theme"
                            value=theme.as_str()
                            class="theme-choice"
                            aria-label=frame::theme(theme)
                            title=frame::theme(theme)
                            aria-pressed=is_chosen
                        >
                            <Icon glyph=glyph(theme) />
                        </button>
                    }
                })
                .collect_view();
            view! {
                <PostForm action="/theme">
                    <input type="hidden" name="back" value=here.to_string() />
                    <fieldset class="theme">
                        <legend class="sr-only">{frame::THEME}</legend>
                        {choices}
                    </fieldset>
                </PostForm>
            }
        })
        .into_any()
}

const fn glyph(theme: Theme) -> Glyph {
    match theme {
        Theme::System => Glyph::Monitor,
        Theme::Light => Glyph::Sun,
        Theme::Dark => Glyph::Moon,
    }
}
