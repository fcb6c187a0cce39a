//! What stands beside the text that people sign: what the ground is for, and how sure its sources are.
//!
//! In: an order, or a standing order. Out: a few lines from the pack that ships with this very program, so that no office can
//! make a ground look surer than it is. Always: a pack that is another than the order names says nothing
//! here. Not here: whether the ground holds (`issei-case`), the text itself (`issei_case::order_text`).

use std::sync::LazyLock;

use issei_case::Words;
use issei_case::ground::{Mark, Pack, Row};
use issei_model::{Digest, Language, Order, StandingOrder};

/// The pack that this program ships with.
static SHIPPED: LazyLock<Pack> = LazyLock::new(Pack::japan);

/// Writes what the ground is, its mark, and what the mark asks of who signs.
pub fn beside(order: &Order, language: Language) -> String {
    told(&order.ground, order.pack, language)
}

/// Writes the same of the ground of a standing order.
pub fn beside_standing(order: &StandingOrder, language: Language) -> String {
    told(&order.ground, order.pack, language)
}

fn told(row: &str, pack: Digest, language: Language) -> String {
    let row = shipped(row, pack);
    let heading = heading().of(language).to_owned();
    let Some(row) = row else {
        return format!("{heading}\n  {}\n", unknown().of(language));
    };
    let (name, title) = (&row.name, row.title.of(language));
    let (mark, step) = (row.mark.text(language), advice(row.mark));
    match language {
        Language::English => format!(
            "{heading}\n  ground {name}: {title}\n  its sources: {mark}; {}\n",
            step.en
        ),
        Language::Japanese => format!(
            "{heading}\n  根拠 {name}:{title}\n  出典:{mark}。{}\n",
            step.ja
        ),
    }
}

/// Finds a row of the pack that ships with this program; none if an order stands on another pack.
pub fn shipped(row: &str, pack: Digest) -> Option<&'static Row> {
    SHIPPED.row(row).filter(|_| pack == SHIPPED.digest())
}

/// Gives the rows of the pack that ships with this program.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    SHIPPED.rows()
}

/// Names the pack that ships with this program.
pub fn digest() -> Digest {
    SHIPPED.digest()
}

/// What stands above it.
fn heading() -> Words {
    Words::new(
        "beside the text, not part of what is signed",
        "参考(署名の対象外)",
    )
}

/// What a mark asks of who signs.
fn advice(mark: Mark) -> Words {
    match mark {
        Mark::Confirmed => Words::new(
            "a public source was seen; whether it fits this case is yours to judge",
            "公開資料で確認しています。本件に当てはまるかは署名者が判断してください",
        ),
        Mark::AskCounsel => Words::new(
            "no signature before your counsel has looked at it",
            "弁護士の確認を得るまで署名しないでください",
        ),
        Mark::NoSource => Words::new(
            "nobody found a source that allows it; do not sign without counsel",
            "許容する出典が見つかっていません。弁護士の確認なしに署名しないでください",
        ),
    }
}

/// What is said of a ground that this program does not know.
fn unknown() -> Words {
    Words::new(
        "the order names a ground or a pack that this program does not have: how sure its sources are, it cannot say; ask counsel",
        "この指令の根拠またはパックはこのプログラムにないため、出典の確かさを示せません。弁護士に確認してください",
    )
}

#[cfg(test)]
#[path = "ground_tests.rs"]
mod tests;
