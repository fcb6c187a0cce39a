use super::*;

fn read(protocol: Protocol, options: bool, words: &[u16]) -> Vec<Result<String, ProblemKind>> {
    let body: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    let set = Set {
        id: if options { 3 } else { 2 },
        at: 20,
        body: &body,
    };
    let entries = Entries::new(protocol, options, set);
    entries
        .map(|entry| entry.map(show).map_err(|problem| problem.kind))
        .collect()
}

fn show(entry: Entry<'_>) -> String {
    match entry {
        Entry::Withdrawal(id) => format!("withdraw {id}"),
        Entry::Template(template) => {
            let fields = template
                .fields()
                .map(|field| format!(" {}/{}:{}", field.enterprise, field.element, field.length));
            format!(
                "{}({}){}",
                template.id,
                template.scopes,
                fields.collect::<String>()
            )
        }
    }
}

#[test]
fn rfc_3954_5_2_several_templates_in_one_set() {
    let words = [256, 2, 8, 4, 12, 4, 257, 1, 1, 4];
    let entries = read(Protocol::Netflow9, false, &words);
    assert_eq!(
        entries,
        [Ok("256(0) 0/8:4 0/12:4".into()), Ok("257(0) 0/1:4".into())]
    );
}

#[test]
fn rfc_3954_6_1_options_lengths_are_in_bytes_and_scopes_are_translated() {
    let words = [256, 4, 8, 2, 4, 48, 1, 50, 4, 0];
    let entries = read(Protocol::Netflow9, true, &words);
    assert_eq!(entries, [Ok("256(1) 0/10:4 0/48:1 0/50:4".into())]);
    let system = [256, 4, 4, 1, 4, 34, 4, 0];
    assert_eq!(
        read(Protocol::Netflow9, true, &system),
        [Ok("256(1) 0/210:4 0/34:4".into())]
    );
}

#[test]
fn rfc_7011_3_2_an_enterprise_field_is_four_bytes_longer() {
    let words = [256, 2, 0x8001, 8, 0, 29_305, 8, 4];
    assert_eq!(
        read(Protocol::Ipfix, false, &words),
        [Ok("256(0) 29305/1:8 0/8:4".into())]
    );
}

#[test]
fn netflow_9_has_no_enterprise_fields() {
    let words = [256, 2, 0x8001, 8, 8, 4];
    assert_eq!(
        read(Protocol::Netflow9, false, &words),
        [Ok("256(0) 0/32769:8 0/8:4".into())]
    );
}

#[test]
fn rfc_7011_3_4_2_2_options_tell_their_scope_first() {
    let words = [256, 2, 1, 302, 8, 305, 4];
    assert_eq!(
        read(Protocol::Ipfix, true, &words),
        [Ok("256(1) 0/302:8 0/305:4".into())]
    );
}

#[test]
fn rfc_7011_8_1_no_fields_is_a_withdrawal() {
    let entries = read(Protocol::Ipfix, false, &[256, 0, 2, 0]);
    assert_eq!(
        entries,
        [Ok("withdraw 256".into()), Ok("withdraw 2".into())]
    );
    assert_eq!(
        read(Protocol::Ipfix, true, &[3, 0]),
        [Ok("withdraw 3".into())]
    );
    let netflow = read(Protocol::Netflow9, false, &[256, 0]);
    assert_eq!(netflow, [Err(ProblemKind::BadTemplate)]);
}

#[test]
fn an_id_below_256_is_bad_and_the_next_template_is_read() {
    let entries = read(Protocol::Ipfix, false, &[255, 1, 8, 4, 256, 1, 8, 4]);
    assert_eq!(
        entries,
        [Err(ProblemKind::BadTemplate), Ok("256(0) 0/8:4".into())]
    );
}

#[test]
fn a_count_beyond_the_set_ends_the_walk() {
    let entries = read(Protocol::Ipfix, false, &[256, 9, 8, 4, 257, 1, 8, 4]);
    assert_eq!(entries, [Err(ProblemKind::Truncated)]);
}

#[test]
fn rfc_7011_3_3_1_what_is_shorter_than_a_record_or_blank_is_padding() {
    assert_eq!(read(Protocol::Ipfix, false, &[256, 1, 8, 4, 0]).len(), 1);
    assert_eq!(
        read(Protocol::Netflow9, false, &[256, 1, 8, 4, 0, 0, 0]).len(),
        1
    );
}
