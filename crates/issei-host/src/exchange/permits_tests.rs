use super::*;

#[test]
fn a_room_has_places_in_all_and_for_each() {
    let room = Room::new(3, 2);
    let a = (room.take("a"), room.take("a"));
    assert!(a.0.is_some() && a.1.is_some());
    assert!(room.take("a").is_none(), "two for each");
    let b = room.take("b");
    assert!(b.is_some());
    assert!(room.take("c").is_none(), "three in all");
    assert_eq!(room.taken(), 3);
    drop(a.0);
    assert_eq!(room.taken(), 2);
    assert!(room.take("c").is_some());
    drop((a.1, b));
    assert_eq!(room.taken(), 0);
    assert!(room.lock().each.is_empty(), "nobody is remembered");
}

#[test]
fn one_line_of_ipv6_is_one_peer() {
    let peer = |text: &str| neighbourhood(text.parse().unwrap());
    assert_eq!(peer("2001:db8::1"), peer("2001:db8::ffff:0:0:2"));
    assert_ne!(peer("2001:db8::1"), peer("2001:db8:0:1::1"));
    assert_ne!(peer("192.0.2.1"), peer("192.0.2.2"));
    assert_eq!(peer("::ffff:192.0.2.1"), peer("192.0.2.1"));
}
