//! Between the wire and the service: translation. Who may call is decided in front of it.

mod reads;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures::{Stream, StreamExt as _};
use merit_core::ids::PersonId;
use merit_core::{Error, Ratio, Result};
use merit_platform::access::Permit;
use merit_platform::filter::{Field, Filter, Kind, Value};
use merit_platform::page::{Page, cut, fill};
use merit_platform::status::to_status;
use merit_proto::notifications::v1 as proto;
use merit_proto::notifications::v1::notifications_service_server::NotificationsService;
use merit_proto::scorecard::v1::Scorecard;
use prost::Message as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use crate::model::{Fetched, Mail, Progress, State};
use crate::service::Outbox;

/// What mails can be filtered by.
const FIELDS: [Field; 4] = [
    Field { name: "key", kind: Kind::Text },
    Field { name: "receiver", kind: Kind::Text },
    Field { name: "state", kind: Kind::Word(&STATES) },
    Field { name: "attempts", kind: Kind::Number },
];
/// The states' words.
const STATES: [&str; State::ALL.len()] = ["waiting", "sent", "failed", "unclear", "no-address", "withdrawn"];
/// Messages made ahead of the one who reads.
const AHEAD: usize = 8;

/// The service on the wire.
#[derive(Clone)]
pub struct Grpc {
    outbox: Arc<Outbox>,
}

impl Grpc {
    /// Around the service.
    #[must_use]
    pub const fn new(outbox: Arc<Outbox>) -> Self {
        Self { outbox }
    }
}

type Outgoing<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl NotificationsService for Grpc {
    type SendMailsStream = Outgoing<proto::SendMailsResponse>;
    type FetchMailsStream = Outgoing<proto::FetchMailsResponse>;

    async fn enqueue(
        &self,
        request: Request<proto::EnqueueRequest>,
    ) -> Result<Response<proto::EnqueueResponse>, Status> {
        let request = request.into_inner();
        let put = async {
            let receiver = PersonId::from_name(&request.receiver)?;
            self.outbox.enqueue(&request.key, receiver, bytes(request.scorecard.as_ref())?).await
        };
        let (mail, created) = put.await.map_err(to_status)?;
        Ok(Response::new(proto::EnqueueResponse { mail: Some(mail_to_wire(mail)), created }))
    }

    async fn get_mail(
        &self,
        request: Request<proto::GetMailRequest>,
    ) -> Result<Response<proto::GetMailResponse>, Status> {
        let mail = self.outbox.get(&request.into_inner().key).await.map_err(to_status)?;
        Ok(Response::new(proto::GetMailResponse { mail: Some(mail_to_wire(mail)) }))
    }

    async fn list_mails(
        &self,
        request: Request<proto::ListMailsRequest>,
    ) -> Result<Response<proto::ListMailsResponse>, Status> {
        let request = request.into_inner();
        let page = Page::of(&request).map_err(to_status)?;
        let filter = Filter::parse(&request.filter, &FIELDS).map_err(to_status)?;
        let key = |mail: &Mail| mail.key.clone();
        let mails =
            fill(
                &page,
                &filter,
                passes,
                key,
                |after, limit| async move { self.outbox.list(after.as_deref(), limit).await },
            );
        let (mails, next_page_token) = cut(mails.await.map_err(to_status)?, &page, key);
        let mails = mails.into_iter().map(mail_to_wire).collect();
        Ok(Response::new(proto::ListMailsResponse { mails, next_page_token }))
    }

    async fn send_mails(&self, _: Request<proto::SendMailsRequest>) -> Result<Response<Self::SendMailsStream>, Status> {
        let outbox = self.outbox.clone();
        Ok(Response::new(stream(
            |told| async move { outbox.send(&told).await },
            |Progress { mail, done, total }| proto::SendMailsResponse { mail: Some(mail_to_wire(mail)), done, total },
        )))
    }

    async fn fetch_mails(
        &self,
        request: Request<proto::FetchMailsRequest>,
    ) -> Result<Response<Self::FetchMailsStream>, Status> {
        let permit = Permit::of(&request)?;
        reads::sees_everything(&permit).await.map_err(to_status)?;
        let by = reads::fetcher(&permit);
        let outbox = self.outbox.clone();
        Ok(Response::new(stream(
            |told| async move { outbox.fetch(&by, &told).await },
            |Fetched { mail, file_name, message }| proto::FetchMailsResponse {
                mail: Some(mail_to_wire(mail)),
                file_name,
                message,
            },
        )))
    }

    async fn confirm_mails(
        &self,
        request: Request<proto::ConfirmMailsRequest>,
    ) -> Result<Response<proto::ConfirmMailsResponse>, Status> {
        let confirmed = self.outbox.confirm(&request.into_inner().keys).await.map_err(to_status)?;
        Ok(Response::new(proto::ConfirmMailsResponse { confirmed }))
    }

    async fn render_scorecard(
        &self,
        request: Request<proto::RenderScorecardRequest>,
    ) -> Result<Response<proto::RenderScorecardResponse>, Status> {
        let scorecard = bytes(request.into_inner().scorecard.as_ref()).map_err(to_status)?;
        let letter = self.outbox.render(&scorecard).await.map_err(to_status)?;
        Ok(Response::new(proto::RenderScorecardResponse {
            subject: letter.subject,
            html: letter.html,
            text: letter.text,
        }))
    }

    async fn list_mail_reads(
        &self,
        request: Request<proto::ListMailReadsRequest>,
    ) -> Result<Response<proto::ListMailReadsResponse>, Status> {
        reads::list(&self.outbox, &request.into_inner()).await.map(Response::new).map_err(to_status)
    }
}

