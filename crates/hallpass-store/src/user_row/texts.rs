//! Several texts in one piece of memory.

/// `N` texts, one after the other; each may be absent, which is not the same as empty.
#[derive(Clone)]
pub(super) struct Texts<const N: usize> {
    all: Box<str>,
    /// Where each ends, with [`ABSENT`] for one that is not there.
    ends: [u32; N],
}

const ABSENT: u32 = 1 << 31;

impl<const N: usize> Texts<N> {
    /// `None` when they are longer than a place can say.
    pub(super) fn pack(texts: [Option<&str>; N]) -> Option<Self> {
        let lengths = texts.iter().flatten().map(|text| text.len());
        let length = u32::try_from(lengths.sum::<usize>()).ok()?;
        if length >= ABSENT {
            return None;
        }
        let mut all = String::with_capacity(length as usize);
        let mut ends = [0; N];
        for (text, end) in texts.iter().zip(&mut ends) {
            all.push_str(text.unwrap_or_default());
            let absent = if text.is_some() { 0 } else { ABSENT };
            *end = all.len() as u32 | absent;
        }
        Some(Self {
            all: all.into_boxed_str(),
            ends,
        })
    }

    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let before = index.checked_sub(1).and_then(|index| self.ends.get(index));
        let start = before.map_or(0, |end| end & !ABSENT);
        // An absent one has no such end.
        self.all.get(start as usize..end as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_is_not_empty() {
        let texts = Texts::pack([Some("zoë"), None, Some(""), Some("🎟"), None]).unwrap();
        let read: Vec<_> = (0..6).map(|index| texts.get(index)).collect();
        assert_eq!(read, [Some("zoë"), None, Some(""), Some("🎟"), None, None]);
        assert_eq!(texts.all.len(), 8);
    }
}
