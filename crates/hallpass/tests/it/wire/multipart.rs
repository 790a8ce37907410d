//! Multipart forms; the expectations are Django 5.2's answers to the same bodies.

use hallpass::wire::charset::Charset;
use hallpass::wire::form::FormData;
use hallpass::wire::multipart::{Limits, MultipartError, boundary, parse};

fn read(body: &[u8]) -> Result<FormData, MultipartError> {
    parse(body, "BB", Charset::Utf8, &Limits::default())
}

fn fields(body: &[u8]) -> Vec<(String, String)> {
    let data = read(body).unwrap();
    data.iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn part(name: &str, more: &str, content: &str) -> String {
    format!("--BB\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{content}\r\n")
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn fields_and_files() {
    let body = part("a", "", "1")
        + &part("f", "; filename=\"C:\\\\d\\\\x.txt\"", "hello")
        + &part(" b ", "", "")
        + "--BB--\r\n";
    let data = read(body.as_bytes()).unwrap();
    assert_eq!(
        (data.last("a"), data.last("b"), data.last("f")),
        (Some("1"), Some(""), None)
    );
    assert_eq!(
        (
            data.files()[0].field.as_str(),
            data.files()[0].file_name.as_str()
        ),
        ("f", "x.txt")
    );
    assert_eq!(data.len(), 2);
}

#[test]
fn a_file_needs_something_after_it() {
    let body = part("f", "; filename=x", "hello") + "--BB";
    assert_eq!(read(body.as_bytes()).unwrap().files(), []);
}

#[test]
fn boundaries_are_found_anywhere() {
    assert_eq!(
        fields((part("a", "", "x--BBy") + "--BB--\r\n").as_bytes()),
        [pair("a", "x")]
    );
    assert_eq!(fields(part("a", "", "1").as_bytes()), [pair("a", "1\r\n")]);
    let epilogue =
        part("a", "", "1") + "--BB--\r\nContent-Disposition: form-data; name=z\r\n\r\nzz";
    assert_eq!(
        fields(epilogue.as_bytes()),
        [pair("a", "1"), pair("z", "zz")]
    );
}

#[test]
fn garbage_is_an_empty_form() {
    assert_eq!(fields(b"garbage"), []);
    assert_eq!(fields(b""), []);
    assert_eq!(
        fields(
            (part("a", "", "1") + "--BB--\r\n")
                .replace("\r\n", "\n")
                .as_bytes()
        ),
        []
    );
    assert_eq!(
        fields(
            (part("a", "", "1") + "--BB")
                .replace("Disposition:", "Disposition :")
                .as_bytes()
        ),
        []
    );
    assert_eq!(
        fields((part("a", "; x*=nope''a", "1") + "--BB").as_bytes()),
        []
    );
}

#[test]
fn base64_fields_are_decoded_if_they_can_be() {
    let encoded = "\r\nContent-Transfer-Encoding: Base64";
    let body = part("a", encoded, "aGVsbG8=") + &part("b", encoded, "aGVsbG8") + "--BB--";
    assert_eq!(
        fields(body.as_bytes()),
        [pair("a", "hello"), pair("b", "aGVsbG8")]
    );
}

#[test]
fn text_is_replaced_not_refused() {
    let body =
        b"--BB\r\nContent-Disposition: form-data; name=\"\xc3\xa9\"\r\n\r\n\xff\xc3\xa9\r\n--BB--";
    assert_eq!(fields(body), [pair("é", "\u{fffd}é")]);
    let latin1 = parse(body, "BB", Charset::Latin1, &Limits::default()).unwrap();
    assert_eq!(latin1.last("Ã©"), Some("ÿÃ©"));
}

#[test]
fn header_size_is_limited() {
    let with_header =
        |length: usize| part("a", &format!("\r\nX: {}", "y".repeat(length)), "x") + "--BB";
    assert_eq!(fields(with_header(973).as_bytes()), [pair("a", "x")]);
    assert_eq!(
        read(with_header(974).as_bytes()),
        Err(MultipartError::HeaderTooLong)
    );
    assert!(read(&[b'x'; 1023]).is_ok());
    assert_eq!(read(&[b'x'; 1024]), Err(MultipartError::HeaderTooLong));
}

#[test]
fn numbers_are_limited() {
    let end = "--BB--\r\n";
    assert!(read((part("a", "", "1").repeat(1000) + end).as_bytes()).is_ok());
    let many = read((part("a", "", "1").repeat(1001) + end).as_bytes()).unwrap_err();
    assert!(many == MultipartError::TooManyFields && many.is_limit());
    assert!(read((part("a", "", "1").repeat(1001) + "--BB").as_bytes()).is_ok());
    assert_eq!(
        read("--BB".repeat(1500).as_bytes()),
        Err(MultipartError::TooManyFields)
    );
    let files = |count: usize| part("a", "; filename=x", "1").repeat(count) + end;
    assert!(read(files(100).as_bytes()).is_ok());
    assert_eq!(
        read(files(101).as_bytes()),
        Err(MultipartError::TooManyFiles)
    );
    let large = |length: usize| part("a", "", &"1".repeat(length)) + end;
    assert!(read(large(2_621_437).as_bytes()).is_ok());
    assert_eq!(
        read(large(2_621_438).as_bytes()),
        Err(MultipartError::TooMuchData)
    );
}

#[test]
fn content_types() {
    let message = |content_type: &str| boundary(content_type).unwrap_err().to_string();
    assert_eq!(
        message("multipart/form-data"),
        "Invalid boundary in multipart: None"
    );
    assert_eq!(
        message("multipart/form-data; boundary=\"\""),
        "Invalid boundary in multipart: "
    );
    assert_eq!(
        message("multipart/form-data; boundary=\"a \""),
        "Invalid boundary in multipart: a "
    );
    assert_eq!(message("text/plain"), "Invalid Content-Type: text/plain");
    let non_ascii = "multipart/form-data; boundary=\"Ã©\"";
    assert_eq!(
        message(non_ascii),
        format!("Invalid non-ASCII Content-Type in multipart: {non_ascii}")
    );
    let with_length = |length: usize| {
        boundary(&format!(
            "multipart/form-data; boundary={}",
            "a".repeat(length)
        ))
    };
    assert!(with_length(201).is_ok() && with_length(202).is_err());
}
