//! The contracts with their comments, out of the compiled descriptors.

use std::collections::HashMap;

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet};

/// Places in a file's source info, by the field numbers of `descriptor.proto`.
const PACKAGE: i32 = 2;
const MESSAGE: i32 = 4;
const ENUM: i32 = 5;
const SERVICE: i32 = 6;
/// Fields of a message, values of an enum and methods of a service all have this number.
const MEMBER: i32 = 2;

pub struct Contracts {
    pub packages: Vec<Package>,
}

pub struct Package {
    /// `merit.goals.v1`
    pub name: String,
    pub comment: String,
    pub services: Vec<Service>,
    pub messages: Vec<Told>,
    pub enums: Vec<Told>,
}

pub struct Service {
    pub name: String,
    pub comment: String,
    pub calls: Vec<Call>,
}

pub struct Call {
    pub name: String,
    pub comment: String,
    /// The messages' full names.
    pub takes: String,
    pub gives: String,
    pub takes_stream: bool,
    pub gives_stream: bool,
}

/// A message or an enum.
pub struct Told {
    pub name: String,
    pub comment: String,
    pub members: Vec<Member>,
}

pub struct Member {
    pub name: String,
    pub number: i32,
    /// What a field holds: the full name of a message or an enum, or a plain type's word. Empty for an enum's value.
    pub holds: String,
    /// `repeated`, `map` or nothing.
    pub many: &'static str,
    pub comment: String,
}

impl Contracts {
    pub fn read() -> Self {
        let set = FileDescriptorSet::decode(merit_proto::DESCRIPTORS).unwrap();
        let ours = set.file.iter().filter(|file| file.package().starts_with("merit."));
        Self { packages: ours.map(package).collect() }
    }

    /// A message by its full name.
    pub fn message(&self, full: &str) -> Option<&Told> {
        let (package, name) = full.rsplit_once('.')?;
        let package = self.packages.iter().find(|known| known.name == package)?;
        package.messages.iter().find(|message| message.name == name)
    }
}

impl Package {
    /// Everything in it with its comment.
    pub fn all(&self) -> Vec<(String, &str)> {
        let mut all = vec![(self.name.clone(), self.comment.as_str())];
        for service in &self.services {
            all.push((format!("{}.{}", self.name, service.name), &service.comment));
            all.extend(
                service.calls.iter().map(|call| (format!("{}.{}", self.name, call.name), call.comment.as_str())),
            );
        }
        for told in self.messages.iter().chain(&self.enums) {
            let name = format!("{}.{}", self.name, told.name);
            all.extend(told.members.iter().map(|member| (format!("{name}.{}", member.name), member.comment.as_str())));
            all.push((name, &told.comment));
        }
        all
    }
}

/// The comments above things, by place, one paragraph each.
struct Comments(HashMap<Vec<i32>, String>);

impl Comments {
    fn of(file: &FileDescriptorProto) -> Self {
        let places = file.source_code_info.iter().flat_map(|info| &info.location);
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self(places.map(|place| (place.path.clone(), words(place.leading_comments()))).collect())
    }

    fn at(&self, path: &[i32]) -> String {
        self.0.get(path).cloned().unwrap_or_default()
    }
}

fn package(file: &FileDescriptorProto) -> Package {
    let comments = Comments::of(file);
    let service = |(at, service): (i32, &prost_types::ServiceDescriptorProto)| Service {
        name: service.name().to_owned(),
        comment: comments.at(&[SERVICE, at]),
        calls: (0..)
            .zip(&service.method)
            .map(|(method_at, method)| Call {
                name: method.name().to_owned(),
                comment: comments.at(&[SERVICE, at, MEMBER, method_at]),
                takes: full(method.input_type()),
                gives: full(method.output_type()),
                takes_stream: method.client_streaming(),
                gives_stream: method.server_streaming(),
            })
            .collect(),
    };
    Package {
        name: file.package().to_owned(),
        comment: comments.at(&[PACKAGE]),
        services: (0..).zip(&file.service).map(service).collect(),
        messages: (0..).zip(&file.message_type).map(|(at, message)| told_message(&comments, at, message)).collect(),
        enums: (0..).zip(&file.enum_type).map(|(at, given)| told_enum(&comments, at, given)).collect(),
    }
}

fn told_message(comments: &Comments, at: i32, message: &DescriptorProto) -> Told {
    let entries: HashMap<String, &DescriptorProto> =
        message.nested_type.iter().map(|nested| (nested.name().to_owned(), nested)).collect();
    let members = (0..).zip(&message.field).map(|(field_at, field)| {
        // A map is a repeated message of its own, made by the compiler.
        let entry = field.type_name().rsplit('.').next().and_then(|name| entries.get(name));
        let (holds, many) = match entry.and_then(|entry| entry.field.iter().find(|field| field.number() == 2)) {
            Some(value) => (holds(value), "map"),
            None if field.label() == Label::Repeated => (holds(field), "repeated"),
            None => (holds(field), ""),
        };
        let comment = comments.at(&[MESSAGE, at, MEMBER, field_at]);
        Member { name: field.name().to_owned(), number: field.number(), holds, many, comment }
    });
    Told { name: message.name().to_owned(), comment: comments.at(&[MESSAGE, at]), members: members.collect() }
}

fn told_enum(comments: &Comments, at: i32, given: &EnumDescriptorProto) -> Told {
    let members = (0..).zip(&given.value).map(|(value_at, value)| Member {
        name: value.name().to_owned(),
        number: value.number(),
        holds: String::new(),
        many: "",
        comment: comments.at(&[ENUM, at, MEMBER, value_at]),
    });
    Told { name: given.name().to_owned(), comment: comments.at(&[ENUM, at]), members: members.collect() }
}

fn holds(field: &FieldDescriptorProto) -> String {
    match field.r#type() {
        Type::Message | Type::Enum => full(field.type_name()),
        plain => plain.as_str_name().trim_start_matches("TYPE_").to_lowercase(),
    }
}

fn full(name: &str) -> String {
    name.trim_start_matches('.').to_owned()
}
