//! What the device does with orders, and what it reads back of a resolver.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

use issei_enforce::Standing;
use issei_enforce::zone::{Names, Refused, Serial, Wanted, read_names};
use issei_host::clock;
use issei_host::device::zone::{Kind, ZoneDevice};
use issei_host::device::{Device, Fault};
use issei_model::{Action, Span};

use crate::house::{
    Folder, Resolver, counted, cut, fetched, name, names_of, order, setup, until, wording,
};

fn with_resolver(folder: &Folder) -> (ZoneDevice, Resolver) {
    let resolver = Resolver::new();
    let mut setup = setup(folder);
    setup.resolvers = vec![resolver.address];
    let device = ZoneDevice::open(setup).expect("opened");
    resolver.take(&device);
    (device, resolver)
}

fn standing(device: &mut ZoneDevice) -> Vec<Standing> {
    let seen = device.read().expect("read");
    seen.into_iter().map(|seen| seen.standing).collect()
}

#[test]
fn an_order_comes_at_its_time_and_ends_by_itself() {
    let folder = Folder::new();
    let mut device = ZoneDevice::open(setup(&folder)).expect("opened");
    let cut = cut(1, &["a.example", "b.example"], 300, 700);
    let fires_at = cut.fires_at.expect("a time");
    device.stage(&cut).expect("staged");
    device.arm(&cut).expect("armed");
    assert_eq!(names_of(&device), Vec::<String>::new());
    until("it stands", || (names_of(&device).len() == 2).then_some(()));
    assert!(clock::now() >= fires_at);
    until("it is gone", || names_of(&device).is_empty().then_some(()));
    assert!(clock::now() >= cut.ends);
}

#[test]
fn active_is_said_only_of_what_a_resolver_was_heard_to_obey() {
    let folder = Folder::new();
    let (mut device, resolver) = with_resolver(&folder);
    let cut = cut(1, &["a.example", "b.example"], 0, 600_000);
    let fires_at = cut.fires_at.expect("a time");
    device.stage(&cut).expect("staged");
    assert_eq!(standing(&mut device), [Standing::Staged]);
    device.arm(&cut).expect("armed");
    until("the zone has it", || {
        (names_of(&device).len() == 2).then_some(())
    });
    assert_eq!(standing(&mut device), [Standing::Armed(fires_at)]);
    resolver.take(&device);
    let [Standing::Active(since)] = standing(&mut device)[..] else {
        panic!("it obeys");
    };
    // As much earlier as the lead, which is never longer.
    assert!(since >= fires_at - Span::from_millis(250) && since <= clock::now());
}

#[test]
fn a_resolver_that_lost_one_of_the_names_is_found_out() {
    let folder = Folder::new();
    let (mut device, resolver) = with_resolver(&folder);
    device
        .arm(&cut(1, &["a.example", "b.example"], 0, 600_000))
        .expect("armed");
    until("the zone has it", || {
        (names_of(&device).len() == 2).then_some(())
    });
    resolver.take(&device);
    resolver.forget(&name("b.example"));
    let standings: Vec<_> = (0..2).flat_map(|_| standing(&mut device)).collect();
    let active = standings
        .iter()
        .filter(|one| matches!(one, Standing::Active(_)));
    assert_eq!(active.count(), 1, "{standings:?}");
}

#[test]
fn a_resolver_that_lost_the_sentinel_is_found_out() {
    let folder = Folder::new();
    let (mut device, resolver) = with_resolver(&folder);
    device
        .arm(&cut(1, &["a.example"], 0, 600_000))
        .expect("armed");
    until("the zone has it", || {
        (names_of(&device).len() == 1).then_some(())
    });
    resolver.take(&device);
    assert!(matches!(standing(&mut device)[..], [Standing::Active(_)]));
    resolver.forget(&wording().sentinel(order(1)));
    assert!(matches!(standing(&mut device)[..], [Standing::Armed(_)]));
}

#[test]
fn a_resolver_that_refuses_what_it_should_redirect_is_found_out() {
    let folder = Folder::new();
    let (mut device, resolver) = with_resolver(&folder);
    let mut cut = cut(1, &["a.example"], 0, 600_000);
    cut.action = Action::Redirect;
    device.arm(&cut).expect("armed");
    until("the zone has it", || {
        (names_of(&device).len() == 1).then_some(())
    });
    resolver.take(&device);
    assert!(matches!(standing(&mut device)[..], [Standing::Active(_)]));
    resolver.refuse(&name("a.example"));
    assert!(matches!(standing(&mut device)[..], [Standing::Armed(_)]));
}

#[test]
fn an_order_that_came_again_is_active_only_in_its_new_version() {
    let folder = Folder::new();
    let (mut device, resolver) = with_resolver(&folder);
    let cut = cut(1, &["a.example"], 0, 600_000);
    device.arm(&cut).expect("armed");
    until("the zone has it", || {
        (names_of(&device).len() == 1).then_some(())
    });
    resolver.take(&device);
    device.lift(order(1)).expect("lifted");
    device.arm(&cut).expect("armed");
    until("it has it again", || {
        (names_of(&device).len() == 1).then_some(())
    });
    // Of the version before, the resolver still holds the same names.
    assert!(matches!(
        standing(&mut device)[..],
        [Standing::Armed(_), Standing::Active(_)]
    ));
    resolver.take(&device);
    assert!(matches!(standing(&mut device)[..], [Standing::Active(_)]));
}

