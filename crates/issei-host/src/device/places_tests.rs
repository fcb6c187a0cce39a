use super::*;

fn ip(last: u8) -> IpAddr {
    [192, 0, 2, last].into()
}

#[test]
fn one_address_takes_its_share_and_no_more_and_what_goes_makes_room() {
    let places = Places::new(3, 2);
    let mut held: Vec<Place> = (0..2).map(|_| places.take(ip(1)).unwrap()).collect();
    assert!(places.take(ip(1)).is_none());
    held.push(places.take(ip(2)).unwrap());
    assert!(places.take(ip(3)).is_none(), "all are taken");
    held.remove(0);
    held.push(places.take(ip(1)).unwrap());
    drop(held);
    assert!(places.take(ip(3)).is_some());
    // Who was turned away or is gone is not remembered.
    assert!(places.taken.lock().unwrap().len() <= 2);
}
