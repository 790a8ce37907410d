//! `sslmode` as libpq has it.

use hallpass_store::{DatabaseUrl, Store, StoreError, StoreOptions, Unavailable};

use crate::support::server::Server;

async fn open(server: &Server, host: &str, options: &str) -> Result<Store, StoreError> {
    let url = format!("{}?{options}", server.tcp_url(host, "postgres"));
    Store::open(StoreOptions::new(DatabaseUrl::parse(&url).unwrap())).await
}

#[tokio::test]
async fn each_mode_asks_for_as_much_as_it_says() {
    let Some(server) = Server::with_tls() else {
        return;
    };
    let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls/authority.pem");
    let ours = format!("&sslrootcert={authority}");
    for (host, options, works) in [
        ("127.0.0.1", "sslmode=disable", true),
        ("127.0.0.1", "sslmode=prefer", true),
        ("127.0.0.1", "sslmode=require", true),
        ("127.0.0.1", &format!("sslmode=verify-ca{ours}"), true),
        ("localhost", &format!("sslmode=verify-full{ours}"), true),
        // The certificate names localhost only.
        ("127.0.0.1", &format!("sslmode=verify-full{ours}"), false),
        // Signed by nobody whom this machine knows.
        ("localhost", "sslmode=verify-full", false),
        (
            "localhost",
            "sslmode=verify-full&sslrootcert=/nowhere.pem",
            false,
        ),
    ] {
        let answer = open(&server, host, options).await;
        assert_eq!(answer.is_ok(), works, "{host} {options}: {answer:?}");
        let encrypted = "SELECT bool_or(s.ssl)::text FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.application_name = 'hallpass'";
        if works && !options.contains("disable") {
            assert_eq!(server.texts("postgres", encrypted), ["true"], "{options}");
        }
        match answer {
            Ok(store) => assert!(store.verify().await.is_err()),
            Err(StoreError::Unavailable(Unavailable::Connection(text))) => {
                assert!(!text.contains("secret"), "{text}");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn no_encryption_is_no_answer_to_require() {
    let Some(server) = Server::shared() else {
        return;
    };
    assert!(open(server, "127.0.0.1", "sslmode=prefer").await.is_ok());
    let refused = open(server, "127.0.0.1", "sslmode=require")
        .await
        .unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    for options in ["sslmode=perhaps", "sslmod=require", "connect_timeout=soon"] {
        let refused = open(server, "127.0.0.1", options).await.unwrap_err();
        let name = options.split('=').next().unwrap();
        assert!(refused.to_string().contains(name), "{refused}");
    }
}
