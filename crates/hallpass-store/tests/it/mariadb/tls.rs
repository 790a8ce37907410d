//! `ssl-mode` as the MySQL client has it.

use hallpass_store::{DatabaseUrl, Store, StoreError, StoreOptions, Unavailable};

use crate::support::mariadb::{PASSWORD, Server};

async fn open(
    server: &Server,
    account: &str,
    host: &str,
    options: &str,
) -> Result<Store, StoreError> {
    let url = format!("{}?{options}", server.tcp_url(host, "mysql")).replace("tester:", account);
    Store::open(StoreOptions::new(DatabaseUrl::parse(&url).unwrap())).await
}

#[tokio::test]
async fn each_mode_asks_for_as_much_as_it_says() {
    let Some(server) = Server::with_tls() else {
        return;
    };
    let account = format!(
        "CREATE USER sealed@'%' IDENTIFIED BY '{PASSWORD}' REQUIRE SSL; GRANT ALL ON *.* TO sealed@'%'"
    );
    server.texts("mysql", &account);
    let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls/authority.pem");
    let ours = format!("&ssl-ca={authority}");
    for (host, options, works) in [
        // The server lets this account in only behind encryption.
        ("127.0.0.1", "ssl-mode=DISABLED", false),
        ("127.0.0.1", "ssl-mode=PREFERRED", true),
        ("127.0.0.1", "", true),
        ("127.0.0.1", "ssl_mode=required", true),
        ("localhost", &format!("ssl-mode=VERIFY_CA{ours}"), true),
        ("localhost", &ours[1..], true),
        (
            "localhost",
            &format!("ssl-mode=VERIFY_IDENTITY{ours}"),
            true,
        ),
        // The certificate names localhost only.
        (
            "127.0.0.1",
            &format!("ssl-mode=VERIFY_IDENTITY{ours}"),
            false,
        ),
        ("127.0.0.1", &format!("ssl-mode=VERIFY_CA{ours}"), false),
        // Signed by nobody whom this build knows.
        ("localhost", "ssl-mode=VERIFY_IDENTITY", false),
        ("localhost", "ssl-mode=VERIFY_CA&ssl-ca=/nowhere.pem", false),
    ] {
        let answer = open(&server, "sealed:", host, options).await;
        assert_eq!(answer.is_ok(), works, "{host} {options}: {answer:?}");
        match answer {
            Ok(store) => assert!(store.verify().await.is_err()),
            Err(StoreError::Unavailable(
                Unavailable::Connection(text) | Unavailable::Server(text),
            )) => {
                assert!(!text.contains(PASSWORD), "{text}");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn no_encryption_is_no_answer_to_required() {
    let Some(server) = Server::shared() else {
        return;
    };
    assert!(
        open(server, "tester:", "127.0.0.1", "ssl-mode=PREFERRED")
            .await
            .is_ok()
    );
    let refused = open(server, "tester:", "127.0.0.1", "ssl-mode=REQUIRED")
        .await
        .unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    for options in [
        "ssl-mode=PERHAPS",
        "sslmode=require",
        "connect_timeout=soon",
    ] {
        let refused = open(server, "tester:", "127.0.0.1", options)
            .await
            .unwrap_err();
        let name = options.split('=').next().unwrap();
        assert!(refused.to_string().contains(name), "{refused}");
    }
}
