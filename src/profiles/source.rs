//! Where credentials come from, as data. The command line supplies the wording, because only it knows its options.

use std::path::PathBuf;

use super::tool::ToolEntry;

/// Where credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The command line, as `KEY:SECRET`.
    User,
    /// The command line, as a separate access key ID and secret.
    Options,
    /// `AWS_ACCESS_KEY_ID` and the related variables.
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
        /// How the profile gets its keys.
        provider: AwsProvider,
    },
    /// Keys stored by another tool.
    Tool(Box<ToolEntry>),
    /// Keys that another tool takes from AWS's environment, files or chain.
    ForTool {
        /// The tool's entry that was named.
        entry: Box<ToolEntry>,
        /// Where the key comes from.
        source: Box<Source>,
    },
    /// A part of AWS's chain that needs no profile.
    Aws {
        /// The part.
        provider: AwsProvider,
    },
}

/// How AWS's files and chain get a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsProvider {
    /// The key is in the file.
    Static,
    /// The key is obtained by exchanging a web identity token.
    WebIdentity,
    /// The key is obtained by assuming a role.
    AssumeRole,
    /// The key is obtained by assuming a role with the key of a `credential_source`.
    CredentialSource,
    /// IAM Identity Center issues the key.
    Sso,
    /// The session of `aws login` issues the key.
    Login,
    /// A `credential_process` prints the key.
    Process,
    /// The container's endpoint provides the key.
    Container,
    /// The instance metadata service provides the key.
    InstanceMetadata,
}
