//! What proxies are answered that ask about a request.

mod asked;
mod conventions;
mod csrf;
mod identity;
mod refusals;
mod rules;
mod sessions;
mod upgrades;
