//! `completions` and `man`: written from the arguments, for every command.

use crate::support::Folder;

#[test]
fn completions_know_the_commands() {
    let folder = Folder::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = folder.run(&["completions", shell]).done();
        assert!(
            text.contains("drf_create_token") && text.contains("fail-level"),
            "{shell}"
        );
    }
    assert_eq!(folder.run(&["completions", "sh"]).code, Some(2));
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = Folder::empty();
    let page = folder.run(&["man"]).done();
    assert!(
        page.contains(".TH hallpass 1") && page.contains("createsuperuser"),
        "{page}"
    );
    folder.run(&["man", "--out", "man"]).done();
    let check = std::fs::read_to_string(folder.path("man/hallpass-check.1")).unwrap();
    assert!(check.contains("\\-\\-fail\\-level"), "{check}");
    for name in [
        "hallpass",
        "hallpass-serve",
        "hallpass-drf_create_token",
        "hallpass-explain",
    ] {
        assert!(folder.path(format!("man/{name}.1")).exists(), "{name}");
    }
}
