//! Settings, as somebody who gets them wrong sees it.

use super::*;

fn from(file: Option<&str>, variables: &[(&str, &str)]) -> (Result<Settings>, Layers) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("merit.toml");
    if let Some(text) = file {
        std::fs::write(&path, text).unwrap();
    }
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut layers = Layers::read(file.map(|_| path.as_path()), variables);
    (Settings::read(&mut layers), layers)
}

fn said(file: Option<&str>, variables: &[(&str, &str)]) -> String {
    from(file, variables).0.unwrap_err().to_string()
}

const RELAY: [(&str, &str); 2] = [("MERIT_SMTP_HOST", "relay"), ("MERIT_MAIL_FROM", "M <m@example.com>")];

#[test]
fn a_relay_needs_a_host_and_a_sender() {
    assert_eq!(from(None, &[]).0.unwrap().relay, None);
    assert!(said(None, &RELAY[..1]).contains("MERIT_MAIL_FROM"));
    let relay = from(None, &RELAY).0.unwrap().relay.unwrap();
    assert_eq!((relay.port, relay.security, relay.resend_unclear), (587, Security::StartTls, false));
    let relay =
        from(Some("[smtp]\nhost = 'r'\nsecurity = 'tls'\n[mail]\nfrom = 'm@example.com'\nresend_unclear = true"), &[]);
    let relay = relay.0.unwrap().relay.unwrap();
    assert_eq!((relay.port, relay.security, relay.resend_unclear), (465, Security::Tls, true));
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let listen = |file, variables| from(file, variables).0.unwrap().listen.port();
    let file = Some("[server]\nlisten = '127.0.0.1:7'");
    assert_eq!(listen(None, &[]), 50051);
    assert_eq!(listen(file, &[]), 7);
    assert_eq!(listen(file, &[("MERIT_LISTEN", "127.0.0.1:8")]), 8);
    assert_eq!(listen(file, &[("MERIT_LISTEN", "")]), 7);
    let (_, layers) = from(file, &[("MERIT_SMTP_PORT", "2525")]);
    let sources: Vec<_> =
        layers.rows().into_iter().filter_map(|(setting, value)| Some((setting.key, value?.1))).collect();
    assert!(sources.iter().any(|(key, from)| *key == "server.listen" && from.ends_with("merit.toml")), "{sources:?}");
    assert!(sources.contains(&("smtp.port", "MERIT_SMTP_PORT".to_owned())), "{sources:?}");
    assert!(sources.contains(&("smtp.security", "default".to_owned())), "{sources:?}");
}

#[test]
fn every_mistake_is_told_at_once_with_its_name_its_value_and_what_it_takes() {
    let file = "[smtp]\nport = 0\nsecurity = 'ssl'\nhots = 'relay'\n[sever]\nlisten = 'x'\n[server]\nlisten = 50051";
    let said = said(Some(file), &[("MERIT_MAIL_RESEND_UNCLEAR", "maybe"), ("MERIT_SMTP_PROT", "25")]);
    for words in [
        "7 settings",
        "smtp.port is `0`, and takes a port from 1 to 65535",
        "smtp.security is `ssl`, and takes one of starttls, tls, none",
        "no setting `smtp.hots`; did you mean `smtp.host`?",
        "no section `sever`; did you mean `server`?",
        "server.listen is `50051`, and takes an address and port to listen on, such as 127.0.0.1:50051",
        "MERIT_MAIL_RESEND_UNCLEAR is `maybe`, and takes one of no, yes",
        "no setting MERIT_SMTP_PROT; did you mean `MERIT_SMTP_PORT`?",
    ] {
        assert!(said.contains(words), "`{words}` is missing:\n{said}");
    }
}

#[test]
fn what_is_no_file_of_settings_is_refused() {
    assert!(said(Some("\n[server"), &[]).contains("can't be read at line 2, column 8: "));
    assert!(said(Some("listen = 'x'"), &[]).contains("stands in no section"));
    assert!(said(Some("[smtp]\nhost = [['x']]"), &[]).contains("smtp.host"));
    let missing = Layers::read(Some(Path::new("/nowhere/merit.toml")), []).verdict().unwrap_err();
    assert!(missing.message.contains("/nowhere/merit.toml"), "{missing}");
}

#[test]
fn a_path_in_the_file_is_seen_from_the_files_folder_and_a_secret_is_not_shown() {
    let (settings, layers) = from(Some("[identity]\nkey_file = 'merit.key'"), &[]);
    let path = settings.unwrap().identity.key_file.unwrap();
    assert!(path.is_absolute() && path.ends_with("merit.key"), "{path:?}");
    let (_, shown) = layers.rows().into_iter().find(|(setting, _)| setting.key == "identity.key_file").unwrap();
    assert_eq!(shown.unwrap().0, "(from a file that is not there)");
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("merit.key").display().to_string();
    std::fs::write(&key, "").unwrap();
    let (_, layers) = from(None, &[("MERIT_IDENTITY_KEY_FILE", &key)]);
    let (_, shown) = layers.rows().into_iter().find(|(setting, _)| setting.key == "identity.key_file").unwrap();
    assert_eq!(shown.unwrap().0, format!("(from {key})"));
}

