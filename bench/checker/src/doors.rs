//! Signing up, signing in, refreshing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use crate::{
    clock::{Nanos, SECOND},
    history::{Asked, Credential, Kind},
    http::Reply,
    pool::{Entry, State, User},
    request::{Body, Proof, SESSION_COOKIE, request},
    world::World,
};

/// Access tokens are good for 15 minutes; some nodes' clocks may be a minute ahead.
const ACCESS: Nanos = 12 * 60 * SECOND;

impl World {
    /// Makes an account; the family that comes with it joins the pool.
    pub(crate) async fn sign_up(&self, node: usize, name: &str) -> Option<usize> {
        let password = format!("{name} walks 7 quiet Harbours");
        let body = json!({ "username": name, "password1": password, "password2": password });
        let path = "/api/auth/registration/";
        let reply = self
            .send(node, "POST", path, &Proof::None, Body::Json(&body))
            .await;
        let answer = reply.json();
        let Some(id) = answer["user"]["pk"].as_str() else {
            self.count_unprepared(&reply);
            return None;
        };
        let user = self.pool.borrow().users.len();
        self.pool.borrow_mut().users.push(User {
            name: name.to_owned(),
            password,
            id: id.to_owned(),
            is_busy: false,
            is_reserved: false,
        });
        self.add_family(user, node, &reply);
        Some(user)
    }

    /// Signs a user in with a browser.
    pub(crate) async fn sign_in(&self, node: usize, user: usize) -> Option<Credential> {
        let (cookie, reply) = self.cookie(node, user).await?;
        Some(self.add(
            Kind::Session,
            user,
            node,
            Proof::Cookie(cookie),
            reply.received,
        ))
    }

    /// A session of a user that is none of the history's.
    pub(crate) async fn cookie(&self, node: usize, user: usize) -> Option<(String, Reply)> {
        let (name, password) = {
            let pool = self.pool.borrow();
            (
                pool.users[user].name.clone(),
                pool.users[user].password.clone(),
            )
        };
        self.cookie_of(node, &name, &password).await
    }

    /// The same by name and password.
    pub(crate) async fn cookie_of(
        &self,
        node: usize,
        name: &str,
        password: &str,
    ) -> Option<(String, Reply)> {
        let fields = [("identifier", name), ("password", password)];
        let reply = self
            .send(node, "POST", "/login", &Proof::None, Body::Form(&fields))
            .await;
        let cookie = reply.cookie(SESSION_COOKIE);
        if cookie.is_none() || reply.status != 303 {
            self.count_unprepared(&reply);
            return None;
        }
        cookie.map(|cookie| (cookie, reply))
    }

    /// Signs a user in with a program.
    pub(crate) async fn open_family(&self, node: usize, user: usize) -> Option<Credential> {
        let body = {
            let pool = self.pool.borrow();
            let user = &pool.users[user];
            json!({ "username": user.name, "password": user.password })
        };
        let path = "/api/auth/token/";
        let reply = self
            .send(node, "POST", path, &Proof::None, Body::Json(&body))
            .await;
        self.add_family(user, node, &reply)
    }

    fn add_family(&self, user: usize, node: usize, reply: &Reply) -> Option<Credential> {
        let answer = reply.json();
        let (Some(access), Some(refresh)) = (answer["access"].as_str(), answer["refresh"].as_str())
        else {
            self.count_unprepared(reply);
            return None;
        };
        let proof = Proof::Bearer(access.to_owned());
        let credential = self.add(Kind::Family, user, node, proof, reply.received);
        let mut pool = self.pool.borrow_mut();
        let entry = pool.entry(credential);
        entry.refresh = Some(refresh.to_owned());
        entry.id = claim(access, "sid");
        entry.stale_at = reply.sent + ACCESS;
        Some(credential)
    }

