//! A relay made for tests: it can refuse, drop or fall silent at each step, and remembers what it took.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{Patience, Relay, Security, SmtpCarrier};

/// A step of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Greeting,
    Hello,
    Mail,
    Recipient,
    Data,
    /// After the final dot.
    Message,
}

/// What goes wrong with one mail; the greeting and hello belong to the mail that opens the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Nothing,
    /// Closes the connection where an answer is due.
    Drop(Step),
    /// Closes it in the middle of the message.
    DropInsideMessage,
    /// Answers this.
    Say(Step, &'static str),
    /// Answers nothing.
    Silence(Step),
    /// Takes the message, answers well, then closes.
    TakeAndClose,
}

#[derive(Default)]
struct Seen {
    faults: VecDeque<Fault>,
    /// How often each message was taken whole, by Message-ID.
    taken: BTreeMap<String, u32>,
    /// Those whose taking was told to the other side.
    acknowledged: BTreeMap<String, u32>,
    /// The last message, as it came.
    last: String,
    commands: Vec<String>,
    connections: u32,
}

/// A relay on a port of this machine.
#[derive(Clone)]
pub struct FakeRelay {
    seen: Arc<Mutex<Seen>>,
    port: u16,
    tls: Option<TlsAcceptor>,
    implicit: bool,
}

impl FakeRelay {
    /// Without TLS.
    pub async fn start() -> Self {
        Self::listen(None, false).await
    }

    /// With TLS from the first byte, or by STARTTLS.
    pub async fn with_tls(acceptor: TlsAcceptor, implicit: bool) -> Self {
        Self::listen(Some(acceptor), implicit).await
    }

