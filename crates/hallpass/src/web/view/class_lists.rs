//! The class lists that a view puts in place of the defaults: for all its methods, or for some of them.

use http::Method;

use crate::authentication::Scheme;
use crate::permissions::Requirement;
use crate::policy::Policy;
use crate::throttling::Limit;

/// Lists that replace those underneath; `None` leaves them.
#[derive(Clone, Debug, Default)]
pub(super) struct ClassLists {
    pub(super) authentication: Option<Vec<Scheme>>,
    pub(super) permissions: Option<Vec<Requirement>>,
    pub(super) throttles: Option<Vec<Limit>>,
}

impl ClassLists {
    pub(super) fn over(&self, base: &Policy) -> Policy {
        let mut policy = base.clone();
        if let Some(schemes) = &self.authentication {
            policy = policy.authentication(schemes.iter().cloned());
        }
        if let Some(permissions) = &self.permissions {
            policy = policy.permissions(permissions.iter().cloned());
        }
        if let Some(throttles) = &self.throttles {
            policy = policy.throttles(throttles.iter().cloned());
        }
        policy
    }
}

/// The lists of single methods, in the order in which they were first named.
#[derive(Clone, Debug, Default)]
pub(super) struct ByMethod(Vec<(Method, ClassLists)>);

impl ByMethod {
    pub(super) fn change(
        &mut self,
        methods: impl IntoIterator<Item = Method>,
        change: impl Fn(&mut ClassLists),
    ) {
        for method in methods {
            match self.0.iter_mut().find(|(known, _)| *known == method) {
                Some((_, lists)) => change(lists),
                None => {
                    let mut lists = ClassLists::default();
                    change(&mut lists);
                    self.0.push((method, lists));
                }
            }
        }
    }

    pub(super) fn over(&self, base: &Policy) -> Vec<(Method, Policy)> {
        let of_method = |(method, lists): &(Method, ClassLists)| (method.clone(), lists.over(base));
        self.0.iter().map(of_method).collect()
    }
}
