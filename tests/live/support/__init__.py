"""What the live tests share: projects, servers, a byte-exact HTTP client, database dumps."""
