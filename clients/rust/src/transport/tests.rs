//! What is taken for an answer.

use super::*;
use crate::testing::{Server, reply};

const LIMIT: Duration = Duration::from_secs(5);

fn transport(server: &Server) -> Transport {
    Transport::new(Address::of(&server.url(), None, None).unwrap())
}

async fn get(transport: &mut Transport) -> Result<Bytes, TransportError> {
    transport.get("/x", None, LIMIT, 1_000).await
}

#[tokio::test]
async fn a_connection_is_used_again_unless_the_server_closes_it() {
    let server = Server::start(reply("200 OK", "", b"yes"));
    let mut kept = transport(&server);
    for _ in 0..3 {
        assert_eq!(get(&mut kept).await.unwrap(), "yes");
    }
    server.now_answers(reply("200 OK", "connection: close\r\n", b"yes"));
    for _ in 0..3 {
        assert_eq!(get(&mut kept).await.unwrap(), "yes");
    }
}

#[tokio::test]
async fn nothing_but_200_is_an_answer_and_no_redirect_is_followed() {
    let server = Server::start(Vec::new());
    let mut transport = transport(&server);
    let statuses = [
        "201 X", "301 X", "302 X", "307 X", "308 X", "401 X", "404 X", "500 X", "503 X",
    ];
    for status in statuses {
        server.now_answers(reply(status, "location: /elsewhere\r\n", b"{}"));
        let error = get(&mut transport).await.unwrap_err();
        assert!(matches!(error, TransportError::Status(_)), "{status}");
    }
    let asked = server.asked.lock().unwrap();
    assert_eq!(asked.len(), statuses.len());
    assert!(asked.iter().all(|head| head.starts_with("GET /x ")));
}

#[tokio::test]
async fn an_answer_has_a_bounded_size_and_is_whole() {
    let server = Server::start(reply("200 OK", "", &[b'x'; 1_001]));
    let mut transport = transport(&server);
    assert!(get(&mut transport).await.is_err());
    server.now_answers(reply("200 OK", "", &[b'x'; 1_000]));
    assert_eq!(get(&mut transport).await.unwrap().len(), 1_000);
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\nhalf";
    server.now_answers(cut.to_vec());
    assert!(get(&mut transport).await.is_err());
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_none_and_the_next_may_come() {
    let server = Server::start(Vec::new());
    let mut transport = transport(&server);
    let error = transport.get("/x", None, Duration::from_millis(10), 10);
    assert!(matches!(error.await, Err(TransportError::Time(_))));
    server.now_answers(reply("200 OK", "", b"yes"));
    assert_eq!(get(&mut transport).await.unwrap(), "yes");
}

#[tokio::test]
async fn the_host_is_that_of_the_base_url_wherever_it_is_reached() {
    let server = Server::start(reply("200 OK", "", b"yes"));
    let address = Address::of("https://id.example.com", Some(&server.url()), None).unwrap();
    get(&mut Transport::new(address)).await.unwrap();
    let asked = server.asked.lock().unwrap();
    assert!(
        asked[0].contains("host: id.example.com\r\n"),
        "{}",
        asked[0]
    );
}

#[test]
fn an_address_is_a_scheme_and_a_host() {
    for (url, host, port) in [
        ("https://id.example.com", "id.example.com", 443),
        ("http://id.example.com/", "id.example.com", 80),
        ("http://[::1]:3000", "::1", 3_000),
    ] {
        let address = Address::of(url, None, None).unwrap();
        assert_eq!((address.host.as_str(), address.port), (host, port), "{url}");
    }
    for url in [
        "",
        "id.example.com",
        "/x",
        "ftp://id.example.com",
        "https://id.example.com/auth",
        "https://id.example.com/?x",
        "https://user:password@id.example.com",
        "http://",
    ] {
        assert!(Address::of(url, None, None).is_err(), "{url}");
    }
    for pem in [
        "",
        "x",
        "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
    ] {
        let address = Address::of("https://id.example.com", None, Some(pem.as_bytes()));
        assert!(matches!(address, Err(SettingsError::Certificates)), "{pem}");
    }
}

/// Answers one request on each connection over TLS, and says so.
async fn https() -> String {
    use tokio_rustls::{TlsAcceptor, rustls::ServerConfig, rustls::pki_types::PrivateKeyDer};

    let certificate = include_bytes!("../../tests/fixtures/loopback.pem");
    let key = include_bytes!("../../tests/fixtures/loopback.key");
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(certificate).unwrap()],
            PrivateKeyDer::from_pem_slice(key).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else {
                continue;
            };
            let answer = |_| async {
                let body = http_body_util::Full::new(Bytes::from_static(b"over TLS"));
                Ok::<_, std::convert::Infallible>(http::Response::new(body))
            };
            let service = hyper::service::service_fn(answer);
            let connection = hyper::server::conn::http1::Builder::new();
            tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
        }
    });
    url
}

#[tokio::test]
async fn over_https_only_those_are_believed_whom_it_trusts() {
    let url = https().await;
    let authority = include_bytes!("../../tests/fixtures/authority.pem");
    let address = Address::of(&url, None, Some(authority)).unwrap();
    let answer = get(&mut Transport::new(address)).await.unwrap();
    assert_eq!(answer, "over TLS");
    // Browsers do not trust it, and it is not who it does not say it is.
    let localhost = url.replace("127.0.0.1", "localhost");
    for (url, trusted) in [(&url, None), (&localhost, Some(&authority[..]))] {
        let address = Address::of(url, None, trusted).unwrap();
        let error = get(&mut Transport::new(address)).await.unwrap_err();
        assert!(matches!(error, TransportError::Connect(_)), "{error:?}");
    }
}
