use super::*;

fn allowed(url: &str, allow_loopback: bool) -> bool {
    check(&Url::parse(url).unwrap(), allow_loopback).is_ok()
}

#[test]
fn public_https_hosts_are_allowed() {
    for url in ["https://example.com/x", "https://93.184.216.34/", "https://[2606:4700::1]/x"] {
        assert!(allowed(url, false), "{url}");
    }
}

#[test]
fn loopback_only_on_request() {
    for url in
        ["http://127.0.0.1:1/x", "https://127.0.0.1/x", "http://localhost/x", "http://[::1]/"]
    {
        assert!(allowed(url, true), "{url}");
    }
    for url in ["http://127.0.0.1:1/x", "https://127.0.0.1/x", "https://[::1]/"] {
        assert!(!allowed(url, false), "{url}");
    }
}

#[test]
fn private_places_and_other_schemes_never() {
    for url in [
        "http://example.com/x",
        "ftp://example.com/x",
        "file:///etc/passwd",
        "https://10.0.0.1/",
        "https://172.16.3.4/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://255.255.255.255/",
        "https://0x7f.1/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://[ff02::1]/",
    ] {
        // `0x7f.1` is how a URL may spell loopback; allowed only where loopback is.
        assert!(!allowed(url, false), "{url}");
        assert!(!allowed(url, true) || url.contains("0x7f"), "{url}");
    }
}

#[tokio::test]
async fn names_that_resolve_to_loopback_are_refused() {
    let guarded = GuardedResolver { allow_loopback: false, proxies: Vec::new() };
    let outcome = guarded.resolve("localhost".parse().unwrap()).await;
    assert!(outcome.err().is_some_and(|error| error.is::<PrivateHost>()));

    let guarded = GuardedResolver { proxies: vec!["LOCALHOST".into()], ..guarded };
    assert!(guarded.resolve("localhost".parse().unwrap()).await.is_ok());
}
