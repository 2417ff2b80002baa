//! Saving, saving as, takes, recents.

use std::fs;
use std::path::Path;

use muvi_session::store::{Document, StoreError, load_json, store_json};
use muvi_timeline::{Edit, TakeId};

use crate::kit::{Kit, add_hit, add_take, codes, edit, frames, take_edit, write_take};

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn after_a_project_was_closed_nothing_is_told_of_a_recovery() {
    let kit = Kit::new();
    let mut document = kit.create();
    let folder = document.folder().to_owned();
    document.apply(&edit(0)).unwrap();
    let expect = document.project();
    document.close();
    let document = kit.open(&folder);
    assert!(codes(&document).is_empty() && document.project() == expect && !document.saved());
    // Killed this time.
    drop(document);
    assert_eq!(codes(&kit.open(&folder)), ["recovered"]);
}

#[test]
fn all_edits_come_back_as_they_were() {
    let kit = Kit::new();
    let mut document = kit.create();
    let folder = document.folder().to_owned();
    for k in 0..60 {
        document.apply(&edit(k)).unwrap();
    }
    add_take(&mut document);
    let expect = document.history().clone();
    drop(document);
    let mut document = kit.open(&folder);
    assert_eq!(document.project(), *expect.project());
    assert_eq!(document.undo_label(), Some("Generate take 1"));
    assert_eq!(codes(&document), ["recovered"]);
    assert!(!document.saved());
    // All of the history is there, too.
    let mut expect = expect;
    while expect.undo().is_some() {
        assert!(document.undo().unwrap());
        assert_eq!(document.project(), *expect.project());
    }
    assert!(!document.undo().unwrap());
    while expect.redo().is_some() {
        assert!(document.redo().unwrap());
    }
    document.save().unwrap();
    assert!(document.saved());
    drop(document);
    let document = kit.open(&folder);
    assert_eq!(document.project(), *expect.project());
    assert!(document.saved() && codes(&document).is_empty());
}

#[test]
fn undo_goes_on_behind_a_save() {
    let kit = Kit::new();
    let mut document = kit.create();
    let folder = document.folder().to_owned();
    for frame in [1, 2, 3] {
        document.apply(&add_hit(frame)).unwrap();
    }
    document.save().unwrap();
    let saved = document.revision();
    let mut acts = 0;
    let mut check = |document: &mut Document, what: Result<bool, StoreError>, expect: &[u64]| {
        assert!(what.unwrap());
        acts += 1;
        assert_eq!(frames(document), expect);
        assert_eq!(document.revision(), saved + acts);
        // Another process would find the same; the journal is read from a copy, for this one holds the lock.
        let copy = kit.path("copy.muvi");
        let _ = fs::remove_dir_all(&copy);
        fs::create_dir(&copy).unwrap();
        for name in ["project.json", "journal.jsonl"] {
            fs::copy(folder.join(name), copy.join(name)).unwrap();
        }
        let other = kit.open(&copy);
        assert_eq!(other.history().numbered(), document.history().numbered());
        assert_eq!(other.saved(), document.saved());
    };
    for (expect, act) in [
        ([1, 2].as_slice(), 'u'),
        (&[1], 'u'),
        (&[1, 2], 'r'),
        (&[1, 2, 3], 'r'),
        (&[1, 2], 'u'),
    ] {
        let done = if act == 'u' {
            document.undo()
        } else {
            document.redo()
        };
        check(&mut document, done, expect);
    }
    let done = document.apply(&add_hit(9));
    check(&mut document, done, &[1, 2, 9]);
    let done = document.undo();
    check(&mut document, done, &[1, 2]);
    let done = document.undo();
    check(&mut document, done, &[1]);
    assert!(document.project().next_hit <= 4 && document.history().numbered().next_hit == 5);
}

