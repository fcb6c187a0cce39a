use super::*;

#[test]
fn what_the_program_says_is_read() {
    assert_eq!(moments("rounds 1:2 30:40"), Ok(vec![(1, 2), (30, 40)]));
    assert!(moments("rounds 1").is_err());
    assert_eq!(pair("5 9", ' '), Ok((5, 9)));
}

#[test]
fn a_figure_beyond_its_bound_breaks_the_comparison() {
    let judged = |figures: Vec<u64>| {
        let mut comparison = Comparison::default();
        within("µs", figures, 10, &mut comparison);
        comparison.verdict()
    };
    assert_eq!(
        judged(vec![3, 10, 1]),
        Ok("4 µs at the median, 10 at the worst".into())
    );
    assert!(judged(vec![3, 11, 1]).is_err());
    assert!(judged(vec![]).is_err());
}

#[test]
fn the_page_shows_the_chains_and_the_configuration() {
    let chains = stage::piece("nft").unwrap();
    assert!(chains.contains("ip daddr @blocked4 drop"));
    let configuration = stage::piece("yaml").unwrap();
    assert!(configuration.contains("set-only: true"));
    assert!(stage::piece("nothing").is_err());
}
