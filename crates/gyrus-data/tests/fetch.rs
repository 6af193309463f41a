//! Files from servers that do everything that servers do.

mod server;

use std::path::Path;
use std::time::Duration;
use std::{fs, io};

use gyrus_data::{DataFile, Error, Fetcher, Outcome, Standing, standing};
use server::{Reply, Server, body, cut, file, fixed, good, options, raw, status, without_ranges};
use tempfile::TempDir;

const NAME: &str = "sub/file.bin";

/// A place for a file, a server, and what has been fetched from it.
struct Place {
    folder: TempDir,
    server: Server,
}

impl Place {
    fn new(replies: Vec<Reply>) -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), server: Server::new(replies) }
    }

    /// With `bytes` of an earlier run.
    fn begun(replies: Vec<Reply>, bytes: &[u8]) -> Self {
        let place = Self::new(replies);
        fs::create_dir(place.folder.path().join("sub")).expect("a folder in a temporary folder");
        fs::write(place.part(), bytes).expect("a file in a temporary folder");
        place
    }

    fn fetch(&self, file: &DataFile) -> Result<Outcome, Error> {
        Fetcher::new(&options())?.fetch(&self.server.url(), file, self.folder.path(), &mut |_| {})
    }

    fn target(&self) -> std::path::PathBuf {
        self.folder.path().join(NAME)
    }

    fn part(&self) -> std::path::PathBuf {
        self.folder.path().join(format!("{NAME}.part"))
    }

    /// First bytes asked for, in order.
    fn asked(&self) -> Vec<usize> {
        self.server.requests().iter().map(server::Request::from).collect()
    }

    /// The file came, whole, and nothing else lies there; `asked` are the first bytes asked for.
    fn check_whole(&self, file: &DataFile, resumed: u64, asked: &[usize]) {
        let verified = file.hash.is_some();
        let outcome = self.fetch(file).expect("a file");
        assert_eq!(outcome, Outcome::Fetched { bytes: 200_000, resumed, verified });
        assert_eq!(fs::read(self.target()).expect("a file"), body());
        assert!(!self.part().exists());
        assert_eq!(self.asked(), asked);
    }

    /// No file came; the error says `expected`, and `left` bytes wait for the next run.
    fn check_error(&self, file: &DataFile, expected: &str, left: Option<u64>) {
        let error = self.fetch(file).expect_err(expected);
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(format!("{error}: {source}").contains(expected), "{error}: {source}");
        assert!(!self.target().exists(), "{expected}");
        assert_eq!(fs::metadata(self.part()).ok().map(|found| found.len()), left, "{expected}");
    }
}

fn unknown() -> DataFile {
    DataFile { path: NAME.into(), bytes: None, hash: None }
}

#[test]
fn a_file_comes_and_is_kept() {
    let place = Place::new(vec![good(&body())]);
    assert_eq!(standing(place.folder.path(), &file(NAME)), Standing::Part(0));
    place.check_whole(&file(NAME), 0, &[0]);
    assert_eq!(standing(place.folder.path(), &file(NAME)), Standing::Whole);
    assert_eq!(place.fetch(&file(NAME)).expect("the file"), Outcome::Kept { verified: true });
    assert_eq!(place.fetch(&unknown()).expect("the file"), Outcome::Kept { verified: false });
    assert_eq!(place.asked(), [0]);
}

#[test]
fn a_file_that_nothing_is_known_of_comes_too() {
    Place::new(vec![good(&body())]).check_whole(&unknown(), 0, &[0]);
}

#[test]
fn an_earlier_run_is_gone_on_with() {
    Place::begun(vec![good(&body())], &body()[..70_000]).check_whole(&file(NAME), 70_000, &[70_000]);
    Place::begun(vec![], &body()).check_whole(&file(NAME), 200_000, &[]);
}

#[test]
fn a_connection_that_breaks_is_gone_on_with() {
    let place = Place::new(vec![cut(&body(), 70_000), cut(&body(), 1_000), good(&body())]);
    place.check_whole(&file(NAME), 0, &[0, 70_000, 71_000]);
    assert_eq!(place.server.requests()[1].header("if-range"), None);
    assert_eq!(place.server.requests()[0].header("accept-encoding"), Some("identity"));
}

