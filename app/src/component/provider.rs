//! Providers: their marks, and the links that lead to them.

use leptos::prelude::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Glyph, Icon};
use crate::{
    page::provider::{ProviderButton, ProviderIcon},
    words::part,
};

/// What is drawn beside a provider's name.
#[component]
pub(crate) fn ProviderMark(
    /// The provider.
    provider: ProviderButton,
) -> impl IntoView {
    let glyph = provider.icon.map(|icon| match icon {
        ProviderIcon::Google => Glyph::LetterG,
        ProviderIcon::GitHub => Glyph::Branch,
        ProviderIcon::Key => Glyph::Key,
    });
    let drawn = if let Some(glyph) = glyph {
        view! { <Icon glyph /> }.into_any()
    } else {
        let first = provider.name.chars().take(1);
        let initial: String = first.flat_map(char::to_uppercase).collect();
        view! { <span class="text-xs font-semibold">{initial}</span> }.into_any()
    };
    view! {
        <span class="provider-mark" aria-hidden="true">
            {drawn}
        </span>
    }
    .into_any()
}

/// A link to each provider, and below them the word that leads over to the form; nothing where
/// there are none. They are links and no forms: nothing is changed before the provider answers.
#[component]
pub(crate) fn ProviderLinks(
    /// Which.
    providers: Vec<ProviderButton>,
    /// Where to go afterwards: a path of ours.
    #[prop(default = None)]
    next: Option<String>,
    /// Whether the provider is to ask the person again.
    #[prop(optional)]
    fresh: bool,
    /// Whether nothing follows below.
    #[prop(optional)]
    alone: bool,
) -> impl IntoView {
    if providers.is_empty() {
        return ().into_any();
    }
    let links = providers
        .into_iter()
        .map(|provider| {
            let href = address(&provider.id, next.as_deref(), fresh);
            let name = provider.name.clone();
            view! {
                <li>
                    <a href=href class="btn btn-plain btn-provider">
                        <ProviderMark provider />
                        <span>{part::continue_with(&name)}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="space-y-2.5">{links}</ul>
        {(!alone).then(|| view! { <p class="divider">{part::OR}</p> })}
    }
    .into_any()
}

/// Where the way through a provider begins.
fn address(id: &str, next: Option<&str>, fresh: bool) -> String {
    let path = format!("/auth/{}", utf8_percent_encode(id, NON_ALPHANUMERIC));
    let next = next.map(|next| format!("next={}", utf8_percent_encode(next, NON_ALPHANUMERIC)));
    let fresh = fresh.then(|| "fresh=1".to_owned());
    let query: Vec<_> = next.into_iter().chain(fresh).collect();
    if query.is_empty() {
        path
    } else {
        format!("{path}?{}", query.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_through_a_provider_keeps_where_it_leads() {
        for (next, fresh, expected) in [
            (None, false, "/auth/google"),
            (None, true, "/auth/google?fresh=1"),
            (
                Some("/a?b=c&fresh=1"),
                false,
                "/auth/google?next=%2Fa%3Fb%3Dc%26fresh%3D1",
            ),
            (
                Some("/account"),
                true,
                "/auth/google?next=%2Faccount&fresh=1",
            ),
        ] {
            assert_eq!(address("google", next, fresh), expected);
        }
        assert_eq!(address("../x", None, false), "/auth/%2E%2E%2Fx");
    }
}
