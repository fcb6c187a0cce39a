use super::*;
use crate::Country;

fn small() -> Scenario {
    Scenario::sketch(100, 5, 4).expect("a good sketch")
}

/// A wrong scenario is refused, by the same words whether it is read or built in code.
fn refusal(change: impl FnOnce(&mut Scenario)) -> String {
    let mut scenario = small();
    change(&mut scenario);
    let refused = Country::new(&scenario).expect_err("a refusal");
    if let Err(checked) = scenario.check() {
        assert_eq!(checked.to_string(), refused.to_string());
    }
    refused.to_string()
}

#[test]
fn every_preset_founds_a_country_that_can_be_written_and_read_again() {
    for preset in Scenario::presets() {
        let scenario = Scenario::preset(preset.name).expect(preset.name);
        assert_eq!(scenario.name, preset.name);
        let text = toml::to_string(&scenario).expect("a scenario writes");
        assert_eq!(Scenario::parse(&text).expect("it reads again"), scenario);
        // Short and thin enough for a test; the botnets keep their size.
        let short = Scenario {
            minutes: 1,
            attacks: Vec::new(),
            botnets: Vec::new(),
            sampling: 1_000,
            ..scenario.clone()
        };
        let mut batches = Country::new(&short).expect(preset.name).batches();
        let mut batch = issei_model::FlowBatch::default();
        while batches.second(&mut batch) {}
        assert!(!batch.is_empty(), "{}", preset.name);
        assert!(Country::new(&scenario).is_ok(), "{}", preset.name);
    }
}

#[test]
fn a_sketch_holds_as_many_bots_as_were_wanted() {
    for (lines, bots) in [(10, 1), (80, 6), (2_000, 20), (100, 40), (1_000, 0)] {
        let scenario = Scenario::sketch(lines, 60, bots).expect("a sketch");
        let planned: u32 = scenario.botnets.iter().map(|botnet| botnet.bots).sum();
        assert_eq!(planned, bots);
        Country::new(&scenario).unwrap_or_else(|error| panic!("{lines} {bots}: {error}"));
    }
}

#[test]
fn an_unknown_preset_or_key_is_refused_with_what_there_is() {
    let unknown = Scenario::preset("demon")
        .expect_err("no such preset")
        .to_string();
    assert!(
        unknown.contains("`demon`") && unknown.contains("demo, outbreak-mirai"),
        "{unknown}"
    );
    let text = "name = 'x'\nabout = 'y'\nminutes = 1\nlines = 10\nsampeling = 4\n";
    let unread = Scenario::parse(text).expect_err("no such key").to_string();
    assert!(
        unread.contains("line 5") && unread.contains("`sampling`"),
        "{unread}"
    );
}

#[test]
fn a_number_outside_its_range_is_refused_with_the_range() {
    let told = refusal(|scenario| scenario.sampling = 0);
    assert_eq!(told, "`sampling` is 0; write a number from 1 to 1000000");
    let told = refusal(|scenario| scenario.loss = 1.5);
    assert_eq!(told, "`loss` is 1.5; write a number from 0 to 1");
    let told = refusal(|scenario| scenario.botnets[0].begins_minute = 6.0);
    assert_eq!(told, "`begins_minute` is 6; write a number from 0 to 5");
    let told = refusal(|scenario| scenario.attacks[0].packets_per_second = f64::NAN);
    assert!(
        told.starts_with("`packets_per_second` is NaN; write a number"),
        "{told}"
    );
}

#[test]
fn contradictions_are_refused_with_the_mend() {
    let told = refusal(|scenario| scenario.dark = vec!["2001:db8::/64".parse().expect("a prefix")]);
    assert!(
        told.contains("`2001:db8::/64`") && told.contains("IPv4 prefixes only"),
        "{told}"
    );
    let told = refusal(|scenario| {
        let twin = scenario.botnets[0].clone();
        scenario.botnets.push(twin);
    });
    assert!(
        told.contains("two botnets are called `winter`; give each a name"),
        "{told}"
    );
    let told = refusal(|scenario| scenario.attacks[1].by = Some("summer".to_owned()));
    assert!(told.contains("no botnet `summer`"), "{told}");
    let told = refusal(|scenario| scenario.attacks[1].victim = Victim::Bank);
    assert!(
        told.contains("`bank` is inside") && told.contains("choose a victim abroad"),
        "{told}"
    );
    let told = refusal(|scenario| scenario.attacks[1].vector = Vector::SpoofedSyn);
    assert!(
        told.contains("`spoofed-syn` needs forged senders") && told.contains("leave `by` away"),
        "{told}"
    );
    let told = refusal(|scenario| scenario.attacks[0].victim = Victim::AbroadShop);
    assert!(
        told.contains("`abroad-shop` is abroad") && told.contains("name a botnet"),
        "{told}"
    );
    let told = refusal(|scenario| scenario.attacks[0].vector = Vector::WaterTorture);
    assert!(
        told.contains("`water-torture` runs through our resolver"),
        "{told}"
    );
    let told = refusal(|scenario| scenario.botnets[0].bots = 500);
    assert!(
        told.contains("wants 500 bots") && told.contains("write fewer `bots`"),
        "{told}"
    );
}
