//! The shape of a botnet's keep-alive: tiny payloads in question and answer, about once a minute.
//!
//! Only lengths and times are looked at (decision 0005). Mirai's bot sends two bytes and gets two
//! back; Gafgyt's server sends `PING` and gets `PONG`, with or without line ends.
//! Known fault: an idle MQTT connection in the clear asks and answers with two bytes as well
//! (MQTT 3.1.1, sections 3.12 and 3.13), and many clients do so once a minute.

use issei_model::Marks;

/// What was exchanged last, and for how many minutes it has gone on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Beat {
    /// The second of the last exchange, modulo 2^32.
    second: u32,
    /// The second of the last question, modulo 2^16.
    asked_at: u16,
    asked: Asked,
    shape: Shape,
    exchanges: u8,
}

/// A question that waits for its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Asked {
    #[default]
    Nothing,
    TwoByOpener,
    TwoByResponder,
    TextByResponder,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shape {
    #[default]
    None,
    Two,
    Text,
}

/// Exchanges in rhythm that make a mark: two intervals alike are no accident of a dialogue.
const EXCHANGES: u8 = 3;

/// Seconds in which an answer comes: a machine's, over a slow line. Without this bound, question
/// and answer of two different minutes would pass for a question of the other side.
const ANSWER: u16 = 10;

/// Seconds between two exchanges. Both families wait a minute; Mirai's loop wakes every ten
/// seconds, so its minute may be a little long or short.
const RHYTHM: std::ops::RangeInclusive<u32> = 40..=80;

impl Beat {
    /// Takes a payload by its length and sender. Tells the marks that follow.
    #[inline]
    pub(super) fn payload(&mut self, length: u32, by_opener: bool, time: i64) -> u16 {
        // Most payloads of most flows are neither question nor answer.
        if length > 6 && self.asked == Asked::Nothing {
            return 0;
        }
        let second = time.div_euclid(1_000_000) as u32;
        match self.answers(length, by_opener, second) {
            Shape::None => self.ask(length, by_opener, second),
            shape => self.exchange(shape, second),
        }
    }

    fn ask(&mut self, length: u32, by_opener: bool, second: u32) -> u16 {
        self.asked_at = second as u16;
        self.asked = match (length, by_opener) {
            (2, true) => Asked::TwoByOpener,
            (2, false) => Asked::TwoByResponder,
            (4..=6, false) => Asked::TextByResponder,
            _ => Asked::Nothing,
        };
        0
    }

    fn answers(&self, length: u32, by_opener: bool, second: u32) -> Shape {
        if (second as u16).wrapping_sub(self.asked_at) > ANSWER {
            return Shape::None;
        }
        match (self.asked, length, by_opener) {
            (Asked::TwoByOpener, 2, false) | (Asked::TwoByResponder, 2, true) => Shape::Two,
            (Asked::TextByResponder, 4..=6, true) => Shape::Text,
            _ => Shape::None,
        }
    }

    fn exchange(&mut self, shape: Shape, second: u32) -> u16 {
        self.asked = Asked::Nothing;
        let in_rhythm = RHYTHM.contains(&second.wrapping_sub(self.second));
        self.exchanges = match in_rhythm && shape == self.shape {
            true => self.exchanges.saturating_add(1),
            false => 1,
        };
        (self.second, self.shape) = (second, shape);
        match shape {
            Shape::Two if self.exchanges >= EXCHANGES => Marks::TWO_BYTE_KEEPALIVE,
            Shape::Text if self.exchanges >= EXCHANGES => Marks::TEXT_KEEPALIVE,
            _ => 0,
        }
    }
}
