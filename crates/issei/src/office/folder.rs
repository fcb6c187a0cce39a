//! Where an office keeps what it has: one folder, readable by its owner only.
//!
//! In: the folder. Out: paths, secret seeds, settings. Always: a secret lies in a file of its own and
//! is never printed; a mistake in the settings is named with its line.
//! Not here: the database (`issei_host::store`), devices.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use issei_case::ground::Pack;
use issei_case::{Ceiling, Safeguards};
use issei_host::exchange::Credentials;
use issei_host::{clock, files};
use issei_model::Goal;

use super::charter::Charter;
use super::own_list::OwnList;
pub use super::settings::Settings;
use crate::code::Failure;

/// A coordinator's or member's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Names a folder; nothing is read yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Tells where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the database is.
    pub fn database(&self) -> PathBuf {
        self.root.join("state.db")
    }

    /// Where the process listens for people at this machine.
    pub fn socket(&self) -> PathBuf {
        self.root.join("control.sock")
    }

    /// Where the rehearsed device keeps its rules.
    pub fn device(&self) -> PathBuf {
        self.root.join("device")
    }

    /// Where the keys of commitments to triggers are.
    pub fn reflex_keys(&self) -> PathBuf {
        self.root.join("reflex-keys.jsonl")
    }

    /// Where the pinned charter is.
    pub fn charter(&self) -> PathBuf {
        self.root.join("charter.json")
    }

    /// Where a charter waits that nobody here has accepted yet.
    pub fn offered_charter(&self) -> PathBuf {
        self.root.join("charter.offered.json")
    }

    /// Where the own certificate is.
    pub fn certificate(&self) -> PathBuf {
        self.root.join("identity.pem")
    }

    /// Where the own certificate's key is.
    pub fn certificate_key(&self) -> PathBuf {
        self.root.join("identity.key")
    }

    /// Where the certificate of the authority is.
    pub fn authority(&self) -> PathBuf {
        self.root.join("authority.pem")
    }

    /// Where the coordinator keeps the authority's key.
    pub fn authority_key(&self) -> PathBuf {
        self.root.join("authority.key")
    }

    /// Reads a file of the folder.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        let told = |error| Failure::unreadable(format!("{}: {error}", path.display()));
        fs::read(path).map_err(told)
    }

    /// Reads a file of the folder that is text.
    ///
    /// # Errors
    /// If it cannot be read, or is no text.
    pub fn text(&self, path: &Path) -> Result<String, Failure> {
        let told = |error| Failure::unreadable(format!("{}: {error}", path.display()));
        fs::read_to_string(path).map_err(told)
    }

    /// Reads the own certificate, its key, and the authority's certificate.
    ///
    /// # Errors
    /// If one of them cannot be read, or is none.
    pub fn credentials(&self) -> Result<Credentials, Failure> {
        let chain = self.text(&self.certificate())?;
        let key = self.text(&self.certificate_key())?;
        let roots = self.text(&self.authority())?;
        Credentials::from_pem(&chain, &key, &roots).map_err(Failure::wrong)
    }

    /// Writes a file whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        files::write_private(path, bytes).map_err(Failure::broken)
    }

    /// Writes a file that the owner of the folder can read, whoever writes it.
    ///
    /// # Errors
    /// If it cannot be written, or not be given to the owner.
    pub fn write_as_owner(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let folder = fs::metadata(&self.root).map_err(Failure::broken)?;
        self.write(path, bytes)?;
        let owner = (Some(folder.uid()), Some(folder.gid()));
        chown(path, owner.0, owner.1).map_err(Failure::broken)
    }

    /// Draws a new secret seed and keeps it under that name.
    ///
    /// # Errors
    /// If the kernel gives no chance, or the file cannot be written.
    pub fn new_seed(&self, name: &str) -> Result<[u8; 32], Failure> {
        let seed = chance()?;
        let text = issei_model::Digest(seed).to_string();
        self.write(&self.seed_path(name), text.as_bytes())?;
        Ok(seed)
    }

    /// Reads the secret seed of that name.
    ///
    /// # Errors
    /// If it cannot be read, or is none.
    pub fn seed(&self, name: &str) -> Result<[u8; 32], Failure> {
        let path = self.seed_path(name);
        let text = self.text(&path)?;
        let seed: Result<issei_model::Digest, String> = text.trim().parse();
        let wrong = |_| Failure::unreadable(format!("{}: no secret seed", path.display()));
        seed.map(|seed| seed.0).map_err(wrong)
    }

    fn seed_path(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}.seed"))
    }

    /// Reads the settings; none is the same as an empty file.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn settings(&self) -> Result<Settings, Failure> {
        let path = self.root.join(Settings::FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(Failure::unreadable(format!("{}: {error}", path.display())));
            }
        };
        Settings::parse(&path.display().to_string(), &text).map_err(Failure::wrong)
    }

    /// Writes the settings.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write_settings(&self, settings: &Settings) -> Result<(), Failure> {
        let text = toml::to_string(settings).map_err(Failure::broken)?;
        self.write(&self.root.join(Settings::FILE), text.as_bytes())
    }

    /// Reads the lawful grounds that hold here.
    ///
    /// # Errors
    /// What is wrong with the settings or the pack.
    pub fn pack(&self) -> Result<Pack, Failure> {
        let settings = self.settings()?;
        let own = settings
            .own_pack
            .as_ref()
            .map(|path| self.text(&self.root.join(path)));
        let mut pack = match own.transpose()? {
            Some(own) => {
                Pack::japan_with(&own).map_err(|error| Failure::wrong(error.to_string()))?
            }
            None => Pack::japan(),
        };
        for row in &settings.rows_on {
            pack = pack
                .with_row_on(row)
                .map_err(|error| Failure::wrong(error.to_string()))?;
        }
        Ok(pack)
    }

    /// Reads what this office judges by, beside the charter and the lists.
    ///
    /// # Errors
    /// What is wrong with the settings or the pack.
    pub fn rules(&self, charter: &Charter, lists: &OwnList) -> Result<Rules, Failure> {
        let settings = self.settings()?;
        Ok(Rules {
            pack: self.pack()?,
            safeguards: lists.safeguards().clone(),
            ceiling: settings.lowered(charter.ceiling().map_err(Failure::wrong)?),
            needed_by_customers: settings.needed_by_customers.into_iter().collect(),
            ours: settings.ours,
        })
    }
}

/// What an office judges by, beside the charter.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Its lawful grounds.
    pub pack: Pack,
    /// What is never cut.
    pub safeguards: Safeguards,
    /// How wide an order may be.
    pub ceiling: Ceiling,
    /// Goals that its customers need to reach.
    pub needed_by_customers: BTreeSet<Goal>,
    /// The prefixes of its own lines.
    pub ours: Vec<IpNet>,
}

/// Draws 32 bytes from the kernel.
///
/// # Errors
/// If it gives none.
pub fn chance() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    for half in bytes.chunks_exact_mut(16) {
        let [a, b] = clock::random_key().map_err(Failure::broken)?;
        half[..8].copy_from_slice(&a.to_be_bytes());
        half[8..].copy_from_slice(&b.to_be_bytes());
    }
    Ok(bytes)
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
