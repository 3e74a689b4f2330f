use super::*;

const OWN: [&str; 3] = ["ann.lee", "ann.lee@example.com", "ann.lee"];

fn refused(password: &str) -> NewPasswordError {
    check_new(password, &OWN).expect_err(password)
}

#[test]
fn length_is_counted_in_characters_and_limited_in_bytes() {
    assert_eq!(refused("").to_string(), "must have at least 15 characters");
    assert_eq!(
        refused("mp4ejs9cuwa7xq"),
        NewPasswordError::TooShort { min: 15 }
    );
    assert!(check_new("mp4ejs9cuwa7xqb", &OWN).is_ok());
    // 15 characters as they are seen; in NFD they would be 16.
    assert!(check_new("mp4ejs9cuwa7xqe\u{301}", &OWN).is_ok());
    assert_eq!(
        refused("mp4ejs9cuwa7xe\u{301}"),
        NewPasswordError::TooShort { min: 15 }
    );
    assert_eq!(
        refused(&"mp4ejs9cuwa7xqb ".repeat(65)),
        NewPasswordError::TooLong { max_bytes: 1_024 }
    );
}

#[test]
fn common_passwords_are_refused() {
    for password in [
        "passwordpassword",
        "passwordpasswor",
        "123456789012345",
        "1234567890123456",
        "qwertyuiopasdfghjkl",
        "qwertyuiopasdfghjklzxcvbnm",
        "asdfghjklpoiuytrewq",
        "!@#$%^&*()_+!@#$",
        "!@#$%^&*()1234567890",
        "P@$$w0rd!P@$$w0rd!",
        "p@$$w0rd!|+1234567890",
        "123456654321111111",
        "1qaz2wsx3edc4rfv",
        "iloveyouiloveyou",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "abcdefghijklmnopqrstuvwxyz",
        "P@ssw0rdP@ssw0rd",
        "Password12345678",
        "PasswordpasswordPASSWORD",
        "passwordPassword123",
        "drowssapdrowssap",
        "password20262026",
        "letmeinletmeinletmein",
        "00000000000000000000",
        "111111111111111",
        "               ",
    ] {
        assert_eq!(refused(password), NewPasswordError::Common, "{password}");
    }
}

#[test]
fn a_repeated_word_is_refused_however_long_it_gets() {
    for word in [
        "a",
        "the",
        "love",
        "hello",
        "monkey",
        "dragon",
        "welcome",
        "sunshine",
        "football",
        "princess",
        "computer",
        "elephant",
        "chocolate",
        "butterfly",
        "university",
        "basketball",
        "information",
        "temperature",
        "relationship",
        "independence",
        "extraordinary",
        "administration",
        "responsibility",
    ] {
        let length = word.chars().count();
        // Whole words, and cut where 15 characters are reached.
        let whole = word.repeat(15_usize.div_ceil(length).max(2));
        let cut: String = word.chars().cycle().take(15.max(length + 1)).collect();
        let capital = format!("{}{}", word.to_uppercase(), whole);
        for password in [whole, cut, capital] {
            assert_eq!(refused(&password), NewPasswordError::Common, "{password}");
        }
    }
}

#[test]
fn passwords_made_of_the_owners_words_are_refused() {
    for password in [
        "ann.lee@example.com",
        "ann.leeann.leeann.lee",
        "AnnLeeAnnLeeAnnLee",
        "latchkeylatchkey",
        "Latchkey-ann.lee-1",
        "example.com.ann.lee",
        "ann.lee@example.com2026",
    ] {
        assert_eq!(refused(password), NewPasswordError::OwnWords, "{password}");
    }
    // The same words in somebody else's password are nothing special.
    assert!(check_new("annual leek soup on tuesday", &OWN).is_ok());
}

#[test]
fn decent_passphrases_are_accepted() {
    for password in [
        "correct horse battery staple",
        "violet-otter-drinks-slowly",
        "seven copper kettles on a roof",
        "mp4ejs9cuwa7xqb",
        "Tr9$kLw2!vXq8#Zp",
        "der rote Fuchs springt nie",
        "тихий зелёный паровоз",
        "le vélo bleu de ma tante",
        "壁に耳あり障子に目あり、静かに歩け",
        "my dog ate three pink balloons",
    ] {
        assert!(check_new(password, &OWN).is_ok(), "{password}");
    }
}

#[test]
fn the_embedded_list_is_at_least_ten_thousand_passwords_long() {
    // The last one of the list of common passwords; in no other list.
    let found = zxcvbn("geekboy", &[]);
    let rank = found
        .sequence()
        .iter()
        .find_map(|found| match &found.pattern {
            MatchPattern::Dictionary(word) => {
                Some((format!("{:?}", word.dictionary_name), word.rank))
            }
            _ => None,
        });
    let (list, rank) = rank.unwrap();
    assert_eq!(list, "Passwords");
    assert!(rank >= 10_000, "{rank}");
}

#[test]
fn one_period_is_what_repeats() {
    for (password, period) in [
        ("passwordpassword", "password"),
        ("passwordpasswor", "password"),
        ("PassWordpasswordPASSWORD", "PassWord"),
        ("aaaa", "a"),
        ("abcd", "abcd"),
        ("éaéaé", "éa"),
        ("", ""),
    ] {
        assert_eq!(one_period(password), period);
    }
}

#[test]
fn a_new_password_is_never_printed() {
    let password = check_new("correct horse battery staple", &[]).unwrap();
    assert_eq!(format!("{password:?}"), "NewPassword(…)");
}

#[test]
fn i12_a_password_full_of_symbols_is_judged_in_few_plain_readings() {
    let all = "a@4b8c({[<e3g69i1!|l7o0s$5t+x%z2";
    let texts = readings(&all.repeat(10));
    assert_eq!(texts.len(), 2);
    for text in texts {
        assert_eq!(text.chars().count(), MAX_JUDGED);
        assert!(
            !text.contains(['@', '(', '{', '<', '!', '|', '$', '+', '%']),
            "{}",
            *text
        );
    }
    assert_eq!(*readings("p@$$word")[0], "p@$$word");
    assert_eq!(*readings("P@$$w0rd!")[0], "P244w0rd1");
    assert_eq!(*readings("P@$$w0rd!")[1], "Passw0rdi");
}
