use super::*;

#[test]
fn only_namespaces_of_ours_whose_owner_is_gone_are_swept_up() {
    let listed =
        "issei-check-7-own (id: 3)\nissei-check-8-world\nsomebody-elses\nissei-check-x-own\n";
    assert_eq!(
        left_behind(listed, |process| process == 8),
        ["issei-check-7-own"]
    );
}
