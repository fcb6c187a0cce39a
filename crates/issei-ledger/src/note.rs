//! Texts with signatures below them ⇄ bytes; keys and their names.
//!
//! In: bytes, seeds, moments. Out: notes, signature lines, keys.
//! Always: what parses writes back to the same bytes; a note is bounded before it is read.
//! Standard: C2SP signed-note (Ed25519, algorithm 0x01) and tlog-cosignature (cosignature/v1,
//! algorithm 0x04). Not here: who has to sign (`checkpoint.rs`).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// Begins a signature line: an em dash and a space.
const DASH: &str = "\u{2014} ";
/// Bytes of a note: the text of a checkpoint and the lines of [`Note::MOST_SIGNATURES`] keys.
const LONGEST_NOTE: usize = 64 << 10;
/// Bytes of a key's name: that of a host with a path behind it.
const LONGEST_NAME: usize = 255;
/// Bytes of the longest signature that is carried along, also one of an algorithm we do not know.
const LONGEST_SIGNATURE: usize = 16 << 10;

/// A text and the signature lines below it. Nothing of it is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text, with its last line break.
    pub text: String,
    /// The lines below it.
    pub signatures: Vec<SignatureLine>,
}

/// One signature line, not verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLine {
    /// Whose it says it is.
    pub name: String,
    /// Which key of that name.
    pub id: [u8; 4],
    /// What the algorithm of the key makes.
    pub signature: Vec<u8>,
}

impl Note {
    /// Most signature lines: as many as other readers of notes take.
    pub const MOST_SIGNATURES: usize = 100;

    /// Reads a note.
    ///
    /// # Errors
    /// If it is too long, or no note.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > LONGEST_NOTE {
            return Err(NoteError::TooLong);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
        if whole.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(NoteError::NotText);
        }
        let middle = whole.rfind("\n\n").ok_or(NoteError::Unsigned)?;
        let (text, lines) = (&whole[..=middle], &whole[middle + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Unsigned)?;
        let mut signatures = Vec::new();
        for (number, line) in (1..).zip(lines.split('\n')) {
            if number > Self::MOST_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            signatures.push(SignatureLine::parse(line).ok_or(NoteError::Line { number })?);
        }
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl SignatureLine {
    fn parse(line: &str) -> Option<Self> {
        let (name, rest) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = STANDARD.decode(rest).ok()?;
        let (id, signature) = bytes.split_first_chunk()?;
        let bounded = (1..=LONGEST_SIGNATURE).contains(&signature.len());
        (bounded && is_name(name)).then(|| Self {
            name: name.to_owned(),
            id: *id,
            signature: signature.to_owned(),
        })
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id[..], &self.signature].concat();
        write!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

/// What a key signs, and how: the number is the standard's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// The text, by the log itself.
    Ed25519 = 0x01,
    /// The text and a moment, by a witness.
    CosignatureV1 = 0x04,
}

/// A public key with its name: all that is needed to check a signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    algorithm: Algorithm,
    key: VerifyingKey,
}

impl Verifier {
    /// Takes a public key.
    ///
    /// # Errors
    /// If the name or the key cannot be one.
    pub fn new(name: &str, algorithm: Algorithm, key: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        let key = VerifyingKey::from_bytes(key).map_err(|_| KeyError::Point)?;
        if key.is_weak() {
            return Err(KeyError::Point);
        }
        Ok(Self {
            name: name.to_owned(),
            algorithm,
            key,
        })
    }

    /// Tells the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells what the key signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Tells the public key.
    pub fn key(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Tells the id: the first four bytes of SHA-256 over name, line break, algorithm and key.
    pub fn id(&self) -> [u8; 4] {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', self.algorithm as u8])
            .chain_update(self.key.as_bytes())
            .finalize()
            .into();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// Tells whether a line says it is by this key.
    pub fn is_named_by(&self, line: &SignatureLine) -> bool {
        self.name == line.name && self.id() == line.id
    }

    /// Checks a line of a log over a text.
    pub(crate) fn signed(&self, text: &str, line: &SignatureLine) -> bool {
        let ours = self.algorithm == Algorithm::Ed25519 && self.is_named_by(line);
        ours && self.holds(text.as_bytes(), &line.signature)
    }

    /// Checks a line of a witness over a text: the moment it signed, in seconds since 1970.
    pub(crate) fn cosigned(&self, text: &str, line: &SignatureLine) -> Option<u64> {
        let (time, signature) = line.signature.split_first_chunk()?;
        let time = u64::from_be_bytes(*time);
        let ours = self.algorithm == Algorithm::CosignatureV1 && self.is_named_by(line);
        (ours && self.holds(&cosigned_message(text, time), signature)).then_some(time)
    }

    fn holds(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id());
        let key = [&[self.algorithm as u8], &self.key.as_bytes()[..]].concat();
        write!(f, "{}+{id:08x}+{}", self.name, STANDARD.encode(key))
    }
}

impl FromStr for Verifier {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, rest) = text.split_once('+').ok_or(KeyError::Shape)?;
        let (_, key) = rest.split_once('+').ok_or(KeyError::Shape)?;
        let bytes = STANDARD.decode(key).map_err(|_| KeyError::Shape)?;
        let (algorithm, key) = bytes.split_first().ok_or(KeyError::Shape)?;
        let algorithm = match algorithm {
            0x01 => Algorithm::Ed25519,
            0x04 => Algorithm::CosignatureV1,
            &number => return Err(KeyError::Algorithm { number }),
        };
        let key = key.try_into().map_err(|_| KeyError::Shape)?;
        let verifier = Self::new(name, algorithm, key)?;
        if verifier.to_string() != text {
            return Err(KeyError::Id);
        }
        Ok(verifier)
    }
}

