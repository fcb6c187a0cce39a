use proptest::prelude::*;

use super::*;

fn stream(query: &str) -> Result<Asked, Unclear> {
    read("/v1/decisions/stream", query)
}

fn list(query: &str) -> Result<Asked, Unclear> {
    read("/v1/decisions", query)
}

fn passes(begins: bool) -> Result<Asked, Unclear> {
    Ok(Asked::Stream {
        begins,
        filter: Filter::Passes,
    })
}

fn about(ip: Option<&str>) -> Result<Asked, Unclear> {
    Ok(Asked::List {
        ip: ip.map(|ip| ip.parse().unwrap()),
        filter: Filter::Passes,
    })
}

#[test]
fn what_the_firewall_bouncer_sends_is_understood() {
    assert_eq!(stream("startup=true"), passes(true));
    assert_eq!(stream(""), passes(false));
    assert_eq!(stream("startup=false"), passes(false));
    assert_eq!(
        stream("startup=true&scopes=Ip%2CRange&origins=crowdsec%2Cissei"),
        passes(true)
    );
    assert_eq!(
        stream("additional_pull=false&community_pull=false"),
        passes(false)
    );
}

#[test]
fn a_filter_that_bars_what_is_ours_is_named() {
    for (query, name) in [
        ("scopes=range,country", "scopes"),
        ("origins=crowdsec,cscli", "origins"),
        ("scenarios_containing=ssh,http", "scenarios_containing"),
        (
            "scenarios_not_containing=ssh,issei",
            "scenarios_not_containing",
        ),
    ] {
        let Ok(Asked::Stream { filter, .. }) = stream(query) else {
            panic!("{query}");
        };
        assert_eq!(filter, Filter::Bars(name), "{query}");
    }
    for query in [
        "scopes=",
        "scopes=IP",
        "origins=ISSEI",
        "scenarios_containing=order",
        "scenarios_not_containing=ssh",
    ] {
        assert_eq!(stream(query), passes(false), "{query}");
    }
}

#[test]
fn one_address_is_asked_for_in_three_ways() {
    let one = about(Some("192.0.2.7"));
    for query in [
        "ip=192.0.2.7",
        "ip=%3A%3Affff%3A192.0.2.7",
        "scope=ip&value=192.0.2.7",
        "range=192.0.2.7/32",
        "type=ban&ip=192.0.2.7",
    ] {
        assert_eq!(list(query), one, "{query}");
    }
    assert_eq!(list(""), about(None));
    assert_eq!(list("ip=2001:db8::7"), about(Some("2001:db8::7")));
    assert_eq!(read("/v1/decisions/", ""), about(None));
}

#[test]
fn no_decision_of_ours_covers_a_range() {
    let Ok(Asked::List { filter, .. }) = list("range=192.0.2.0/24") else {
        panic!();
    };
    assert_eq!(filter, Filter::Bars("range"));
}

#[test]
fn what_is_not_clear_is_refused() {
    for (path, query, why) in [
        ("/", "", Unclear::Path),
        ("/v1/decisions/stream/x", "", Unclear::Path),
        ("/v2/decisions", "", Unclear::Path),
        (
            "/v1/decisions/stream",
            "startup=maybe",
            Unclear::Value("startup"),
        ),
        ("/v1/decisions/stream", "ip=192.0.2.7", Unclear::Parameter),
        ("/v1/decisions", "startup=true", Unclear::Parameter),
        ("/v1/decisions", "ip=192.0.2", Unclear::Value("ip")),
        ("/v1/decisions", "range=x", Unclear::Value("range")),
        ("/v1/decisions", "unheard_of=1", Unclear::Parameter),
        ("/v1/decisions", "ip=%zz", Unclear::Value("a percent sign")),
        ("/v1/decisions", "ip=%f", Unclear::Value("a percent sign")),
        ("/v1/decisions", "ip=%ff", Unclear::Value("a percent sign")),
    ] {
        assert_eq!(read(path, query), Err(why), "{path}?{query}");
        assert!(!why.to_string().is_empty());
    }
    let long = format!("origins={}", "x,".repeat(3_000));
    assert_eq!(stream(&long), Err(Unclear::Parameter));
    assert_eq!(stream(&"dedup=1&".repeat(17)), Err(Unclear::Parameter));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_fall(path in "/v1/decisions(/stream)?", query in ".{0,200}") {
        let _ = read(&path, &query);
    }
}
