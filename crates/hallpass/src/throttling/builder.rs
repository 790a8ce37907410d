//! What every throttle around a [`SimpleRateThrottle`](super::SimpleRateThrottle) takes. Written once; a trait would
//! have to be imported by whoever sets a rate.

/// The methods of a tuple struct around a `SimpleRateThrottle` that has a `new`.
macro_rules! around_simple {
    ($class:ident) => {
        impl $class {
            /// This rate instead of the settings' own: in DRF, a subclass with a `rate`.
            #[must_use]
            pub fn rate(self, rate: $crate::throttling::Rate) -> Self {
                Self(self.0.rate(rate))
            }

            /// So many proxies instead of the settings' `num_proxies`.
            #[must_use]
            pub fn num_proxies(self, proxies: impl Into<Option<u32>>) -> Self {
                Self(self.0.num_proxies(proxies))
            }

            /// Another clock than the system's.
            #[must_use]
            pub fn clock(self, clock: impl $crate::throttling::Clock) -> Self {
                Self(self.0.clock(clock))
            }
        }

        impl Default for $class {
            fn default() -> Self {
                Self::new()
            }
        }
    };
}

pub(super) use around_simple;
