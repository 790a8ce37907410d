//! The releases of Django, and what differs between them.

/// A release of Django whose defaults to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DjangoVersion {
    /// 5.2, the long-term support release.
    V5_2,
    /// 6.0.
    V6_0,
    /// 6.1.
    V6_1,
}

impl DjangoVersion {
    /// The default `iterations` of `PBKDF2PasswordHasher` in that release.
    pub const fn pbkdf2_iterations(self) -> u32 {
        match self {
            DjangoVersion::V5_2 => 1_000_000,
            DjangoVersion::V6_0 => 1_200_000,
            DjangoVersion::V6_1 => 1_500_000,
        }
    }
}
