//! The known name that a misspelt one most likely meant.

/// Names longer than this are no misspelling; comparing them would only cost time.
const LONGEST: usize = 120;

/// The candidate with the most similar name, however far (empty only without candidates).
pub(super) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let name: String = name.chars().take(LONGEST).collect();
    candidates
        .into_iter()
        .min_by_key(|candidate| strsim::damerau_levenshtein(&name, candidate))
}

/// The candidate with the most similar name, if it is so near that a slip of the finger explains it.
pub(super) fn misspelt<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let candidate = nearest(name, candidates)?;
    let distance = strsim::damerau_levenshtein(name, candidate);
    (distance <= (name.len() / 3).max(2)).then_some(candidate)
}
