//! Whether the program answers as the rules say.

use std::collections::BTreeMap;

use latchkey_types::FamilyEndReason;

use super::{
    machine::{Answer, Token},
    real::Reply,
};

/// Whether a reply is what the rules say. A token of theirs is the same text each time, and no
/// other token's.
pub(crate) fn fits(
    reply: &Reply,
    answer: &Answer,
    texts: &mut BTreeMap<Token, String>,
) -> Result<(), String> {
    let differs = || {
        Err(format!(
            "the program says {reply:?}, the rules say {answer:?}"
        ))
    };
    let (
        Reply::Given(given),
        Answer::Given {
            outcome,
            token,
            access,
        },
    ) = (reply, answer)
    else {
        // An access token is looked up in two rows: beside the disabling of its user, it may be refused
        // by the one or the other.
        let is_beside = *reply == Reply::UserDisabled
            && *answer == Answer::Ended(FamilyEndReason::UserDisabled);
        return if is_beside || *reply == plain(answer) {
            Ok(())
        } else {
            differs()
        };
    };
    if given.outcome != *outcome
        || given.generation != token.generation
        || given.access_expires_at != access.expires_at
    {
        return differs();
    }
    match texts.get(token) {
        Some(known) if *known != given.refresh => differs(),
        None if texts.values().any(|text| *text == given.refresh) => differs(),
        _ => {
            texts.insert(*token, given.refresh.clone());
            Ok(())
        }
    }
}

fn plain(answer: &Answer) -> Reply {
    match answer {
        Answer::Given { .. } | Answer::Valid => Reply::Valid,
        Answer::SignedOut => Reply::SignedOut,
        Answer::Forged => Reply::Forged,
        Answer::NotTheirs => Reply::NotTheirs,
        Answer::Ended(reason) => Reply::Ended(*reason),
        Answer::Reused(class) => Reply::Reused(*class),
        Answer::Expired => Reply::Expired,
        Answer::UserDisabled => Reply::UserDisabled,
        Answer::Disabled => Reply::Disabled,
    }
}
