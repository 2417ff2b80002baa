//! The `muvi:` scheme: pictures and curves as bytes.
//!
//! Paths are those of [`Asset`]; what is not there yet answers 204, what does not exist 404, what makes no sense 400.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use muvi_session::studio::{Asset, AssetReply, Studio};
use muvi_timeline::Style;
use tauri::Url;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{AppHandle, Manager, Runtime, UriSchemeContext, UriSchemeResponder};

/// Name of the scheme.
pub const SCHEME: &str = "muvi";

/// Pictures of a video never change under the same URL.
const FOREVER: &str = "private, max-age=31536000, immutable";

static SENT: AtomicU64 = AtomicU64::new(0);

/// Bytes that were sent so far, for whoever looks where time goes.
pub fn sent() -> u64 {
    SENT.load(Ordering::Relaxed)
}

/// Answers a request off the main thread.
pub fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let app: AppHandle<R> = context.app_handle().clone();
    tauri::async_runtime::spawn_blocking(move || {
        responder.respond(respond(
            &app.state::<Studio>(),
            request.uri().path(),
            request.uri().query(),
        ));
    });
}

fn respond(studio: &Studio, path: &str, query: Option<&str>) -> Response<Cow<'static, [u8]>> {
    let Some(asset) = parse(path, query) else {
        return empty(StatusCode::BAD_REQUEST);
    };
    match studio.asset(&asset) {
        AssetReply::Jpeg(bytes) => full("image/jpeg", FOREVER, bytes.to_vec()),
        AssetReply::Growing(bytes) => full("application/octet-stream", "no-store", bytes),
        AssetReply::NotYet => empty(StatusCode::NO_CONTENT),
        AssetReply::Unknown => empty(StatusCode::NOT_FOUND),
        AssetReply::Superseded => empty(StatusCode::GONE),
        AssetReply::Failed(reason) => {
            log::warn!("{path}: {reason}");
            empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

fn full(kind: &'static str, caching: &'static str, bytes: Vec<u8>) -> Response<Cow<'static, [u8]>> {
    SENT.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    let mut response = Response::new(Cow::Owned(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static(caching));
    allow(headers);
    response
}

fn empty(status: StatusCode) -> Response<Cow<'static, [u8]>> {
    let mut response = Response::new(Cow::Borrowed(&[][..]));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    allow(response.headers_mut());
    response
}

/// The window has another origin than the scheme; nobody else can reach either.
fn allow(headers: &mut header::HeaderMap) {
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::HeaderValue::from_static("*"),
    );
}

/// Reads `/frame/KEY/12?w=960` and its like; `None` if it makes no sense.
fn parse(path: &str, query: Option<&str>) -> Option<Asset> {
    let mut parts = path.trim_start_matches('/').split('/');
    let mut text = || parts.next().filter(|part| !part.is_empty());
    let asset = match text()? {
        "frame" => Asset::Frame {
            key: text()?.into(),
            frame: text()?.parse().ok()?,
            width: width(query)?,
        },
        "thumb" => Asset::Thumb {
            key: text()?.into(),
            second: text()?.parse().ok()?,
        },
        "attention" => Asset::Attention {
            key: text()?.into(),
            first: text()?.parse().ok()?,
            count: text()?.parse().ok().filter(|count| *count <= 100_000)?,
        },
        "curve" => match text()? {
            "picture" => Asset::PictureCurve { key: text()?.into() },
            "take" => Asset::TakeCurve {
                take: text()?.parse().ok()?,
            },
            _ => return None,
        },
        "peaks" => match text()? {
            "temp" => Asset::TempPeaks {
                key: text()?.into(),
                level: text()?.parse().ok()?,
                tile: text()?.parse().ok()?,
            },
            "take" => Asset::TakePeaks {
                take: text()?.parse().ok()?,
                level: text()?.parse().ok()?,
                tile: text()?.parse().ok()?,
            },
            _ => return None,
        },
        "speech" => Asset::Speech { key: text()?.into() },
        "ducking" => Asset::Ducking { key: text()?.into() },
        "clip-wave" => clip_wave(query?)?,
        _ => return None,
    };
    parts.next().is_none().then_some(asset)
}

/// Reads `path=<file>&n=400` or `style=<id>&n=400`.
fn clip_wave(query: &str) -> Option<Asset> {
    let url = Url::parse(&format!("{SCHEME}://localhost/?{query}")).ok()?;
    let value = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    };
    let columns = value("n")?.parse().ok().filter(|n| (1..=10_000).contains(n))?;
    let style = match (value("path"), value("style")) {
        (Some(path), _) => Style::Clip {
            path: path.into(),
            from: None,
        },
        (None, Some(id)) => Style::Palette { id },
        (None, None) => return None,
    };
    Some(Asset::ClipWave { style, columns })
}

fn width(query: Option<&str>) -> Option<u32> {
    let width = query?.split('&').find_map(|pair| pair.strip_prefix("w="))?;
    width.parse().ok().filter(|width| (16..=3840).contains(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_assets() {
        let frame = Asset::Frame {
            key: "abc".into(),
            frame: 12,
            width: 960,
        };
        assert_eq!(parse("/frame/abc/12", Some("w=960")), Some(frame));
        let peaks = Asset::TakePeaks {
            take: 3,
            level: 2,
            tile: 1,
        };
        assert_eq!(parse("/peaks/take/3/2/1", None), Some(peaks));
        let wave = Asset::ClipWave {
            style: Style::Clip {
                path: "/a b/ü&c.mp3".into(),
                from: None,
            },
            columns: 400,
        };
        let query = Some("path=%2Fa%20b%2F%C3%BC%26c.mp3&n=400");
        assert_eq!(parse("/clip-wave", query), Some(wave));
    }

    #[test]
    fn nonsense_is_refused() {
        for (path, query) in [
            ("/", None),
            ("/frame/abc/12", None),
            ("/frame/abc/-1", Some("w=960")),
            ("/frame/abc/12", Some("w=99999")),
            ("/frame//12", Some("w=960")),
            ("/frame/abc/12/13", Some("w=960")),
            ("/peaks/take/x/0/0", None),
            ("/clip-wave", Some("n=400")),
            ("/clip-wave", Some("style=piano&n=0")),
            ("/attention/abc/0/99999999999", None),
            ("/../../etc/passwd", None),
        ] {
            assert_eq!(parse(path, query), None, "{path}");
        }
    }
}