#[test]
fn versions_are_told_by_their_tags_where_no_hash_is_known() {
    let place = Place::new(vec![cut(&body(), 70_000), good(&body())]);
    place.check_whole(&unknown(), 0, &[0, 70_000]);
    assert_eq!(place.server.requests()[1].header("if-range"), Some("\"one\""));
    // Of an earlier run no tag is known, and this server gives none.
    Place::begun(vec![good(&body())], b"other").check_whole(&unknown(), 0, &[0]);
    let untagged = vec![without_ranges(&body(), 70_000), good(&body())];
    Place::new(untagged).check_whole(&unknown(), 0, &[0, 0]);
}

#[test]
fn a_server_that_ignores_ranges_is_begun_anew() {
    Place::begun(vec![without_ranges(&body(), usize::MAX)], &body()[..9]).check_whole(&file(NAME), 0, &[9]);
    let never = (0..4).map(|_| without_ranges(&body(), 60_000)).collect();
    Place::new(never).check_error(&file(NAME), "broke after 60000 of 200000 bytes", Some(60_000));
}

#[test]
fn a_beginning_of_another_version_is_forgotten() {
    let place = Place::begun(vec![good(&body()), good(&body())], &[7; 70_000]);
    place.check_whole(&file(NAME), 0, &[70_000, 0]);
    // Whole by its size, but not the file.
    Place::begun(vec![good(&body())], &[7; 200_000]).check_whole(&file(NAME), 0, &[0]);
    Place::begun(vec![good(&body())], &[7; 200_001]).check_whole(&file(NAME), 0, &[0]);
}

#[test]
fn another_file_of_the_same_size_is_refused() {
    let place = Place::new(vec![good(&[7; 200_000])]);
    place.check_error(&file(NAME), &format!("instead of {}", server::MD5), None);
}

#[test]
fn other_sizes_are_refused() {
    Place::new(vec![good(&[7; 5])]).check_error(&file(NAME), "has 5 bytes instead of 200000", None);
    let chunked = "200 OK\r\nTransfer-Encoding: chunked";
    let long = fixed(chunked, "5\r\nabcde\r\n".repeat(40_001) + "0\r\n\r\n");
    Place::new(vec![long]).check_error(&file(NAME), "instead of 200000", None);
    let shorter: Vec<Reply> = (0..4).map(|_| fixed(chunked, "5\r\nabcde\r\n0\r\n\r\n")).collect();
    Place::new(shorter).check_error(&file(NAME), "broke after 5 of 200000 bytes", Some(5));
    let part = fixed("206 Partial Content\r\nContent-Range: bytes 9-10/11\r\nContent-Length: 2", "ab");
    Place::begun(vec![part], &body()[..9]).check_error(&file(NAME), "has 11 bytes instead of 200000", Some(9));
}

/// More bytes than were announced are not part of the answer.
#[test]
fn a_length_that_is_too_short_ends_the_file() {
    let reply = fixed("200 OK\r\nContent-Length: 200000", [body(), vec![1; 50]].concat());
    Place::new(vec![reply]).check_whole(&file(NAME), 0, &[0]);
}

#[test]
fn chunks_say_where_they_end() {
    let chunks: Vec<u8> =
        body().chunks(50_000).flat_map(|chunk| [b"c350\r\n", chunk, b"\r\n"].concat()).chain(*b"0\r\n\r\n").collect();
    let chunked = "200 OK\r\nTransfer-Encoding: chunked";
    Place::new(vec![fixed(chunked, &chunks)]).check_whole(&unknown(), 0, &[0]);
    let broken = || fixed(chunked, &chunks[..70_000]);
    Place::new((0..4).map(|_| broken()).collect()).check_error(
        &unknown(),
        "the connection broke after 69986 bytes",
        Some(69_986),
    );
}

#[test]
fn whether_it_came_whole_must_be_known() {
    let reply = || vec![fixed("200 OK", body())];
    Place::new(reply()).check_error(&unknown(), "whether it came whole cannot be known", None);
    Place::new(reply()).check_whole(&file(NAME), 0, &[0]);
}

