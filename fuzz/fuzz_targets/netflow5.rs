//! NetFlow v5 from several exporters, with gaps and restarts.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| issei_fuzz::collect(input, &[0, 5]));
