//! The object that an object permission is asked about.

use std::any::{Any, type_name};
use std::fmt;

use crate::rejection::Rejection;

/// Something of the application's, as a permission sees it: of any type, like DRF's `obj`.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    value: &'a (dyn Any + Send + Sync),
    type_name: &'static str,
}

impl<'a> Object<'a> {
    /// Lends an object to permissions.
    pub fn new<T: Any + Send + Sync>(value: &'a T) -> Self {
        Self {
            value,
            type_name: type_name::<T>(),
        }
    }

    /// The object, if it is of this type.
    pub fn downcast<T: Any>(&self) -> Option<&'a T> {
        self.value.downcast_ref()
    }

    /// The object, which must be of this type.
    ///
    /// # Errors
    /// 500 and a line of log for an object of another type: the view asks a permission that was written for something
    /// else, and nobody gets in by such a mistake.
    pub fn get<T: Any>(&self) -> Result<&'a T, Rejection> {
        self.downcast().ok_or_else(|| {
            tracing::error!(
                given = self.type_name,
                wanted = type_name::<T>(),
                "an object permission was asked about an object of another type"
            );
            Rejection::server_error()
        })
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Object").field(&self.type_name).finish()
    }
}
