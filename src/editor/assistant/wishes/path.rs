//! A path as it was typed or pasted, as the path that it means.

use std::path::{Path, PathBuf};

/// The path that `typed` means: without spaces and quotes around it, `~/` as the home, and a `file:` URI
/// decoded (RFC 8089, RFC 3986 §2.1). What cannot be decoded stays as it is.
pub(super) fn path(typed: &str, home: Option<&Path>) -> String {
    const FILE: &str = "file:";
    let typed = unquoted(typed.trim());
    let scheme = typed.get(..FILE.len()).unwrap_or_default();
    if scheme.eq_ignore_ascii_case(FILE) && typed[FILE.len()..].starts_with('/') {
        let rest = &typed[FILE.len()..];
        return local(&decoded(rest).unwrap_or_else(|| rest.to_owned())).to_owned();
    }
    match (typed.strip_prefix("~/"), home) {
        (Some(beyond), Some(home)) => home.join(beyond).to_string_lossy().into_owned(),
        _ => typed.to_owned(),
    }
}

/// The user's own folder, if the system says which it is.
pub(super) fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| !home.as_os_str().is_empty())
}

/// Without a pair of quotes around it, as shells and file managers put them.
fn unquoted(typed: &str) -> &str {
    let inside = |quote: char| typed.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or(inside('\'')).unwrap_or(typed).trim()
}

/// What comes after `file:` without the name of this machine and without the slash before a drive; another
/// machine's name stays, as `//machine/path`.
fn local(rest: &str) -> &str {
    const THIS: &str = "//localhost/";
    let path = match rest.get(..THIS.len()) {
        Some(host) if host.eq_ignore_ascii_case(THIS) => &rest[THIS.len() - 1..],
        _ if rest.starts_with("///") => &rest[2..],
        _ => rest,
    };
    match path.as_bytes() {
        [b'/', drive, b':', ..] if drive.is_ascii_alphabetic() => &path[1..],
        _ => path,
    }
}

/// With each `%41` as the byte that it stands for; `None` where that is no text.
fn decoded(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let [first, after @ ..] = rest {
        let digit = |place: usize| char::from(*after.get(place)?).to_digit(16);
        rest = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((16 * high + low) as u8);
                &after[2..]
            }
            _ => {
                bytes.push(*first);
                after
            }
        };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(typed: &str) -> String {
        path(typed, Some(Path::new("/users/me")))
    }

    #[test]
    fn a_plain_path_stays_but_for_what_is_around_it() {
        for (typed, wanted) in [
            ("/music/100 %/a song.flac", "/music/100 %/a song.flac"),
            ("/music/50%20.wav", "/music/50%20.wav"),
            ("  /music/a.wav\n", "/music/a.wav"),
            ("\"C:\\Music\\a b.wav\"", "C:\\Music\\a b.wav"),
            ("'/music/a b.wav' ", "/music/a b.wav"),
            ("/music/it's.wav", "/music/it's.wav"),
            ("\"", "\""),
            ("", ""),
            ("file:/\u{e9}", "/\u{e9}"),
            ("fil\u{e9}\u{e9}", "fil\u{e9}\u{e9}"),
            ("file:a.wav", "file:a.wav"),
        ] {
            assert_eq!(meant(typed), wanted, "{typed:?}");
        }
    }

    #[test]
    fn a_file_uri_is_decoded() {
        for (typed, wanted) in [
            (
                "file:///music/a%20b%20%5Blive%5D.flac",
                "/music/a b [live].flac",
            ),
            (
                "file:///music/Bj%C3%B6rk%c3%a9.wav",
                "/music/Bj\u{f6}rk\u{e9}.wav",
            ),
            ("FILE://localhost/music/a.wav", "/music/a.wav"),
            ("file:/music/a%20b.wav", "/music/a b.wav"),
            ("file://nas/music/a.wav", "//nas/music/a.wav"),
            ("file:///C:/Music/a%20b.wav", "C:/Music/a b.wav"),
            ("file:///music/100%25.wav", "/music/100%.wav"),
            ("file:///music/%2541.wav", "/music/%41.wav"),
            // What is no code stays; what gives no text stays whole.
            ("file:///music/100%.wav", "/music/100%.wav"),
            ("file:///music/%zz%4", "/music/%zz%4"),
            ("file:///music/%C3%28.wav", "/music/%C3%28.wav"),
        ] {
            assert_eq!(meant(typed), wanted, "{typed:?}");
        }
    }

    #[test]
    fn a_tilde_is_the_home() {
        assert_eq!(
            meant("~/Music/a.wav"),
            Path::new("/users/me").join("Music/a.wav").to_string_lossy()
        );
        assert_eq!(meant("~other/a.wav"), "~other/a.wav");
        assert_eq!(meant("/music/~/a.wav"), "/music/~/a.wav");
        assert_eq!(path("~/a.wav", None), "~/a.wav");
    }
}
