//! Where credentials are from, as data: the command line has the words, for only it knows its options.

use std::path::PathBuf;

use super::tool::ToolEntry;

/// Where credentials are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The command line, as `KEY:SECRET`.
    User,
    /// The command line, as an access key ID and a secret apart.
    Options,
    /// `AWS_ACCESS_KEY_ID` and its companions.
    Environment,
    /// The profile file.
    Profile {
        /// The profile's name.
        name: String,
        /// The file.
        path: PathBuf,
    },
    /// A profile of AWS's own files.
    AwsProfile {
        /// The profile's name.
        name: String,
        /// How it comes by its keys.
        provider: AwsProvider,
    },
    /// What another tool keeps.
    Tool(Box<ToolEntry>),
    /// What another tool takes from AWS's environment, files or chain.
    ForTool {
        /// What the tool was asked for.
        entry: Box<ToolEntry>,
        /// Where the key is from.
        source: Box<Source>,
    },
    /// A part of AWS's chain that needs no profile.
    Aws {
        /// The part.
        provider: AwsProvider,
    },
}

/// How AWS's files and chain come by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsProvider {
    /// The key stands in the file.
    Static,
    /// A web identity token is exchanged for it.
    WebIdentity,
    /// A role is assumed.
    AssumeRole,
    /// A `credential_source` is asked.
    CredentialSource,
    /// IAM Identity Center is asked.
    Sso,
    /// The session of `aws login`.
    Login,
    /// A `credential_process` prints it.
    Process,
    /// The container's endpoint gives it.
    Container,
    /// The instance metadata service gives it.
    InstanceMetadata,
}
