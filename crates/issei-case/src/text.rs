//! Turns an order, a standing order or a request into the text that a person reads and signs, in English
//! or Japanese.
//!
//! Always: the same order and language give the same bytes; the text ends with the order's id, which
//! names every field, so what is not spelled out is signed too. Words from outside cannot forge a
//! line: control, direction and line characters are written as `\u{..}`.
//! Not here: signatures (`approvals`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use issei_model::{
    Action, Digest, EvidenceEntry, Fact, FactValue, Language, Order, OrganisationId, PersonId,
    Radius, Reflex, Span, StandingOrder, Timestamp,
};

use crate::radius::Hint;
use crate::request::{Request, Wanted};

/// Writes what a person sees before signing.
pub fn order_text(order: &Order, language: Language) -> String {
    let mut text = Text {
        language,
        written: String::new(),
    };
    text.line("issei: order for approval", "issei:承認対象の指令");
    text.field("case", "案件", &safe(&order.case));
    text.field("proposed by", "提案者", &order.proposer.to_string());
    if let Some(before) = order.renews {
        text.field("follows order", "継続元の指令", &before.to_string());
    }
    text.action(order.action);
    text.list("goals", "対象", order.goals.iter());
    text.ground(&order.ground, order.pack, &order.facts);
    text.radius(order);
    text.evidence(&order.evidence);
    text.times(order);
    text.participants(order);
    text.canary(order);
    // Last, so that whoever reads to the end has seen what the signature covers.
    text.field("order id", "指令番号", &order.id().to_string());
    text.written
}

/// Writes what a person sees before signing that an order may go on to its end.
pub fn confirmation_text(order: &Order, language: Language) -> String {
    let mut text = Text {
        language,
        written: String::new(),
    };
    text.line(
        "issei: an order in force goes on to its end",
        "issei:実施中の指令を終了日時まで継続することの確認",
    );
    text.field("case", "案件", &safe(&order.case));
    text.action(order.action);
    text.list("goals", "対象", order.goals.iter());
    text.field(
        "ends everywhere at",
        "終了日時",
        &both_times(order.expires_at),
    );
    text.field("order id", "指令番号", &order.id().to_string());
    text.written
}

/// Writes what a person sees before signing a standing order.
pub fn standing_text(order: &StandingOrder, language: Language) -> String {
    let mut text = Text {
        language,
        written: String::new(),
    };
    text.line(
        "issei: standing order for approval",
        "issei:承認対象の常時指令",
    );
    text.field("in the network of", "対象事業者", order.member.as_str());
    text.field("proposed by", "提案者", &order.proposer.to_string());
    text.reflex(&order.reflex);
    text.list("within", "範囲", order.scope.iter());
    text.ground(&order.ground, order.pack, &order.facts);
    text.field("each time for", "1回の継続時間", &order.lasts.to_string());
    let (at_once, per_hour) = (order.at_once.to_string(), order.per_hour.to_string());
    text.field("at most at once", "同時実施の上限", &at_once);
    text.field("at most an hour", "1時間あたりの上限", &per_hour);
    let moments = [
        ("proposed at", "提案日時", order.proposed_at),
        ("stands from", "有効開始", order.valid_from),
        ("stands until", "有効終了", order.valid_until),
    ];
    for (en, ja, moment) in moments {
        text.field(en, ja, &both_times(moment));
    }
    text.field("standing order id", "常時指令番号", &order.id().to_string());
    text.written
}

/// Writes what a person of a protected operator sees before signing a request.
pub fn request_text(request: &Request, language: Language) -> String {
    let mut text = Text {
        language,
        written: String::new(),
    };
    text.line(
        "issei: request of a protected operator",
        "issei:保護対象事業者の依頼",
    );
    text.field(
        "to the network of",
        "依頼先の事業者",
        request.member.as_str(),
    );
    let signed = &request.signed;
    text.field("asked by", "依頼者", &signed.person.to_string());
    let (en, ja) = match request.wish {
        Wanted::Drop => (
            "drop packets to the destination, for the minutes of the standing order",
            "宛先への通信を、常時指令の定める時間だけ破棄する",
        ),
        Wanted::Release => (
            "let packets to the destination pass again",
            "宛先への通信を再び通す",
        ),
    };
    let wish = text.pick(en, ja).to_owned();
    text.field("wish", "依頼内容", &wish);
    text.field("destination", "宛先", &request.to.to_string());
    text.field("asked at", "依頼日時", &both_times(signed.at));
    text.written
}

/// A text under way in one language.
struct Text {
    language: Language,
    written: String,
}

impl Text {
    fn pick<'a>(&self, en: &'a str, ja: &'a str) -> &'a str {
        match self.language {
            Language::English => en,
            Language::Japanese => ja,
        }
    }

