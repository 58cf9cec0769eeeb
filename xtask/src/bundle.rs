//! `bundle`: the plugin as hosts load it.

use crate::shell::{Result, cargo, root, run, target};
use std::path::PathBuf;

/// Name of the package, under which `bundler.toml` has the name users see.
const PACKAGE: &str = "finalcoat-plugin";

/// The profile of `Cargo.toml` that bundles are built with, and the folder below `target`.
const PROFILE: &str = "bundle";

/// The two bundles.
pub(crate) struct Bundles {
    pub(crate) clap: PathBuf,
    pub(crate) vst3: PathBuf,
}

/// Builds the plugin with link-time optimisation and bundles it as CLAP and VST3.
pub(crate) fn bundle() -> Result<Bundles> {
    // `cargo build` gives no LTO to a library that is also an rlib; naming the one crate type does.
    run(&mut cargo(&[
        "rustc",
        "--package",
        PACKAGE,
        "--profile",
        PROFILE,
        "--lib",
        "--crate-type",
        "cdylib",
        "--no-default-features",
        "--features",
        "plugin",
    ]))?;
    let target = target()?;
    let folder = target.join(PROFILE);
    // The bundler looks for the package's name and takes a binary of the same name for a standalone:
    // under this one there is only the library.
    let [built, named] = ["finalcoat", "finalcoat_plugin"].map(|name| {
        let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        folder.join(format!("{prefix}{name}{suffix}"))
    });
    std::fs::copy(&built, &named)
        .map_err(|error| format!("cannot copy {}: {error}", built.display()))?;
    std::env::set_current_dir(root())?;
    nice_plug_xtask::bundle(&target, PACKAGE, &[format!("--profile={PROFILE}")], false)
        .map_err(|error| format!("{error:#}"))?;
    let bundled = target.join("bundled");
    let bundles = Bundles {
        clap: bundled.join("Finalcoat.clap"),
        vst3: bundled.join("Finalcoat.vst3"),
    };
    for bundle in [&bundles.clap, &bundles.vst3] {
        if !bundle.exists() {
            return Err(format!(
                "{} was not made: does the library export its plugins?",
                bundle.display()
            )
            .into());
        }
    }
    Ok(bundles)
}
