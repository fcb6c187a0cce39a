use super::*;

#[test]
fn what_arrives_at_a_victim_is_read_from_what_is_told() {
    let told = "lines open connections: 1214 a second arrive. Later\n  each is limited. Now 79 a\n\
                second arrive. In the end 0 a second arrive. His other port answers.";
    assert_eq!(openings(told), Some([1_214, 79, 0]));
    assert_eq!(openings("nothing was told"), None);
    assert_eq!(over_by(79, 1_214), 0);
    assert_eq!(over_by(79, 79), 1);
}
