//! The window's API under what Schemathesis makes of its own document: hostile, odd and proper requests.
//!
//! In: the window on a made-up office over the loopback, Schemathesis from PyPI. Out: how many requests were answered
//! as the document says. Always: it lies under the target folder, at an exact version; the same seed each time, so
//! that a failure can be seen again. Not here: the stream of events, which has no end.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use super::comparison::Comparison;
use super::folder::Folder;
use super::needs::Need;
use super::running::Running;
use super::{Check, Scene};
use crate::run::{made, root};

/// Schemathesis finds no answer that the document does not tell of.
pub const ANSWERS: Check = Check {
    name: "api: Schemathesis finds no server error, and no answer that the OpenAPI document does not tell of",
    needs: &[Need::Program("python3", "python3-venv")],
    run: answers,
};

const VERSION: &str = "4.32.5";
/// What each answer is held against.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
const LONGEST: Duration = Duration::from_secs(240);

fn answers(_: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("api")?;
    let schemathesis = installed(&folder)?.display().to_string();
    let program = made("issei-window", Some("window"), "")?;
    let port = free_port()?;
    let address = format!("127.0.0.1:{port}");
    let program = program.display().to_string();
    let mut window = Running::start(&folder, &[&program, &address, "100", "1000"])?;
    window.until("the window is open", |_| {
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
    })?;
    let (url, origin) = (
        format!("http://{address}"),
        format!("Origin: http://{address}"),
    );
    let document = format!("{url}/api/v1/openapi.json");
    // It leaves notes where it stands.
    let place = folder.file("notes");
    fs::create_dir_all(&place).map_err(|error| format!("{}: {error}", place.display()))?;
    let place = place.display().to_string();
    let command = [
        "env",
        "--chdir",
        &place,
        schemathesis.as_str(),
        "run",
        &document,
        "--url",
        &url,
        "--header",
        &origin,
        "--rate-limit",
        "50/s",
        "--exclude-path",
        "/api/v1/events",
        "--max-examples",
        "25",
        "--seed",
        "1",
        "--checks",
        CHECKS,
        "--generation-database",
        "none",
        "--no-color",
    ];
    let said = Running::start(&folder, &command)?.finish_within(LONGEST)?;
    let tested = figure(&said.out, "Tested:").unwrap_or(0);
    let cases = cases(&said.out).unwrap_or(0);
    window.end()?;
    println!("Schemathesis {VERSION}");
    let said = said.well()?;
    let mut comparison = Comparison::default();
    comparison.some("operations tested", tested);
    comparison.some("requests answered as the document says", cases);
    comparison.none(
        "server errors",
        said.out.matches("Server error:").count() as u64,
    );
    Ok(comparison)
}

/// Brings Schemathesis, unless it is there.
fn installed(folder: &Folder) -> Result<PathBuf, String> {
    let place = root().join("target/schemathesis");
    let told = |error: std::io::Error| format!("{}: {error}", place.display());
    let marker = place.join(format!("{VERSION}.installed"));
    if !marker.is_file() {
        let shown = place.display().to_string();
        Running::start(folder, &["python3", "-m", "venv", "--clear", &shown])?
            .finish()?
            .well()?;
        let pip = place.join("bin/pip").display().to_string();
        let wanted = format!("schemathesis=={VERSION}");
        let command = [pip.as_str(), "install", "--quiet", "--no-input", &wanted];
        Running::start(folder, &command)?
            .finish_within(LONGEST)?
            .well()?;
        fs::write(&marker, "").map_err(told)?;
    }
    Ok(place.join("bin/schemathesis"))
}

/// Finds a TCP port that nobody uses now.
fn free_port() -> Result<u16, String> {
    let told = |error: std::io::Error| format!("no free port: {error}");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(told)?;
    Ok(listener.local_addr().map_err(told)?.port())
}

/// Reads the figure behind a word.
fn figure(text: &str, word: &str) -> Option<u64> {
    let (_, rest) = text.split_once(word)?;
    let digits = rest.trim_start().chars().take_while(char::is_ascii_digit);
    digits.collect::<String>().parse().ok()
}

/// Reads how many requests were made: `1,396 generated, …` below a head.
fn cases(text: &str) -> Option<u64> {
    let (_, rest) = text.split_once("Test cases:")?;
    let digits = rest.chars().skip_while(|one| one.is_whitespace());
    let digits = digits
        .filter(|one| *one != ',')
        .take_while(char::is_ascii_digit);
    digits.collect::<String>().parse().ok()
}

#[cfg(test)]
#[path = "api_tests.rs"]
mod tests;
