//! What one node ends, every node refuses: at once, after a poll, or after the bound.

use std::time::Duration;

use latchkey_authority::{
    Authority, access_token,
    family::{self, end as family_end},
    feed,
    principal::Actor,
    session::{self, end},
    user,
};
use latchkey_testing::caller;
use latchkey_types::Role;

use super::{BOUND, Nodes};
use crate::{
    families::support::{open, presenter},
    support::MILLISECOND,
};

/// Every way of taking authority away from somebody.
#[derive(Debug, Clone, Copy)]
enum Loss {
    Session,
    Family,
    SignedOut,
    Disabled,
}

impl Loss {
    const ALL: [Self; 4] = [Self::Session, Self::Family, Self::SignedOut, Self::Disabled];

    async fn befall(self, nodes: &Nodes) {
        let (node, caller) = (nodes.acting(), caller());
        match self {
            Self::Session => {
                end::as_administrator(node, Actor::Operator, nodes.session_id, &caller)
                    .await
                    .unwrap();
            }
            Self::Family => {
                family_end::as_administrator(node, Actor::Operator, nodes.family_id, &caller)
                    .await
                    .unwrap();
            }
            Self::SignedOut => {
                end::all_of_user(node, Actor::Operator, nodes.user_id, &caller)
                    .await
                    .unwrap();
            }
            Self::Disabled => {
                user::disable(node, Actor::Operator, nodes.user_id, &caller)
                    .await
                    .unwrap();
            }
        }
    }

    /// Session, token.
    fn leaves(self) -> (bool, bool) {
        match self {
            Self::Session => (false, true),
            Self::Family => (true, false),
            Self::SignedOut | Self::Disabled => (false, false),
        }
    }
}

async fn lets_in(nodes: &Nodes, node: &Authority) -> (bool, bool) {
    (
        nodes.lets_in_session(node).await,
        nodes.lets_in_token(node).await,
    )
}

#[tokio::test]
async fn i02_the_node_that_ends_refuses_before_it_acknowledges() {
    for loss in Loss::ALL {
        let nodes = Nodes::warm().await;
        let polls = nodes.acting().feed().state(nodes.acting()).polls;
        loss.befall(&nodes).await;
        assert_eq!(
            lets_in(&nodes, nodes.acting()).await,
            loss.leaves(),
            "{loss:?}"
        );
        let polled = nodes.acting().feed().state(nodes.acting()).polls;
        assert_eq!(polled, polls, "by its own signals alone");
    }
}

#[tokio::test]
async fn i02_what_one_node_ends_the_others_refuse_after_one_poll() {
    for loss in Loss::ALL {
        let nodes = Nodes::warm().await;
        loss.befall(&nodes).await;
        assert_eq!(
            lets_in(&nodes, &nodes.other).await,
            (true, true),
            "within the bound it need not have heard"
        );
        feed::poll(&nodes.other).await.unwrap();
        assert_eq!(
            lets_in(&nodes, &nodes.other).await,
            loss.leaves(),
            "{loss:?}"
        );
    }
}

#[tokio::test]
async fn i02_after_the_bound_a_node_asks_before_it_answers() {
    for loss in Loss::ALL {
        let nodes = Nodes::warm().await;
        let polls = nodes.state().polls;
        loss.befall(&nodes).await;
        nodes.test.clock.advance(BOUND);
        assert_eq!(lets_in(&nodes, &nodes.other).await, (true, true));
        assert_eq!(nodes.state().polls, polls, "what is fresh asks nobody");
        nodes.test.clock.advance(MILLISECOND);
        assert_eq!(
            lets_in(&nodes, &nodes.other).await,
            loss.leaves(),
            "{loss:?}"
        );
        assert_eq!(nodes.state().polls, polls + 1);
    }
}

#[tokio::test]
async fn i02_with_a_bound_of_nothing_every_check_asks() {
    for loss in Loss::ALL {
        let nodes = Nodes::with_bound(Duration::ZERO).await;
        loss.befall(&nodes).await;
        assert_eq!(
            lets_in(&nodes, &nodes.other).await,
            loss.leaves(),
            "{loss:?}"
        );
    }
}

