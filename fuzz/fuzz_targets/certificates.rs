#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sigvet_fuzz::certificates(data));
