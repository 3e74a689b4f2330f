//! The way through a list that is longer than a page.

use leptos::prelude::*;

use super::{Glyph, Icon, Look};

/// Links to the first and the next page; nothing where all is on this one.
#[component]
pub(crate) fn Pager(
    /// The address of the first page, when this is not it.
    first: Option<String>,
    /// The address of the next page.
    next: Option<String>,
) -> impl IntoView {
    (first.is_some() || next.is_some())
        .then(|| {
            view! {
                <nav aria-label="Pages" class="mt-4 flex justify-between gap-3">
                    <div>
                        {first
                            .map(|href| {
                                view! {
                                    <a href=href class=Look::Plain.class()>
                                        <Icon glyph=Glyph::ArrowLeft />
                                        "First page"
                                    </a>
                                }
                            })}
                    </div>
                    {next
                        .map(|href| {
                            view! {
                                <a href=href rel="next" class=Look::Plain.class()>
                                    "Next page"
                                    <Icon glyph=Glyph::ArrowRight />
                                </a>
                            }
                        })}
                </nav>
            }
        })
        .into_any()
}
