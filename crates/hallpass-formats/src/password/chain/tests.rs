use super::*;
use crate::hex;
use crate::random::{ALPHANUMERIC, random_string};

/// Numbers to choose by; what fails names all that it chose.
fn up_to(limit: u8) -> usize {
    let mut byte = [0];
    getrandom::fill(&mut byte).unwrap();
    usize::from(byte[0]) * (usize::from(limit) + 1) / 256
}

struct Derivation {
    password: String,
    salt: String,
    iterations: u32,
}

impl Derivation {
    fn random() -> Derivation {
        Derivation {
            password: random_string(up_to(200), ALPHANUMERIC),
            salt: random_string(up_to(130), ALPHANUMERIC),
            iterations: u32::try_from(up_to(250)).unwrap(),
        }
    }

    fn chain(&self) -> Chain {
        Chain::new(
            self.password.as_bytes(),
            self.salt.as_bytes(),
            self.iterations,
        )
    }

    fn check(&self, chain: Chain) {
        let Derivation {
            password,
            salt,
            iterations,
        } = self;
        let expected =
            pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), salt.as_bytes(), *iterations);
        assert_eq!(
            chain.complete(),
            expected,
            "{password:?} {salt:?} {iterations}"
        );
    }
}

#[test]
fn one_alone_is_the_crates() {
    for _ in 0..300 {
        let derivation = Derivation::random();
        derivation.check(derivation.chain());
    }
    for length in [0, 1, 63, 64, 65, 127, 128, 4096] {
        let derivation = Derivation {
            password: random_string(length, ALPHANUMERIC),
            salt: random_string(22, ALPHANUMERIC),
            iterations: 3,
        };
        derivation.check(derivation.chain());
    }
}

#[test]
fn side_by_side_each_is_the_crates() {
    together::<2>();
    together::<3>();
    together::<4>();
}

/// In uneven stretches; whichever is complete first gives its place to a new one.
fn together<const N: usize>() {
    let mut derivations: [Derivation; N] = std::array::from_fn(|_| Derivation::random());
    let mut chains = derivations.each_ref().map(Derivation::chain);
    for _ in 0..400 {
        advance(chains.each_mut(), u32::try_from(up_to(90)).unwrap());
        for (chain, derivation) in chains.iter_mut().zip(&mut derivations) {
            if chain.is_complete() {
                let next = Derivation::random();
                let complete = std::mem::replace(chain, next.chain());
                std::mem::replace(derivation, next).check(complete);
            }
        }
    }
    for (chain, derivation) in chains.into_iter().zip(derivations) {
        derivation.check(chain);
    }
}

#[test]
fn nobody_goes_further_than_its_end() {
    let mut short = Chain::new(b"password", b"salt", 5);
    let mut long = Chain::new(b"password", b"salt", 4096);
    advance([&mut short, &mut long], 3);
    assert_eq!((short.left, long.left), (1, 4092));
    advance([&mut short, &mut long], 1000);
    assert_eq!((short.left, long.left), (0, 4091));
    advance([&mut short, &mut long], 1000);
    assert_eq!((short.left, long.left), (0, 4091));
}

/// RFC 7914, section 11, of its 64 bytes the first 32; and what many libraries test with (RFC 6070's inputs).
#[test]
fn published_vectors() {
    for (password, salt, iterations, expected) in [
        (
            "passwd",
            "salt",
            1,
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc",
        ),
        (
            "Password",
            "NaCl",
            80_000,
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56",
        ),
        (
            "password",
            "salt",
            4096,
            "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a",
        ),
        (
            "passwordPASSWORDpassword",
            "saltSALTsaltSALTsaltSALTsaltSALTsalt",
            4096,
            "348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c4e2a1fb8dd53e1",
        ),
    ] {
        let derived = Chain::new(password.as_bytes(), salt.as_bytes(), iterations).complete();
        assert_eq!(hex::lower(&derived), expected);
    }
}