#[tokio::test]
async fn i07_a_demotion_holds_at_once_where_it_happened_and_elsewhere_after_a_poll() {
    let nodes = Nodes::warm().await;
    let role = async |node: &Authority| match session::check(node, nodes.session_id).await {
        Ok(session::Check::Live { principal, .. }) => principal.role,
        other => panic!("expected a live session, found {other:?}"),
    };
    let role_of_token = async |node: &Authority| {
        let token = &nodes.access_token;
        let verified = access_token::verify(node, token, node.now()).await.unwrap();
        match family::check(node, &verified, &caller()).await {
            Ok(family::Check::Live { principal }) => principal.role,
            other => panic!("expected a live family, found {other:?}"),
        }
    };
    for node in nodes.both() {
        assert_eq!(role_of_token(node).await, Role::User);
    }
    user::set_role(
        nodes.acting(),
        Actor::Operator,
        nodes.user_id,
        Role::Auditor,
        &caller(),
    )
    .await
    .unwrap();
    assert_eq!(role(nodes.acting()).await, Role::Auditor);
    assert_eq!(role_of_token(nodes.acting()).await, Role::Auditor);
    assert_eq!(role(&nodes.other).await, Role::User, "it has not heard");
    assert_eq!(role_of_token(&nodes.other).await, Role::User);
    feed::poll(&nodes.other).await.unwrap();
    assert_eq!(role(&nodes.other).await, Role::Auditor);
    assert_eq!(role_of_token(&nodes.other).await, Role::Auditor);
}

#[tokio::test]
async fn i02_a_killed_key_is_good_for_nothing_after_the_bound() {
    let nodes = Nodes::warm().await;
    let verify = async || {
        let token = &nodes.access_token;
        access_token::verify(&nodes.other, token, nodes.other.now()).await
    };
    let kid = verify().await.unwrap().key_id;
    latchkey_authority::key::kill(nodes.acting(), Actor::Operator, &kid, &caller())
        .await
        .unwrap();
    assert!(!nodes.lets_in_token(nodes.acting()).await);
    nodes.test.clock.advance(BOUND + MILLISECOND);
    // The token alone: its family is looked at only when the token is good.
    let refused = verify().await;
    assert!(
        matches!(refused, Err(access_token::AccessTokenError::UnknownKey)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn i02_a_cookie_of_an_ended_session_leads_nowhere_after_the_bound() {
    let nodes = Nodes::warm().await;
    let cookie = session::Cookie::from_bytes([7; 16]);
    assert!(
        session::bind(nodes.acting(), nodes.session_id, cookie)
            .await
            .unwrap()
    );
    let found = session::bound_session(&nodes.other, cookie).await.unwrap();
    assert_eq!(found, Some(nodes.session_id));
    session::unbind(nodes.acting(), cookie, &caller())
        .await
        .unwrap();
    nodes
        .test
        .clock
        .advance(session::RENEWAL_GRACE.max(BOUND) + MILLISECOND);
    let found = session::bound_session(&nodes.other, cookie).await.unwrap();
    assert_eq!(found, None);
}

#[tokio::test]
async fn i02_a_refresh_elsewhere_signs_nobody_out_and_a_newer_token_is_known() {
    let nodes = Nodes::warm().await;
    // The copy of the other node is of the generation before.
    let issued = open(&nodes.test, nodes.user_id, None, &caller()).await;
    let verified = access_token::verify(&nodes.other, &issued.access_token.text, nodes.other.now())
        .await
        .unwrap();
    let check = async |verified| {
        family::check(&nodes.other, verified, &caller())
            .await
            .unwrap()
    };
    assert!(matches!(check(&verified).await, family::Check::Live { .. }));
    let home = caller();
    let refreshed = family::refresh(nodes.acting(), &issued.refresh_token, &presenter(&home))
        .await
        .unwrap();
    let newer = access_token::verify(
        &nodes.other,
        &refreshed.issued.access_token.text,
        nodes.other.now(),
    )
    .await
    .unwrap();
    assert!(matches!(check(&verified).await, family::Check::Live { .. }));
    assert!(matches!(check(&newer).await, family::Check::Live { .. }));
}
