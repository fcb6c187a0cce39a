use issei_model::Digest;

use super::*;

fn id(first: u8, second: u8) -> OrderId {
    let mut bytes = [0xab; 32];
    bytes[0] = first;
    bytes[4] = second;
    OrderId(Digest(bytes))
}

fn name(text: &str) -> OrderName {
    text.parse().unwrap()
}

#[test]
fn eight_digits_mean_the_only_order_that_begins_so() {
    let known = [id(1, 0), id(2, 0)];
    assert_eq!(name("02ababab").choose(&known), Ok(known[1]));
    assert_eq!(name("02ABABAB00").choose(&known), Ok(known[1]));
    let whole = name(&known[0].to_string());
    assert_eq!(whole.whole(), Some(known[0]));
    assert_eq!(name("02ababab").whole(), None);
}

#[test]
fn what_cannot_be_the_beginning_of_a_name_is_refused_with_the_mend() {
    let wrong = |text: &str| text.parse::<OrderName>().unwrap_err();
    assert!(wrong("02ababa").contains("give 8 digits"));
    assert!(wrong("camera-1").contains("issei order list"));
    assert!(wrong(&"a".repeat(65)).contains("has 64 digits"));
    assert!(wrong("").contains("give 8 digits"));
}

#[test]
fn a_beginning_that_fits_two_orders_is_refused_and_both_are_named() {
    let known = [id(1, 1), id(1, 2)];
    let several = name("01ababab").choose(&known).unwrap_err();
    let text = several.to_string();
    assert!(text.contains("2 orders begin with `01ababab`"), "{text}");
    for id in known {
        assert!(text.contains(&id.to_string()), "{text}");
    }
    assert_eq!(name("01ababab02").choose(&known), Ok(known[1]));
}

#[test]
fn a_wrong_name_names_the_nearest_and_a_far_one_none() {
    let known = [id(1, 0), id(2, 0)];
    let near = name("02ababcd").choose(&known).unwrap_err().to_string();
    assert!(near.contains("did you mean `02ababab00ab`?"), "{near}");
    let far = name("ffffffff").choose(&known).unwrap_err().to_string();
    assert!(far.contains("`issei order list` shows them"), "{far}");
    assert!(name("02ababab").choose(&[]).is_err());
}
