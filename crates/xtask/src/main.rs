//! The common tasks of this repository: `cargo xtask TASK…`.
//!
//! `.ci/run` and the workflows call the same tasks, so what a task does is written down once, in [`tasks`]. A task runs
//! the programs that it needs and stops at the first failure; it installs nothing. `.ci/run` shows how to install
//! missing programs.
#![expect(clippy::print_stderr, clippy::print_stdout, unreachable_pub, reason = "a tool prints and has no public API")]

mod tasks;

mod fuzz;
mod minimal_versions;
mod package_contents;
mod package_counts;
mod program;
mod rust_versions;
mod workspace;

use std::process::ExitCode;
use std::time::Instant;

use program::Failure;
use tasks::{TASKS, Task};

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    if names.is_empty() {
        print_list();
        return ExitCode::SUCCESS;
    }
    let result = match names.split_first() {
        Some((first, words)) if first == "fuzz" => fuzz::run(words),
        _ => find_all(&names).and_then(|tasks| run_all(&tasks)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn print_list() {
    println!("usage: cargo xtask TASK...\n");
    for task in &TASKS {
        println!("  {:18}{}", task.name, task.summary);
    }
    println!("  {:18}every task but 'mutants' and 'renew', in this order", "ci");
    println!("\n'cargo xtask fuzz SECONDS TARGET...' fuzzes for longer, or some targets alone");
}

fn find_all(names: &[String]) -> Result<Vec<&'static Task>, Failure> {
    let mut found = Vec::new();
    for name in names {
        match TASKS.iter().find(|task| task.name == name) {
            Some(task) => found.push(task),
            None if name == "ci" => found.extend(TASKS.iter().filter(|task| task.is_check)),
            None => return Err(Failure::new(format!("no task '{name}'; 'cargo xtask' lists them"))),
        }
    }
    Ok(found)
}

/// Runs the tasks in order, and prints how long each took.
fn run_all(tasks: &[&Task]) -> Result<(), Failure> {
    let begun = Instant::now();
    for task in tasks {
        let start = Instant::now();
        println!("==> {}: {}", task.name, task.summary);
        (task.run)().map_err(|failure| Failure::new(format!("task '{}': {failure}", task.name)))?;
        println!("==> {}: {} s", task.name, start.elapsed().as_secs());
    }
    println!("==> all passed, after {} s", begun.elapsed().as_secs());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&str]) -> Vec<&'static str> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        find_all(&words).unwrap().iter().map(|task| task.name).collect()
    }

    /// Catches a CI that would write the files it should compare with.
    #[test]
    fn ci_runs_every_task_except_renew_and_the_slow_one() {
        let mut expected: Vec<&str> = TASKS.iter().map(|task| task.name).collect();
        expected.retain(|name| !["renew", "mutants"].contains(name));
        assert_eq!(names(&["ci"]), expected);
    }

    #[test]
    fn a_task_that_does_not_exist_is_named() {
        let error = find_all(&["lint".to_owned(), "lnit".to_owned()]).err().unwrap();
        assert_eq!(error.to_string(), "no task 'lnit'; 'cargo xtask' lists them");
    }
}
