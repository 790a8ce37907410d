//! `createsuperuser`: Django 5.2's command, prompts and environment included.
//!
//! What is typed must satisfy `auth_password_validators`, or be wanted all the same; with `--noinput` nobody asks them.

use std::env;

use hallpass::formats::{email, username};
use hallpass::{Accounts, Hallpass, NewAccount};

use super::account_name;
use crate::args::Createsuperuser;
use crate::console::{self, Console};
use crate::failure::Failure;
use crate::prompt;
use crate::start::Start;

const INVALID_EMAIL: &str = "Enter a valid email address.";

/// Makes the superuser.
pub(crate) async fn run(start: &Start, args: Createsuperuser) -> Result<(), Failure> {
    let console = start.console();
    super::migrate::warn_of_pending(start).await?;
    if !args.noinput && !prompt::is_possible() {
        return console::say(
            "Superuser creation skipped due to not running in a TTY. You can run `hallpass createsuperuser` in your \
             project to create one manually.",
        );
    }
    let hallpass = start.open().await?;
    let form = Form::new(start, &hallpass, args)?;
    let account = if form.noinput {
        form.without_asking().await?
    } else {
        form.ask(console).await?
    };
    console
        .waiting(
            "Hashing the password",
            hallpass.accounts().create_user(account),
        )
        .await?;
    console.confirm("Superuser created successfully.")
}

/// The fields of the command: the login column, and the address where that is another column.
struct Form<'a> {
    accounts: Accounts<'a>,
    hallpass: &'a Hallpass,
    login_column: &'a str,
    login: Option<String>,
    address: Option<String>,
    noinput: bool,
}

impl<'a> Form<'a> {
    fn new(start: &Start, hallpass: &'a Hallpass, args: Createsuperuser) -> Result<Self, Failure> {
        let accounts = hallpass.accounts();
        let (login, address) = match (accounts.logs_in_by_email(), args.username) {
            (true, None) => (args.email, None),
            (true, Some(_)) => {
                // The options follow the user model, as in Django, but the model is known only now.
                start.console().complain(
                    "hallpass createsuperuser: error: users log in by e-mail address here: use --email, not --username",
                );
                return Err(Failure::Said(2));
            }
            (false, login) => (login, args.email),
        };
        Ok(Self {
            accounts,
            hallpass,
            login_column: hallpass.store().user_model().username_column(),
            login,
            address,
            noinput: args.noinput,
        })
    }

    /// Django's `--noinput`: what no option says comes from `DJANGO_SUPERUSER_*`.
    async fn without_asking(self) -> Result<NewAccount, Failure> {
        let password = variable("PASSWORD")?;
        let login = match self.login.clone() {
            Some(login) => Some(login),
            None => variable(&self.login_column.to_uppercase())?,
        };
        let Some(login) = login else {
            return Err(must_use(self.login_flag()));
        };
        if let Some(problem) = self.login_problem(&login).await? {
            return Err(Failure::Command(problem));
        }
        let mut address = String::new();
        if !self.accounts.logs_in_by_email() {
            let given = self.address.clone();
            let is_blank_on_purpose = given.as_deref() == Some("");
            let from_environment = variable("EMAIL")?;
            let value = given
                .filter(|given| !given.is_empty())
                .or_else(|| from_environment.clone());
            address = value.unwrap_or_default();
            if address.is_empty() && !is_blank_on_purpose && from_environment.is_none() {
                return Err(must_use("email"));
            }
            if !address.is_empty() && !email::is_valid(&address) {
                return Err(Failure::command(INVALID_EMAIL));
            }
        }
        Ok(superuser(login, address, password))
    }

    /// Django's dialogue.
    async fn ask(self, console: &Console) -> Result<NewAccount, Failure> {
        let default = self.default_login().await?;
        let login = self.ask_login(console, default.as_deref()).await?;
        let address = if self.accounts.logs_in_by_email() {
            String::new()
        } else {
            self.ask_address(console).await?
        };
        let mut account = superuser(login, address, None);
        let owner = self.accounts.new_password_owner(&account);
        let judge = |password: &str| self.hallpass.validate_password(password, Some(&owner));
        account.password = Some(prompt::ask_new_password(console, judge).await?);
        Ok(account)
    }

