"""The two user models that every rule is checked with."""
from dataclasses import dataclass


@dataclass(frozen=True)
class UserModel:
    """What a test must know of a user model."""

    name: str  # for folders and test names
    label: str  # AUTH_USER_MODEL
    table: str
    login_column: str
    login: str  # the login of the person who walks through the guide
    email: str
    login_word: str  # how Django's pages and messages call the login
    apps: tuple = ()  # the project's own applications

    def create_arguments(self, login=None):
        """The options that `createsuperuser --noinput` needs."""
        if self.login_column == "email":
            return ["--email", login or self.login]
        return ["--username", login or self.login, "--email", self.email]


STOCK = UserModel("stock", "auth.User", "auth_user", "username", "suraj", "suraj@gmail.com", "username")
EMAIL = UserModel("email", "app.User", "app_user", "email", "suraj@gmail.com", "suraj@gmail.com",
                  "email address", ("app",))

PASSWORD = "sufficiently-odd-77"
SECRET_KEY = "live-tests-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF"
ITERATIONS = 1000  # PBKDF2 rounds on both sides: the tests are about agreement, not about strength
