use super::*;

#[test]
fn django_text_round_trips() {
    for (micros, text) in [
        (0, "1970-01-01 00:00:00"),
        (1_767_323_045_678_901, "2026-01-02 03:04:05.678901"),
        (1_767_323_045_000_001, "2026-01-02 03:04:05.000001"),
        (-1, "1969-12-31 23:59:59.999999"),
        (951_782_400_000_000, "2000-02-29 00:00:00"),
        (-62_135_596_800_000_000, "0001-01-01 00:00:00"),
        (253_402_300_799_999_999, "9999-12-31 23:59:59.999999"),
    ] {
        let timestamp = Timestamp::from_unix_micros(micros);
        assert_eq!(timestamp.to_django_text(), text);
        assert_eq!(Timestamp::parse_django_text(text), Some(timestamp));
        assert_eq!(
            Timestamp::parse_iso8601(&timestamp.to_iso8601()),
            Some(timestamp)
        );
    }
}

#[test]
fn every_day_of_eight_centuries_round_trips() {
    for day in -150_000..150_000 {
        let (year, month, of_month) = civil_from_days(day);
        assert_eq!(days_from_civil(year, month, of_month), day);
        assert!((1..=days_in_month(year, month)).contains(&of_month));
    }
}

#[test]
fn other_spellings_are_read() {
    let expected = Timestamp::parse_django_text("2026-01-02 03:04:05.5");
    assert!(expected.is_some());
    for text in [
        "2026-01-02T03:04:05.500000",
        "2026-01-02 03:04:05.5000009",
        "2026-01-02T03:04:05.5Z",
        "2026-01-02T05:04:05.5+02:00",
        "2026-01-01T22:34:05.5-04:30",
    ] {
        assert_eq!(Timestamp::parse_django_text(text), expected, "{text}");
    }
    assert_eq!(
        Timestamp::parse_iso8601("2026-01-02T03:04:05"),
        None,
        "an offset is needed"
    );
    assert!(Timestamp::parse_django_text("2026-01-02 03:04").is_some());
}

#[test]
fn nonsense_is_refused() {
    for text in [
        "",
        "2026",
        "2026-01-02",
        "2026-13-02 00:00:00",
        "2026-02-29 00:00:00",
        "2026-01-02 24:00:00",
        "2026-01-02 03:60:00",
        "2026-01-02 03:04:05.",
        "2026-01-02 03:04:05+",
        "2026-01-02 03:04:05+24:00",
        "2026-01-02 03:04:05Zx",
        "0000-01-02 03:04:05",
        " 2026-01-02 03:04:05",
        "٢٠٢٦-01-02 03:04:05",
        "2026-01-02x03:04:05",
        "2026-01-02 03:04:05 ",
    ] {
        assert_eq!(Timestamp::parse_django_text(text), None, "{text:?}");
    }
}

#[test]
fn the_ends_of_the_range_do_not_overflow() {
    let last = Timestamp::from_unix_micros(i64::MAX);
    assert_eq!(last.add_seconds(i64::MAX), last);
    let first = Timestamp::from_unix_micros(i64::MIN);
    assert_eq!(first.add_seconds(i64::MIN), first);
    assert!(!last.to_iso8601().is_empty() && !first.to_iso8601().is_empty());
    assert_eq!(Timestamp::from_unix_micros(-1).unix_seconds(), -1);
    assert!(Timestamp::now() > Timestamp::from_unix_micros(1_700_000_000_000_000));
}

#[test]
fn reading_in_one_go_says_nothing_or_the_same() {
    for text in ["2026-02-28 23:59:59.678901", "2024-12-31 03:04:05"] {
        let bytes = text.as_bytes();
        assert!(parse_usual(bytes).is_some());
        for place in 0..bytes.len() {
            for odd in 0..=127 {
                let mut changed = bytes.to_vec();
                changed[place] = odd;
                let usual = parse_usual(&changed);
                let changed = String::from_utf8(changed).unwrap();
                if usual.is_some() {
                    let same = parse(&changed).map(|(micros, offset)| (micros, offset.is_some()));
                    assert_eq!(same, usual.map(|micros| (micros, false)), "{changed:?}");
                }
            }
            let shorter = &text[..place];
            let slow = parse(shorter).map(|(micros, _)| micros);
            let usual = parse_usual(shorter.as_bytes());
            assert!(usual.is_none() || usual == slow, "{shorter:?}");
        }
    }
}
