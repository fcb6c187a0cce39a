use std::sync::Arc;

use serde_json::json;

use super::super::flow::{Flows, Purpose};
use super::super::provider_for_tests::{ISSUER, Signing, StandIn, parameters, provider};
use super::*;

const START: i64 = 1_900_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros((START + seconds) * 1_000_000)
}

struct World {
    stand_in: Arc<StandIn>,
    known: Known,
    flows: Flows,
}

fn world_of(change: impl FnOnce(&mut Provider)) -> World {
    let stand_in = Arc::new(StandIn::new(START));
    let mut told = provider(&stand_in);
    change(&mut told);
    World {
        known: Known::new(told, "https://issei.example"),
        stand_in,
        flows: Flows::new([1; 32], [2; 32]),
    }
}

fn world() -> World {
    world_of(|_| {})
}

impl World {
    /// Somebody goes there and comes back with a code.
    async fn comes(&self, seconds: i64) -> Result<String, Fault> {
        let begun = self
            .flows
            .begin(Purpose::ComeIn, [[3; 32], [4; 32]], at(seconds));
        let way = self.known.way(&begun, at(seconds)).await?;
        self.stand_in.inner().now = START + seconds;
        let brought = self.stand_in.signs_in(&way, "subject-7");
        let back = self.flows.back(&begun.cookie, &begun.state, at(seconds))?;
        self.known.subject(&brought[0].1, &back, at(seconds)).await
    }

    async fn about(&self) -> Result<(), Fault> {
        self.known.about(at(0)).await.map(|_| ())
    }
}

#[tokio::test]
async fn a_code_becomes_a_subject() {
    let world = world();
    assert_eq!(world.comes(0).await, Ok("subject-7".into()));
    let public = world_of(|provider| provider.secret = None);
    assert_eq!(public.comes(0).await, Ok("subject-7".into()));
    let wrong = world_of(|provider| provider.secret = Some("guessed".into()));
    let told = wrong.comes(0).await.unwrap_err();
    assert_eq!(
        told,
        Fault::Provider("it refuses the code with 401: `invalid_client`".into())
    );
}

#[tokio::test]
async fn a_browser_is_sent_with_what_comes_back_to_us_alone() {
    let world = world();
    let begun = world
        .flows
        .begin(Purpose::ComeIn, [[3; 32], [4; 32]], at(0));
    let way = parameters(&world.known.way(&begun, at(0)).await.unwrap());
    assert_eq!(
        way["redirect_uri"],
        "https://issei.example/sign-in/oidc/back"
    );
    assert_eq!(way["tenant"], "7");
    assert_eq!((&way["state"], &way["nonce"]), (&begun.state, &begun.nonce));
    assert!(!way.values().any(|value| value.contains(&begun.cookie)));
}

#[tokio::test]
async fn a_code_is_opened_by_the_browser_that_set_out_alone() {
    let world = world();
    let begin = |seed| {
        world
            .flows
            .begin(Purpose::ComeIn, [[seed; 32], [seed; 32]], at(0))
    };
    let (mine, others) = (begin(3), begin(4));
    let way = world.known.way(&others, at(0)).await.unwrap();
    let brought = world.stand_in.signs_in(&way, "subject-8");
    let back = world.flows.back(&mine.cookie, &mine.state, at(0)).unwrap();
    let told = world.known.subject(&brought[0].1, &back, at(0)).await;
    assert_eq!(
        told,
        Err(Fault::Provider(
            "it refuses the code with 400: `invalid_grant`".into()
        ))
    );
}

#[tokio::test]
async fn what_a_provider_says_of_itself_names_the_issuer_letter_by_letter() {
    let world = world();
    world.stand_in.inner().about["issuer"] = json!(format!("{ISSUER}/"));
    let told = world.about().await.unwrap_err();
    assert!(
        matches!(&told, Fault::Provider(why) if why.contains("`https://login.example/`")),
        "{told:?}"
    );
}

