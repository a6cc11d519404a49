//! Determines which source the keys come from, by the documented order, without reading the keys.

use super::choice::CredentialChoice;
use super::file::{Location, ProfileFile};
use super::profile_source::ProfileSource;
use super::rank::Rank;
use super::tool::Tool;
use super::tools::ToolSource;
use super::{Environment, Error, aws, tools};

/// The source of the keys.
pub(super) enum Origin {
    /// The command line itself.
    Typed,
    Environment,
    Own(Box<ProfileSource>),
    Aws {
        name: String,
        rank: Rank,
    },
    Tool(Box<ToolSource>),
    Chain(Option<Location>),
}

impl Origin {
    /// Finds the source by the documented order.
    pub(super) fn find(choice: &CredentialChoice, environment: &Environment) -> Result<Self, Error> {
        if choice.user.is_some() || choice.parts.any() {
            return Ok(Self::Typed);
        }
        if let Some(name) = &choice.profile {
            return Self::named(name, choice, environment);
        }
        if environment.has_keys() {
            return Ok(Self::Environment);
        }
        Self::implied(choice, environment)
    }

    /// The source named by `--profile NAME`.
    fn named(name: &str, choice: &CredentialChoice, environment: &Environment) -> Result<Self, Error> {
        match Name::of(name) {
            Name::Aws(name) => Ok(Self::Aws { name: name.to_owned(), rank: Rank::Named }),
            Name::Tool(tool, name) => Self::tool(tool, name, Rank::Named, environment),
            Name::Own(name) => {
                let places = Places::read(choice, environment)?;
                match places.own(name, Rank::Named) {
                    Some(own) => Ok(own),
                    None if aws::has_profile(name, environment)? => {
                        Ok(Self::Aws { name: name.to_owned(), rank: Rank::Named })
                    }
                    None => Err(places.unknown(name)),
                }
            }
        }
    }

    /// The source named by `--profile rclone:REMOTE` and the like.
    fn tool(tool: Tool, name: &str, rank: Rank, environment: &Environment) -> Result<Self, Error> {
        Ok(Self::Tool(Box::new(ToolSource::find(tool, name, rank, environment)?)))
    }

    /// The profile in `AWS_PROFILE`, the file's default, or otherwise AWS's chain.
    fn implied(choice: &CredentialChoice, environment: &Environment) -> Result<Self, Error> {
        let places = Places::read(choice, environment)?;
        let aws = |name: &str| Self::Aws { name: name.to_owned(), rank: Rank::Implied };
        match environment.profile().map(Name::of) {
            Some(Name::Tool(tool, name)) => Self::tool(tool, name, Rank::Implied, environment),
            Some(Name::Aws(name)) => Ok(aws(name)),
            Some(Name::Own(name)) => match places.own(name, Rank::Implied) {
                Some(own) => Ok(own),
                None if aws::has_profile(name, environment)? => Ok(aws(name)),
                // If there is no profile of this name, AWS's tools behave as if no profile were named.
                None if name == "default" => places.default(),
                None => Err(places.unknown(name)),
            },
            None => places.default(),
        }
    }
}

/// The profile file, its location, and the environment.
struct Places<'a> {
    location: Option<Location>,
    file: Option<ProfileFile>,
    environment: &'a Environment,
}

impl<'a> Places<'a> {
    fn read(choice: &CredentialChoice, environment: &'a Environment) -> Result<Self, Error> {
        let location = Location::find(choice.profile_file.as_deref(), environment);
        let file = location.as_ref().map(ProfileFile::load).transpose()?.flatten();
        Ok(Self { location, file, environment })
    }

    /// The profile of that name in sigvet's own file.
    fn own(&self, name: &str, rank: Rank) -> Option<Origin> {
        let file = self.file.as_ref()?;
        Some(Origin::Own(ProfileSource::boxed(file, file.get(name)?, rank)))
    }

    /// The default of sigvet's own file, or otherwise AWS's chain.
    fn default(self) -> Result<Origin, Error> {
        let Some(file) = &self.file else { return Ok(Origin::Chain(self.location)) };
        match file.default_profile()? {
            Some(profile) => Ok(Origin::Own(ProfileSource::boxed(file, profile, Rank::Implied))),
            None => Ok(Origin::Chain(self.location)),
        }
    }

    fn unknown(&self, name: &str) -> Error {
        let mut near = tools::namesakes(name, self.environment);
        near.extend(self.file.as_ref().map(|file| file.near(name)).unwrap_or_default());
        let of_aws = aws::near(name, self.environment).into_iter();
        near.extend(of_aws.filter(|name| self.file.as_ref().is_none_or(|file| file.get(name).is_none())));
        let path = self.location.as_ref().map(|location| location.path().display().to_string());
        let place = match path {
            Some(path) => format!("{path} or in AWS's own files"),
            None => "AWS's own files".to_owned(),
        };
        Error::UnknownProfile { profile: name.to_owned(), place, near }
    }
}

/// A profile's name as `--profile` takes it.
enum Name<'a> {
    Own(&'a str),
    Aws(&'a str),
    Tool(Tool, &'a str),
}

impl<'a> Name<'a> {
    fn of(text: &'a str) -> Self {
        match (text.strip_prefix("aws:"), Tool::split(text)) {
            (Some(name), _) => Self::Aws(name),
            (None, Some((tool, name))) => Self::Tool(tool, name),
            (None, None) => Self::Own(text),
        }
    }
}

/// Whether a profile's name would be read as the name of another tool's profile.
pub(super) fn is_reserved(name: &str) -> bool {
    !matches!(Name::of(name), Name::Own(_))
}
