//! The way through a list that is longer than a page.

use leptos::prelude::*;

use super::{Glyph, Icon, Look};

/// Links to the pages around this one; nothing where all is on this one.
#[component]
pub(crate) fn Pager(
    /// The address of the first page, when this is not it.
    first: Option<String>,
    /// The address of the page before.
    #[prop(default = None)]
    previous: Option<String>,
    /// The address of the next page.
    next: Option<String>,
    /// The address of the last page, when this is not it.
    #[prop(default = None)]
    last: Option<String>,
) -> impl IntoView {
    (first.is_some() || previous.is_some() || next.is_some() || last.is_some())
        .then(|| {
            view! {
                <nav aria-label="Pages" class="mt-4 flex flex-wrap justify-between gap-3">
                    <div class="flex flex-wrap gap-2">
                        {first
                            .map(|href| {
                                view! {
                                    <a href=href class=Look::Plain.class()>
                                        {previous.is_none().then(|| view! { <Icon glyph=Glyph::ArrowLeft /> })}
                                        "First page"
                                    </a>
                                }
                            })}
                        {previous
                            .map(|href| {
                                view! {
                                    <a href=href rel="prev" class=Look::Plain.class()>
                                        <Icon glyph=Glyph::ArrowLeft />
                                        "Previous page"
                                    </a>
                                }
                            })}
                    </div>
                    <div class="flex flex-wrap gap-2">
                        {next
                            .map(|href| {
                                view! {
                                    <a href=href rel="next" class=Look::Plain.class()>
                                        "Next page"
                                        <Icon glyph=Glyph::ArrowRight />
                                    </a>
                                }
                            })}
                        {last
                            .map(|href| {
                                view! {
                                    <a href=href class=Look::Plain.class()>
                                        "Last page"
                                    </a>
                                }
                            })}
                    </div>
                </nav>
            }
        })
        .into_any()
}

/// Links to a list as a file.
#[component]
pub(crate) fn Exports(
    /// What each is called, and where it is.
    links: Vec<(&'static str, String)>,
) -> impl IntoView {
    links
        .into_iter()
        .map(|(text, href)| {
            view! {
                <a href=href download class=Look::Plain.class()>
                    {text}
                </a>
            }
        })
        .collect_view()
        .into_any()
}