    fn line(&mut self, en: &str, ja: &str) {
        let words = self.pick(en, ja);
        self.written.push_str(words);
        self.written.push('\n');
    }

    fn field(&mut self, en: &str, ja: &str, value: &str) {
        let label = self.pick(en, ja);
        writeln!(self.written, "{label}: {value}").expect("a string takes all");
    }

    fn list<T: ToString>(&mut self, en: &str, ja: &str, items: impl ExactSizeIterator<Item = T>) {
        self.field(en, ja, &items.len().to_string());
        for item in items {
            writeln!(self.written, "  - {}", item.to_string()).expect("a string takes all");
        }
    }

    fn action(&mut self, action: Action) {
        let (en, ja) = match action {
            Action::RefuseName => (
                "the resolver answers that exactly this name does not exist; names below it are answered as before".to_owned(),
                "名前解決サーバが、その名前だけを「存在しない」と応答する。配下の名前には従来どおり応答する".to_owned(),
            ),
            Action::Drop => (
                "packets to and from the goal are dropped".to_owned(),
                "対象との通信パケットを破棄する".to_owned(),
            ),
            Action::RateLimit(packets) => (
                format!("packets to and from the goal are limited to {packets} a second per line"),
                format!("対象との通信を1回線あたり毎秒 {packets} パケットに制限する"),
            ),
            Action::Redirect => (
                "the resolver answers with the address of the information page".to_owned(),
                "名前解決サーバが案内ページのアドレスを応答する".to_owned(),
            ),
        };
        let words = self.pick(&en, &ja).to_owned();
        self.field("action", "措置", &words);
    }

    fn reflex(&mut self, reflex: &Reflex) {
        let (en, ja) = match reflex {
            Reflex::LimitFlood(packets) => (
                format!(
                    "when a line floods a victim, its packets to that victim are limited to {packets} a second"
                ),
                format!(
                    "回線が攻撃を行っている間、その被害者あての通信を毎秒 {packets} パケットに制限する"
                ),
            ),
            Reflex::DropOnRequest(operator) => (
                format!("when `{operator}` asks, packets to the destination it names are dropped"),
                format!("`{operator}` の依頼により、指定された宛先への通信を破棄する"),
            ),
            Reflex::DropForged => (
                "when a line sends from addresses that are not its own, those packets are dropped"
                    .to_owned(),
                "回線が自身のものでないアドレスから送信する場合、そのパケットを破棄する".to_owned(),
            ),
        };
        let words = self.pick(&en, &ja).to_owned();
        self.field("reflex", "自動措置", &words);
    }

    fn ground(&mut self, row: &str, pack: Digest, facts: &BTreeMap<String, Fact>) {
        self.field("lawful ground", "法的根拠", &safe(row));
        self.field("pack of grounds", "根拠パック", &pack.to_string());
        let facts = facts.iter();
        let lines: Vec<String> = facts.map(|(name, fact)| self.fact(name, fact)).collect();
        self.list("facts on record", "記録された事実", lines.into_iter());
    }

    fn fact(&self, name: &str, fact: &Fact) -> String {
        let value = match &fact.value {
            FactValue::Flag(true) => self.pick("yes", "はい").to_owned(),
            FactValue::Flag(false) => self.pick("no", "いいえ").to_owned(),
            FactValue::Number(number) => number.to_string(),
            FactValue::Moment(moment) => both_times(*moment),
            FactValue::Text(text) => format!("`{}`", safe(text)),
            FactValue::Document(digest) => format!("{} {digest}", self.pick("document", "文書")),
        };
        let stated = self.pick("stated by", "申告者");
        let confirmed = match &fact.confirmed_by {
            Some(person) => format!("{} {person}", self.pick("confirmed by", "確認者")),
            None => self.pick("not confirmed", "未確認").to_owned(),
        };
        let by = &fact.stated_by;
        format!("{}: {value} ({stated} {by}; {confirmed})", safe(name))
    }

    fn radius(&mut self, order: &Order) {
        let radius = &order.radius;
        self.field(
            "lines hit beside the suspected (at most, as far as answered)",
            "感染疑い以外で影響を受ける回線数(回答分の上限)",
            &radius.predicted_lines.to_string(),
        );
        let suspected = radius.suspected_lines.to_string();
        self.field("suspected lines", "感染疑いの回線数", &suspected);
        let unknown: Vec<String> = radius
            .unanswered
            .iter()
            .map(|member| self.unanswered(order, member))
            .collect();
        self.list(
            "unknown: members that did not answer",
            "不明:未回答の事業者",
            unknown.into_iter(),
        );
        if !radius.remembered.is_empty() {
            let short = radius.remembered.iter();
            let short: Vec<String> = short
                .map(|(member, days)| self.memory(member, *days))
                .collect();
            self.list(
                "partly unknown: members whose memory of contacts is short",
                "一部不明:通信記憶の短い事業者",
                short.into_iter(),
            );
        }
        let (counted, shared): (Vec<&String>, Vec<&String>) = radius
            .hints
            .iter()
            .partition(|hint| Hint::is_about_count(hint));
        let shared = shared.into_iter().map(|hint| safe(hint));
        self.list("signs that others share it", "共用の兆候", shared);
        // Only orders about names have it, so every other order reads as before.
        if !counted.is_empty() {
            self.list(
                "unknown: lines that asked a name and contacted none of its addresses; names below it",
                "不明:名前を問い合わせたがいずれのアドレスとも通信していない回線、および配下の名前の利用者",
                counted.into_iter().map(|hint| safe(hint)),
            );
        }
    }

