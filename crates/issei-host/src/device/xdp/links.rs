//! Hangs the program on interfaces, natively where the driver can, and takes it off again.
//!
//! Always: a program that somebody else has hung there is never replaced; the link is pinned, so the program
//! stays when we do not; which of the two ways it hangs is told.

use std::ffi::CString;
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use super::call::{self, Mode};
use super::pins::{LinkPin, Pins};
use crate::device::Fault;
use crate::kernel;

/// How the program hangs on an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// The interface.
    pub interface: String,
    /// Where its driver calls the program.
    pub mode: Mode,
    /// Why not natively, if the driver refused.
    pub instead: Option<String>,
}

/// Hangs the program on every interface, and takes it off all others of ours. If one refuses, those that
/// were new are as before.
pub(super) fn agree(
    pins: &Pins,
    program: &OwnedFd,
    interfaces: &[String],
) -> Result<Vec<Attached>, Fault> {
    let wanted: Vec<(String, u32)> = interfaces
        .iter()
        .map(|name| index(name).map(|index| (name.clone(), index)))
        .collect::<Result<_, Fault>>()?;
    let mut present = Vec::new();
    for pin in pins.links()? {
        let is_wanted = wanted.iter().any(|(_, index)| *index == pin.interface);
        if is_wanted && carries(&pin, program)? {
            present.push(pin);
        } else {
            remove(&pin)?;
        }
    }
    let mut attached = Vec::new();
    let mut new = Vec::new();
    for (name, index) in wanted {
        let hung = match present.iter().find(|pin| pin.interface == index) {
            Some(pin) => Ok((pin.mode, None)),
            None => attach(pins, program.as_fd(), &name, index).inspect(|(mode, _)| {
                new.push(LinkPin {
                    path: pins.link(index, *mode),
                    interface: index,
                    mode: *mode,
                });
            }),
        };
        match hung {
            Ok((mode, instead)) => attached.push(Attached {
                interface: name,
                mode,
                instead,
            }),
            Err(fault) => {
                new.iter().for_each(|pin| drop(remove(pin)));
                return Err(fault);
            }
        }
    }
    Ok(attached)
}

/// Demands that the program hangs on every interface.
pub(super) fn demand(pins: &Pins, program: &OwnedFd, interfaces: &[String]) -> Result<(), Fault> {
    let links = pins.links()?;
    let id = call::program_id(program.as_fd()).map_err(failed("asking for the program"))?;
    for name in interfaces {
        let index = index(name)?;
        let pin = links.iter().find(|pin| pin.interface == index);
        let state = pin.map(state).transpose()?;
        let hangs = state.is_some_and(|state| state.interface == index && state.program == id);
        if !hangs {
            return Err(Fault::Away(format!(
                "the program is not on `{name}` any more"
            )));
        }
    }
    Ok(())
}

/// Takes the program off every interface.
pub(super) fn remove_all(pins: &Pins) -> Result<(), Fault> {
    pins.links()?.iter().try_for_each(remove)
}

/// Lets a link that is there carry this program. Tells whether it still leads anywhere.
fn carries(pin: &LinkPin, program: &OwnedFd) -> Result<bool, Fault> {
    let state = state(pin)?;
    let id = call::program_id(program.as_fd()).map_err(failed("asking for the program"))?;
    if state.interface != pin.interface {
        return Ok(false);
    }
    if state.program != id {
        let link = call::pinned(&pin.path).map_err(failed("opening a link"))?;
        call::replace(link.as_fd(), program.as_fd()).map_err(failed("changing the program"))?;
    }
    Ok(true)
}

fn state(pin: &LinkPin) -> Result<call::LinkState, Fault> {
    let link = call::pinned(&pin.path).map_err(failed("opening a link"))?;
    call::link(link.as_fd()).map_err(failed("asking for a link"))
}

/// Takes the program off one interface. The pin goes last: while it is there we know of the link.
fn remove(pin: &LinkPin) -> Result<(), Fault> {
    let link = call::pinned(&pin.path).map_err(failed("opening a link"))?;
    call::detach(link.as_fd()).map_err(failed("taking the program off"))?;
    fs::remove_file(&pin.path).map_err(failed("removing a link's pin"))
}

fn attach(
    pins: &Pins,
    program: BorrowedFd<'_>,
    name: &str,
    index: u32,
) -> Result<(Mode, Option<String>), Fault> {
    let (link, mode, instead) = match call::attach(program, index, Mode::Native) {
        Ok(link) => (link, Mode::Native, None),
        Err(refusal) if may_be_generic(&refusal) => {
            let link = call::attach(program, index, Mode::Generic);
            let link = link.map_err(|cause| refused(name, cause))?;
            (link, Mode::Generic, Some(refusal.to_string()))
        }
        Err(refusal) => return Err(refused(name, refusal)),
    };
    let pinned = call::pin(link.as_fd(), &pins.link(index, mode));
    pinned.map_err(failed("pinning a link"))?;
    Ok((mode, instead))
}

/// Tells whether the driver refused, and not the kernel: because somebody else's program hangs there, or since
/// we may not.
fn may_be_generic(refusal: &io::Error) -> bool {
    let kernel = [
        libc::EBUSY,
        libc::EEXIST,
        libc::EPERM,
        libc::ENODEV,
        libc::EACCES,
    ];
    !refusal
        .raw_os_error()
        .is_some_and(|code| kernel.contains(&code))
}

fn refused(name: &str, cause: io::Error) -> Fault {
    match cause.raw_os_error() {
        Some(libc::EBUSY | libc::EEXIST) => Fault::Said(format!(
            "another program is attached to {name}, and is left alone; take it off with its own tools first"
        )),
        _ => Fault::Failed("attaching the program", cause),
    }
}

fn index(name: &str) -> Result<u32, Fault> {
    let known = CString::new(name)
        .is_ok()
        .then(|| kernel::interface_index(name));
    let index = known
        .and_then(Result::ok)
        .and_then(|index| u32::try_from(index).ok());
    index.ok_or_else(|| Fault::Away(format!("there is no interface `{name}`")))
}

fn failed(doing: &'static str) -> impl Fn(io::Error) -> Fault {
    move |cause| Fault::Failed(doing, cause)
}

#[cfg(test)]
#[path = "links_tests.rs"]
mod tests;
