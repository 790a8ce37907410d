//! What a user may do: Django 5.2's permissions, as `ModelBackend` grants them.
//!
//! A permission is written `<app_label>.<codename>`, such as `blog.change_post`. A user holds those granted directly
//! and those of all its groups. An active superuser holds every one, even one that does not exist; an inactive user
//! holds none. As in Django each credential backend is asked in turn; of Django's own, `ModelBackend` and its relatives
//! know the tables, so without one of them in `authentication_backends` nothing in the tables counts.

use std::collections::BTreeSet;

use hallpass_store::StoreError;
use http::StatusCode;

use crate::backends::Backend;
use crate::core::Core;
use crate::identity::User;
use crate::permissions::Object;
use crate::rejection::Rejection;

/// The permissions of users. See [`Core::permissions`].
#[derive(Clone, Copy, Debug)]
pub struct Permissions<'a> {
    core: &'a Core,
}

/// What one user may do, as it stood when it was asked for: Django keeps the same sets on the user object for the length
/// of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserPermissions {
    everything: bool,
    user: BTreeSet<String>,
    group: BTreeSet<String>,
}

impl Core {
    /// Permissions of users.
    pub fn permissions(&self) -> Permissions<'_> {
        Permissions { core: self }
    }
}

impl Permissions<'_> {
    /// What the user may do, read in one query.
    ///
    /// ```no_run
    /// # async fn run(hallpass: hallpass::Hallpass, user: hallpass::User) -> Result<(), hallpass::store::StoreError> {
    /// let permissions = hallpass.permissions().of(&user).await?;
    /// if permissions.has_perm("blog.change_post") {
    ///     // …
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The store's fault; it is never "no permission".
    pub async fn of(&self, user: &User) -> Result<UserPermissions, StoreError> {
        let mut permissions = UserPermissions {
            everything: user.is_active() && user.is_superuser(),
            ..UserPermissions::default()
        };
        if !user.is_active() || !self.are_granted() {
            return Ok(permissions);
        }
        let store = self.core.store();
        if permissions.everything {
            for row in store.all_permissions().await? {
                permissions
                    .user
                    .insert(format!("{}.{}", row.app_label, row.codename));
            }
            permissions.group.clone_from(&permissions.user);
            return Ok(permissions);
        }
        for row in store.permissions_of(user.id()).await? {
            let set = if row.through_group {
                &mut permissions.group
            } else {
                &mut permissions.user
            };
            set.insert(format!("{}.{}", row.app_label, row.codename));
        }
        Ok(permissions)
    }

    /// Whether the user holds a permission on this very object: Django's `has_perm` with an object. Django's own
    /// backends grant none on objects; a credential backend of the application's own may.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn granted_on(
        &self,
        user: &User,
        permission: &str,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        if !user.is_active() {
            return Ok(false);
        }
        if user.is_superuser() {
            return Ok(true);
        }
        let accounts = self.core.accounts();
        for backend in self.core.backends() {
            let answer = backend.has_object_perm(&accounts, user, permission, object);
            match said(answer.await)? {
                Said::Granted => return Ok(true),
                Said::Nothing => {}
                Said::Denied => return Ok(false),
            }
        }
        Ok(false)
    }

    /// Whether the user holds a permission, also by a credential backend of the application's own: Django's
    /// `user.has_perm`. Where only the tables count, [`of`](Self::of) gives a value to ask again and again.
    ///
    /// # Errors
    /// The store's fault, as 503; it is never "no permission".
    pub async fn has_perm(&self, user: &User, permission: &str) -> Result<bool, Rejection> {
        self.has_perms(user, [permission]).await
    }

    /// Whether the user holds all of them: Django's `user.has_perms`. The tables are read once.
    ///
    /// # Errors
    /// As [`has_perm`](Self::has_perm).
    pub async fn has_perms<P: AsRef<str> + Send>(
        &self,
        user: &User,
        permissions: impl IntoIterator<Item = P, IntoIter: Send> + Send,
    ) -> Result<bool, Rejection> {
        if !user.is_active() {
            return Ok(false);
        }
        if user.is_superuser() {
            return Ok(true);
        }
        let in_tables = self.of(user).await?;
        for permission in permissions {
            if !self.grants(&in_tables, user, permission.as_ref()).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The first backend that says yes, in their order, unless one before it denies.
    async fn grants(
        &self,
        in_tables: &UserPermissions,
        user: &User,
        permission: &str,
    ) -> Result<bool, Rejection> {
        let accounts = self.core.accounts();
        for backend in self.core.backends() {
            let answer = match backend.is_of_django() {
                true => Ok(in_tables.has_perm(permission)),
                false => backend.has_perm(&accounts, user, permission).await,
            };
            match said(answer)? {
                Said::Granted => return Ok(true),
                Said::Nothing => {}
                Said::Denied => return Ok(false),
            }
        }
        Ok(false)
    }

    fn are_granted(&self) -> bool {
        self.core.backends().iter().any(Backend::is_of_django)
    }
}

/// What one backend said of a permission.
enum Said {
    Granted,
    Nothing,
    /// Django's `PermissionDenied`: nobody else is asked.
    Denied,
}

fn said(answer: Result<bool, Rejection>) -> Result<Said, Rejection> {
    match answer {
        Ok(true) => Ok(Said::Granted),
        Ok(false) => Ok(Said::Nothing),
        Err(rejection) if rejection.status() == StatusCode::FORBIDDEN => Ok(Said::Denied),
        Err(fault) => Err(fault),
    }
}

impl UserPermissions {
    /// Whether the user holds the permission `<app_label>.<codename>`. Django's `has_perm`.
    #[must_use]
    pub fn has_perm(&self, permission: &str) -> bool {
        self.everything || self.user.contains(permission) || self.group.contains(permission)
    }

    /// Whether the user holds all of them; an empty list is held by everybody. Django's `has_perms`.
    #[must_use]
    pub fn has_perms<P: AsRef<str>>(&self, permissions: impl IntoIterator<Item = P>) -> bool {
        permissions
            .into_iter()
            .all(|permission| self.has_perm(permission.as_ref()))
    }

    /// Whether the user holds any permission of an application. Django's `has_module_perms`.
    #[must_use]
    pub fn has_module_perms(&self, app_label: &str) -> bool {
        let of_app = |permission: &str| {
            permission
                .split_once('.')
                .is_some_and(|(app, _)| app == app_label)
        };
        self.everything || self.all().any(of_app)
    }

    /// Those granted directly, sorted. Django's `get_user_permissions`; a superuser's are all there are.
    pub fn user(&self) -> impl Iterator<Item = &str> {
        self.user.iter().map(String::as_str)
    }

    /// Those of the user's groups, sorted. Django's `get_group_permissions`; a superuser's are all there are.
    pub fn group(&self) -> impl Iterator<Item = &str> {
        self.group.iter().map(String::as_str)
    }

    /// Both together, each once, sorted. Django's `get_all_permissions`.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.user.union(&self.group).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(permissions: &[&str]) -> BTreeSet<String> {
        permissions.iter().map(|&code| code.to_owned()).collect()
    }

    #[test]
    fn sets_are_joined() {
        let held = UserPermissions {
            everything: false,
            user: set(&["blog.add_post", "blog.view_post"]),
            group: set(&["blog.view_post", "shop.view_order"]),
        };
        assert_eq!(held.all().count(), 3);
        assert!(held.has_perm("shop.view_order") && !held.has_perm("shop.add_order"));
        assert!(held.has_perms(["blog.add_post", "shop.view_order"]));
        assert!(!held.has_perms(["blog.add_post", "blog.delete_post"]));
        assert!(held.has_perms([""; 0]));
        assert!(held.has_module_perms("shop") && !held.has_module_perms("sho"));
    }

    #[test]
    fn a_superuser_holds_what_does_not_exist() {
        let held = UserPermissions {
            everything: true,
            ..UserPermissions::default()
        };
        assert!(held.has_perm("nodot") && held.has_module_perms("nowhere"));
        assert_eq!(held.all().count(), 0);
    }
}
