//! From class names to policies: the default one, and those of the `[[rule]]` tables.

use super::{Builder, StartError};
use crate::authentication::{
    BasicAuthentication, RemoteUserAuthentication, Scheme, SessionAuthentication,
    TokenAuthentication,
};
use crate::core::Compiled;
use crate::forward_auth::{Rule, Rules};
use crate::permissions::{
    AllowAny, DjangoModelPermissions, DjangoModelPermissionsOrAnonReadOnly,
    DjangoObjectPermissions, IsAdminUser, IsAuthenticated, IsAuthenticatedOrReadOnly, Requirement,
};
use crate::policy::Policy;
use crate::settings::{AuthenticationClass, PermissionClass, ThrottleClass};
use crate::throttling::{AnonRateThrottle, Limit, ScopedRateThrottle, UserRateThrottle};

impl Builder {
    pub(super) fn resolve_default_policy(&self, compiled: &Compiled) -> Result<Policy, StartError> {
        let settings = &self.settings.rest_framework;
        let schemes = self.resolve_schemes(
            "default_authentication_classes",
            &settings.default_authentication_classes,
            compiled,
        )?;
        let permissions = self.resolve_permissions(
            "default_permission_classes",
            &settings.default_permission_classes,
        )?;
        Ok(Policy::new()
            .authentication(schemes)
            .permissions(permissions)
            .throttles(self.resolve_throttles()?))
    }

    /// The policy of each `[[rule]]`: the default one, with what the rule names instead.
    pub(super) fn resolve_rules(
        &self,
        default_policy: &Policy,
        compiled: &Compiled,
    ) -> Result<Rules, StartError> {
        let csrf = self.settings.forward_auth.csrf;
        let mut rules = Vec::new();
        for (position, rule) in self.settings.rule.0.iter().enumerate() {
            let mut policy = default_policy.clone();
            if let Some(classes) = &rule.authentication {
                let setting = "authentication of a [[rule]]";
                policy = policy.authentication(self.resolve_schemes(setting, classes, compiled)?);
            }
            if let Some(classes) = &rule.permissions {
                let setting = "permissions of a [[rule]]";
                policy = policy.permissions(self.resolve_permissions(setting, classes)?);
            }
            if let Some(rate) = rule.throttle {
                // Each rule counts for itself; the original request has been given its client's address.
                let scope = format!("rule{}", position + 1);
                let throttle = UserRateThrottle::new()
                    .scope(scope)
                    .num_proxies(0)
                    .rate(rate);
                policy = policy.throttles([throttle]);
            }
            rules.push(Rule::new(rule, policy, csrf));
        }
        Ok(Rules::new(rules, default_policy.clone(), csrf))
    }

    fn resolve_schemes(
        &self,
        setting: &'static str,
        classes: &[AuthenticationClass],
        compiled: &Compiled,
    ) -> Result<Vec<Scheme>, StartError> {
        let resolve = |class: &AuthenticationClass| match class {
            AuthenticationClass::Session => Ok(SessionAuthentication::new().into()),
            AuthenticationClass::Token => {
                Ok(TokenAuthentication::with_keyword(&self.settings.token.keyword).into())
            }
            AuthenticationClass::Basic => Ok(BasicAuthentication::new().into()),
            AuthenticationClass::RemoteUser => {
                let header = compiled.remote_user_header.clone();
                Ok(RemoteUserAuthentication::with_header(header).into())
            }
            AuthenticationClass::Custom(name) => {
                self.schemes
                    .get(name)
                    .cloned()
                    .ok_or_else(|| StartError::NotRegistered {
                        setting,
                        name: name.clone(),
                    })
            }
        };
        classes.iter().map(resolve).collect()
    }

    fn resolve_permissions(
        &self,
        setting: &'static str,
        classes: &[PermissionClass],
    ) -> Result<Vec<Requirement>, StartError> {
        let resolve = |class: &PermissionClass| match class {
            PermissionClass::AllowAny => Ok(AllowAny.into()),
            PermissionClass::IsAuthenticated => Ok(IsAuthenticated.into()),
            PermissionClass::IsAdminUser => Ok(IsAdminUser.into()),
            PermissionClass::IsAuthenticatedOrReadOnly => Ok(IsAuthenticatedOrReadOnly.into()),
            PermissionClass::DjangoModelPermissions => Ok(DjangoModelPermissions::new().into()),
            PermissionClass::DjangoModelPermissionsOrAnonReadOnly => {
                Ok(DjangoModelPermissionsOrAnonReadOnly::new().into())
            }
            PermissionClass::DjangoObjectPermissions => Ok(DjangoObjectPermissions::new().into()),
            PermissionClass::Custom(name) => {
                self.permissions
                    .get(name)
                    .cloned()
                    .ok_or_else(|| StartError::NotRegistered {
                        setting,
                        name: name.clone(),
                    })
            }
        };
        classes.iter().map(resolve).collect()
    }

    fn resolve_throttles(&self) -> Result<Vec<Limit>, StartError> {
        let settings = &self.settings.rest_framework;
        // DRF finds out at the first request.
        let rated = |scope| match settings.default_throttle_rates.get(scope) {
            Some(_) => Ok(()),
            None => Err(StartError::NoThrottleRate(scope)),
        };
        let resolve = |class: &ThrottleClass| match class {
            ThrottleClass::Anon => rated("anon").map(|()| AnonRateThrottle::new().into()),
            ThrottleClass::User => rated("user").map(|()| UserRateThrottle::new().into()),
            ThrottleClass::Scoped => Ok(ScopedRateThrottle::new().into()),
            ThrottleClass::Custom(name) => {
                self.throttles
                    .get(name)
                    .cloned()
                    .ok_or_else(|| StartError::NotRegistered {
                        setting: "default_throttle_classes",
                        name: name.clone(),
                    })
            }
        };
        settings
            .default_throttle_classes
            .iter()
            .map(resolve)
            .collect()
    }
}
