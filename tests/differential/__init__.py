"""The differential test: the same random requests to a real Django REST framework and to examples/reference."""
