//! Entries of a cut, for the kernel's earliest hook.