#[test]
fn a_secret_in_place_of_its_files_name_is_not_shown() {
    let key = "57f0".repeat(16);
    let long = format!("hunter2{}", "x".repeat(300));
    let variables = [
        ("MERIT_STORAGE_KIND", "postgres"),
        ("MERIT_STORAGE_URL", "postgres://merit@db/merit"),
        ("MERIT_STORAGE_PASSWORD_FILE", "hunter2"),
        ("MERIT_SMTP_USERNAME", "u"),
        ("MERIT_SMTP_PASSWORD_FILE", long.as_str()),
        ("MERIT_IDENTITY_KEY_FILE", key.as_str()),
        RELAY[0],
        RELAY[1],
    ];
    let (settings, layers) = from(None, &variables);
    let said = settings.unwrap().look_at_files(&Service::ALL.into()).unwrap_err().to_string();
    let shown: Vec<_> = layers.rows().into_iter().filter_map(|(_, value)| Some(value?.0)).collect();
    for hidden in ["hunter2", "57f0"] {
        assert!(!said.contains(hidden) && !shown.iter().any(|value| value.contains(hidden)), "{said} {shown:?}");
    }
    for name in ["storage.password_file (MERIT_STORAGE_PASSWORD_FILE)", "smtp.password_file (", "identity.key_file ("] {
        assert!(said.contains(name), "`{name}` is missing:\n{said}");
    }
    let file = from(Some("[identity]\nkey_file = 'hunter2'"), &[]).0.unwrap();
    let said = file.look_at_files(&Service::ALL.into()).unwrap_err().to_string();
    assert!(said.contains("merit.toml) names no file that is there") && !said.contains("hunter2"), "{said}");
}

