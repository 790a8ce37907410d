//! Settings of Django and DRF that are accepted and have no meaning here.
//!
//! The lists are those of Django 5.2 to 6.1 and DRF 3.16 to 3.18, with what project templates add and with names that
//! older settings files still carry.

/// One accepted name without meaning.
pub(super) struct Ignored {
    pub(super) table: &'static str,
    pub(super) name: &'static str,
    /// Why it changes nothing, or what to set instead.
    pub(super) reason: &'static str,
}

/// All names of one reason.
struct Group {
    table: &'static str,
    reason: &'static str,
    names: &'static [&'static str],
}

const EMAIL: &str = "Hallpass sends no e-mail";
const PAGES: &str = "Hallpass renders no templates of the project";
const FILES: &str = "Hallpass serves no uploaded or static files";
const CACHE: &str = "Hallpass caches no pages";
const LANGUAGE: &str = "Hallpass answers in English and formats no dates or numbers for people";
const SERIALIZERS: &str = "serializers and pages are the application's own";

#[rustfmt::skip]
static GROUPS: &[Group] = &[
    Group { table: "", reason: "set `database_url` instead", names: &["databases"] },
    Group { table: "", reason: "Hallpass always does what Django's default middleware does, in its order", names: &["middleware", "middleware_classes"] },
    Group { table: "", reason: "the answer to a failed CSRF check is Django's built-in page", names: &["csrf_failure_view"] },
    Group { table: "", reason: "no Content-Security-Policy header is sent in this release", names: &["secure_csp", "secure_csp_report_only"] },
    Group { table: "", reason: "set it in the proxy; Hallpass does not look at it in this release", names: &["force_script_name"] },
    Group { table: "", reason: "signed cookies are not used in this release", names: &["signing_backend", "signed_cookie_legacy_salt_fallback"] },
    Group { table: "", reason: "password resets are not in this release", names: &["password_reset_timeout", "password_reset_timeout_days"] },
    Group { table: "", reason: "logs go to standard error, in Hallpass's own form", names: &["logging", "logging_config"] },
    Group { table: "", reason: CACHE, names: &[
        "cache_middleware_alias", "cache_middleware_key_prefix", "cache_middleware_seconds",
    ] },
    Group { table: "", reason: "the session engine `file` is not in this release", names: &["session_file_path"] },
    Group { table: "caches.default", reason: "every session brings its own age along", names: &["timeout"] },
    Group { table: "", reason: EMAIL, names: &[
        "admins", "managers", "default_from_email", "email_backend", "email_file_path", "email_host",
        "email_host_password", "email_host_user", "email_port", "email_ssl_certfile", "email_ssl_keyfile",
        "email_subject_prefix", "email_timeout", "email_use_localtime", "email_use_ssl", "email_use_tls",
        "mailers", "server_email",
    ] },
    Group { table: "", reason: PAGES, names: &[
        "forms_urlfield_assume_https", "form_renderer", "message_level", "message_storage", "message_tags",
        "templates", "urlize_assume_https",
    ] },
    Group { table: "", reason: FILES, names: &[
        "data_upload_max_number_files", "default_file_storage", "file_upload_directory_permissions",
        "file_upload_handlers", "file_upload_max_memory_size", "file_upload_permissions", "file_upload_temp_dir",
        "media_root", "media_url", "staticfiles_dirs", "staticfiles_finders", "staticfiles_storage", "static_root",
        "static_url", "storages",
    ] },
    Group { table: "", reason: LANGUAGE, names: &[
        "date_format", "date_input_formats", "datetime_format", "datetime_input_formats", "decimal_separator",
        "default_charset", "first_day_of_week", "format_module_path", "languages", "languages_bidi",
        "language_code", "language_cookie_age", "language_cookie_domain", "language_cookie_httponly",
        "language_cookie_name", "language_cookie_path", "language_cookie_samesite", "language_cookie_secure",
        "locale_paths", "month_day_format", "number_grouping", "short_datetime_format", "short_date_format",
        "thousand_separator", "time_format", "time_input_formats", "use_deprecated_pytz", "use_i18n", "use_l10n",
        "use_thousand_separator", "year_month_format",
    ] },
    Group { table: "", reason: "it configures the Django project only", names: &[
        "absolute_url_overrides", "asgi_application", "base_dir", "database_routers", "debug_propagate_exceptions",
        "default_exception_reporter", "default_exception_reporter_filter", "default_index_tablespace",
        "default_tablespace", "fixture_dirs", "ignorable_404_urls", "internal_ips", "migration_modules",
        "root_urlconf", "secure_browser_xss_filter", "settings_module", "site_id", "tasks",
        "test_non_serialized_apps", "test_runner", "wsgi_application",
    ] },
    Group { table: "rest_framework", reason: "an anonymous caller has no user and no token here", names: &["unauthenticated_user", "unauthenticated_token"] },
    Group { table: "rest_framework", reason: "JSON is strict, compact and literal Unicode, DRF's default", names: &["compact_json", "strict_json", "unicode_json"] },
    Group { table: "rest_framework", reason: "errors are answered as DRF's own handler does", names: &["exception_handler"] },
    Group { table: "rest_framework", reason: SERIALIZERS, names: &[
        "allowed_versions", "coerce_bigint_to_string", "coerce_decimal_to_string", "date_format",
        "date_input_formats", "datetime_format", "datetime_input_formats", "default_content_negotiation_class",
        "default_filter_backends", "default_metadata_class", "default_pagination_class", "default_parser_classes",
        "default_renderer_classes", "default_schema_class", "default_version", "default_versioning_class",
        "duration_format", "format_suffix_kwarg", "html_select_cutoff", "html_select_cutoff_text",
        "list_serializer_errors_as_dict", "ordering_param", "page_size", "schema_coerce_method_names",
        "schema_coerce_path_pk", "search_param", "test_request_default_format", "test_request_renderer_classes",
        "time_format", "time_input_formats", "uploaded_files_use_url", "url_field_name", "url_format_override",
        "version_param", "view_description_function", "view_name_function",
    ] },
];

/// Every accepted name without meaning, grouped by reason.
pub(super) fn all() -> impl Iterator<Item = Ignored> {
    GROUPS.iter().flat_map(|group| {
        group.names.iter().map(|name| Ignored {
            table: group.table,
            name,
            reason: group.reason,
        })
    })
}

/// The entry of a name, if it is accepted without meaning.
pub(super) fn find(table: &str, name: &str) -> Option<Ignored> {
    all().find(|ignored| ignored.table == table && ignored.name == name)
}
