//! Verifications taken in steps: the verdicts and the amount of work are those of one alone.

use std::sync::Arc;

use hallpass_formats::password::{
    self, EncodedPassword, Md5, PasswordHasher, PasswordHashers, Pbkdf2Sha1, Pbkdf2Sha256, Verdict,
    Work,
};

const OURS: Pbkdf2Sha256 = Pbkdf2Sha256 { iterations: 300 };

fn hashers() -> PasswordHashers {
    let others: Vec<Arc<dyn PasswordHasher>> = vec![
        Arc::new(OURS),
        Arc::new(Pbkdf2Sha1 { iterations: 300 }),
        Arc::new(Md5),
    ];
    PasswordHashers::new(others).expect("three hashers")
}

fn stored(hasher: &dyn PasswordHasher) -> EncodedPassword {
    let salt = "a-salt-of-22-characters";
    hasher.encode("right", salt).expect("a good salt")
}

/// The result, and how many iterations were taken for it. The first of each chain is not a step.
fn counted<T: 'static>(mut work: Work<T>) -> (T, u32) {
    let mut iterations = 0;
    loop {
        iterations += u32::from(work.is_in_steps());
        while work.is_in_steps() {
            password::advance(std::slice::from_mut(&mut work), 1);
            work = work.go_on();
            iterations += 1;
        }
        work = work.go_on();
        if work.is_done() {
            return (work.finish(), iterations);
        }
    }
}

#[test]
fn whoever_fails_costs_as_much_as_a_new_hash() {
    let cheap = stored(&Pbkdf2Sha256 { iterations: 100 });
    for (typed, stored, verdict, work) in [
        (
            "right",
            stored(&OURS),
            Verdict::Correct { must_update: false },
            300,
        ),
        ("wrong", stored(&OURS), Verdict::Wrong, 300),
        (
            "right",
            cheap.clone(),
            Verdict::Correct { must_update: true },
            100,
        ),
        ("wrong", cheap, Verdict::Wrong, 300),
        ("right", EncodedPassword::unusable(), Verdict::Wrong, 300),
        (
            "right",
            EncodedPassword::new("crypt$x$y"),
            Verdict::UnknownAlgorithm("crypt".to_owned()),
            300,
        ),
    ] {
        let again = hashers().verify(typed, &stored);
        let (found, iterations) = counted(hashers().verify_in_steps(typed, &stored));
        assert_eq!((found, again), (verdict.clone(), verdict), "{stored:?}");
        // What hardens is a second chain, whose first iteration was not counted.
        assert!(iterations.abs_diff(work) <= 1, "{stored:?}: {iterations}");
    }
    let ((), iterations) = counted(hashers().dummy_in_steps("of an unknown user"));
    assert_eq!(iterations, 300);
    let (made, iterations) = counted(hashers().make_in_steps(Some("new")));
    assert_eq!(iterations, 300);
    let made = made.expect("made");
    assert!(matches!(
        hashers().verify("new", &made),
        Verdict::Correct { .. }
    ));
}

#[test]
fn what_cannot_be_taken_in_steps_is_done_when_it_goes_on() {
    for hasher in [&Md5 as &dyn PasswordHasher, &Pbkdf2Sha1 { iterations: 300 }] {
        let mut work = [hashers().verify_in_steps("right", &stored(hasher))];
        password::advance(&mut work, 10);
        let [work] = work;
        assert!(!work.is_in_steps() && !work.is_done());
        let work = work.go_on();
        assert!(work.is_done());
        assert_eq!(work.finish(), Verdict::Correct { must_update: true });
    }
}

#[test]
fn any_number_can_go_side_by_side() {
    let stored = stored(&OURS);
    let mut works: Vec<Work<Verdict>> = ["right", "wrong", "right", "else", "right"]
        .iter()
        .map(|typed| hashers().verify_in_steps(typed, &stored))
        .collect();
    password::advance(&mut works, 150);
    let first = works.remove(0).finish();
    assert_eq!(first, Verdict::Correct { must_update: false });
    password::advance(&mut works, 1000);
    let verdicts = works.into_iter().map(Work::go_on).map(|work| {
        assert!(work.is_done(), "{work:?}");
        work.finish() == Verdict::Correct { must_update: false }
    });
    assert_eq!(verdicts.collect::<Vec<_>>(), [false, true, false, true]);
}

#[test]
fn debug_shows_neither_password_nor_result() {
    let work = hashers().verify_in_steps("right", &stored(&OURS));
    assert_eq!(format!("{work:?}"), "Work(in steps)");
    assert_eq!(format!("{:?}", Work::done("secret")), "Work(done)");
    assert_eq!(format!("{:?}", Work::whole(|| 1)), "Work(in one piece)");
}
