//! How the web view paints, which it is told before it starts.

/// With this WebKitGTK hands what it painted to the window through main memory.
const THROUGH_MEMORY: (&str, &str) = ("WEBKIT_DISABLE_DMABUF_RENDERER", "1");

/// What the web view's environment needs; nothing where there is a graphics card.
///
/// WebKitGTK hands its pictures over in a card's memory. Where software stands in for a card that costs it the whole
/// window at every change: a 1080p film plays at 11 frames a second in place of 24.
pub fn variable() -> Option<(&'static str, &'static str)> {
    let by_software = std::env::var_os("LIBGL_ALWAYS_SOFTWARE").is_some_and(|it| it != "0" && it != "false");
    let linux = cfg!(target_os = "linux");
    (linux && (by_software || !has_card("/dev/dri"))).then_some(THROUGH_MEMORY)
}

/// Whether the system's folder of graphics cards has one that renders.
fn has_card(folder: &str) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name())
        .any(|name| name.to_string_lossy().starts_with("renderD"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_one_that_renders() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        for (name, renders) in [("card0", false), ("renderD128", true)] {
            std::fs::write(folder.path().join(name), "").unwrap();
            assert_eq!(has_card(path), renders, "{name}");
        }
        assert!(!has_card("/nowhere"));
    }
}
