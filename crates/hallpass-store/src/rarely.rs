//! Room for work that is rarely done.

use std::pin::Pin;

/// What is rare and deep, such as connecting, in a place of its own: whoever asks would carry the room for it each time.
/// Of a type that says nothing of what is in it, or the compiler would have to look all the way down.
pub(crate) fn rarely<'a, T>(
    work: impl Future<Output = T> + Send + 'a,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(work)
}
