//! The words of `merit mail`.

use std::path::PathBuf;

use clap::Subcommand;

/// How a relay is set.
const RELAY: &str = "\
A relay is set by the settings of the process that holds the data (this one, or the server), in a file or as variables:
  MERIT_SMTP_HOST            the relay's name; without it, mails leave with --to only
  MERIT_MAIL_FROM            who sends, such as `Merit <scorecards@example.com>`
  MERIT_SMTP_SECURITY        starttls (default), tls or none
  MERIT_SMTP_PORT            by default 587, 465 or 25, by security
  MERIT_SMTP_USERNAME        who we are to the relay, where it asks
  MERIT_SMTP_PASSWORD_FILE   a file that holds the password
  MERIT_SMTP_CA_FILE         certificates to trust beside the public ones
  MERIT_MAIL_RESEND_UNCLEAR  no (default) or yes: whether a mail that may have arrived is sent again";

/// `merit mail …`
#[derive(Debug, Subcommand)]
pub enum Mail {
    /// Send what is waiting, and what failed before
    #[command(after_help = RELAY)]
    Send {
        /// Write each mail as an .eml file into this folder instead of handing it to a relay
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
}