#[test]
fn nothing_changes_by_what_changes_nothing() {
    let kit = Kit::new();
    let mut document = kit.create();
    document.save().unwrap();
    let (revision, project) = (document.revision(), document.project());
    let mix = Edit::SetMix { mix: project.mix };
    assert!(!document.apply(&mix).unwrap() && !document.undo().unwrap() && !document.redo().unwrap());
    let error = document.apply(&Edit::RemoveTake { take: TakeId(5) }).unwrap_err();
    assert_eq!(error.code(), "edit_refused");
    document.save().unwrap();
    assert_eq!((document.revision(), document.saved()), (revision, true));
    document.apply(&add_hit(1)).unwrap();
    assert!(!document.saved());
    document.undo().unwrap();
    assert!(document.saved(), "as it was saved");
}

#[test]
fn files_of_takes_stay_while_anything_can_bring_them_back() {
    let kit = Kit::new();
    let mut document = kit.create();
    let folder = document.folder().to_owned();
    let takes = || files(&folder.join("takes"));
    let (first, second) = (add_take(&mut document), add_take(&mut document));
    let in_making = document.new_take().unwrap();
    write_take(&document, in_making);
    document.apply(&Edit::RemoveTake { take: first }).unwrap();
    document.save().unwrap();
    assert_eq!(
        takes().len(),
        9,
        "undo can bring the first back, the third is in the making"
    );
    document.abandon_take(in_making);
    assert_eq!(takes().len(), 6);
    document.undo().unwrap();
    assert!(document.missing_takes().is_empty());
    document.redo().unwrap();
    document.save().unwrap();
    document.close();
    assert_eq!(takes(), ["2.json", "2.latents", "2.wav"]);
    let mut document = kit.open(&folder);
    let fourth = document.new_take().unwrap();
    assert!(
        fourth > in_making && second < in_making,
        "no number is used again: {fourth}"
    );
    // A take without its sound is none.
    assert_eq!(
        document.apply(&take_edit(fourth)).unwrap_err().code(),
        "not_found"
    );
    // What a killed process left half-written goes.
    for name in [
        ".9.wav.abc.part",
        "9.wav.part",
        "9.latents.part",
        "9.json.part",
        "mine.wav.part",
    ] {
        fs::write(folder.join("takes").join(name), b"x").unwrap();
    }
    // Whoever can't have the lock leaves what may be growing.
    assert!(Document::open(&kit.places, &folder).is_err());
    assert_eq!(takes().len(), 8);
    drop(document);
    kit.open(&folder);
    assert_eq!(takes(), ["2.json", "2.latents", "2.wav", "mine.wav.part"]);
}

#[test]
fn an_unnamed_project_moves_and_a_named_one_is_copied() {
    let kit = Kit::new();
    let mut document = kit.create();
    assert_eq!((document.name().as_str(), document.unnamed()), ("film", true));
    let second = kit.create();
    assert_eq!(second.name(), "film 2");
    let unnamed = document.folder().to_owned();
    add_take(&mut document);
    document.apply(&add_hit(1)).unwrap();
    let making = document.new_take().unwrap();

    document.save_as(&kit.path("Trip 1.5")).unwrap();
    let named = kit.path("Trip 1.5.muvi");
    assert_eq!(
        (document.folder(), document.unnamed(), document.saved()),
        (named.as_path(), false, true)
    );
    assert_eq!(document.name(), "Trip 1.5");
    assert_eq!(document.undo_label(), Some("Add hit point"));
    // The job that makes a take knows the old place; what it wrote there is brought here.
    assert!(unnamed.exists());
    fs::write(unnamed.join(format!("takes/{making}.wav")), b"sound").unwrap();
    document.apply(&take_edit(making)).unwrap();
    assert_eq!(fs::read(document.take_files(making).audio).unwrap(), b"sound");
    assert!(!unnamed.exists(), "it moved");

    document.apply(&add_hit(2)).unwrap();
    document.save_as(&kit.path("Trip 2.muvi")).unwrap();
    document.apply(&add_hit(3)).unwrap();
    assert_eq!(frames(&document), [1, 2, 3]);
    let old = kit.open(&named);
    assert_eq!(frames(&old), [1, 2], "its journal stays with it");
    assert!(old.missing_takes().is_empty() && document.missing_takes().is_empty());

    let refused = |result: Result<(), StoreError>, code| assert_eq!(result.unwrap_err().code(), code);
    let before = files(kit.dir.path());
    refused(document.save_as(&named), "exists");
    refused(document.save_as(&kit.path("no/where")), "failed");
    refused(document.save_as(&document.folder().join("inside")), "failed");
    refused(document.save_as(&kit.path(".muvi")), "failed");
    assert_eq!(files(kit.dir.path()), before, "nothing half-written stays");
    document.save_as(&kit.path("Trip 2")).unwrap();
    assert!(document.saved());
}

