//! Patterns of decoded paths: `*` is any text within one segment, `**` any text at all.
//!
//! The whole path must fit. A slash at the end counts neither in the pattern nor in the path, so a star behind the last
//! slash also fits the path before it: `/admin/**` covers `/admin/` and `/admin`, as whoever guards them expects.

/// A pattern longer than this is a slip; it bounds the work of a match.
const LONGEST: usize = 512;

/// A pattern, taken apart once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Exactly(char),
    WithinSegment,
    Anything,
}

/// A text that is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// It does not start with a slash.
    #[error("it must start with /, such as \"/files/*/download\"")]
    NotAbsolute,
    /// Three stars or more in a row.
    #[error("*** means nothing; * is any text within a segment, ** any text")]
    TooManyStars,
    /// Longer than 512 characters.
    #[error("it is longer than 512 characters")]
    TooLong,
}

impl PathPattern {
    /// Takes a pattern apart.
    ///
    /// ```
    /// use hallpass::wire::path_pattern::PathPattern;
    ///
    /// let pattern = PathPattern::parse("/files/*/download").unwrap();
    /// assert!(pattern.matches("/files/7/download"));
    /// assert!(pattern.matches("/files/7/download/"));
    /// assert!(!pattern.matches("/files/7/8/download"));
    /// ```
    ///
    /// # Errors
    /// See [`PatternError`].
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if !text.starts_with('/') {
            return Err(PatternError::NotAbsolute);
        }
        if text.contains("***") {
            return Err(PatternError::TooManyStars);
        }
        if text.chars().nth(LONGEST).is_some() {
            return Err(PatternError::TooLong);
        }
        let mut parts = Vec::new();
        let mut rest = without_last_slash(text).chars().peekable();
        while let Some(c) = rest.next() {
            parts.push(match c {
                '*' if rest.next_if_eq(&'*').is_some() => Part::Anything,
                '*' => Part::WithinSegment,
                c => Part::Exactly(c),
            });
        }
        Ok(Self { parts })
    }

    /// Whether the whole path fits. The work grows with the length of the path times that of the pattern.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        // The places in the pattern that can be reached with what was read of the path; a star may read nothing.
        let mut reached = vec![false; self.parts.len() + 1];
        self.reach(&mut reached, 0);
        for c in without_last_slash(path).chars() {
            let mut next = vec![false; reached.len()];
            for (place, part) in self.parts.iter().enumerate() {
                if !reached.get(place).copied().unwrap_or(false) {
                    continue;
                }
                match part {
                    Part::Exactly(wanted) if *wanted == c => self.reach(&mut next, place + 1),
                    Part::WithinSegment if c != '/' => self.reach(&mut next, place),
                    Part::Anything => self.reach(&mut next, place),
                    Part::Exactly(_) | Part::WithinSegment => {}
                }
            }
            reached = next;
        }
        let at = |place: usize| reached.get(place).copied().unwrap_or(false);
        at(self.parts.len()) || self.before_last_star().is_some_and(at)
    }

    /// The place before a slash with nothing but a star behind it.
    fn before_last_star(&self) -> Option<usize> {
        match self.parts.as_slice() {
            [
                before @ ..,
                Part::Exactly('/'),
                Part::WithinSegment | Part::Anything,
            ] => Some(before.len()),
            _ => None,
        }
    }

    /// Marks a place, and those behind stars that read nothing.
    fn reach(&self, reached: &mut [bool], from: usize) {
        for (place, mark) in reached.iter_mut().enumerate().skip(from) {
            if *mark && place > from {
                return;
            }
            *mark = true;
            if matches!(self.parts.get(place), Some(Part::Exactly(_)) | None) {
                return;
            }
        }
    }
}

fn without_last_slash(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some("") | None => path,
        Some(shorter) => shorter,
    }
}

/// Whether `path` is `prefix` or below it. Whole segments count: `/admin` covers `/admin`, `/admin/` and `/admin/users`,
/// not `/administrators`. A slash at the end of the prefix makes no difference.
///
/// ```
/// use hallpass::wire::path_pattern::is_below;
///
/// assert!(is_below("/admin/users", "/admin/"));
/// assert!(is_below("/admin", "/admin/"));
/// assert!(!is_below("/administrators", "/admin"));
/// ```
#[must_use]
pub fn is_below(path: &str, prefix: &str) -> bool {
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        PathPattern::parse(pattern).unwrap().matches(path)
    }

    #[test]
    fn a_star_stays_in_its_segment() {
        assert!(matches("/a/*/c", "/a/b/c"));
        assert!(matches("/a/*/c", "/a//c"));
        assert!(!matches("/a/*/c", "/a/b/b/c"));
        assert!(matches("/*.json", "/x.json"));
        assert!(!matches("/*.json", "/x.jsonp"));
        assert!(matches("/a*", "/a"));
        assert!(!matches("/a*", "/a/b"));
    }

    #[test]
    fn two_stars_go_anywhere() {
        assert!(matches("/**", "/"));
        assert!(matches("/a/**", "/a/b/c"));
        assert!(matches("/a/**/z", "/a/b/c/z"));
        assert!(!matches("/a/**/z", "/a/z"));
        assert!(matches("/**/*.png", "/x/y/z.png"));
        assert!(!matches("/a/**", "/b/a/x"));
    }

    #[test]
    fn the_last_slash_makes_no_difference() {
        for pattern in ["/a/b", "/a/b/"] {
            assert!(matches(pattern, "/a/b"));
            assert!(matches(pattern, "/a/b/"));
            assert!(!matches(pattern, "/a"));
        }
        assert!(matches("/", "/"));
        assert!(!matches("/", "/a"));
    }

    #[test]
    fn a_star_behind_the_last_slash_covers_what_is_before_it() {
        for (pattern, path) in [
            ("/admin/**", "/admin/"),
            ("/admin/**", "/admin"),
            ("/admin/*", "/admin/"),
            ("/files/*/public/**", "/files/7/public/"),
            ("/**/admin/**", "/x/admin/"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        assert!(!matches("/admin/**", "/administrators"));
        assert!(!matches("/admin/*", "/adm"));
        assert!(!matches("/a*/x", "/a"));
    }

    #[test]
    fn hostile_paths_take_bounded_work() {
        let pattern = "/".to_owned() + &"*a".repeat(200);
        let began = std::time::Instant::now();
        assert!(!matches(
            &pattern,
            &("/".to_owned() + &"a".repeat(8000) + "b")
        ));
        assert!(began.elapsed().as_secs() < 5);
    }

    #[test]
    fn other_texts_are_no_patterns() {
        assert_eq!(PathPattern::parse("a"), Err(PatternError::NotAbsolute));
        assert_eq!(PathPattern::parse("/***"), Err(PatternError::TooManyStars));
        let long = "/".repeat(LONGEST + 1);
        assert_eq!(PathPattern::parse(&long), Err(PatternError::TooLong));
    }

    #[test]
    fn prefixes_are_whole_segments() {
        for prefix in ["/admin", "/admin/"] {
            assert!(is_below("/admin", prefix));
            assert!(is_below("/admin/", prefix));
            assert!(is_below("/admin/x", prefix));
            assert!(!is_below("/administrators", prefix));
            assert!(!is_below("/x/admin", prefix));
        }
        assert!(is_below("/anything", "/"));
    }
}
