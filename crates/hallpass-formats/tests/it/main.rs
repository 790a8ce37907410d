//! The ground floor against the recorded vectors of Django 5.2 and DRF 3.16.

mod base64;
mod csrf;
mod hashers;
mod json;
mod names;
mod password_validators;
mod passwords;
mod pickles;
mod redaction;
mod sessions;
mod signing;
mod vectors;
mod work;
