//! Why a request was refused, in the words of the operator. Clients are told what DRF tells them.

use std::borrow::Cow;
use std::fmt;

/// The kinds of reasons; a label of the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// No scheme found a credential of its own.
    NoCredentials,
    /// A scheme found its credential and could not read it.
    MalformedCredential,
    /// No row has this token.
    UnknownToken,
    /// User name and password do not fit together.
    WrongPassword,
    /// The credential is right, and its user may not log in.
    InactiveUser,
    /// Django's CSRF check.
    Csrf,
    /// A permission class said no.
    Permission,
    /// A throttle said no.
    Throttled,
    /// The Host header is not one of `allowed_hosts`.
    Host,
    /// The store cannot answer.
    Database,
    /// Too many password checks are waiting.
    HashQueue,
    /// A mistake in the application.
    Server,
    /// What an application's own class did not say more of.
    Other,
}

impl Cause {
    /// Every cause, in the order of the metrics.
    pub const ALL: [Self; 13] = [
        Self::NoCredentials,
        Self::MalformedCredential,
        Self::UnknownToken,
        Self::WrongPassword,
        Self::InactiveUser,
        Self::Csrf,
        Self::Permission,
        Self::Throttled,
        Self::Host,
        Self::Database,
        Self::HashQueue,
        Self::Server,
        Self::Other,
    ];

    /// As it stands in the log and in the metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoCredentials => "no_credentials",
            Self::MalformedCredential => "malformed_credential",
            Self::UnknownToken => "unknown_token",
            Self::WrongPassword => "wrong_password",
            Self::InactiveUser => "inactive_user",
            Self::Csrf => "csrf",
            Self::Permission => "permission",
            Self::Throttled => "throttled",
            Self::Host => "host",
            Self::Database => "database",
            Self::HashQueue => "hash_queue",
            Self::Server => "server",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One reason. It holds no credential and no password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub(crate) cause: Cause,
    pub(crate) scheme: Option<&'static str>,
    pub(crate) detail: Cow<'static, str>,
}

impl Reason {
    /// A reason with a sentence for the operator. What it says is logged: keep secrets out of it.
    ///
    /// ```
    /// use hallpass::Rejection;
    /// use hallpass::diagnostics::{Cause, Reason};
    ///
    /// let reason = Reason::new(Cause::Permission, "the account's trial is over");
    /// let refusal = Rejection::permission_denied(None).with_reason(reason);
    /// assert_eq!(refusal.reason().cause(), Cause::Permission);
    /// ```
    pub fn new(cause: Cause, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            cause,
            scheme: None,
            detail: detail.into(),
        }
    }

    /// The same reason as that of an authentication scheme.
    #[must_use]
    pub fn of_scheme(mut self, scheme: &'static str) -> Self {
        self.scheme = Some(scheme);
        self
    }

    /// Its kind.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// The scheme that refused, if one did.
    #[must_use]
    pub fn scheme(&self) -> Option<&'static str> {
        self.scheme
    }

    /// What there is to say beyond the kind.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn add(&mut self, more: &str) {
        let separator = if self.detail.is_empty() { "" } else { "; " };
        self.detail = Cow::Owned(format!("{}{separator}{more}", self.detail));
    }
}
