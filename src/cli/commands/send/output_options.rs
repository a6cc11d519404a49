//! Output options: curl's options for files, and for the amount of messages.

use std::path::PathBuf;

use clap::Args;

use crate::cli::options::value::InvalidValue;
use crate::cli::terminal::progress::ProgressMode;

/// Where the response goes, and what of it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputOptions {
    /// Write the response body to this file
    ///
    /// The default is standard output.
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Write the response body to a file named like the last part of the URL
    #[arg(short = 'O', long, overrides_with = "output")]
    pub remote_name: bool,

    /// Do as -O does for each URL that has no -o
    #[arg(long, hide = true)]
    pub remote_name_all: bool,

    /// Directory for -o and -O
    #[arg(long, value_name = "DIRECTORY", value_hint = clap::ValueHint::DirPath)]
    pub output_dir: Option<PathBuf>,

    /// Name the file of -O as the server suggests; never overwrite a file
    #[arg(short = 'J', long)]
    pub remote_header_name: bool,

    /// Resume the download at this byte; '-' resumes where the file of -o ends
    #[arg(short = 'C', long, value_name = "OFFSET", value_parser = Resumption::parse)]
    pub continue_at: Option<Resumption>,

    /// Ask for a compressed response, and write it decompressed
    #[arg(long)]
    pub compressed: bool,

    /// Write the status and headers of every response to this file; '-' is standard output
    #[arg(short = 'D', long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub dump_header: Option<PathBuf>,

    /// Create the directories that -o needs
    #[arg(long)]
    pub create_dirs: bool,

    /// Also print the response's status and headers
    #[arg(short, long)]
    pub include: bool,

    /// Exit with code 22 if the status is 400 or above
    ///
    /// The body is not printed.
    #[arg(short, long)]
    pub fail: bool,

    /// Like --fail, but also print the body
    #[arg(long, overrides_with = "fail")]
    pub fail_with_body: bool,

    /// Print no progress, warnings or errors
    #[arg(short, long)]
    pub silent: bool,

    /// Show no progress bar
    #[arg(long)]
    pub no_progress_meter: bool,

    /// Print errors even with -s
    #[arg(short = 'S', long)]
    pub show_error: bool,

    /// Stop at the first URL that fails
    #[arg(long)]
    pub fail_early: bool,
}

impl OutputOptions {
    /// Whether progress bars are shown.
    pub fn progress(&self) -> ProgressMode {
        if self.silent || self.no_progress_meter { ProgressMode::Quiet } else { ProgressMode::Bars }
    }
}

/// `-C`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumption {
    /// From this byte on.
    At(u64),
    /// From the end of the file that is there.
    AtEndOfFile,
}

impl Resumption {
    fn parse(text: &str) -> Result<Self, InvalidValue> {
        let expected = "the number of a byte, or '-'";
        let invalid = |_| InvalidValue { what: "an offset", presented: text.to_owned(), expected };
        if text == "-" { Ok(Self::AtEndOfFile) } else { text.parse().map(Self::At).map_err(invalid) }
    }
}
