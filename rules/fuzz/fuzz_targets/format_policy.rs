#![no_main]

#[path = "../../lang/tests/fuzzed/laws.rs"]
#[expect(dead_code, reason = "each target looks at one of them")]
mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::format_policy(bytes));