#[test]
fn recents_are_bounded_and_forget() {
    let kit = Kit::new();
    assert!(kit.places.recents().is_empty());
    let documents: Vec<_> = (0..22).map(|_| kit.create()).collect();
    for document in &documents {
        kit.places.remember(document).unwrap();
    }
    kit.places.remember(&documents[21]).unwrap();
    let recents = kit.places.recents();
    assert_eq!(
        (recents.len(), recents[0].name.as_str(), recents[0].video.as_str()),
        (20, "film 22", "film.mov")
    );
    assert_eq!(
        kit.places.forget(documents[21].folder()).unwrap()[0].name,
        "film 21"
    );
    fs::write(kit.places.data().join("recents.json"), "oops").unwrap();
    assert!(kit.places.recents().is_empty());
    assert_eq!(kit.places.remember(&documents[0]).unwrap().len(), 1);
}

#[test]
fn json_files_are_there_whole_or_not() {
    let kit = Kit::new();
    let path = kit.places.settings();
    assert_eq!(load_json::<Vec<u32>>(&path).unwrap(), None);
    store_json(&path, &vec![1, 2]).unwrap();
    assert_eq!(load_json(&path).unwrap(), Some(vec![1, 2]));
    fs::write(&path, "[1,\n 2").unwrap();
    let error = load_json::<Vec<u32>>(&path).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("is damaged at line 2, column 2; restore it from a copy"),
        "{error}"
    );
}

/// A journal of format 1: its lines are chained by their sums.
fn old_journal(entries: &[&str]) -> String {
    use sha2::{Digest, Sha256};
    let mut sum = String::new();
    let line = |json: &&str| {
        let hash = Sha256::digest(format!("{sum}{json}").as_bytes());
        sum = hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()[..16].to_owned();
        format!("[\"{sum}\",{json}]\n")
    };
    entries.iter().map(line).collect()
}

#[test]
fn a_folder_of_the_first_format_is_read_and_brought_up_to_date() {
    let kit = Kit::new();
    let document = kit.create();
    let folder = document.folder().to_owned();
    let expect = document.project();
    drop(document);
    let project = folder.join("project.json");
    let mut old: serde_json::Value = serde_json::from_slice(&fs::read(&project).unwrap()).unwrap();
    old["muvi_project"] = 1.into();
    let inner = old["project"].as_object_mut().unwrap();
    inner.remove("temp_automation").unwrap();
    inner["mix"].as_object_mut().unwrap().remove("delivery").unwrap();
    inner["mix"]["ducking"]
        .as_object_mut()
        .unwrap()
        .remove("by")
        .unwrap();
    for name in ["fade_in_curve", "fade_out_curve", "automation"] {
        inner["cues"][0].as_object_mut().unwrap().remove(name).unwrap();
    }
    fs::write(&project, old.to_string()).unwrap();
    let journal = old_journal(&[
        r#"{"op":"start","format":1,"generation":1}"#,
        r#"{"op":"edit","edit":{"edit":"set_cue_fades","cue":1,"fade_in":5,"fade_out":7}}"#,
    ]);
    fs::write(folder.join("journal.jsonl"), journal).unwrap();

    let document = kit.open(&folder);
    assert_eq!(codes(&document), ["recovered"]);
    let mut wanted = (*expect).clone();
    (wanted.cues[0].fade_in, wanted.cues[0].fade_out) = (5, 7);
    assert_eq!(*document.project(), wanted);
    drop(document);
    // An older program refuses it from now on, instead of losing what it doesn't know.
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert!(text("project.json").contains("\"muvi_project\": 2"));
    assert!(text("journal.jsonl").contains("\"format\":2"));
    let document = kit.open(&folder);
    assert_eq!((codes(&document), document.saved()), (vec![], true));
    assert_eq!(*document.project(), wanted);
}
