//! Variables that libraries read as they are loaded, set before that.

/// Nothing leaves the machine: builds of ONNX Runtime from its makers read this as they are loaded; its API can only ask
/// them to stop their reports later.
pub const NO_REPORTS: (&str, &str) = ("ORT_DISABLE_TELEMETRY", "1");

/// Starts this program again in its own place with these variables (name, value) in its environment, but for those that
/// are set already; does nothing if all are.
///
/// Called first in `main`. The environment of a running process can't be changed safely, so the process becomes the
/// same program with another environment. Where the system can't do that nothing happens.
pub fn begin_with(variables: &[(&str, &str)]) {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let missing: Vec<_> = variables
            .iter()
            .filter(|(name, _)| std::env::var_os(name).is_none())
            .copied()
            .collect();
        if missing.is_empty() {
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
        let _ = command.args(arguments).envs(missing).exec();
    }
    #[cfg(not(unix))]
    let _ = variables;
}