#[tokio::test]
async fn ends_without_encryption_are_refused() {
    for end in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        for wrong in [
            "http://login.example/x",
            "javascript:alert(1)",
            "https://login.example/x y",
            "https://login.example/x#y",
            "/x",
        ] {
            let world = world();
            world.stand_in.inner().about[end] = json!(wrong);
            assert!(
                matches!(world.about().await, Err(Fault::Provider(_))),
                "{end}: {wrong}"
            );
        }
    }
}

#[tokio::test]
async fn a_provider_that_takes_us_not_as_we_show_ourselves_says_so_at_once() {
    let world = world();
    world.stand_in.inner().about["token_endpoint_auth_methods_supported"] =
        json!(["private_key_jwt"]);
    let told = world.about().await.unwrap_err();
    assert!(
        matches!(&told, Fault::Provider(why) if why.contains("client_secret_basic")),
        "{told:?}"
    );
}

#[tokio::test]
async fn what_it_said_is_kept_for_an_hour() {
    let world = world();
    for seconds in [0, 1, 3_599] {
        assert_eq!(world.comes(seconds).await, Ok("subject-7".into()));
    }
    assert_eq!(
        (
            world.stand_in.asked("configuration"),
            world.stand_in.asked("/keys")
        ),
        (1, 1)
    );
    assert_eq!(world.comes(3_600).await, Ok("subject-7".into()));
    assert_eq!(
        (
            world.stand_in.asked("configuration"),
            world.stand_in.asked("/keys")
        ),
        (2, 2)
    );
}

#[tokio::test]
async fn a_new_key_is_asked_for_and_an_unknown_one_at_most_once_a_minute() {
    let world = world();
    assert_eq!(world.comes(0).await, Ok("subject-7".into()));
    let next = Signing::Es256(5);
    world.stand_in.inner().signing = (next.clone(), "two".into());
    // Not published yet.
    assert_eq!(world.comes(59).await, Err(Fault::Token(Wrong::Key)));
    assert_eq!(world.stand_in.asked("/keys"), 1);
    assert_eq!(world.comes(60).await, Err(Fault::Token(Wrong::Key)));
    assert_eq!(world.comes(119).await, Err(Fault::Token(Wrong::Key)));
    assert_eq!(world.stand_in.asked("/keys"), 2);
    world.stand_in.inner().keys = vec![next.jwk("two")];
    assert_eq!(world.comes(120).await, Ok("subject-7".into()));
    assert_eq!(world.stand_in.asked("/keys"), 3);
}

#[tokio::test]
async fn a_provider_that_is_down_is_left_alone_for_ten_seconds() {
    let world = world();
    world.stand_in.inner().down = true;
    let told = world.comes(0).await.unwrap_err();
    assert!(
        matches!(&told, Fault::Provider(why) if why.contains("nobody answers")),
        "{told:?}"
    );
    assert_eq!(world.comes(9).await.unwrap_err(), told);
    assert_eq!(world.stand_in.asked("configuration"), 1);
    world.stand_in.inner().down = false;
    assert_eq!(world.comes(10).await, Ok("subject-7".into()));
}

#[tokio::test]
async fn who_sends_a_browser_back_says_who_it_is_if_it_announced_that() {
    let world = world();
    let mixed = Err(Fault::Mixed);
    assert_eq!(world.known.sent(Some(ISSUER), at(0)).await, Ok(()));
    assert_eq!(
        world.known.sent(Some("https://evil.example"), at(0)).await,
        mixed
    );
    assert_eq!(world.known.sent(None, at(0)).await, mixed);
    let silent = self::world();
    silent.stand_in.inner().about["authorization_response_iss_parameter_supported"] = json!(false);
    assert_eq!(silent.known.sent(None, at(0)).await, Ok(()));
    assert_eq!(
        silent.known.sent(Some("https://evil.example"), at(0)).await,
        mixed
    );
}
