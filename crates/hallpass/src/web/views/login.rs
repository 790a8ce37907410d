//! The login page: Django 5.2's `LoginView` with DRF's page.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use hallpass_formats::username;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, EXPIRES, LOCATION};
use http::{HeaderValue, Method, StatusCode};

use crate::backends::{Credentials, Verdict};
use crate::login::{login, user};
use crate::pages;
use crate::rejection::Rejection;
use crate::request::{FormFault, RequestContext, query_value};
use crate::web::with_context;
use crate::wire::form::FormData;
use crate::wire::redirect;

/// The methods of Django's `LoginView`, in the order in which its 405 names them.
const ALLOWED: &str = "GET, POST, PUT, HEAD, OPTIONS";

/// A page that logs users in: accessible, without scripts, safe about where it leads.
///
/// The session key is cycled and the CSRF secret replaced at every login.
#[derive(Clone, Debug, Default)]
pub struct LoginView {
    allowed_hosts: Vec<String>,
    redirect_authenticated_user: bool,
}

impl LoginView {
    /// Django's view: after login to a safe `next`, else to `login_redirect_url`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Further hosts that `next` may lead to (`success_url_allowed_hosts`).
    #[must_use]
    pub fn success_url_allowed_hosts(
        mut self,
        hosts: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.allowed_hosts = hosts.into_iter().map(Into::into).collect();
        self
    }

    /// Sends users who are logged in already straight on.
    #[must_use]
    pub fn redirect_authenticated_user(mut self, redirect: bool) -> Self {
        self.redirect_authenticated_user = redirect;
        self
    }

    /// The view, to mount with [`GuardedRouter::plain`](crate::GuardedRouter::plain).
    pub fn into_handlers<S: Clone + Send + Sync + 'static>(self) -> MethodRouter<S> {
        let all = MethodFilter::GET
            .or(MethodFilter::POST)
            .or(MethodFilter::PUT)
            .or(MethodFilter::HEAD);
        let answer = async move |request: Request| {
            let view = self.clone();
            with_context(request, move |context| {
                Box::pin(async move { view.serve(&context).await })
            })
            .await
        };
        on(all, answer).options(options).fallback(refuse_method)
    }

    async fn serve(&self, request: &RequestContext<'_>) -> Result<Response, Rejection> {
        let form = posted(request).await?;
        if self.redirect_authenticated_user && user(request).await?.is_some() {
            return self.send_on(request, &form);
        }
        let page = match *request.method() {
            Method::POST | Method::PUT => match self.submit(request, &form).await? {
                Ok(response) => return Ok(response),
                Err(errors) => self.page(request, &form, &errors),
            },
            _ => self.page(request, &form, &Errors::default()),
        };
        Ok(never_cached(
            (StatusCode::OK, [(CONTENT_TYPE, pages::HTML)], page).into_response(),
        ))
    }

    /// Checks the form; the errors are shown on the page again.
    async fn submit(
        &self,
        request: &RequestContext<'_>,
        form: &FormData,
    ) -> Result<Result<Response, Errors>, Rejection> {
        let name = username::trim_python(form.last("username").unwrap_or_default());
        let password = form.last("password").unwrap_or_default();
        let errors = Errors {
            username: field_error(name),
            password: field_error(password),
            form: None,
        };
        if errors.any() {
            return Ok(Err(errors));
        }
        let accounts = request.core().accounts();
        // A name longer than the column is not normalised: it cannot be anybody's.
        let too_long = name.chars().count() > accounts.username_max_length();
        let name = if too_long {
            name.to_owned()
        } else {
            username::normalize(name)
        };
        let verdict = request
            .authenticate(&Credentials::new(name, password))
            .await?;
        let Verdict::Accepted(accepted) = verdict else {
            let message = format!(
                "Please enter a correct {} and password. Note that both fields may be case-sensitive.",
                accounts.username_verbose_name()
            );
            return Ok(Err(Errors {
                form: Some(message),
                ..Errors::default()
            }));
        };
        if !accepted.user.is_active() {
            return Ok(Err(Errors {
                form: Some("This account is inactive.".to_owned()),
                ..Errors::default()
            }));
        }
        login(request, accepted).await?;
        Ok(Ok(never_cached(found(&self.target(request, form)))))
    }

    fn send_on(
        &self,
        request: &RequestContext<'_>,
        form: &FormData,
    ) -> Result<Response, Rejection> {
        let target = self.target(request, form);
        if target == request.uri().path() {
            tracing::error!(
                "login_redirect_url leads to the login page itself: a logged-in user would go in circles"
            );
            return Ok((
                StatusCode::INTERNAL_SERVER_ERROR,
                [(CONTENT_TYPE, pages::HTML)],
                pages::SERVER_ERROR,
            )
                .into_response());
        }
        Ok(never_cached(found(&target)))
    }

    fn target(&self, request: &RequestContext<'_>, form: &FormData) -> String {
        safe_next(request, form, &self.allowed_hosts)
            .unwrap_or_else(|| request.core().settings().login_redirect_url.clone())
    }

    fn page(&self, request: &RequestContext<'_>, form: &FormData, errors: &Errors) -> String {
        let accounts = request.core().accounts();
        let next = safe_next(request, form, &self.allowed_hosts).unwrap_or_default();
        let body = format!(
            "<h1>Log in</h1>\n{summary}<form method=\"post\">\n\
<input type=\"hidden\" name=\"csrfmiddlewaretoken\" value=\"{token}\">\n\
<input type=\"hidden\" name=\"next\" value=\"{next}\">\n\
<label for=\"id_username\">{label}:</label>\n{username_error}\
<input type=\"text\" name=\"username\" id=\"id_username\" value=\"{username}\" maxlength=\"{length}\" \
autocapitalize=\"none\" autocomplete=\"username\" required autofocus{username_invalid}>\n\
<label for=\"id_password\">Password:</label>\n{password_error}\
<input type=\"password\" name=\"password\" id=\"id_password\" autocomplete=\"current-password\" \
required{password_invalid}>\n\
<button type=\"submit\">Log in</button>\n</form>",
            summary = errors.summary(),
            token = request.exchange().csrf().token(),
            next = pages::escape(&next),
            label = pages::escape(&capitalised(&accounts.username_verbose_name())),
            username = pages::escape(form.last("username").unwrap_or_default()),
            length = accounts.username_max_length(),
            username_error = shown("username", errors.username.as_deref()),
            password_error = shown("password", errors.password.as_deref()),
            username_invalid = described("username", errors.username.as_deref()),
            password_invalid = described("password", errors.password.as_deref()),
        );
        pages::page("Django REST framework", &body)
    }
}