/// What lies on the server encoded is sent as it lies there; only where nothing is known could it be another file.
#[test]
fn encoded_files_must_be_known() {
    let reply = || vec![fixed("200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 200000", body())];
    Place::new(reply()).check_error(&unknown(), "comes encoded as `gzip`", None);
    Place::new(reply()).check_whole(&file(NAME), 0, &[0]);
}

#[test]
fn parts_that_were_not_asked_for_are_not_used() {
    let strange = || fixed("206 Partial Content\r\nContent-Range: bytes 8-9/200000\r\nContent-Length: 2", "ab");
    Place::begun(vec![strange(), good(&body())], &body()[..9]).check_whole(&file(NAME), 0, &[9, 0]);
    let bare = || fixed("206 Partial Content\r\nContent-Length: 2", "ab");
    Place::begun(vec![bare(), good(&body())], &body()[..9]).check_whole(&file(NAME), 0, &[9, 0]);
    Place::new(vec![bare()]).check_error(&file(NAME), "answers with status 206", None);
}

#[test]
fn a_range_that_is_not_there_is_begun_anew() {
    let sized = DataFile { bytes: None, ..file(NAME) };
    let place = Place::begun(vec![good(&body()), good(&body())], &[7; 200_005]);
    place.check_whole(&sized, 0, &[200_005, 0]);
    Place::new(vec![status(416)]).check_error(&file(NAME), "answers with status 416", None);
}

#[test]
fn some_statuses_pass_and_others_do_not() {
    Place::new(vec![status(500), status(503), status(429), good(&body())]).check_whole(&file(NAME), 0, &[0; 4]);
    let broken = (0..4).map(|_| status(500)).collect();
    Place::new(broken).check_error(&file(NAME), "in 4 tries without progress: status 500", None);
    for given in [400, 401, 403, 404, 410, 204] {
        Place::new(vec![status(given)]).check_error(&file(NAME), &format!("answers with status {given}"), None);
    }
}

#[test]
fn progress_is_worth_new_tries() {
    let mut replies: Vec<Reply> = Vec::new();
    for _ in 0..4 {
        replies.extend([cut(&body(), 30_000), status(500), status(502)]);
    }
    replies.push(good(&body()));
    Place::new(replies).check_whole(
        &file(NAME),
        0,
        &[0, 30_000, 30_000, 30_000, 60_000, 60_000, 60_000, 90_000, 90_000, 90_000, 120_000, 120_000, 120_000],
    );
}

#[test]
fn redirections_are_followed_some_way() {
    let there = Server::new(vec![good(&body())]);
    let to = fixed(&format!("302 Found\r\nLocation: {}\r\nContent-Length: 0", there.url()), "");
    Place::begun(vec![to], &body()[..9]).check_whole(&file(NAME), 9, &[9]);
    assert_eq!(there.requests()[0].from(), 9);
    let circle = (0..20).map(|_| fixed("302 Found\r\nLocation: /data/file.bin\r\nContent-Length: 0", "")).collect();
    Place::new(circle).check_error(&file(NAME), "too many redirects", None);
    let nowhere = fixed("302 Found\r\nContent-Length: 0", "");
    Place::new(vec![nowhere]).check_error(&file(NAME), "data/file.bin", None);
}

#[test]
fn silence_and_nonsense_are_given_up() {
    let silent: Vec<Reply> = (0..1)
        .map(|_| -> Reply {
            Box::new(|_| {
                std::thread::sleep(Duration::from_secs(2));
                Vec::new()
            })
        })
        .collect();
    Place::new(silent).check_error(&file(NAME), "in 4 tries without progress", None);
    let nonsense = (0..4).map(|_| -> Reply { Box::new(|_| b"\0\x01 what?\r\n\r\n".to_vec()) }).collect();
    Place::new(nonsense).check_error(&file(NAME), "in 4 tries without progress", None);
    let closed = (0..4).map(|_| -> Reply { Box::new(|_| Vec::new()) }).collect();
    Place::new(closed).check_error(&file(NAME), "in 4 tries without progress", None);
}

#[test]
fn nobody_listens() {
    Place::new(Vec::new()).check_error(&file(NAME), "in 4 tries without progress", None);
}

