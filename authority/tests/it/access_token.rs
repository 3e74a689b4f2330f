//! Access tokens: minted, verified, refused.

use latchkey_authority::{
    access_token::{self, Grant},
    key,
};
use latchkey_testing::TestAuthority;
use latchkey_types::{FamilyId, UserId};

#[tokio::test]
async fn a_token_reads_back() {
    let test = TestAuthority::new().await;
    let now = test.authority.now();
    let grant = Grant {
        user_id: "01890a5d-ac96-774b-bcce-b302099a8057"
            .parse::<UserId>()
            .unwrap(),
        family_id: "01890a5d-ac96-774b-bcce-b302099a8058"
            .parse::<FamilyId>()
            .unwrap(),
        generation: 3,
        client_id: None,
        ends_at: now.after(std::time::Duration::from_hours(1)),
    };
    let token = access_token::mint(&test.authority, &grant, now)
        .await
        .unwrap();
    println!("{}", *token.text);
    for _ in 0..2 {
        let verified = access_token::verify(&test.authority, &token.text, now)
            .await
            .unwrap();
        println!("{verified:?}");
        assert_eq!(verified.user_id, grant.user_id);
    }
    let start = std::time::Instant::now();
    println!("{}", key::jwks(&test.authority).await.unwrap());
    println!(
        "{:?} {:?}",
        start.elapsed(),
        key::list(&test.authority).await.unwrap()
    );
}
