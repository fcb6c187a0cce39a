//! The provider of accounts that an office's settings name, with the host's errands as the way to it.
//!
//! In: the section `[oidc]`, the office's folder with the secret. Out: a provider for the window. Not here: what is
//! asked of it and believed (`issei-window`), HTTP (`issei-host`).

use std::path::Path;
use std::sync::Arc;

use issei_host::errands::Errands;
use issei_window::sign_in::oidc::{self, Answer, Errand, Provider, Underway};

use crate::code::Failure;
use crate::office::settings::Oidc;

/// Makes the provider that is set.
///
/// # Errors
/// If the secret cannot be read.
pub fn provider(set: &Oidc, root: &Path) -> Result<Provider, Failure> {
    Ok(Provider {
        name: set.name.clone(),
        issuer: set.issuer.clone(),
        client: set.client_id.clone(),
        secret: set.secret(root)?,
        errands: Arc::new(Hosted(Errands::default())),
    })
}

/// Errands that the host runs.
struct Hosted(Errands);

impl oidc::Errands for Hosted {
    fn run(&self, errand: Errand) -> Underway {
        let errands = self.0.clone();
        Box::pin(async move {
            let ran = errands.run(errand.url, errand.form, errand.authorization);
            ran.await.map(|(status, body)| Answer { status, body })
        })
    }
}
