use super::*;

#[test]
fn packets_are_counted_by_file_and_a_comma_in_a_name_is_part_of_it() {
    let read = counts("a/b.pcap,1178\na/c,d.pcap,2\ncapinfos: something else\n");
    assert_eq!(
        read,
        BTreeMap::from([("a/b.pcap".into(), 1_178), ("a/c,d.pcap".into(), 2)])
    );
}

#[test]
fn wrong_sums_are_told_apart_from_right_and_unverified_ones() {
    let text = "\t1\t1\t\t\t\n\t1\t\t0\t\t\nmalformed\t1,0\t2\t\t\t\n";
    let heads = Heads::parse(text);
    assert_eq!((heads.packets, heads.malformed), (3, 1));
    assert_eq!(heads.right, [3, 1, 0, 0, 0]);
    assert_eq!(heads.wrong, [1, 0, 1, 0, 0]);
}

#[test]
fn a_reader_that_says_nothing_has_looked_at_nothing() {
    assert_eq!(Heads::parse(""), Heads::default());
    assert_eq!(sums("", 2), [0, 0]);
}

#[test]
fn values_are_counted_in_every_cell() {
    assert_eq!(
        sums("10.0.0.1,10.0.0.2\t\n\t2001:db8::1\n10.0.0.3\n", 2),
        [3, 1]
    );
}

#[test]
fn a_volume_counts_the_outer_packet() {
    assert_eq!(
        Volume::parse("900\n1500,60\n\n"),
        Volume {
            packets: 2,
            bytes: 2_400
        }
    );
    assert_eq!(Volume::parse(""), Volume::default());
}
