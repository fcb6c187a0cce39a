use super::*;

const EXPORT: i64 = 1_500_000_000_000_000;

#[test]
fn rfc_7011_6_1_9_ntp_fractions_and_eras() {
    assert_eq!(from_ntp((NTP_TO_UNIX as u64) << 32), 0);
    assert_eq!(from_ntp((NTP_TO_UNIX as u64) << 32 | 1 << 31), 500_000);
    // 2036-02-07T06:28:16Z, the first second of the next era.
    assert_eq!(from_ntp(0), 2_085_978_496_000_000);
}

#[test]
fn absurd_numbers_do_not_wrap_round() {
    assert!(millis(u64::MAX) > EXPORT * 1_000);
    assert!(seconds(u64::MAX) > EXPORT * 1_000);
}

#[test]
fn times_farther_apart_than_a_number_reaches_are_replaced() {
    let clock = Clock {
        export: EXPORT,
        boot: Boot::Unknown,
    };
    let mut columns = Columns::<u32>::default();
    columns.first.push(i64::MAX);
    columns.last.push(i64::MIN);
    assert_eq!(clock.judge(0, &mut columns), 1);
    assert_eq!((columns.first[0], columns.last[0]), (EXPORT, EXPORT));
}