#[test]
fn other_files_are_never_overwritten() -> io::Result<()> {
    let place = Place::begun(Vec::new(), b"");
    fs::write(place.target(), "mine")?;
    let error = place.fetch(&file(NAME)).expect_err("another file").to_string();
    assert!(error.contains("has 4 bytes instead of 200000") && error.contains("remove it first"), "{error}");
    assert_eq!(fs::read_to_string(place.target())?, "mine");
    fs::write(place.target(), [7; 200_000])?;
    let error = place.fetch(&file(NAME)).expect_err("another file").to_string();
    assert!(error.contains("md5:"), "{error}");
    fs::remove_file(place.target())?;
    fs::create_dir(place.target())?;
    assert!(place.fetch(&file(NAME)).expect_err("a folder").to_string().contains("(a folder)"));
    let outside = DataFile { path: "../file.bin".into(), ..file(NAME) };
    assert!(place.fetch(&outside).expect_err("outside").to_string().contains("leaves the folder"));
    assert_eq!(place.asked(), Vec::<usize>::new());
    Ok(())
}

#[test]
fn one_program_at_a_time() -> io::Result<()> {
    let place = Place::begun(vec![good(&body())], &body()[..9]);
    let other = fs::File::options().write(true).open(place.part())?;
    other.lock()?;
    place.check_error(&file(NAME), "is being written by another program", Some(9));
    other.unlock()?;
    place.check_whole(&file(NAME), 9, &[9]);
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() -> io::Result<()> {
    let place = Place::new(vec![good(&body())]);
    fs::create_dir(place.folder.path().join("sub"))?;
    std::os::unix::fs::symlink("/dev/full", place.part())?;
    let error = place.fetch(&file(NAME)).expect_err("a full disk");
    assert!(matches!(&error, Error::Write { source, .. } if source.kind() == io::ErrorKind::StorageFull), "{error}");
    assert!(error.is_of_all() && !place.target().exists() && Path::new("/dev/full").exists());
    Ok(())
}

#[test]
fn a_folder_that_cannot_be_made_is_said() -> io::Result<()> {
    let place = Place::new(vec![good(&body())]);
    fs::write(place.folder.path().join("sub"), "a file where a folder should be")?;
    assert!(matches!(place.fetch(&file(NAME)), Err(Error::Write { .. })));
    Ok(())
}

/// Whatever a server does, what stands in the place is the file, or nothing does.
#[test]
fn servers_that_do_anything_never_leave_a_wrong_file() {
    let seconds = std::env::var("GYRUS_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let begun = std::time::Instant::now();
    let (mut state, mut came, mut cases) = (2026_u64, 0, 0);
    let mut next = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    while begun.elapsed() < Duration::from_secs(seconds) {
        let replies = (0..1 + next(8)).map(|_| reply(&mut next)).collect();
        let place = Place::begun(replies, &body()[..next(200_000)]);
        match place.fetch(&file(NAME)) {
            Ok(_) => assert_eq!(fs::read(place.target()).expect("a file"), body()),
            Err(_) => assert!(!place.target().exists()),
        }
        (came, cases) = (came + usize::from(place.target().exists()), cases + 1);
    }
    assert!(came > 0 && came < cases, "{came} of {cases}");
}

fn reply(next: &mut dyn FnMut(usize) -> usize) -> Reply {
    let (body, most) = (body(), next(200_000));
    match next(9) {
        0 => good(&body),
        1 => cut(&body, most),
        2 => without_ranges(&body, usize::MAX),
        3 => without_ranges(&body, most),
        4 => status([404, 416, 500, 503][next(4)]),
        5 => good(&body[..most]),
        6 => fixed(&format!("206 Partial Content\r\nContent-Range: bytes {most}-199999/200000"), &body[most..]),
        7 => Box::new(move |request| raw("200 OK".into(), &body[request.from().min(most)..])),
        _ => {
            let (at, bytes) = (next(120), next(256) as u8);
            let honest = good(&body);
            Box::new(move |request| {
                let mut said = honest(request);
                let at = at.min(said.len() - 1);
                said[at] = bytes;
                said
            })
        }
    }
}