/// A secret key with its name.
#[derive(Clone)]
pub struct Signer {
    key: SigningKey,
    verifier: Verifier,
}

impl Signer {
    /// Takes 32 random bytes as a secret key.
    ///
    /// # Errors
    /// If the name cannot be one.
    pub fn new(name: &str, algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(seed);
        let verifier = Verifier::new(name, algorithm, key.verifying_key().as_bytes())?;
        Ok(Self { key, verifier })
    }

    /// Shows the public half.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Signs a text at a moment in seconds since 1970, which only a cosignature carries.
    pub(crate) fn sign(&self, text: &str, time: u64) -> SignatureLine {
        let sign = |message: &[u8]| self.key.sign(message).to_bytes();
        let signature = match self.verifier.algorithm {
            Algorithm::Ed25519 => sign(text.as_bytes()).to_vec(),
            Algorithm::CosignatureV1 => {
                let signature = sign(&cosigned_message(text, time));
                [&time.to_be_bytes()[..], &signature].concat()
            }
        };
        SignatureLine {
            name: self.verifier.name.clone(),
            id: self.verifier.id(),
            signature,
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the secret key of {}", self.verifier)
    }
}

/// What a witness signs (tlog-cosignature, "Format").
fn cosigned_message(text: &str, time: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

/// Tells whether a key may be named so: neither empty, nor with a space or a plus sign.
fn is_name(name: &str) -> bool {
    let other = |letter: char| letter.is_whitespace() || letter.is_control() || letter == '+';
    (1..=LONGEST_NAME).contains(&name.len()) && !name.contains(other)
}

/// Why bytes are no note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// There are too many bytes.
    TooLong,
    /// They are not UTF-8, or hold control characters.
    NotText,
    /// No signature lines stand below an empty line.
    Unsigned,
    /// There are more lines than [`Note::MOST_SIGNATURES`].
    TooManySignatures,
    /// A line is no signature line.
    Line {
        /// Its number, from 1.
        number: usize,
    },
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "a note has at most {LONGEST_NOTE} bytes"),
            Self::NotText => write!(f, "a note is UTF-8 without control characters"),
            Self::Unsigned => write!(
                f,
                "a note ends with an empty line and signature lines; fetch it again"
            ),
            Self::TooManySignatures => write!(
                f,
                "a note has at most {} signature lines; ask for fewer cosignatures",
                Note::MOST_SIGNATURES
            ),
            Self::Line { number } => write!(
                f,
                "line {number} below the text is no signature line; fetch the note again"
            ),
        }
    }
}

impl std::error::Error for NoteError {}

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// It is not `NAME+ID+KEY`.
    Shape,
    /// The name is empty, too long, or holds a space or a plus sign.
    Name,
    /// The algorithm is none of ours.
    Algorithm {
        /// Its number.
        number: u8,
    },
    /// The bytes are no point, or one that anybody can sign for.
    Point,
    /// The id does not follow from name and key: one of them was changed.
    Id,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => write!(
                f,
                "a key is written NAME+ID+KEY, such as `log.example/issei+0123abcd+AT…`"
            ),
            Self::Name => write!(
                f,
                "a key is named by 1 to {LONGEST_NAME} bytes without spaces or `+`"
            ),
            Self::Algorithm { number } => write!(
                f,
                "a key of algorithm {number} is not known; use 1 (log) or 4 (witness)"
            ),
            Self::Point => write!(f, "these bytes are no Ed25519 public key; make a new one"),
            Self::Id => write!(
                f,
                "the id does not belong to this name and key; ask its owner for the key again"
            ),
        }
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
#[path = "note_tests.rs"]
mod tests;
