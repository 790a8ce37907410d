//! The list of routes, for an application's own test of what stands open.

use std::fmt;

use http::Method;

use super::view::gate::Gate;
use crate::policy::Policy;

/// One route of a [`GuardedRouter`](crate::GuardedRouter), as [`routes`](crate::GuardedRouter::routes) lists it.
#[derive(Clone, Debug)]
pub struct Route {
    path: String,
    gate: Gate,
}

impl Route {
    pub(super) fn new(path: String, gate: Gate) -> Self {
        Self { path, gate }
    }

    /// The same route elsewhere.
    pub(super) fn at(self, path: String) -> Self {
        Self { path, ..self }
    }

    pub(super) fn into_gate(self) -> Gate {
        self.gate
    }

    /// The path in axum's syntax, with the prefixes of whatever it was nested into.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The methods of an API view, in the order of its `Allow` header; empty for a plain view and a service, whose
    /// methods are their own affair.
    pub fn methods(&self) -> &[Method] {
        match &self.gate {
            Gate::Api(gate) => gate.methods(),
            Gate::Policy(_) | Gate::Plain { .. } => &[],
        }
    }

    /// The policy of a method; `None` for a plain view, which has none: there is the CSRF check alone.
    pub fn policy(&self, method: &Method) -> Option<&Policy> {
        match &self.gate {
            Gate::Api(gate) => Some(gate.policies().of(method)),
            Gate::Policy(policy) => Some(policy),
            Gate::Plain { .. } => None,
        }
    }
}

/// `GET, HEAD, OPTIONS /me/ SessionAuthentication: IsAuthenticated`, a line a policy.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.gate {
            Gate::Policy(policy) => write!(f, "ANY {} {policy}", self.path),
            Gate::Plain { csrf_exempt: false } => write!(f, "ANY {} plain view", self.path),
            Gate::Plain { csrf_exempt: true } => {
                write!(f, "ANY {} plain view without CSRF check", self.path)
            }
            Gate::Api(gate) => {
                let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
                for method in gate.methods() {
                    let policy = gate.policies().of(method).to_string();
                    match lines.iter_mut().find(|(known, _)| *known == policy) {
                        Some((_, methods)) => methods.push(method.as_str()),
                        None => lines.push((policy, vec![method.as_str()])),
                    }
                }
                for (index, (policy, methods)) in lines.iter().enumerate() {
                    let end = if index == 0 { "" } else { "\n" };
                    write!(f, "{end}{} {} {policy}", methods.join(", "), self.path)?;
                }
                Ok(())
            }
        }
    }
}
