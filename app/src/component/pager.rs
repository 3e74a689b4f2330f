//! The way through a list that is longer than a page.

use leptos::prelude::*;

use super::{Glyph, Icon, Look};
use crate::words::part;

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
    /// What is paged, for those who cannot see where it stands.
    #[prop(default = part::PAGES)]
    name: &'static str,
    /// What the way back says.
    #[prop(default = part::FIRST_PAGE)]
    first_text: &'static str,
    /// What the way on says.
    #[prop(default = part::NEXT_PAGE)]
    next_text: &'static str,
) -> impl IntoView {
    (first.is_some() || previous.is_some() || next.is_some() || last.is_some())
        .then(|| {
            view! {
                <nav aria-label=name class="mt-4 flex flex-wrap justify-between gap-3">
                    <div class="flex flex-wrap gap-2">
                        {first
                            .map(|href| {
                                view! {
                                    <a href=href class=Look::Plain.class()>
                                        {previous.is_none().then(|| view! { <Icon glyph=Glyph::ArrowLeft /> })}
                                        {first_text}
                                    </a>
                                }
                            })}
                        {previous
                            .map(|href| {
                                view! {
                                    <a href=href rel="prev" class=Look::Plain.class()>
                                        <Icon glyph=Glyph::ArrowLeft />
                                        {part::PREVIOUS_PAGE}
                                    </a>
                                }
                            })}
                    </div>
                    <div class="flex flex-wrap gap-2">
                        {next
                            .map(|href| {
                                view! {
                                    <a href=href rel="next" class=Look::Plain.class()>
                                        {next_text}
                                        <Icon glyph=Glyph::ArrowRight />
                                    </a>
                                }
                            })}
                        {last
                            .map(|href| {
                                view! {
                                    <a href=href class=Look::Plain.class()>
                                        {part::LAST_PAGE}
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
