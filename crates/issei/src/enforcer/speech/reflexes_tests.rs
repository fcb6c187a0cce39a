use super::*;

fn rules() -> [ReflexRule; 3] {
    let line = Subscriber::new("203.0.113.7".parse().unwrap());
    let victim = issei_model::Endpoint {
        ip: "198.51.100.9".parse().unwrap(),
        port: 80,
        protocol: 17,
    };
    let to = "192.0.2.0/24:53/udp".parse().unwrap();
    [
        ReflexRule::Limit {
            line,
            victim,
            packets: 100,
        },
        ReflexRule::DropForged { line },
        ReflexRule::Drop { to },
    ]
}

#[test]
fn every_rule_comes_back_as_it_was_said() {
    for rule in rules() {
        let said = serde_json::to_string(&Said::from(rule.clone())).unwrap();
        let heard: Said = serde_json::from_str(&said).unwrap();
        assert_eq!(ReflexRule::from(heard), rule);
    }
}

#[test]
fn no_line_is_printed() {
    for rule in rules() {
        let printed = format!("{:?}", Said::from(rule));
        assert!(!printed.contains("203.0.113.7"), "{printed}");
    }
}
