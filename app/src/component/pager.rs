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
    /// What is paged, for those who cannot see where it stands.
    #[prop(default = "Pages")]
    name: &'static str,
    /// What the way back says.
    #[prop(default = "First page")]
    first_text: &'static str,
    /// What the way on says.
    #[prop(default = "Next page")]
    next_text: &'static str,
) -> impl IntoView {
    (first.is_some() || next.is_some())
        .then(|| {
            view! {
                <nav aria-label=name class="mt-4 flex justify-between gap-3">
                    <div>
                        {first
                            .map(|href| {
                                view! {
                                    <a href=href class=Look::Plain.class()>
                                        <Icon glyph=Glyph::ArrowLeft />
                                        {first_text}
                                    </a>
                                }
                            })}
                    </div>
                    {next
                        .map(|href| {
                            view! {
                                <a href=href rel="next" class=Look::Plain.class()>
                                    {next_text}
                                    <Icon glyph=Glyph::ArrowRight />
                                </a>
                            }
                        })}
                </nav>
            }
        })
        .into_any()
}
