//! The kernel's earliest hook for packets.
