//! Permissions spelt in a path: `and(IsAuthenticated,not(IsAdminUser))`.

use std::collections::HashMap;

use hallpass::{
    AllowAny, Identity, IsAdminUser, IsAuthenticated, IsAuthenticatedOrReadOnly, Object,
    Permission, Rejection, RequestContext, Requirement,
};

use crate::permissions::{Denied, IsOwner, ReadOnly};

/// No expression nests deeper than this; a path has room for a few hundred.
const DEEPEST: usize = 64;

/// What the parameter `expression` of the path says; a malformed one leads nowhere.
pub(crate) struct InThePath;

impl InThePath {
    async fn requirement(request: &RequestContext<'_>) -> Result<Requirement, Rejection> {
        let parameters: HashMap<String, String> = request.path().await?;
        parameters
            .get("expression")
            .and_then(|expression| parse(expression))
            .ok_or_else(Rejection::not_found)
    }
}

impl Permission for InThePath {
    async fn has_permission(
        &self,
        request: &RequestContext<'_>,
        caller: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        let requirement = Self::requirement(request).await?;
        requirement.allows(request, caller).await
    }

    async fn has_object_permission(
        &self,
        request: &RequestContext<'_>,
        caller: Option<&Identity>,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        let requirement = Self::requirement(request).await?;
        requirement.allows_object(request, caller, object).await
    }
}

fn parse(text: &str) -> Option<Requirement> {
    let mut rest = text;
    let requirement = expression(&mut rest, DEEPEST)?;
    rest.is_empty().then_some(requirement)
}

fn expression(rest: &mut &str, depth: usize) -> Option<Requirement> {
    let depth = depth.checked_sub(1)?;
    let end = rest
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    let (word, after) = rest.split_at_checked(end)?;
    *rest = after;
    Some(match word {
        "AllowAny" => AllowAny.into(),
        "IsAuthenticated" => IsAuthenticated.into(),
        "IsAdminUser" => IsAdminUser.into(),
        "IsAuthenticatedOrReadOnly" => IsAuthenticatedOrReadOnly.into(),
        "ReadOnly" => ReadOnly.into(),
        "IsOwner" => IsOwner.into(),
        "Denied" => Denied(None).into(),
        "not" => {
            skip(rest, '(')?;
            let inner = expression(rest, depth)?;
            skip(rest, ')')?;
            !inner
        }
        "and" | "or" => {
            skip(rest, '(')?;
            let left = expression(rest, depth)?;
            skip(rest, ',')?;
            let right = expression(rest, depth)?;
            skip(rest, ')')?;
            if word == "and" {
                left & right
            } else {
                left | right
            }
        }
        _ => return None,
    })
}

fn skip(rest: &mut &str, character: char) -> Option<()> {
    *rest = rest.strip_prefix(character)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn expressions_are_read_whole() {
        let read = |text: &str| parse(text).map(|requirement| requirement.to_string());
        assert_eq!(
            read("and(IsAuthenticated,not(IsAdminUser))").as_deref(),
            Some("(IsAuthenticated & !IsAdminUser)")
        );
        for malformed in [
            "",
            "and(AllowAny)",
            "AllowAny ",
            "not(AllowAny",
            "Nobody",
            "not()",
        ] {
            assert_eq!(read(malformed), None, "{malformed}");
        }
        assert_eq!(read(&"not(".repeat(1000)), None);
    }
}
