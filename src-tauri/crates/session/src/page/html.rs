//! The page's text. All that comes from outside (names of files, of systems, of packs) is escaped where it is put in;
//! the policy in the head allows no script and no style but the page's own, known by their sums.

use std::fmt::Write as _;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest, Sha256};

use super::document::{Measure, PageDocument, PageSound, PageVideo, PicturePart, Role};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// Results and attention stand beside each other from so many videos on.
const PAIRS_FROM: usize = 2;

/// The whole page; `json` is the document.
pub(super) fn page(document: &PageDocument, json: &str) -> String {
    let sections = sections(document);
    let links: String = sections
        .iter()
        .map(|(id, title, _)| format!("<li><a href=\"#{id}\">{title}</a></li>"))
        .collect();
    let bodies: String = sections
        .iter()
        .map(|(id, title, body)| {
            format!("<section id=\"{id}\" aria-labelledby=\"{id}-title\"><h2 id=\"{id}-title\">{title}</h2>{body}</section>\n")
        })
        .collect();
    fill(
        PAGE,
        &[
            ("policy", &policy()),
            ("version", document.version),
            ("title", &escape(&document.title)),
            ("style", STYLE),
            ("lead", &lead(document)),
            ("links", &links),
            ("sections", &bodies),
            ("footer", &footer(document)),
            ("data", &inside_script(json)),
            ("script", SCRIPT),
        ],
    )
}

type Section = (&'static str, &'static str, String);

fn sections(document: &PageDocument) -> Vec<Section> {
    let videos = &document.videos;
    let mut sections = vec![("results", "Results", results(document))];
    if videos.iter().any(|video| has(video, Role::Style)) {
        let title = match document.project {
            Some(_) => "One video, several takes",
            None => "One video, several styles",
        };
        sections.push(("styles", title, styles(document)));
    }
    if videos.iter().any(|video| video.heat.is_some()) {
        sections.push(("attention", "Attention over the frames", attention(videos)));
    }
    if videos
        .iter()
        .any(|video| has(video, Role::Other) || has(video, Role::GroundTruth))
    {
        sections.push(("comparison", "Comparison", comparison(videos)));
    }
    sections.push(("measures", "About the measures", measures(videos)));
    sections
}

fn has(video: &PageVideo, role: Role) -> bool {
    video.sounds.iter().any(|sound| sound.role == role)
}

fn lead(document: &PageDocument) -> String {
    let videos = match document.videos.len() {
        1 => "A video".to_owned(),
        count => format!("{count} videos"),
    };
    format!(
        "{videos} with music that was written to the picture: its cuts, its events, its intensity. Made by MuVi Studio \
         with the pack {} on one machine.",
        escape(&document.pack.title)
    )
}

fn results(document: &PageDocument) -> String {
    let videos = &document.videos;
    let mut out = match &document.project {
        Some(name) => format!("<p>The music of the project {}, as it is mixed there.</p>", escape(name)),
        None => "<p>Each video with the music that the program writes if nobody asks for more. The style is the one of \
                 its palette that suits the mood of the picture.</p>"
            .to_owned(),
    };
    if !document.failed.is_empty() {
        out.push_str("<p>Left out, because they could not be used:</p><ul class=\"failed\">");
        for failed in &document.failed {
            let _ = write!(out, "<li>{}</li>", escape(&failed.reason));
        }
        out.push_str("</ul>");
    }
    let players = videos.iter().map(|video| {
        let sounds: Vec<_> = video.sounds.iter().filter(|it| it.role == Role::Ours).collect();
        let facts = sounds
            .first()
            .map_or_else(String::new, |sound| escape(&sound.detail));
        player("results", video, &[(&video.picture, "")], &sounds, &facts, "")
    });
    out + &players_of(players, videos.len() >= PAIRS_FROM)
}

