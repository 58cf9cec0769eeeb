//! The processor's floating-point mode while we compute: denormals count as zero (FTZ and DAZ).
//!
//! Engine, meters and analyzer set it themselves on every thread they run on, so that the plugin and
//! the command line compute the same samples whatever the host has set. Nothing relies on it for
//! correctness; it keeps decaying filters from becoming a hundred times slower.
#![allow(unsafe_code)]

/// Sets flush-to-zero and denormals-are-zero until dropped, then restores what was there.
#[derive(Debug)]
pub struct FlushDenormals {
    #[cfg(target_arch = "x86_64")]
    before: u32,
    #[cfg(target_arch = "aarch64")]
    before: u64,
}

#[cfg(target_arch = "x86_64")]
const FTZ_AND_DAZ: u32 = (1 << 15) | (1 << 6);
#[cfg(target_arch = "aarch64")]
const FZ: u64 = 1 << 24;

impl FlushDenormals {
    /// Switches the mode on for this thread. Restored when the value is dropped.
    #[must_use = "the mode lasts only as long as this value"]
    pub fn on() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let before = read_mxcsr();
            write_mxcsr(before | FTZ_AND_DAZ);
            Self { before }
        }
        #[cfg(target_arch = "aarch64")]
        {
            let before = read_fpcr();
            write_fpcr(before | FZ);
            Self { before }
        }
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        Self {}
    }
}

impl Drop for FlushDenormals {
    fn drop(&mut self) {
        #[cfg(target_arch = "x86_64")]
        write_mxcsr(self.before);
        #[cfg(target_arch = "aarch64")]
        write_fpcr(self.before);
    }
}

#[cfg(target_arch = "x86_64")]
fn read_mxcsr() -> u32 {
    let mut value = 0_u32;
    // SAFETY: `stmxcsr` stores four bytes at the given address, which is a live, aligned u32 of ours;
    // SSE is part of the x86-64 baseline.
    unsafe {
        core::arch::asm!("stmxcsr [{}]", in(reg) &mut value, options(nostack, preserves_flags));
    }
    value
}

#[cfg(target_arch = "x86_64")]
fn write_mxcsr(value: u32) {
    // SAFETY: `ldmxcsr` loads four bytes from a live u32 of ours. The value is one that `stmxcsr` gave
    // with at most the FTZ and DAZ bits added: no reserved bit is set and no exception is unmasked.
    unsafe {
        core::arch::asm!("ldmxcsr [{}]", in(reg) &value, options(nostack, preserves_flags));
    }
}

#[cfg(target_arch = "aarch64")]
fn read_fpcr() -> u64 {
    let value: u64;
    // SAFETY: reading FPCR has no side effect and is allowed in user mode.
    unsafe {
        core::arch::asm!("mrs {}, fpcr", out(reg) value, options(nomem, nostack, preserves_flags));
    }
    value
}

#[cfg(target_arch = "aarch64")]
fn write_fpcr(value: u64) {
    // SAFETY: the value is one that FPCR held with at most FZ added; user mode may write it.
    unsafe {
        core::arch::asm!("msr fpcr, {}", in(reg) value, options(nomem, nostack, preserves_flags));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn denormals_are_flushed_inside_and_come_back_outside() {
        let tiny = black_box(f32::from_bits(1 << 10));
        assert!(black_box(tiny * black_box(1.5)) > 0.0);
        {
            let _mode = FlushDenormals::on();
            // DAZ (a denormal input reads as zero) and FTZ (a denormal result becomes zero).
            assert_eq!(black_box(tiny * black_box(1.5)).to_bits(), 0);
            assert_eq!(
                black_box(black_box(f32::MIN_POSITIVE) * black_box(0.5)).to_bits(),
                0
            );
        }
        assert!(black_box(tiny * black_box(1.5)) > 0.0);
    }
}
