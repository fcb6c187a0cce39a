use issei_wire::export::elements as ie;

use super::*;

fn plan(fields: &[(u16, u16)]) -> Option<Plan> {
    Plan::of_flows(
        fields
            .iter()
            .map(|&(element, length)| Field::new(element, length)),
    )
}

#[test]
fn fields_of_fixed_length_stay_where_they_stand() {
    let plan = plan(&[(8, 4), (210, 3), (12, 4), (1, 8)]).unwrap();
    assert_eq!(
        (plan.people, plan.steps.len(), plan.layout.length),
        (People::V4, 0, 19)
    );
    assert_eq!(
        plan.layout.slot(Place::Destination4),
        Slot { at: 7, width: 4 }
    );
    assert_eq!(plan.layout.slot(Place::Bytes), Slot { at: 11, width: 8 });
    assert!(!plan.layout.has(Place::Packets));
}

#[test]
fn of_several_fields_for_one_thing_the_best_is_taken_in_any_order() {
    for fields in [
        [(8, 4), (12, 4), (23, 4), (1, 4)],
        [(8, 4), (12, 4), (1, 4), (23, 4)],
    ] {
        let at = fields
            .iter()
            .position(|&(element, _)| element == 1)
            .unwrap() as u16
            * 4;
        assert_eq!(plan(&fields).unwrap().layout.slot(Place::Bytes).at, at);
    }
}

#[test]
fn an_address_of_an_impossible_length_is_none() {
    assert_eq!(plan(&[(8, 4), (12, 3)]).unwrap().people, People::Nobody);
    assert_eq!(plan(&[(27, 16), (28, 15)]).unwrap().people, People::Nobody);
}

#[test]
fn a_counter_wider_than_eight_bytes_is_left_out() {
    assert!(
        !plan(&[(8, 4), (12, 4), (1, 9)])
            .unwrap()
            .layout
            .has(Place::Bytes)
    );
}

#[test]
fn one_address_alone_names_nobody() {
    assert_eq!(plan(&[(8, 4), (1, 4)]).unwrap().people, People::Nobody);
    assert_eq!(plan(&[(27, 16), (12, 4)]).unwrap().people, People::Nobody);
}

#[test]
fn records_without_a_byte_or_longer_than_a_datagram_are_impossible() {
    assert!(plan(&[(8, 0), (12, 0)]).is_none());
    assert!(plan(&[(210, 60_000), (210, 60_000)]).is_none());
    assert!(plan(&[(210, 1); 513]).is_none());
}

#[test]
fn variable_lengths_are_rewritten_to_fixed_places() {
    let plan = plan(&[(82, Field::VARIABLE), (8, 4), (12, 4), (1, 3)]).unwrap();
    assert_eq!((plan.people, plan.least), (People::V4, 12));
    assert_eq!(plan.layout.length, 4 + 4 + 8);
    assert_eq!(plan.steps.len(), 4);
}

#[test]
fn reverse_elements_fill_the_reverse_places_alone() {
    let field = |element| Field {
        element,
        enterprise: ie::REVERSE,
        length: 8,
    };
    let plan = Plan::of_flows([field(1), field(2), field(8)].into_iter()).unwrap();
    assert!(plan.layout.has(Place::ReverseBytes) && plan.layout.has(Place::ReversePackets));
    assert!(!plan.layout.has(Place::Bytes) && !plan.layout.has(Place::Source4));
}

#[test]
fn the_elements_of_other_enterprises_mean_nothing() {
    let field = Field {
        element: ie::OCTET_DELTA_COUNT,
        enterprise: 9,
        length: 8,
    };
    assert!(
        !Plan::of_flows([field].into_iter())
            .unwrap()
            .layout
            .has(Place::Bytes)
    );
}
