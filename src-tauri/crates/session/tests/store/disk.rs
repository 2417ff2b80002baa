//! Disks that are full and folders that can't be written.

use std::fs;
use std::path::Path;

use muvi_session::store::{Document, Places, StoreError};

use crate::kit::{Kit, add_hit, add_take, codes, frames};

/// Edits until the disk is full, and says how it went.
#[test]
#[ignore = "a process for the tests beside it"]
fn child_fills_the_disk() {
    let Some(folder) = std::env::var_os("MUVI_TEST_PROJECT") else {
        return;
    };
    let places = Places::at(Path::new(&folder).join("../.."));
    let mut document = Document::open(&places, Path::new(&folder)).unwrap();
    let mut frame = 0;
    let error = loop {
        let before = document.project();
        let revision = document.revision();
        match document.apply(&add_hit(frame)) {
            Ok(_) => frame += 1,
            Err(error) => {
                assert_eq!((document.project(), document.revision()), (before, revision));
                break error;
            }
        }
    };
    assert_eq!(error.code(), "disk_full", "{error}");
    // Neither can it be saved, and what is on the disk stays.
    let (before, revision) = (document.project(), document.revision());
    assert_eq!(document.save().unwrap_err().code(), "disk_full");
    let copy = Path::new(&folder).with_file_name("copy");
    assert_eq!(document.save_as(&copy).unwrap_err().code(), "disk_full");
    assert_eq!((document.project(), document.revision()), (before, revision));
    assert_eq!(document.folder(), Path::new(&folder));
    let undo = document.undo().map_err(|error| error.code());
    println!("filled {frame} {undo:?}");
}

#[cfg(unix)]
#[test]
fn a_full_disk_refuses_the_edit_and_keeps_all_before_it() {
    let kit = Kit::new();
    let mut document = kit.create();
    let folder = document.folder().to_owned();
    document.apply(&add_hit(9000)).unwrap();
    document.close();
    // A limit on the size of files stops a write in its middle, as a full disk does; 40 blocks hold some edits.
    let test = crate::kit::child("disk::child_fills_the_disk");
    let output = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 40; exec \"$0\" \"$@\""])
        .arg(test.get_program())
        .args(test.get_args())
        .env("MUVI_TEST_PROJECT", &folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let filled = text
        .lines()
        .find_map(|line| line.split_once("filled "))
        .unwrap()
        .1;
    let (count, rest) = filled.split_once(' ').unwrap();
    let count: u64 = count.parse().unwrap();
    assert!(count > 20, "{filled}");
    // The undo may fit where the edit didn't; then it counts.
    let undone = u64::from(rest.starts_with("Ok(true)"));
    assert_eq!(
        fs::read_dir(folder.parent().unwrap()).unwrap().count(),
        1,
        "nothing half-written stays"
    );
    let document = kit.open(&folder);
    let expect: Vec<u64> = (0..count - undone).chain([9000]).collect();
    assert_eq!(frames(&document), expect);
    assert_eq!(codes(&document), ["recovered"]);
}

#[test]
#[ignore = "a process for the tests beside it"]
fn child_opens_what_it_may_not_write() {
    let Some(folder) = std::env::var_os("MUVI_TEST_PROJECT") else {
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let places = Places::at(home.path());
    let mut document = Document::open(&places, Path::new(&folder)).unwrap();
    assert!(document.read_only());
    assert_eq!(codes(&document), ["read_only", "recovered"]);
    assert_eq!(frames(&document), [7, 8], "what the journal holds is there");
    let refused = |result: Result<bool, StoreError>| assert_eq!(result.unwrap_err().code(), "read_only");
    refused(document.apply(&add_hit(1)));
    refused(document.undo());
    refused(document.save().map(|()| true));
    assert!(document.new_take().is_err());
    assert_eq!(frames(&document), [7, 8]);
    document.save_as(&home.path().join("Mine")).unwrap();
    assert!(
        !document.read_only() && codes(&document).is_empty(),
        "{:?}",
        document.problems()
    );
    assert!(document.take_files(muvi_timeline::TakeId(1)).audio.is_file());
    document.apply(&add_hit(1)).unwrap();
    assert_eq!(frames(&document), [1, 7, 8]);
    println!("all refused");
}

#[cfg(unix)]
#[test]
fn a_folder_that_can_not_be_written_opens_for_reading() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let kit = Kit::new();
    let mut document = kit.create();
    add_take(&mut document);
    document.save().unwrap();
    document.apply(&add_hit(7)).unwrap();
    document.apply(&add_hit(8)).unwrap();
    let folder = document.folder().to_owned();
    drop(document);
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let binary = kit.path("binary");
    fs::copy(std::env::current_exe().unwrap(), &binary).unwrap();
    for path in [kit.dir.path(), &binary] {
        mode(path, 0o755);
    }
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        mode(&path, if path.is_dir() { 0o555 } else { 0o444 });
    }
    mode(&folder, 0o555);
    let mut command = std::process::Command::new(&binary);
    command.args(crate::kit::child("disk::child_opens_what_it_may_not_write").get_args());
    command.env("MUVI_TEST_PROJECT", &folder).current_dir("/");
    if fs::metadata(&folder).unwrap().uid() == 0 {
        // Permissions don't hold the superuser.
        command.uid(65534).gid(65534);
    }
    let output = command.output().unwrap();
    mode(&folder, 0o755);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("all refused"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
