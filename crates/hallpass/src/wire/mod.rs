//! The text grammar of HTTP as Django 5.2 and DRF 3.16 read it.
//!
//! Everything here is a pure function of text or bytes: no I/O, no clock, no settings object. Each
//! module takes hostile input, answers in linear time and never panics. The rooms above decide
//! what an answer means for a request.
//!
//! Header values that Django sees as text are latin-1 ([`charset::latin1`]); the `Cookie` header and
//! form bodies are UTF-8 with replacement characters.

pub mod authorization;
pub mod charset;
pub mod cookies;
pub mod csrf_token;
pub mod form;
pub mod header_parameters;
pub mod host;
pub mod media_type;
pub mod multipart;
pub mod negotiation;
pub mod networks;
pub mod origin;
pub mod path_pattern;
pub mod redirect;
pub mod set_cookie;
pub mod text;
pub mod url;
pub mod url_path;
