use super::*;

#[test]
fn equal_figures_are_told() {
    let mut comparison = Comparison::default();
    comparison.same("packets", 12, 12);
    comparison.none("losses", 0);
    comparison.some("findings", 2);
    assert_eq!(comparison.verdict().unwrap(), "12 packets, 2 findings");
}

#[test]
fn a_program_that_said_nothing_agrees_with_nobody() {
    let mut comparison = Comparison::default();
    comparison.same("packets", 0, 0);
    assert!(
        comparison
            .verdict()
            .unwrap_err()
            .contains("nothing was compared")
    );
    assert!(Comparison::default().verdict().is_err());
}

#[test]
fn absence_of_losses_alone_is_no_agreement() {
    let mut comparison = Comparison::default();
    comparison.none("losses", 0);
    assert!(comparison.verdict().is_err());
}

#[test]
fn every_disagreement_is_told() {
    let mut comparison = Comparison::default();
    comparison.same("packets", 1, 2);
    comparison.none("losses", 3);
    comparison.some("findings", 0);
    comparison.expected("gaps", 3, 4);
    let told = comparison.verdict().unwrap_err();
    for part in [
        "packets: 1 on our side, 2 on theirs",
        "3 losses",
        "no findings",
        "gaps: 4, where 3 are explained",
    ] {
        assert!(told.contains(part), "{told}");
    }
}
