//! Refresh families: one sign-in of one user on one client or device, and all refresh tokens that
//! descend from it.

mod check;

pub(crate) use check::over;