    async fn listen(tls: Option<TlsAcceptor>, implicit: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let relay = Self { seen: Arc::default(), port, tls, implicit };
        let serving = relay.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                serving.seen.lock().unwrap().connections += 1;
                tokio::spawn(async move { serving.serve(stream).await });
            }
        });
        relay
    }

    /// What goes wrong, mail by mail; afterwards nothing.
    pub fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        self.seen.lock().unwrap().faults = faults.into_iter().collect();
    }

    pub fn taken(&self) -> BTreeMap<String, u32> {
        self.seen.lock().unwrap().taken.clone()
    }

    pub fn acknowledged(&self) -> BTreeMap<String, u32> {
        self.seen.lock().unwrap().acknowledged.clone()
    }

    pub fn last(&self) -> String {
        self.seen.lock().unwrap().last.clone()
    }

    pub fn commands(&self) -> Vec<String> {
        self.seen.lock().unwrap().commands.clone()
    }

    pub fn connections(&self) -> u32 {
        self.seen.lock().unwrap().connections
    }

    /// Settings that lead here.
    pub fn settings(&self, security: Security) -> Relay {
        Relay {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            security,
            username: None,
            password_file: None,
            ca_file: None,
            sender: "Merit <scorecards@example.com>".to_owned(),
            resend_unclear: false,
        }
    }

    /// A carrier of little patience to here.
    pub fn carrier(&self) -> SmtpCarrier {
        SmtpCarrier::new(self.settings(Security::None), impatient()).unwrap()
    }

    async fn serve(self, stream: TcpStream) {
        // However a connection ends, it is closed; that is all that the other side sees.
        let _ = match &self.tls {
            Some(tls) if self.implicit => match tls.accept(stream).await {
                Ok(stream) => self.talk(BufReader::new(stream), true).await.map(drop),
                Err(_) => None,
            },
            Some(tls) => match self.talk(BufReader::new(stream), true).await {
                Some(Some(open)) => match tls.accept(open).await {
                    Ok(stream) => self.talk(BufReader::new(stream), false).await.map(drop),
                    Err(_) => None,
                },
                _ => None,
            },
            None => self.talk(BufReader::new(stream), true).await.map(drop),
        };
    }

    /// One conversation. Gives the stream back when it is to turn to TLS; `None` when it was dropped.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: BufReader<S>,
        greet: bool,
    ) -> Option<Option<S>> {
        if greet {
            self.answer(&mut stream, Step::Greeting, "220 fake").await?;
        }
        let mut open = false;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let command = line.trim_end().to_owned();
            self.seen.lock().unwrap().commands.push(command.clone());
            let word = command.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            match word.as_str() {
                "EHLO" => {
                    let starttls = if self.tls.is_some() && !self.implicit && greet { "250-STARTTLS\r\n" } else { "" };
                    self.answer(&mut stream, Step::Hello, &format!("{starttls}250-8BITMIME\r\n250 AUTH PLAIN")).await?;
                }
                "STARTTLS" => {
                    write(&mut stream, "220 go").await?;
                    return Some(Some(stream.into_inner()));
                }
                "AUTH" => write(&mut stream, "235 welcome").await?,
                // A mail that failed must be forgotten before the next one begins (RFC 5321, section 4.1.4).
                "MAIL" if open => write(&mut stream, "503 nested MAIL").await?,
                "MAIL" => {
                    open = true;
                    self.answer(&mut stream, Step::Mail, "250 sender ok").await?;
                }
                "RCPT" => self.answer(&mut stream, Step::Recipient, "250 receiver ok").await?,
                "DATA" => {
                    let fault = self.fault();
                    self.answer(&mut stream, Step::Data, "354 go on").await?;
                    match fault {
                        Some(Fault::Say(Step::Data, _)) => {}
                        Some(Fault::DropInsideMessage) => {
                            let _ = stream.read_line(&mut line).await;
                            self.done();
                            return None;
                        }
                        _ => {
                            open = false;
                            self.take(&mut stream).await?;
                        }
                    }
                }
                "RSET" => {
                    open = false;
                    write(&mut stream, "250 ok").await?;
                }
                "QUIT" => {
                    let _ = write(&mut stream, "221 bye").await;
                    return None;
                }
                _ => write(&mut stream, "500 what").await?,
            }
        }
    }

    fn fault(&self) -> Option<Fault> {
        self.seen.lock().unwrap().faults.front().cloned()
    }

    /// What was to go wrong has gone wrong.
    fn done(&self) {
        self.seen.lock().unwrap().faults.pop_front();
    }

    /// Reads a message to its final dot and answers.
    async fn take<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut BufReader<S>) -> Option<()> {
        let mut message = String::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            if line == ".\r\n" {
                break;
            }
            message.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        let id = message.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or_default().to_owned();
        let fault = self.fault().unwrap_or(Fault::Nothing);
        let refused = matches!(fault, Fault::Say(Step::Message, said) if said.starts_with(['4', '5']));
        {
            let mut seen = self.seen.lock().unwrap();
            seen.last = message;
            if !refused {
                *seen.taken.entry(id.clone()).or_default() += 1;
            }
        }
        self.answer(stream, Step::Message, "250 taken").await?;
        if matches!(fault, Fault::Say(..)) {
            return Some(());
        }
        self.done();
        let mut seen = self.seen.lock().unwrap();
        *seen.acknowledged.entry(id).or_default() += 1;
        if fault == Fault::TakeAndClose { None } else { Some(()) }
    }

    /// The usual answer, unless this step is to go wrong.
    async fn answer<S: AsyncWrite + Unpin>(&self, stream: &mut S, step: Step, usual: &str) -> Option<()> {
        match self.fault() {
            Some(Fault::Drop(at)) if at == step => {
                self.done();
                None
            }
            Some(Fault::Silence(at)) if at == step => {
                self.done();
                tokio::time::sleep(Duration::from_secs(60)).await;
                None
            }
            Some(Fault::Say(at, said)) if at == step => {
                self.done();
                write(stream, said).await?;
                // With this code a relay closes (RFC 5321, section 3.8).
                if said.starts_with("421") { None } else { Some(()) }
            }
            _ => write(stream, usual).await,
        }
    }
}

/// Short enough for a test, long enough for a busy machine.
pub fn impatient() -> Patience {
    let short = Duration::from_millis(700);
    Patience { connect: short, command: short, message: short }
}

async fn write<S: AsyncWrite + Unpin>(stream: &mut S, text: &str) -> Option<()> {
    stream.write_all(format!("{text}\r\n").as_bytes()).await.ok()?;
    stream.flush().await.ok()
}
