//! The roads by which credentials end.

use serde_json::json;

use crate::{
    clock::{Nanos, now},
    history::{Credential, Kind},
    http::Reply,
    request::{Body, Proof},
    world::World,
};

/// A road.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Road {
    /// Its owner signs out with it.
    SignOut,
    /// Its owner ends it from another session.
    Owner,
    /// An administrator ends it.
    Administrator,
    /// Its owner ends everything but one session.
    Others,
    /// An administrator ends everything of a user.
    Everywhere,
    /// Its owner changes the password.
    Password,
    /// An administrator disables the user.
    Disable,
}

/// Each as often as its weight says.
pub(crate) const ROADS: [(Road, usize); 7] = [
    (Road::SignOut, 30),
    (Road::Owner, 20),
    (Road::Administrator, 30),
    (Road::Others, 5),
    (Road::Everywhere, 5),
    (Road::Password, 5),
    (Road::Disable, 5),
];

impl Road {
    /// Its name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SignOut => "sign-out",
            Self::Owner => "ended by its owner",
            Self::Administrator => "ended by an administrator",
            Self::Others => "sign-out everywhere else",
            Self::Everywhere => "signed out by an administrator",
            Self::Password => "password changed",
            Self::Disable => "user disabled",
        }
    }

    /// Whether it ends everything of a user.
    pub(crate) const fn is_wide(self) -> bool {
        match self {
            Self::SignOut | Self::Owner | Self::Administrator => false,
            Self::Others | Self::Everywhere | Self::Password | Self::Disable => true,
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) sent: Nanos,
    pub(crate) received: Nanos,
    pub(crate) acknowledged: bool,
}

impl Outcome {
    fn of(reply: &Reply, acknowledged: bool) -> Self {
        Self {
            sent: reply.sent,
            received: reply.received,
            acknowledged,
        }
    }
}

/// A road on which everything is ready but the request itself.
#[derive(Debug)]
pub(crate) struct Step {
    method: &'static str,
    path: String,
    proof: Proof,
    body: Option<serde_json::Value>,
    /// Where a form leads when it was done; nothing for JSON.
    leads_to: &'static str,
    /// The password from then on.
    new_password: Option<String>,
}

fn by(method: &'static str, path: String, proof: Proof) -> Step {
    Step {
        method,
        path,
        proof,
        body: None,
        leads_to: "",
        new_password: None,
    }
}

impl World {
    /// Makes ready to end one credential at a node; `None` where it cannot be.
    pub(crate) async fn step_for_one(
        &self,
        road: Road,
        node: usize,
        credential: Credential,
    ) -> Option<Step> {
        let (kind, proof, refresh, user) = {
            let mut pool = self.pool.borrow_mut();
            let entry = pool.entry(credential);
            let refresh = entry.refresh.clone();
            (entry.kind, entry.proof.clone(), refresh, entry.user)
        };
        let is_session = kind == Kind::Session;
        match road {
            Road::SignOut if is_session => Some(Step {
                leads_to: "/login",
                ..by("POST", "/logout".to_owned(), proof)
            }),
            Road::SignOut => {
                let paths = ["/api/auth/token/blacklist/", "/api/auth/logout/"];
                let path = self.one_of(&paths)?.to_owned();
                Some(Step {
                    body: Some(json!({ "refresh": refresh? })),
                    ..by("POST", path, Proof::None)
                })
            }
            Road::Owner => {
                let actor = {
                    let mut pool = self.pool.borrow_mut();
                    let others: Vec<_> = pool
                        .live_of(user)
                        .into_iter()
                        .filter(|other| *other != credential)
                        .collect();
                    others
                        .into_iter()
                        .find(|other| pool.entry(*other).kind == Kind::Session)
                        .map(|other| pool.entry(other).proof.clone())
                }?;
                let id = self.id_of(node, credential).await?;
                let list = if is_session { "sessions" } else { "families" };
                Some(Step {
                    leads_to: "/account/sessions",
                    ..by("POST", format!("/account/{list}/{id}/end"), actor)
                })
            }
            _ => {
                let id = self.id_of(node, credential).await?;
                let list = if is_session { "sessions" } else { "families" };
                let proof = self.administrator.borrow().clone();
                Some(by("DELETE", format!("/api/admin/{list}/{id}"), proof))
            }
        }
    }

    /// Makes ready to end everything of a user. What the owner does, they do through a session of
    /// their own that is made for it.
    pub(crate) async fn step_for_all(&self, road: Road, node: usize, user: usize) -> Option<Step> {
        let (id, password) = {
            let pool = self.pool.borrow();
            let user = &pool.users[user];
            (user.id.clone(), user.password.clone())
        };
        let administrator = self.administrator.borrow().clone();
        match road {
            Road::Others => {
                let (cookie, _) = self.cookie(node, user).await?;
                let path = "/account/sessions/end-others".to_owned();
                Some(Step {
                    leads_to: "/account/sessions",
                    ..by("POST", path, Proof::Cookie(cookie))
                })
            }
            Road::Password => {
                let (cookie, _) = self.cookie(node, user).await?;
                // Words enough that no two are alike.
                let new = format!("Lanterns {:x} over 7 quiet fields", now());
                let body = json!({
                    "old_password": password, "new_password1": new, "new_password2": new,
                });
                let path = "/api/auth/password/change/".to_owned();
                Some(Step {
                    body: Some(body),
                    new_password: Some(new),
                    ..by("POST", path, Proof::Cookie(cookie))
                })
            }
            Road::Disable => {
                let path = format!("/api/admin/users/{id}/disable");
                Some(by("POST", path, administrator))
            }
            _ => {
                let path = format!("/api/admin/users/{id}/sign-out");
                Some(by("POST", path, administrator))
            }
        }
    }

    /// Takes it.
    pub(crate) async fn take(&self, step: &Step, node: usize, user: usize) -> Outcome {
        let body = match &step.body {
            Some(value) => Body::Json(value),
            None if step.leads_to.is_empty() => Body::Empty,
            None => Body::Form(&[]),
        };
        let reply = self
            .send(node, step.method, &step.path, &step.proof, body)
            .await;
        let acknowledged = if step.leads_to.is_empty() {
            reply.status == 200
        } else {
            let leads = reply.headers("location").next().unwrap_or("");
            reply.status == 303 && leads.starts_with(step.leads_to)
        };
        if let Some(new) = &step.new_password {
            if acknowledged {
                self.pool.borrow_mut().users[user].password.clone_from(new);
            } else if reply.status != 400 {
                // It may be changed or not: nobody can sign in as them any more.
                self.pool.borrow_mut().users[user].is_reserved = true;
            }
        }
        Outcome::of(&reply, acknowledged)
    }

    /// Enables a user again.
    pub(crate) async fn enable(&self, node: usize, user: usize) -> bool {
        let id = self.pool.borrow().users[user].id.clone();
        let proof = self.administrator.borrow().clone();
        let path = format!("/api/admin/users/{id}/enable");
        let reply = self.send(node, "POST", &path, &proof, Body::Empty).await;
        reply.status == 200
    }
}
