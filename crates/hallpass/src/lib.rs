#![doc = include_str!("../README.md")]

mod accounts;
mod authentication;
mod backends;
mod cache;
pub mod checks;
mod core;
mod csrf;
pub mod diagnostics;
mod forward_auth;
mod future;
mod hallpass;
mod hashing;
mod identity;
mod identity_cache;
mod login;
pub mod metrics;
mod model;
mod pages;
mod password_validation;
mod permissions;
mod policy;
mod rejection;
mod request;
mod sessions;
pub mod settings;
pub mod signals;
mod throttling;
mod tokens;
mod typed_user;
mod user_permissions;
mod web;
#[doc(hidden)]
pub mod wire;

pub use crate::core::{Core, InvalidSetting};
pub use accounts::{AccountError, Accounts, NewAccount};
pub use authentication::{
    Authentication, BasicAuthentication, RemoteUserAuthentication, Scheme, SessionAuthentication,
    TokenAuthentication,
};
pub use backends::{
    Accepted, Answer, Backend, CredentialBackend, Credentials, ModelBackend, RemoteUserBackend,
    Verdict,
};
pub use cache::InvalidCache;
pub use hallpass::{Builder, Hallpass, StartError};
pub use identity::{Identity, Token, User};
pub use login::{login, logout, update_session_auth_hash};
pub use model::Model;
pub use permissions::{
    AllowAny, And, DjangoModelPermissions, DjangoModelPermissionsOrAnonReadOnly,
    DjangoObjectPermissions, IsAdminUser, IsAuthenticated, IsAuthenticatedOrReadOnly, Not, Object,
    Or, Permission, Requirement, is_safe,
};
pub use policy::Policy;
pub use rejection::Rejection;
pub use request::RequestContext;
pub use sessions::{
    InvalidEngine, ListedSession, ListedSessions, Session, SessionState, Sessions, UserSessions,
};
pub use throttling::{
    AnonRateThrottle, Clock, Ident, InvalidRate, Limit, Rate, ScopedRateThrottle,
    SimpleRateThrottle, Throttle, Throttled, UserRateThrottle,
};
pub use tokens::Tokens;
pub use typed_user::{FromColumn, FromUser, Mismatch, WrongColumn};
pub use user_permissions::{Permissions, UserPermissions};
pub use web::{
    ApiView, Auth, CharField, CsrfToken, CurrentUser, Data, GetObject, Guard, GuardFuture,
    GuardLayer, GuardedRouter, GuardedService, ObjectPermissions, Renderer, Rendering, Route,
    ServiceFuture, views,
};
pub use wire::form::{FilePart, FormData};

pub use hallpass_formats as formats;
pub use hallpass_store as store;
