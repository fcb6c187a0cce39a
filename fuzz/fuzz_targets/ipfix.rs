//! IPFIX (RFC 7011) from several exporters: templates, withdrawals, variable lengths, options.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| issei_fuzz::collect(input, &[0, 10]));
