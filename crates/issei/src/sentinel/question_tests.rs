use super::*;

#[test]
fn a_question_is_answered_with_its_own_number_to_who_asked() {
    let answer = answer(&question(7, 40)).unwrap();
    assert_eq!(answered(7, &answer), Some(40));
    assert_eq!(answered(8, &answer), None);
    assert_eq!(answer.len(), question(7, 40).len());
}

#[test]
fn an_answer_has_no_answer_and_a_question_is_none() {
    let asked = question(7, 40);
    assert_eq!(answer(&answer(&asked).unwrap()), None);
    assert_eq!(answered(7, &asked), None);
}

#[test]
fn whatever_else_comes_has_no_answer() {
    let asked = question(7, 40);
    for cut in 0..LENGTH {
        assert_eq!(answer(&asked[..cut]), None);
    }
    assert_eq!(answer(&[asked.as_slice(), b"!"].concat()), None);
    assert_eq!(answer(&[0; LENGTH]), None);
}