    /// Puts a credential on the history and into the pool.
    pub(crate) fn add(
        &self,
        kind: Kind,
        user: usize,
        node: usize,
        proof: Proof,
        from: Nanos,
    ) -> Credential {
        let (name, id) = {
            let pool = self.pool.borrow();
            let user = pool.users.get(user);
            user.map_or_else(
                || ("nobody".to_owned(), String::new()),
                |user| (user.name.clone(), user.id.clone()),
            )
        };
        let path = match kind {
            // What only an administrator may see.
            Kind::Right => format!("/api/admin/users/{id}"),
            Kind::Session | Kind::Family | Kind::Forged => "/api/me".to_owned(),
        };
        let credential = self.issued(kind, &name, node, from);
        let check = request(&self.host, "GET", &path, &proof, Body::Empty).into();
        let entry = Entry {
            kind,
            user,
            proof,
            check,
            refresh: None,
            id: None,
            stale_at: Nanos::MAX,
            state: State::Live,
            is_quiet: false,
            is_refreshing: false,
            outstanding: 0,
        };
        self.pool.borrow_mut().add(credential, entry);
        credential
    }

    /// Refreshes a family at a node. Where the reply is lost, the same token is presented next time.
    pub(crate) async fn refresh(&self, node: usize, credential: Credential) {
        let body = {
            let mut pool = self.pool.borrow_mut();
            let entry = pool.entry(credential);
            let Some(refresh) = entry.refresh.clone() else {
                return;
            };
            if entry.is_refreshing {
                return;
            }
            entry.is_refreshing = true;
            json!({ "refresh": refresh })
        };
        let path = "/api/auth/token/refresh/";
        let reply = self
            .send(node, "POST", path, &Proof::None, Body::Json(&body))
            .await;
        self.checked(credential, node, Asked::Mint, &reply);
        let answer = reply.json();
        let mut pool = self.pool.borrow_mut();
        let entry = pool.entry(credential);
        entry.is_refreshing = false;
        if let (Some(access), Some(refresh)) =
            (answer["access"].as_str(), answer["refresh"].as_str())
        {
            entry.proof = Proof::Bearer(access.to_owned());
            entry.check = request(&self.host, "GET", "/api/me", &entry.proof, Body::Empty).into();
            entry.refresh = Some(refresh.to_owned());
            entry.stale_at = reply.sent + ACCESS;
        }
    }

    /// Presents the refresh token of a family that has ended.
    pub(crate) async fn present(&self, node: usize, credential: Credential, refresh: &str) {
        let body = json!({ "refresh": refresh });
        let path = "/api/auth/token/refresh/";
        let reply = self
            .send(node, "POST", path, &Proof::None, Body::Json(&body))
            .await;
        self.checked(credential, node, Asked::Mint, &reply);
    }

    /// Asks for a change through a session or a right, one that changes nothing: it is looked at who
    /// asks all the same.
    pub(crate) async fn change(&self, node: usize, credential: Credential) {
        let (kind, proof, name, id) = {
            let mut pool = self.pool.borrow_mut();
            let entry = pool.entry(credential);
            entry.outstanding += 1;
            let (kind, proof, user) = (entry.kind, entry.proof.clone(), entry.user);
            let user = &pool.users[user];
            (kind, proof, user.name.clone(), user.id.clone())
        };
        let reply = if kind == Kind::Right {
            let path = format!("/api/admin/users/{id}/enable");
            self.send(node, "POST", &path, &proof, Body::Empty).await
        } else {
            let body = json!({ "username": name });
            self.send(node, "PATCH", "/api/auth/user/", &proof, Body::Json(&body))
                .await
        };
        self.checked(credential, node, Asked::Mint, &reply);
        self.pool.borrow_mut().entry(credential).outstanding -= 1;
    }

    /// The id of a session, which it is asked for the first time.
    pub(crate) async fn id_of(&self, node: usize, credential: Credential) -> Option<String> {
        let (known, check) = {
            let mut pool = self.pool.borrow_mut();
            let entry = pool.entry(credential);
            (entry.id.clone(), entry.check.clone())
        };
        if known.is_some() {
            return known;
        }
        let reply = self.send_bytes(node, &check).await;
        self.checked(credential, node, Asked::Read, &reply);
        let id = reply.json()["session_id"].as_str()?.to_owned();
        self.pool.borrow_mut().entry(credential).id = Some(id.clone());
        Some(id)
    }
}

/// A text among the claims of a token.
fn claim(token: &str, name: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    claims[name].as_str().map(str::to_owned)
}
