//! MuVi Studio: the window over the session.

fn main() {
    tauri::Builder::default().run(tauri::generate_context!()).ok();
}
