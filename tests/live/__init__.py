"""The release build of `hallpass` beside a real Django REST framework: same databases, same requests.

Run by `cargo xtask test`; README.md in this folder says how it is built."""