fn styles(document: &PageDocument) -> String {
    let intro = match document.project {
        Some(_) => {
            "The music as it is in the project, and takes each by itself. Choose one while it plays: the next goes on at \
                    the same place."
        }
        None => {
            "A style clip gives genre and timbre; cuts and hits stay where the picture has them. Choose one while it \
                 plays: the next goes on at the same place."
        }
    };
    let shown = document.videos.iter().filter(|video| has(video, Role::Style));
    let players = shown.map(|video| {
        let mine = |it: &&PageSound| matches!(it.role, Role::Ours | Role::Style);
        let sounds: Vec<_> = video.sounds.iter().filter(mine).collect();
        let name = document.project.as_deref().unwrap_or("By the picture’s mood");
        let table = table("styles", video, &sounds, 0, Some(name));
        player("styles", video, &[(&video.picture, "")], &sounds, "", &table)
    });
    format!("<p>{intro}</p>{}", players_of(players, false))
}

fn attention(videos: &[PageVideo]) -> String {
    let shown = videos
        .iter()
        .filter_map(|video| video.heat.as_ref().map(|heat| (video, heat)));
    let players = shown.map(|(video, heat)| {
        let sounds: Vec<_> = video.sounds.iter().filter(|it| it.role == Role::Ours).collect();
        let pictures = [(&video.picture, "Picture"), (heat, "Attention")];
        let scale = "<div class=\"scale\"><span>Attention 0</span><i></i><span>1</span></div>";
        player("attention", video, &pictures, &sounds, "", scale)
    });
    "<p>What the model looks at while it decides what the music is to do: blue near 0, yellow near 1, on one scale for the \
     whole video.</p>"
        .to_owned()
        + &players_of(players, false)
}

fn comparison(videos: &[PageVideo]) -> String {
    let shown = videos
        .iter()
        .filter(|video| has(video, Role::Other) || has(video, Role::GroundTruth));
    let players = shown.map(|video| {
        let of = |role| video.sounds.iter().filter(move |it| it.role == role);
        let sounds: Vec<_> = of(Role::GroundTruth)
            .chain(of(Role::Other))
            .chain(of(Role::Ours))
            .collect();
        let table = table("comparison", video, &sounds, sounds.len() - 1, None);
        player("comparison", video, &[(&video.picture, "")], &sounds, "", &table)
    });
    "<p>The same picture with different music, judged by the same measures. All sounds run side by side: another one is \
     heard at the same place, without a gap.</p>"
        .to_owned()
        + &players_of(players, false)
}

fn players_of(players: impl Iterator<Item = String>, paired: bool) -> String {
    let kind = if paired { "players pair" } else { "players" };
    format!("<div class=\"{kind}\">{}</div>", players.collect::<String>())
}

/// One picture (or two that run together) with what is heard to it; `below` stands under it.
fn player(
    section: &str,
    video: &PageVideo,
    pictures: &[(&PicturePart, &str)],
    sounds: &[&PageSound],
    facts: &str,
    below: &str,
) -> String {
    let id = format!("{section}-{}", video.id);
    let ids: Vec<&str> = sounds.iter().map(|it| it.id.as_str()).collect();
    let mut out = format!(
        "<article class=\"player\" aria-labelledby=\"{id}\" data-video=\"{}\" data-sounds=\"{}\">\
         <div class=\"title\"><h3 id=\"{id}\">{}</h3><span class=\"facts\">{facts}</span></div><div class=\"screens\">",
        escape(&video.id),
        escape(&ids.join(" ")),
        escape(&video.name),
    );
    for (part, caption) in pictures {
        let what = if caption.is_empty() { "Picture" } else { caption };
        let _ = write!(
            out,
            "<figure><video src=\"{}\" poster=\"{}\" width=\"{}\" height=\"{}\" preload=\"none\" muted playsinline \
             disablepictureinpicture aria-label=\"{what} of {}\"></video>",
            escape(&part.file),
            escape(&part.still),
            video.width,
            video.height,
            escape(&video.name),
        );
        if !caption.is_empty() {
            let _ = write!(out, "<figcaption>{caption}</figcaption>");
        }
        out.push_str("</figure>");
    }
    let _ = write!(out, "</div><div class=\"desk\"></div>{below}</article>");
    out
}

