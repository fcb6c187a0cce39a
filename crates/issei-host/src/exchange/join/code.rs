//! A code that one desk reads to another: 80 bits of chance as 16 letters in four groups.
//!
//! Always: what is misheard in the usual ways is still read (`O` as 0, `I` and `L` as 1, any case,
//! any hyphens and spaces). It does not show itself by `Debug`, and is wiped when dropped.
//! Standard: Crockford's base 32, without its check digit: a wrong code fails by itself.

use std::fmt;
use std::io;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::kernel;

/// Without I, L, O and U.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BYTES: usize = 10;
const LETTERS_IN_ALL: usize = 16;
const LETTERS_A_GROUP: usize = 4;

/// A one-time code.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(Zeroizing<[u8; BYTES]>);

impl Code {
    /// Draws a code.
    ///
    /// # Errors
    /// If the kernel gives no random bytes.
    pub fn draw() -> io::Result<Self> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        kernel::random(&mut bytes[..])?;
        Ok(Self(bytes))
    }

    /// Spells it, to be read aloud.
    pub fn spelled(&self) -> Zeroizing<String> {
        let number = self
            .0
            .iter()
            .fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        let mut text = Zeroizing::new(String::with_capacity(LETTERS_IN_ALL + 3));
        for place in 0..LETTERS_IN_ALL {
            if place > 0 && place % LETTERS_A_GROUP == 0 {
                text.push('-');
            }
            let letter = (number >> (5 * (LETTERS_IN_ALL - 1 - place))) & 31;
            text.push(char::from(LETTERS[letter as usize]));
        }
        text
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0[..]
    }
}

impl FromStr for Code {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            "a code is 16 letters and digits in four groups, such as `7Q4N-0XKD-V2MA-9F3T`"
                .to_owned()
        };
        let (mut number, mut count) = (0_u128, 0);
        for letter in text
            .trim()
            .bytes()
            .filter(|letter| !matches!(letter, b'-' | b' '))
        {
            let value = match letter.to_ascii_uppercase() {
                b'O' => 0,
                b'I' | b'L' => 1,
                letter => LETTERS
                    .iter()
                    .position(|known| *known == letter)
                    .ok_or_else(wrong)?,
            };
            count += 1;
            if count > LETTERS_IN_ALL {
                return Err(wrong());
            }
            number = number << 5 | value as u128;
        }
        if count != LETTERS_IN_ALL {
            return Err(wrong());
        }
        let mut bytes = Zeroizing::new([0; BYTES]);
        bytes.copy_from_slice(&number.to_be_bytes()[16 - BYTES..]);
        Ok(Self(bytes))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.spelled())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        text.parse().map_err(serde::de::Error::custom)
    }
}
