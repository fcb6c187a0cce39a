//! Entries of the ledger about orders and standing orders, and dossiers as they come by other ways.

#![no_main]

use issei_case::{order_text, standing_text};
use issei_model::{Decision, Dossier, Language, StandingEntry};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Ok(decision) = Decision::parse(input) {
        assert_eq!(decision.canonical(), input, "one spelling only");
        if let Decision::Proposed(dossier) = decision {
            shown(&dossier);
        }
    }
    if let Ok(entry) = StandingEntry::parse(input) {
        assert_eq!(entry.canonical(), input, "one spelling only");
        assert!(Decision::parse(input).is_err(), "an entry is of one kind");
        if let StandingEntry::StandingProposed(dossier) = entry {
            let order = &dossier.order;
            let text = standing_text(order, Language::English);
            assert!(text.trim_end().ends_with(&order.id().to_string()));
            let _ = order.malformed();
        }
    }
    if let Ok(dossier) = serde_json::from_slice::<Dossier>(input) {
        shown(&dossier);
    }
});

/// What is read is named, judged for its form, and shown, whatever stands in it.
fn shown(dossier: &Dossier) {
    let order = &dossier.order;
    let well = order.malformed().is_none();
    for language in [Language::English, Language::Japanese] {
        let text = order_text(order, language);
        assert!(text.trim_end().ends_with(&order.id().to_string()));
        assert!(!text.contains('\u{202e}') && !text.contains('\r'));
    }
    let again = Decision::Proposed(Box::new(dossier.clone())).canonical();
    if again.len() <= Decision::LONGEST {
        let read = Decision::parse(&again).expect("what is written is read");
        assert_eq!(read, Decision::Proposed(Box::new(dossier.clone())));
    }
    if well {
        assert!((1..=issei_model::Order::MOST_GOALS).contains(&order.goals.len()));
    }
}
