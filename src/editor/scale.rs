//! How large the system wants everything, as far as that can be known before there is a window.

/// The factor that the framework's windows will have whatever the host says; none if they go by the host.
#[cfg(target_os = "linux")]
pub fn of_system() -> Option<f64> {
    let (connection, _) = x11rb::connect(None).ok()?;
    let resources = x11rb::resource_manager::new_from_default(&connection).ok()?;
    let dpi: u32 = resources.get_value("Xft.dpi", "").ok()??;
    (dpi > 0).then(|| f64::from(dpi) / 96.0)
}

/// The factor that the framework's windows will have whatever the host says; none if they go by the host.
#[cfg(not(target_os = "linux"))]
pub fn of_system() -> Option<f64> {
    None
}