fn passes(filter: &Filter, mail: &Mail) -> bool {
    filter.passes(&|field: &str| match field {
        "key" => Some(Value::Text(mail.key.clone())),
        "receiver" => Some(Value::Text(mail.receiver.name())),
        "state" => Some(Value::Text(mail.state.word().to_owned())),
        "attempts" => Some(Value::Number(Ratio::whole(i64::from(mail.attempts)))),
        _ => None,
    })
}

/// Runs at its own pace and hands on what it tells; its error, if there is one, comes last.
fn stream<T, W, F>(
    run: impl FnOnce(mpsc::Sender<Result<T>>) -> F,
    to_wire: impl Fn(T) -> W + Send + 'static,
) -> Outgoing<W>
where
    T: Send + 'static,
    W: Send + 'static,
    F: Future<Output = Result<()>> + Send + 'static,
{
    let (told, heard) = mpsc::channel(AHEAD);
    let running = run(told.clone());
    tokio::spawn(async move {
        if let Err(error) = running.await {
            let _ = told.send(Err(error)).await;
        }
    });
    Box::pin(ReceiverStream::new(heard).map(move |told| told.map(&to_wire).map_err(to_status)))
}

fn bytes(scorecard: Option<&Scorecard>) -> Result<Vec<u8>> {
    scorecard
        .map(Scorecard::encode_to_vec)
        .ok_or_else(|| Error::invalid("BAD_SCORECARD", "the request holds no scorecard"))
}

fn mail_to_wire(mail: Mail) -> proto::Mail {
    let state = match mail.state {
        State::Waiting => proto::MailState::Waiting,
        State::Sent => proto::MailState::Sent,
        State::Failed => proto::MailState::Failed,
        State::Unclear => proto::MailState::Unclear,
        State::NoAddress => proto::MailState::NoAddress,
        State::Withdrawn => proto::MailState::Withdrawn,
    };
    proto::Mail {
        key: mail.key,
        receiver: mail.receiver.name(),
        state: state.into(),
        attempts: mail.attempts,
        failure: mail.failure,
    }
}