#[test]
fn what_belongs_together_is_asked_for_together() {
    let file = "[storage]\nkind = 'postgres'\n[server]\ntls_cert_file = 'a'\n[identity]\njwks = 'https://login.example/keys'\n\
                [identity.certificates]\n'x.example' = 'king'";
    let said = said(Some(file), &[]);
    for words in [
        "7 settings",
        "storage.url (MERIT_STORAGE_URL) is needed with storage.kind = postgres",
        "identity.key_file (MERIT_IDENTITY_KEY_FILE) is needed with storage.kind = postgres",
        "server.tls_key_file (MERIT_SERVER_TLS_KEY_FILE) is needed with server.tls_cert_file",
        "identity.issuer",
        "identity.audience",
        "x.example",
        "server.client_ca_file (MERIT_SERVER_CLIENT_CA_FILE) is needed with identity.certificates",
    ] {
        assert!(said.contains(words), "`{words}` is missing:\n{said}");
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    let relay = "[smtp]\nhost = 'r'\nusername = 'u'\n[mail]\nfrom = 'm@example.com'\n";
    for (file, words) in [
        ("[storage]\nurl = 'postgres://merit@db/merit'", "storage.kind is folder"),
        ("[storage]\npassword_file = 'p'", "storage.kind is folder"),
        ("[identity]\naudience = 'merit'", "identity.jwks (MERIT_IDENTITY_JWKS) is needed with identity.audience"),
        ("[smtp]\nusername = 'u'", "smtp.host (MERIT_SMTP_HOST) is needed with smtp.username"),
        (relay, "smtp.password_file (MERIT_SMTP_PASSWORD_FILE) is needed with smtp.username"),
        (&relay.replace("'u'", "'u'\npassword_file = 'p'\nsecurity = 'none'"), "smtp.security is none"),
        ("[server]\ntls_cert_file = ['a']", "server.tls_cert_file is a list, and takes a file's path"),
    ] {
        let said = said(Some(file), &[]);
        assert!(said.contains(words), "{file}: {said}");
    }
}

#[test]
fn a_password_in_an_address_is_refused_and_not_shown() {
    let said = said(
        Some("[storage]\nkind = 'postgres'\nurl = 'postgres://merit:hunter2@db/merit'\n[identity]\nkey_file = 'k'"),
        &[("MERIT_STORAGE_URL", "hunter2")],
    );
    assert!(said.contains("storage.url") && said.contains("MERIT_STORAGE_URL") && !said.contains("hunter2"), "{said}");
    assert!(!said.contains("is needed"), "what is there and no good is not missing: {said}");
    let key = ("MERIT_IDENTITY_KEY_FILE", "k");
    let provider = [("MERIT_IDENTITY_ISSUER", "i"), ("MERIT_IDENTITY_AUDIENCE", "a")];
    for (variable, value, belongs) in [
        ("MERIT_STORAGE_URL", "postgres://db/merit?user=merit&password=hunter2", "a file of its own"),
        ("MERIT_STORAGE_URL", "postgres://merit@db/merit?sslmode=require&PASS%57ORD=hunter2", "a file of its own"),
        ("MERIT_TELEMETRY_OTLP", "http://merit:hunter2@collector:4317", "OTEL_EXPORTER_OTLP_HEADERS"),
        ("MERIT_SERVICES_GOALS", "https://hunter2@goals:50051", "identity.key_file"),
        ("MERIT_IDENTITY_JWKS", "https://merit:hunter2@login.example/keys", "are public"),
        ("MERIT_SMTP_HOST", "smtp://u:hunter2@relay:587", "the port is smtp.port"),
    ] {
        let mut variables = vec![key, (variable, value)];
        if variable == "MERIT_STORAGE_URL" {
            variables.push(("MERIT_STORAGE_KIND", "postgres"));
        }
        variables.extend(provider.iter().filter(|_| variable == "MERIT_IDENTITY_JWKS"));
        let (read, layers) = from(None, &variables);
        let said = read.map(|settings| format!("{settings:?}")).unwrap_or_else(|error| error.to_string());
        assert!(said.contains(variable) && said.contains(belongs) && !said.contains("hunter2"), "{value}: {said}");
        let shown: Vec<_> = layers.rows().into_iter().filter_map(|(_, value)| Some(value?.0)).collect();
        assert!(!shown.iter().any(|value| value.contains("hunter2")), "{value}: {shown:?}");
    }
}

#[test]
fn a_sender_that_is_no_address_is_told_with_or_without_a_relay() {
    for from in [None, Some(RELAY[0])] {
        let variables: Vec<_> = from.into_iter().chain([("MERIT_MAIL_FROM", "the scorecards")]).collect();
        let said = said(None, &variables);
        assert!(said.starts_with("the setting mail.from (MERIT_MAIL_FROM): the sender `the scorecards`"), "{said}");
    }
}

#[test]
fn a_level_with_a_letter_wrong_is_no_filter() {
    let said = said(None, &[("MERIT_LOG", "inof")]);
    assert!(said.contains("MERIT_LOG is `inof`, and takes a level (off, error, warn, info, debug, trace)"), "{said}");
    let (_, layers) = from(None, &[("MERIT_LOG", "inof")]);
    assert_eq!(telemetry(&layers, true).filter, "info", "what is logged until then");
    from(None, &[("MERIT_LOG", "warn,merit_scoring=debug")]).0.unwrap();
}

#[test]
fn a_collector_is_spoken_to_without_tls() {
    let said = said(None, &[("MERIT_TELEMETRY_OTLP", "https://collector:4317")]);
    assert!(said.contains("takes an address with its scheme: http://HOST:PORT"), "{said}");
    from(None, &[("MERIT_TELEMETRY_OTLP", "http://collector:4317")]).0.unwrap();
}

#[test]
fn only_a_server_offers_metrics_to_prometheus() {
    let (settings, layers) = from(None, &[("MERIT_TELEMETRY_PROMETHEUS", "127.0.0.1:9464")]);
    settings.unwrap();
    assert_eq!(telemetry(&layers, true).prometheus, Some("127.0.0.1:9464".parse().unwrap()));
    assert_eq!(telemetry(&layers, false).prometheus, None);
}

#[test]
fn a_prefix_that_is_no_part_of_a_name_is_refused() {
    for prefix in ["Test-", "x\"; DROP SCHEMA goals; --", "pg_"] {
        let said = said(None, &[("MERIT_STORAGE_SCHEMA_PREFIX", prefix)]);
        assert!(said.contains("MERIT_STORAGE_SCHEMA_PREFIX") && said.contains("small letters, digits"), "{said}");
    }
    from(Some("[storage]\nschema_prefix = ''"), &[]).0.unwrap();
}

#[test]
fn one_file_says_where_every_service_is() {
    let file = "[services]\ngoals = 'http://goals:50051'\ndirectory = 'https://people.example'";
    let settings = from(Some(file), &[("MERIT_SERVICES_GOALS", "http://127.0.0.1:7")]).0.unwrap();
    let known: Vec<_> = settings.services.iter().map(|(service, url)| (service.word(), url.as_str())).collect();
    assert_eq!(known, [("directory", "https://people.example"), ("goals", "http://127.0.0.1:7")]);
}

#[test]
fn each_setting_is_read_and_its_default_is_good() {
    let (settings, layers) = from(None, &RELAY);
    settings.unwrap();
    assert_eq!(layers.unasked(), Vec::<&str>::new());
    for setting in table::SETTINGS {
        assert!(table::SECTIONS.iter().any(|(name, _)| *name == setting.section()), "{}", setting.key);
        if let Some(default) = setting.default {
            assert_eq!(setting.kind.check(&kind::Raw::One(default.to_owned())), Ok(()), "{}", setting.key);
        }
    }
}

#[test]
fn the_reference_is_up_to_date() {
    let kept = include_str!("../../CONFIG.md");
    assert!(kept == page(), "run `cargo run -- config reference > services/merit/CONFIG.md`");
}

#[test]
fn the_reference_for_programs_has_what_the_page_has() {
    let (page, document) = (page(), document());
    let settings = document["settings"].as_array().unwrap();
    assert_eq!(settings.len(), page.lines().filter(|line| line.starts_with("| `")).count());
    for setting in settings {
        let words = |field: &str| setting[field].as_str().unwrap_or_default().to_owned();
        assert!(page.contains(&words("help")) && page.contains(&words("variable")), "{setting}");
    }
}
