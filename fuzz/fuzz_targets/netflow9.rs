//! NetFlow v9 (RFC 3954) from several exporters: templates, options, data before and after them.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| issei_fuzz::collect(input, &[0, 9]));
