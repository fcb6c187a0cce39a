//! sFlow version 5 from several agents: samples of both forms, and the heads of packets in them.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| issei_fuzz::collect(input, &[0, 0, 0, 5]));
