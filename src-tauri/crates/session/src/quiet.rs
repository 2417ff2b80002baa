//! Nothing leaves the machine: ONNX Runtime's own reports are switched off before the library is loaded.

/// Builds of ONNX Runtime from its makers read this as they are loaded; its API can only ask them to stop later.
const SWITCH: &str = "ORT_DISABLE_TELEMETRY";

/// Starts this program again in its own place, with the reports of ONNX Runtime switched off, unless they are.
///
/// Called first in `main`. The environment of a running process can't be changed safely, so the process becomes the
/// same program with another environment. Where the system can't do that nothing happens; the API's switch remains.
pub fn switch_reports_off() {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        if std::env::var_os(SWITCH).is_some() {
            return;
        }
        let Ok(program) = std::env::current_exe() else {
            return;
        };
        let mut arguments = std::env::args_os();
        let mut command = std::process::Command::new(program);
        if let Some(name) = arguments.next() {
            command.arg0(name);
        }
        // Comes back only if it failed.
        let _ = command.args(arguments).env(SWITCH, "1").exec();
    }
}
