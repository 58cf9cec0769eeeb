//! The taps of the half-band filters.
//!
//! A half-band filter of `4k − 1` taps has `k` different ones beside its middle one, which is 1 here (as
//! the filter doubles the rate, each phase has gain 1). Equiripple by the one-band design of
//! Vaidyanathan & Nguyen ("A 'trick' for the design of FIR half-band filters", 1987). The tables were
//! made with
//!
//! ```python
//! signal.remez(2 * k, [0, 2 * pass_edge], [1], fs=1, maxiter=1000, grid_density=64)[:k]
//! ```

/// First stage at 44.1 kHz: pass-band to 20 kHz, stop-band −119 dB.
pub(super) const NARROW: [f32; 40] = [
    -2.8847192e-6,
    5.7398443e-6,
    -1.1285734e-5,
    2.0190522e-5,
    -3.3826964e-5,
    5.3943277e-5,
    -8.2722334e-5,
    1.2284382e-4,
    -1.7754648e-4,
    2.5068992e-4,
    -3.4681638e-4,
    4.7120996e-4,
    -6.2995526e-4,
    8.299948e-4,
    -1.0791881e-3,
    1.3863752e-3,
    -1.7614504e-3,
    2.2154532e-3,
    -2.7606883e-3,
    3.4108912e-3,
    -4.1814614e-3,
    5.0897975e-3,
    -6.155779e-3,
    7.4024666e-3,
    -8.857123e-3,
    1.05527155e-2,
    -1.2530153e-2,
    1.4841654e-2,
    -1.755597e-2,
    2.0766644e-2,
    -2.4605554e-2,
    2.9266115e-2,
    -3.5045046e-2,
    4.242276e-2,
    -5.2231424e-2,
    6.60471e-2,
    -8.725397e-2,
    1.246625e-1,
    -2.1059982e-1,
    6.3608253e-1,
];
/// First stage at 48 kHz and above: pass-band to 0.417 of the rate, stop-band −122 dB.
pub(super) const USUAL: [f32; 23] = [
    4.620253e-6,
    -1.654176e-5,
    4.4653763e-5,
    -1.01967984e-4,
    2.0831026e-4,
    -3.9205447e-4,
    6.920233e-4,
    -1.1593613e-3,
    1.8593529e-3,
    -2.8732738e-3,
    4.300573e-3,
    -6.2620356e-3,
    8.905193e-3,
    -1.241437e-2,
    1.702995e-2,
    -2.3086162e-2,
    3.1087736e-2,
    -4.1874927e-2,
    5.7013612e-2,
    -7.985878e-2,
    1.1917339e-1,
    -2.0722093e-1,
    6.349417e-1,
];
/// Second stage: pass-band to a half of the original rate, stop-band −120 dB. As its input comes in two
/// phases, every other of its 14 taps is listed: those that meet the same phase.
pub(super) const LATER: [f32; 7] = [
    2.1834974e-4,
    7.979643e-3,
    6.801353e-2,
    6.2125295e-1,
    -1.6999713e-1,
    -2.5679378e-2,
    -1.7870197e-3,
];