    fn memory(&self, member: &OrganisationId, days: u8) -> String {
        let wanted = Radius::WANTED_DAYS;
        match self.language {
            Language::English => format!("{member} (memory of {days} of {wanted} days)"),
            Language::Japanese => format!("{member}({wanted} 日のうち {days} 日分の記憶)"),
        }
    }

    fn unanswered(&self, order: &Order, member: &OrganisationId) -> String {
        let lines = order.participant(member).map_or(0, |found| found.lines);
        let unit = self.pick("lines", "回線");
        format!("{member} ({lines} {unit})")
    }

    fn evidence(&mut self, evidence: &[EvidenceEntry]) {
        let lines: Vec<String> = evidence
            .iter()
            .map(|entry| {
                let kinds: Vec<String> = entry.kinds.iter().map(|kind| safe(kind)).collect();
                let kinds = kinds.join(", ");
                let forgeable = match entry.forgeable {
                    true => self.pick("could be forged", "偽装可能"),
                    false => self.pick("cannot be forged from afar", "遠隔からの偽装不可"),
                };
                let until = both_times(entry.until);
                format!(
                    "{} {:?} [{kinds}] {forgeable}; {until}",
                    entry.source, entry.rule
                )
            })
            .collect();
        self.list("evidence", "証拠", lines.into_iter());
    }

    fn times(&mut self, order: &Order) {
        let lifetime = order.expires_at.since(order.proposed_at);
        self.field("proposed at", "提案日時", &both_times(order.proposed_at));
        self.field("fires before", "実施期限", &both_times(order.fire_before));
        self.field(
            "ends everywhere at",
            "終了日時",
            &both_times(order.expires_at),
        );
        let words = lifetime.to_string();
        self.field("from proposal to end", "提案から終了まで", &words);
        // Only orders that must be confirmed have it, so every other order reads as before.
        if let Some(within) = order.confirm_within {
            let words = match self.language {
                Language::English => {
                    format!("{within} after the first fires; else it ends everywhere then")
                }
                Language::Japanese => {
                    format!(
                        "最初の実施から {within} 以内。確認がなければその時点で全事業者において終了"
                    )
                }
            };
            self.field("a person must confirm it within", "継続の確認", &words);
        }
    }

    fn participants(&mut self, order: &Order) {
        let unit = self.pick("lines", "回線").to_owned();
        let lines = order
            .participants
            .iter()
            .map(|participant| format!("{} ({} {unit})", participant.member, participant.lines));
        self.list("members asked", "参加事業者", lines);
        let quorum = format!("{} %", order.quorum_percent);
        self.field(
            "lines that must be prepared",
            "準備完了が必要な回線の割合",
            &quorum,
        );
        let limit = order.clock_limit.to_string();
        self.field("clock may be off by", "許容する時計の誤差", &limit);
    }

    fn canary(&mut self, order: &Order) {
        self.list(
            "fires first (canary)",
            "先行実施(カナリア)",
            order.canary.iter(),
        );
        if order.canary.is_empty() {
            let people: &[PersonId] = &order.canary_skipped_by;
            self.list(
                "canary skipped by",
                "先行実施を省略する承認者",
                people.iter(),
            );
        }
    }
}

/// Writes a moment in UTC and in Japan, which has no summer time.
fn both_times(moment: Timestamp) -> String {
    const JAPAN: Span = Span::from_secs(9 * 3_600);
    let clock = |moment: Timestamp| moment.to_string().replace('T', " ").replace('Z', "");
    format!("{} UTC / {} JST", clock(moment), clock(moment + JAPAN))
}

/// Makes foreign words harmless: one line, read in the direction it is written.
fn safe(words: &str) -> String {
    let mut safe = String::with_capacity(words.len());
    for letter in words.chars() {
        if letter.is_control() || is_invisible(letter) || letter == '\\' {
            safe.extend(letter.escape_unicode());
        } else {
            safe.push(letter);
        }
    }
    safe
}

/// Line and paragraph separators, marks of direction and letters of no width (Unicode 16, general
/// categories Zl, Zp and the commonly abused part of Cf).
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
