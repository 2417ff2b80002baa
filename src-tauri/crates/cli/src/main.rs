//! muvi: everything without a window.

mod args;
mod batch;
mod commands;
mod exit;
mod export;
mod handover;
mod output;
mod page;
mod text;

use std::process::ExitCode;

use muvi_session::{CancelToken, Error};

use crate::args::{Arguments, Command};
use crate::output::Output;

fn main() -> ExitCode {
    muvi_session::begin_with(&[muvi_session::NO_REPORTS]);
    let arguments = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Clap knows whether this is help for standard output or an error.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { exit::USAGE } else { 0 });
        }
    };
    let mut output = Output::new(wants_json(&arguments.command));
    match run(arguments.command, &mut output) {
        Ok(code) => code,
        Err(error) => {
            let code = exit::code(error.family());
            output.error(code, &message(&error));
            ExitCode::from(code)
        }
    }
}

fn run(command: Command, output: &mut Output) -> Result<ExitCode, Error> {
    let cancel = CancelToken::new();
    let handler = cancel.clone();
    // Without a handler the job can't be stopped cleanly; it can still be done.
    if let Err(error) = ctrlc::set_handler(move || handler.cancel()) {
        output.event(&muvi_session::Event::Warning {
            message: format!("Ctrl-C can't be caught: {error}"),
        });
    }
    match command {
        Command::Score(args) => commands::score(args, output, &cancel),
        Command::Analyze(args) => commands::analyze(args, output, &cancel),
        Command::Evaluate(args) => commands::evaluate(args, output, &cancel),
        Command::Page(args) => page::page(args, output, &cancel),
        Command::Export(args) => export::export(args, output, &cancel),
        Command::Handover(args) => handover::handover(args, output, &cancel),
        Command::Pack { command } => commands::pack(command, output),
        Command::Doctor(_) => commands::doctor(output),
    }
}

/// The error in one line; where an option is the remedy, its name.
fn message(error: &Error) -> String {
    match error.existing_output() {
        Some(path) => format!(
            "{}: exists already; name another file or add --overwrite",
            path.display()
        ),
        None => error.one_line(),
    }
}

fn wants_json(command: &Command) -> bool {
    match command {
        Command::Score(args) => args.engine.json,
        Command::Analyze(args) => args.engine.json,
        Command::Evaluate(args) => args.engine.json,
        Command::Page(args) => args.engine.json,
        Command::Export(args) => args.json,
        Command::Handover(args) => args.json,
        Command::Pack {
            command: args::PackCommand::Verify(args) | args::PackCommand::Info(args),
        } => args.json,
        Command::Doctor(args) => args.json,
    }
}