    async fn ask_login(&self, console: &Console, default: Option<&str>) -> Result<String, Failure> {
        if let Some(given) = &self.login {
            if given.is_empty() {
                return Err(Failure::Command(self.cannot_be_blank()));
            }
            match self.login_problem(given).await? {
                None => return Ok(given.clone()),
                Some(problem) => console.complain(&problem),
            }
        }
        let hint = default
            .map(|name| format!(" (leave blank to use '{name}')"))
            .unwrap_or_default();
        let prompt = format!(
            "{}{hint}: ",
            capitalised(&self.accounts.username_verbose_name())
        );
        loop {
            let mut answer = prompt::ask(&prompt).await?;
            if answer.is_empty() {
                answer = default.unwrap_or_default().to_owned();
            }
            let problem = if answer.is_empty() {
                Some("This field cannot be blank.".to_owned())
            } else {
                self.accounts.username_problem(&answer)
            };
            if let Some(problem) = problem {
                console.complain(&format!("Error: {problem}"));
            } else if self.is_taken(&answer).await? {
                console.complain(&self.taken());
            } else {
                return Ok(answer);
            }
        }
    }

    async fn ask_address(&self, console: &Console) -> Result<String, Failure> {
        if let Some(given) = &self.address {
            return if given.is_empty() || email::is_valid(given) {
                Ok(given.clone())
            } else {
                Err(Failure::command(INVALID_EMAIL))
            };
        }
        loop {
            let answer = prompt::ask("Email address: ").await?;
            if answer.is_empty() || email::is_valid(&answer) {
                return Ok(answer);
            }
            console.complain(&format!("Error: {INVALID_EMAIL}"));
        }
    }

    /// The account's name on this machine, if it can be a login here and is free. Django offers it for its own user
    /// model only.
    async fn default_login(&self) -> Result<Option<String>, Failure> {
        if !self.hallpass.store().user_model().is_django_own() {
            return Ok(None);
        }
        let name = account_name().unwrap_or_default();
        let name: String = username::normalize(&name)
            .chars()
            .filter(|c| c.is_ascii() && *c != ' ')
            .collect::<String>()
            .to_lowercase();
        let fits = !name.is_empty() && self.accounts.username_problem(&name).is_none();
        Ok((fits && !self.is_taken(&name).await?).then_some(name))
    }

    /// Django's `_validate_username`: taken first, then blank, then the field's own rules.
    async fn login_problem(&self, login: &str) -> Result<Option<String>, Failure> {
        if self.is_taken(login).await? {
            return Ok(Some(self.taken()));
        }
        if login.is_empty() {
            return Ok(Some(self.cannot_be_blank()));
        }
        Ok(self.accounts.username_problem(login))
    }

    async fn is_taken(&self, login: &str) -> Result<bool, Failure> {
        Ok(self.accounts.by_username(login).await?.is_some())
    }

    fn taken(&self) -> String {
        format!(
            "Error: That {} is already taken.",
            self.accounts.username_verbose_name()
        )
    }

    fn cannot_be_blank(&self) -> String {
        format!(
            "{} cannot be blank.",
            capitalised(&self.accounts.username_verbose_name())
        )
    }

    fn login_flag(&self) -> &'static str {
        if self.accounts.logs_in_by_email() {
            "email"
        } else {
            "username"
        }
    }
}

fn superuser(username: String, email: String, password: Option<String>) -> NewAccount {
    NewAccount {
        username,
        email,
        password,
        is_staff: true,
        is_superuser: true,
        ..NewAccount::default()
    }
}

fn variable(field: &str) -> Result<Option<String>, Failure> {
    let name = format!("DJANGO_SUPERUSER_{field}");
    match env::var(&name) {
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Failure::refused(format!("{name} is not UTF-8"))),
    }
}

fn must_use(flag: &str) -> Failure {
    Failure::command(format!("You must use --{flag} with --noinput."))
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}
