//! Starts other programs in the workspace's root and hands on how they ended.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

/// The root of the workspace.
///
/// Cargo names it anew at every run, because checkouts that share a target folder also share this program.
pub fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&here).parent().unwrap_or(Path::new(".")).to_owned()
}

/// `cargo` in the root, the same one that started this program, in the environment of one typed by hand.
///
/// `cargo xtask` sets variables about this package; a dependency whose build script watches one of them,
/// and all that stands on it, would be compiled again at every change between the two ways of calling.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let of_this_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_this_package)) {
        command.env_remove(name);
    }
    command.current_dir(root()).args(arguments);
    command
}

/// The directory that cargo builds into: `CARGO_TARGET_DIR`, else `target` in the root.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |given| root().join(given))
}

/// Runs a command to its end.
pub fn status(command: &mut Command) -> Result<ExitStatus, String> {
    command.status().map_err(|error| format!("cannot start `{}`: {error}", command.get_program().display()))
}

/// What a command prints, which has to end well; what it says to the error stream is seen as it comes.
pub fn answer(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().display().to_string();
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| format!("cannot start `{name}`: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{name}` failed: {}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("`{name}` printed what is no text: {error}"))
}

/// The exit code to end with after a child ended so; 1 if a signal ended it.
pub fn code(status: ExitStatus) -> ExitCode {
    let code = status.code().map_or(1, |code| u8::try_from(code).unwrap_or(1));
    ExitCode::from(code)
}
