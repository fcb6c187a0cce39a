use super::*;

#[test]
fn figures_are_read() {
    let said = "rounds refused 1 20 30 400 of 50 answered 2 21 31 401 of 50";
    let figures = Figures {
        refused: (20, 400),
        answered: (21, 401),
    };
    assert_eq!(Figures::parse(said), Some(figures));
    assert_eq!(Figures::parse("failed it waited"), None);
}