#[derive(Debug, Default)]
struct Errors {
    username: Option<String>,
    password: Option<String>,
    form: Option<String>,
}

impl Errors {
    fn any(&self) -> bool {
        self.username.is_some() || self.password.is_some() || self.form.is_some()
    }

    fn summary(&self) -> String {
        match &self.form {
            None => String::new(),
            Some(message) => format!(
                "<p class=\"error\" role=\"alert\">{}</p>\n",
                pages::escape(message)
            ),
        }
    }
}

fn field_error(value: &str) -> Option<String> {
    if value.is_empty() {
        return Some("This field is required.".to_owned());
    }
    value
        .contains('\0')
        .then(|| "Null characters are not allowed.".to_owned())
}

fn shown(field: &str, error: Option<&str>) -> String {
    match error {
        None => String::new(),
        Some(error) => format!(
            "<p class=\"error\" id=\"id_{field}_error\">{}</p>\n",
            pages::escape(error)
        ),
    }
}

fn described(field: &str, error: Option<&str>) -> String {
    match error {
        None => String::new(),
        Some(_) => format!(" aria-invalid=\"true\" aria-describedby=\"id_{field}_error\""),
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

/// The fields of a form sent by `POST`; other methods and content types have none, as in Django.
pub(super) async fn posted(request: &RequestContext<'_>) -> Result<FormData, Rejection> {
    if request.method() != Method::POST {
        return Ok(FormData::default());
    }
    let Some(kind) = request.form_kind() else {
        return Ok(FormData::default());
    };
    match request.form(kind).await {
        Ok(form) => Ok(form),
        Err(FormFault::Malformed(_)) => Ok(FormData::default()),
        Err(FormFault::Refused(rejection)) => Err(rejection),
    }
}

/// The target in `next`: the body's, else the query's; an unsafe one in the body is not replaced by the query's.
pub(super) fn safe_next(
    request: &RequestContext<'_>,
    form: &FormData,
    allowed_hosts: &[String],
) -> Option<String> {
    let from_query = || query_value(request.uri().query(), "next");
    let next = form.last("next").map(str::to_owned).or_else(from_query)?;
    let host = request.host();
    let mut hosts: Vec<&str> = allowed_hosts.iter().map(String::as_str).collect();
    hosts.push(&host);
    redirect::is_safe(&next, &hosts, request.is_secure()).then_some(next)
}

/// 302, with the target percent-encoded as Django does.
pub(super) fn found(target: &str) -> Response {
    let mut response = (StatusCode::FOUND, [(CONTENT_TYPE, pages::HTML)]).into_response();
    if let Ok(location) = HeaderValue::from_str(&redirect::encode_location(target)) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// Django's `never_cache`.
pub(super) fn never_cached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let now = httpdate::fmt_http_date(std::time::SystemTime::now());
    if let Ok(now) = HeaderValue::from_str(&now) {
        headers.insert(EXPIRES, now);
    }
    let directives =
        HeaderValue::from_static("max-age=0, no-cache, no-store, must-revalidate, private");
    headers.insert(CACHE_CONTROL, directives);
    response
}

async fn options() -> Response {
    never_cached(
        (
            StatusCode::OK,
            [
                (CONTENT_TYPE, pages::HTML),
                (ALLOW, HeaderValue::from_static(ALLOWED)),
            ],
        )
            .into_response(),
    )
}

async fn refuse_method() -> Response {
    let headers = [
        (CONTENT_TYPE, pages::HTML),
        (ALLOW, HeaderValue::from_static(ALLOWED)),
    ];
    never_cached((StatusCode::METHOD_NOT_ALLOWED, headers).into_response())
}