/// The sounds of a video with their figures; the first column chooses what is heard. `ours` is another name for ours.
fn table(
    section: &str,
    video: &PageVideo,
    sounds: &[&PageSound],
    chosen: usize,
    ours: Option<&str>,
) -> String {
    let name = escape(&video.name);
    let mut out = format!(
        "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Sounds of {name} and their measures\"><table><thead><tr>\
         <th scope=\"col\">Sound</th>"
    );
    for measure in sounds.first().map_or(&[][..], |it| &it.measures) {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(measure.name));
    }
    out.push_str("</tr></thead><tbody>");
    for (index, sound) in sounds.iter().enumerate() {
        let title = ours.filter(|_| sound.role == Role::Ours).unwrap_or(&sound.name);
        let detail = sound.detail.as_str();
        let (title, detail) = (escape(title), escape(detail));
        let checked = if index == chosen { " checked" } else { "" };
        let key = match index + 1 {
            number @ 1..=9 => format!("<kbd aria-hidden=\"true\">{number}</kbd>"),
            _ => String::new(),
        };
        let _ = write!(
            out,
            "<tr><th scope=\"row\"><label class=\"pick\"><input type=\"radio\" name=\"{section}-{}\" value=\"{}\" \
             data-name=\"{title}\"{checked}><span><strong>{title}</strong><small title=\"{detail}\">{detail}</small></span>{key}\
             </label></th>",
            escape(&video.id),
            escape(&sound.id),
        );
        for measure in &sound.measures {
            let _ = write!(out, "<td>{}</td>", escape(&measure.text));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
    out
}

fn measures(videos: &[PageVideo]) -> String {
    let mut all: Vec<&Measure> = Vec::new();
    for measure in videos
        .iter()
        .flat_map(|it| &it.sounds)
        .flat_map(|it| &it.measures)
    {
        if !all.iter().any(|it| it.id == measure.id) {
            all.push(measure);
        }
    }
    let mut out = "<p>Computed by the same program from the very sounds that are heard here, each as long as its picture. \
                   “Same loudness” turns louder ones down while they are heard; it does not change these figures.</p>\
                   <dl class=\"about\">"
        .to_owned();
    for measure in all {
        let _ = write!(
            out,
            "<dt>{}</dt><dd>{}</dd>",
            escape(measure.name),
            escape(measure.about)
        );
    }
    out.push_str("</dl>");
    out
}

fn footer(document: &PageDocument) -> String {
    let pack = &document.pack;
    let pack_line = format!(
        "the pack {} ({} {}, {})",
        escape(&pack.title),
        escape(&pack.name),
        escape(&pack.version),
        escape(&pack.hash.chars().take(12).collect::<String>()),
    );
    let version = escape(document.version);
    let made = match document.project {
        // Each take may be of a pack of its own.
        Some(_) => format!("Made by MuVi Studio {version}; the picture was watched with {pack_line}."),
        None => format!(
            "Made by MuVi Studio {version} with {pack_line}, seed {}.",
            document.seed
        ),
    };
    let mut out = format!(
        "<p>{made}</p><p>Licence of the pack: {}.</p>",
        escape(&pack.licence)
    );
    if !pack.training_data.is_empty() {
        let _ = write!(out, "<p>Trained on: {}</p>", escape(&pack.training_data));
    }
    out.push_str("<p>Videos, their own sound and other systems’ results belong to their owners.");
    let anew: Vec<String> = document
        .videos
        .iter()
        .filter(|video| !video.picture.copied)
        .map(|video| escape(&video.name))
        .collect();
    if !anew.is_empty() {
        let _ = write!(
            out,
            " For browsers, the picture was encoded anew of {}.",
            anew.join(", ")
        );
    }
    out.push_str("</p>");
    out
}

/// Nothing is loaded but the files beside the page, and nothing runs but its own script. `file:` is for the page on a
/// disk, where some browsers count nothing as of the same origin.
fn policy() -> String {
    let sum = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src 'self' file: data:; media-src 'self' file:; \
         base-uri 'none'; form-action 'none'",
        sum(SCRIPT),
        sum(STYLE)
    )
}

