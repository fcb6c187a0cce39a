use issei_model::Digest;

use super::*;

const ORDER: OrderId = OrderId(Digest([1; 32]));
const T: Timestamp = Timestamp::from_secs(1_800_000_000);

fn micros(micros: i64) -> Span {
    Span::from_micros(micros)
}

fn met(after: i64) -> Effect {
    Effect {
        first_met: Some(T + micros(after)),
        last_passed: Some(T - micros(300)),
    }
}

#[test]
fn what_devices_saw_is_told_once_and_counted_from_t() {
    let mut effects = Effects::default();
    effects.devices_saw(ORDER, met(1_200), T);
    let told = effects.take_untold(ORDER).unwrap();
    let devices = told.devices.unwrap();
    assert_eq!(devices.first_stopped, Some(micros(1_200)));
    assert_eq!(devices.last_passed, Some(micros(-300)));
    assert_eq!(told.sentinel, None);
    effects.devices_saw(ORDER, met(1_200), T);
    assert_eq!(effects.take_untold(ORDER), None);
}

#[test]
fn nothing_seen_is_nothing_told() {
    let mut effects = Effects::default();
    effects.devices_saw(ORDER, Effect::default(), T);
    assert_eq!(effects.take_untold(ORDER), None);
    assert_eq!(effects.of(ORDER), None);
    assert!(effects.awaits_devices(ORDER));
    effects.devices_saw(ORDER, met(1), T);
    assert!(!effects.awaits_devices(ORDER));
}

#[test]
fn what_a_device_forgets_with_its_rules_stays() {
    let mut effects = Effects::default();
    effects.devices_saw(ORDER, met(1_200), T);
    effects.devices_saw(ORDER, Effect::default(), T);
    // Repaired rules begin to count anew; the first of all remains the first.
    effects.devices_saw(ORDER, met(9_000_000), T);
    let devices = effects.of(ORDER).unwrap().devices.unwrap();
    assert_eq!(devices.first_stopped, Some(micros(1_200)));
}

#[test]
fn each_new_figure_is_told_and_all_of_them_again_after_a_lost_stream() {
    let mut effects = Effects::default();
    effects.devices_saw(ORDER, met(1_200), T);
    assert!(effects.take_untold(ORDER).is_some());
    let began = Edges {
        first_stopped: Some(micros(700)),
        ..Edges::default()
    };
    effects.sentinel_saw(ORDER, began);
    let told = effects.take_untold(ORDER).unwrap();
    assert_eq!(told.sentinel, Some(began));
    assert!(told.devices.is_some());
    effects.tell_again();
    assert_eq!(effects.take_untold(ORDER), Some(told));
}

#[test]
fn no_order_is_told_without_end() {
    let mut effects = Effects::default();
    effects.devices_saw(ORDER, met(1), T);
    let mut told = 0;
    for _ in 0..100 {
        told += u8::from(effects.take_untold(ORDER).is_some());
        effects.tell_again();
    }
    assert_eq!(told, MOST_TELLINGS);
}

#[test]
fn an_order_that_is_not_known_any_more_is_forgotten() {
    let mut effects = Effects::default();
    effects.devices_saw(ORDER, met(1), T);
    effects.keep_only(|_| false);
    assert_eq!(effects.of(ORDER), None);
}
