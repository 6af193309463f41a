//! Trains the models of `datasets/zoo` from their recipe.

use std::process::{Command, ExitCode};

use crate::process;

const HELP: &str = "\
cargo xtask zoo [--device cpu|gpu] [ARGUMENT...]

Builds the program in release mode, then runs `gyrus train datasets/zoo/recipe.toml [ARGUMENT...]`.
What is trained already is found; a training that was interrupted goes on.

  --device gpu   builds the GPU backend too
  ARGUMENT...    handed to `gyrus train`, such as --only NAME, --text DIR, --out DIR, --threads N";

/// Runs `zoo`.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    if arguments.iter().any(|argument| matches!(argument.as_str(), "help" | "--help" | "-h")) {
        println!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    let built = process::status(&mut process::cargo(&build(arguments)))?;
    if !built.success() {
        return Ok(process::code(built));
    }
    let program = process::target().join("release").join(format!("gyrus{}", std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(program);
    command.current_dir(process::root()).args(["train", "datasets/zoo/recipe.toml"]);
    process::status(command.args(arguments)).map(process::code)
}

/// The build that `arguments` need.
fn build(arguments: &[String]) -> Vec<&'static str> {
    let gpu =
        arguments.windows(2).any(|pair| pair == ["--device", "gpu"]) || arguments.iter().any(|a| a == "--device=gpu");
    let mut build = vec!["build", "--release", "--workspace", "--bin", "gyrus"];
    if gpu {
        build.extend(["--features", "gyrus-study/gpu"]);
    }
    build
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, gpu: bool) {
        let arguments: Vec<String> = line.split_whitespace().map(String::from).collect();
        assert_eq!(build(&arguments).contains(&"gyrus-study/gpu"), gpu, "{line}");
    }

    #[test]
    fn only_a_gpu_needs_its_backend() {
        check("", false);
        check("--only opt --device cpu", false);
        check("--device gpu --only opt", true);
        check("--device=gpu", true);
    }
}
