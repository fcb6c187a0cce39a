use super::*;
use crate::Stands;
use crate::samples::{after, in_force, view};

fn seen(name: &str, began: i64, ended: Option<i64>) -> MemberView {
    let mut member = in_force(name, 4_000, after(2_000), 800);
    member.measured = Some(Measured {
        devices: None,
        sentinel: Some(edges(began, ended)),
    });
    member
}

fn three(ended: [i64; 3]) -> OrderView {
    let members = vec![
        seen("isp-a", -9_000_000, Some(ended[0])),
        seen("isp-b", 700, Some(ended[1])),
        seen("isp-c", 1_900, Some(ended[2])),
    ];
    view(Stands::Ended, after(1_801_000), members)
}

#[test]
fn each_figure_says_who_measured_it_and_from_where_it_counts() {
    let mut member = seen("isp-a", 700, Some(1_200));
    member.measured = Some(Measured {
        devices: Some(edges(1_200, None)),
        sentinel: Some(edges(700, Some(1_200))),
    });
    assert_eq!(
        of_member(&member, Language::English),
        "    the first packet was dropped at T+1.2 ms
    the last one before passed at T+0.2 ms
    its sentinel was first unanswered at T+0.7 ms
    its sentinel was last answered at T-0.3 ms
    its sentinel was last unanswered at the end+0.2 ms
    its sentinel answered again at the end+1.2 ms
"
    );
    let japanese = of_member(&member, Language::Japanese);
    assert!(
        japanese.contains("    標識の最初の無応答:T+0.7 ms\n"),
        "{japanese}"
    );
    assert!(
        japanese.contains("    標識の応答再開:期限+1.2 ms\n"),
        "{japanese}"
    );
}

#[test]
fn the_spread_is_of_those_that_had_one_t() {
    let said = of_all(&three([1_000, 1_000, 3_500]), Language::English);
    assert_eq!(
        said,
        "effect as measured, first to last of 2 members: 1.2 ms
passing again as measured, first to last of 2 members: 2.5 ms
"
    );
}

#[test]
fn a_recall_is_told_from_when_it_was_asked_for_until_the_last_member_passes() {
    // The order was to end at 1,800 s; it was recalled at 100 s.
    let passed = |ms: i64| (100_000 + ms - 1_800_000) * 1_000;
    let mut recalled = three([passed(40), passed(35), passed(90)]);
    recalled.recalled_at = Some(after(100_000));
    let said = of_all(&recalled, Language::English);
    assert!(
        said.ends_with("recalled; passing again at the last member as measured after 90.0 ms\n"),
        "{said}"
    );
    let said = of_all(&recalled, Language::Japanese);
    assert!(
        said.ends_with("撤回。最後の会員での再開まで(実測):90.0 ms\n"),
        "{said}"
    );
}

#[test]
fn a_view_waits_for_a_sentinel_that_is_still_silent() {
    let waiting = view(Stands::Ended, after(3_000), vec![seen("isp-b", 1, None)]);
    assert!(is_awaited(&waiting));
    let told = view(Stands::Ended, after(3_000), vec![seen("isp-b", 1, Some(1))]);
    assert!(!is_awaited(&told));
    let unasked = view(Stands::Ended, after(3_000), Vec::new());
    assert!(!is_awaited(&unasked));
}

#[test]
fn what_was_not_measured_is_not_said() {
    let silent = view(
        Stands::InForce,
        after(3_000),
        vec![in_force("isp-b", 4_000, after(2_000), 800)],
    );
    assert_eq!(of_member(&silent.members[0], Language::English), "");
    assert_eq!(of_all(&silent, Language::English), "");
    // One member alone lies apart from nobody.
    let alone = view(Stands::InForce, after(3_000), vec![seen("isp-b", 1, None)]);
    assert_eq!(of_all(&alone, Language::English), "");
}
