//! Where the table's file lies: a folder of this user and of nobody else.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::fault::LinkFault;

/// The first place that is there and safe: the user's runtime folder, or else one of the user's own among
/// the temporary files.
pub(super) fn of_this_user() -> Result<PathBuf, LinkFault> {
    first_of(candidates())
}

fn first_of(folders: Vec<PathBuf>) -> Result<PathBuf, LinkFault> {
    let mut why = String::from("this system has no place for files in use");
    for folder in folders {
        match prepare(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) => why = error,
        }
    }
    Err(LinkFault::Unavailable(why))
}

#[cfg(unix)]
fn candidates() -> Vec<PathBuf> {
    let user = rustix::process::geteuid().as_raw();
    // The second is where the first usually is: a host that was started without a login session does not
    // know its runtime folder, and should still meet the others.
    let usual = PathBuf::from(format!("/run/user/{user}"));
    let runtime = dirs::runtime_dir().into_iter().chain([usual]);
    let temporary = std::env::temp_dir().join(format!("finalcoat-{user}"));
    runtime
        .map(|folder| folder.join("finalcoat"))
        .chain([temporary])
        .collect()
}

#[cfg(windows)]
fn candidates() -> Vec<PathBuf> {
    // In the user's own profile.
    vec![std::env::temp_dir().join("Finalcoat")]
}

/// Makes the folder where it is missing (not those above it), and sees that nobody else can write there.
#[cfg(unix)]
pub(super) fn prepare(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(told(folder, &error)),
    }
    // Not through a link: somebody else may have put it there.
    let found = fs::symlink_metadata(folder).map_err(|error| told(folder, &error))?;
    if !found.is_dir() {
        return Err(format!("{} is no folder", folder.display()));
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(format!("{} is somebody else's", folder.display()));
    }
    if found.mode() & 0o777 != 0o700 {
        let own = fs::Permissions::from_mode(0o700);
        fs::set_permissions(folder, own).map_err(|error| told(folder, &error))?;
    }
    Ok(())
}

/// Makes the folder where it is missing. Its rights are those of the user's profile.
#[cfg(windows)]
pub(super) fn prepare(folder: &Path) -> Result<(), String> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(told(folder, &error)),
        _ => Ok(()),
    }
}

fn told(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    #[test]
    fn a_folder_is_made_for_the_user_alone() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("finalcoat");
        for _ in 0..2 {
            prepare(&folder).expect("it can be made, and found again");
            let mode = fs::metadata(&folder).expect("it is there").mode();
            assert_eq!(mode & 0o777, 0o700);
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("it is ours");
        }
    }

    #[test]
    fn a_link_or_a_file_in_its_place_is_refused() {
        let place = tempfile::tempdir().expect("a folder");
        let (target, link) = (place.path().join("target"), place.path().join("link"));
        fs::create_dir(&target).expect("a folder");
        symlink(&target, &link).expect("a link");
        assert!(prepare(&link).is_err());
        let file = place.path().join("file");
        fs::write(&file, "").expect("a file");
        assert!(prepare(&file).is_err());
        assert!(prepare(&place.path().join("missing/finalcoat")).is_err());
        assert!(!place.path().join("missing").exists());
    }

    #[test]
    fn the_first_place_that_is_safe_is_taken() {
        let place = tempfile::tempdir().expect("a folder");
        let folders = ["missing/a", "b", "c"].map(|name| place.path().join(name));
        assert_eq!(first_of(folders.to_vec()), Ok(folders[1].clone()));
        let fault = first_of(vec![folders[0].clone()]).expect_err("there is none");
        assert!(fault.is_quiet() && fault.to_string().contains("missing"));
        assert!(candidates().len() >= 2);
    }
}