/// Text as it may stand between tags and in quoted attributes. Controls that a file name may hold become blanks.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// JSON as it may stand in a script element: nothing in it can end the element or begin another.
fn inside_script(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

/// The template with its places filled; what is put in is not looked at again.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out =
        String::with_capacity(template.len() + values.iter().map(|(_, it)| it.len()).sum::<usize>());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        out.push_str(
            values
                .iter()
                .find(|(key, _)| *key == name)
                .map_or("", |(_, value)| value),
        );
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::super::document::{HitMark, PackLine};
    use super::*;

    const EVIL: &str = "</script><img src=x onerror=alert(1)>\"' {{script}} &amp;\u{7}.mp4";

    fn document() -> PageDocument {
        let sound = |id: &str, role| PageSound {
            id: id.into(),
            role,
            name: EVIL.into(),
            detail: EVIL.into(),
            file: "media/v1-sound-1.m4a".into(),
            lufs: None,
            level: vec![0.5],
            landed: vec![true],
            measures: Vec::new(),
        };
        let part = || PicturePart {
            file: "media/v1-picture.mp4".into(),
            still: "media/v1-still.jpg".into(),
            copied: false,
        };
        PageDocument {
            made_by: super::super::document::MADE_BY,
            format: 1,
            version: "0.0.0",
            title: EVIL.into(),
            project: None,
            pack: PackLine {
                title: EVIL.into(),
                name: EVIL.into(),
                version: EVIL.into(),
                licence: EVIL.into(),
                training_data: EVIL.into(),
                hash: EVIL.into(),
            },
            seed: 7,
            videos: vec![PageVideo {
                id: "v1".into(),
                name: EVIL.into(),
                seconds: 0.1,
                width: 320,
                height: 180,
                frame_rate: "25".into(),
                picture: part(),
                heat: Some(part()),
                cuts_s: vec![0.05],
                hits: vec![HitMark {
                    time_s: 0.05,
                    kind: "cut",
                }],
                rate_hz: 10.0,
                intensity: vec![0.5],
                sounds: vec![
                    sound("a", Role::Ours),
                    sound("b", Role::Style),
                    sound("c", Role::Other),
                ],
            }],
            failed: vec![super::super::document::FailedVideo {
                video: EVIL.into(),
                reason: EVIL.into(),
            }],
        }
    }

    #[test]
    fn names_stay_text() {
        let document = document();
        let json = serde_json::to_string(&document).unwrap();
        let page = page(&document, &json);
        assert!(!page.contains("<img") && !page.contains("onerror=alert(1)>"));
        assert_eq!(page.matches("</script>").count(), 2, "the data and the script");
        assert!(page.contains(
            "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39; {{script}} &amp;amp; .mp4"
        ));
        for section in ["results", "styles", "attention", "comparison", "measures"] {
            assert!(page.contains(&format!("<section id=\"{section}\"")), "{section}");
        }
        // What the script reads is the document.
        let (_, data) = page.split_once("type=\"application/json\">").unwrap();
        let (data, _) = data.split_once("</script>").unwrap();
        let back: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(back, serde_json::from_str::<serde_json::Value>(&json).unwrap());
    }

    #[test]
    fn sections_without_content_are_left_out() {
        let mut document = document();
        document.videos[0].heat = None;
        document.videos[0].sounds.truncate(1);
        let page = page(&document, "{}");
        for section in ["styles", "attention", "comparison"] {
            assert!(!page.contains(&format!("<section id=\"{section}\"")), "{section}");
        }
    }

    #[test]
    fn nothing_is_remote() {
        let document = document();
        let page = page(&document, "{}");
        let outside = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!outside.contains("http:") && !outside.contains("https:") && !outside.contains("@import"));
        assert!(
            !outside.contains(" style=\"") && !outside.contains(" onclick"),
            "the policy forbids these"
        );
    }
}