#[test]
fn an_order_that_a_resolver_still_holds_is_told_after_it_was_lifted() {
    let folder = Folder::new();
    let (mut device, resolver) = with_resolver(&folder);
    device
        .arm(&cut(1, &["a.example"], 0, 600_000))
        .expect("armed");
    until("the zone has it", || {
        (names_of(&device).len() == 1).then_some(())
    });
    resolver.take(&device);
    device.lift(order(1)).expect("lifted");
    assert!(matches!(standing(&mut device)[..], [Standing::Active(_)]));
    resolver.take(&device);
    assert_eq!(standing(&mut device), []);
    assert_eq!(device.lift_all().expect("lifted"), 0);
}

#[test]
fn a_resolver_that_does_not_answer_fails_the_reading() {
    let folder = Folder::new();
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let mut setup = setup(&folder);
    setup.resolvers = vec![silent.local_addr().expect("an address")];
    let mut device = ZoneDevice::open(setup).expect("opened");
    let failed = device.read().expect_err("nobody answered");
    assert!(matches!(failed.fault, Fault::Away(_)), "{failed}");
}

#[test]
fn without_a_resolver_to_ask_nothing_is_active() {
    let folder = Folder::new();
    let mut device = ZoneDevice::open(setup(&folder)).expect("opened");
    device
        .arm(&cut(1, &["a.example"], 0, 600_000))
        .expect("armed");
    until("the zone has it", || {
        (names_of(&device).len() == 1).then_some(())
    });
    assert!(matches!(standing(&mut device)[..], [Standing::Armed(_)]));
}

#[test]
fn lags_are_measured_at_the_resolver() {
    let folder = Folder::new();
    let (mut device, resolver) = with_resolver(&folder);
    until("the first is measured", || {
        (!device.lags(0).is_empty()).then_some(())
    });
    device
        .arm(&cut(1, &["a.example"], 0, 600_000))
        .expect("armed");
    let before = device.lags(0).len();
    until("the zone has it", || {
        (names_of(&device).len() == 1).then_some(())
    });
    resolver.take(&device);
    until("the next is measured", || {
        (device.lags(0).len() > before).then_some(())
    });
    assert!(device.lead().as_micros() <= 250_000);
}

#[test]
fn a_resolver_with_a_serial_of_before_is_given_the_zone_of_now() {
    let folder = Folder::new();
    let (mut device, resolver) = with_resolver(&folder);
    let ahead = device.serial().ahead(10_000);
    resolver.pretend(ahead);
    assert!(device.read().is_err());
    assert_eq!(counted(&device, Kind::Overtaken), 1);
    assert!(device.serial().is_after(ahead));
    resolver.take(&device);
    assert_eq!(standing(&mut device), []);
}

#[test]
fn after_a_restart_the_zone_is_empty_and_later() {
    let folder = Folder::new();
    let mut last = Serial(0);
    for _ in 0..4 {
        let mut device = ZoneDevice::open(setup(&folder)).expect("opened");
        assert!(device.serial().is_after(last));
        assert_eq!(names_of(&device), Vec::<String>::new());
        device
            .arm(&cut(1, &["a.example"], 0, 600_000))
            .expect("armed");
        until("it stands", || (names_of(&device).len() == 1).then_some(()));
        last = device.serial();
    }
}

#[test]
fn where_the_serial_cannot_be_kept_nothing_is_armed() {
    let folder = Folder::new();
    let mut device = ZoneDevice::open(setup(&folder)).expect("opened");
    std::fs::create_dir(folder.0.join("serial.new")).expect("made");
    let refused = device
        .arm(&cut(1, &["a.example"], 0, 600_000))
        .expect_err("refused");
    assert!(matches!(refused.fault, Fault::Failed(..)), "{refused}");
    std::thread::sleep(Duration::from_millis(120));
    assert_eq!(names_of(&device), Vec::<String>::new());
}

#[test]
fn who_opted_out_passes_until_he_does_not() {
    let folder = Folder::new();
    let mut device = ZoneDevice::open(setup(&folder)).expect("opened");
    let clients = ["192.0.2.64/26".parse().expect("a prefix")];
    device.let_pass(&clients).expect("told");
    assert_eq!(names_of(&device), ["(clients that opted out)"]);
    assert_eq!(device.lift_all().expect("lifted"), 0);
    device.let_pass(&[]).expect("told");
    assert_eq!(names_of(&device), Vec::<String>::new());
}

#[test]
fn the_standing_list_is_a_zone_of_its_own() {
    let folder = Folder::new();
    let device = ZoneDevice::open(setup(&folder)).expect("opened");
    let hot = device.serial();
    let mut held = BTreeSet::new();
    let apex = "base.rpz.test";
    let empty = fetched(&device, apex, Wanted::Whole, &mut held).expect("fetched");
    assert_eq!(held.len(), 0);
    let list: String = (0..3_000).map(|n| format!("n{n}.list.example\n")).collect();
    let list = read_names(&list, 10_000);
    assert_eq!(
        device
            .load(&list.names, Names(Refused::Absent))
            .expect("loaded"),
        0
    );
    let full = fetched(&device, apex, Wanted::Since(empty), &mut held).expect("fetched");
    assert!(full.is_after(empty));
    assert_eq!(held.len(), 3_000);
    assert_eq!(device.serial(), hot);
}
