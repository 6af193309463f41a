//! The report in a real browser: headless Chromium through the protocol of chromedriver, a small client of ours.
//!
//! Without chromedriver the test says so and passes. Screenshots go to the folder that it prints.

#![expect(clippy::print_stdout, reason = "where screenshots are, and a skipped test, are said")]

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use gyrus_tests::SmallStudy;
use serde_json::{Value, json};

use crate::walk::walk;

mod walk;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A name that would run if any part of the page took it for markup.
const HOSTILE: &str = "<img src=x onerror=alert(1)>'&quot; 脳";

struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    /// Starts it; nothing where there is none.
    fn open(profile: &Path) -> Result<Option<Self>> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(driver) = command.spawn() else { return Ok(None) };
        let mut browser = Self { driver, port, session: String::new() };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begun.elapsed() > Duration::from_secs(20) {
                return Err("chromedriver does not answer".into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        let quiet =
            ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
        let still = ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];
        let profile = format!("--user-data-dir={}", profile.display());
        let flags: Vec<&str> = quiet.into_iter().chain(still).chain([profile.as_str()]).collect();
        let asked = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": { "args": flags },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        browser.session =
            browser.ask("POST", "/session", &asked)?["sessionId"].as_str().ok_or("no session")?.to_owned();
        Ok(Some(browser))
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes())?;
        // The driver may keep the connection open: the length says where the answer ends.
        let (mut answer, mut part) = (Vec::new(), [0; 65536]);
        loop {
            let text = String::from_utf8_lossy(&answer);
            if let Some((head, rest)) = text.split_once("\r\n\r\n") {
                let length = head
                    .lines()
                    .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
                if rest.len() >= length.unwrap_or(usize::MAX) {
                    let value: Value = serde_json::from_str(rest)?;
                    return match value["value"]["error"].is_string() {
                        true => Err(value["value"].to_string().into()),
                        false => Ok(value["value"].clone()),
                    };
                }
            }
            match stream.read(&mut part)? {
                0 => return Err("the driver hung up".into()),
                n => answer.extend_from_slice(&part[..n]),
            }
        }
    }

    fn post(&self, command: &str, body: Value) -> Result<Value> {
        self.ask("POST", &format!("/session/{}/{command}", self.session), &body)
    }

    /// What `script`, the body of a function, gives.
    fn run(&self, script: &str) -> Result<Value> {
        self.post("execute/sync", json!({ "script": script, "args": [] }))
    }

    /// Waits until `script` gives true.
    fn wait(&self, script: &str) -> Result<()> {
        let begun = Instant::now();
        while self.run(script)? != Value::Bool(true) {
            if begun.elapsed() > Duration::from_secs(60) {
                return Err(format!("waited in vain for `{script}`").into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn resize(&self, width: u32) -> Result<()> {
        self.post(
            "goog/cdp/execute",
            json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": false } }),
        )?;
        Ok(())
    }

    fn screenshot(&self, path: &Path) -> Result<()> {
        let shot = self.post(
            "goog/cdp/execute",
            json!({ "cmd": "Page.captureScreenshot", "params": { "captureBeyondViewport": true } }),
        )?;
        fs::write(path, decoded(shot["data"].as_str().ok_or("no picture")?))?;
        Ok(())
    }

    fn log(&self, kind: &str) -> Result<Vec<Value>> {
        Ok(self.post("se/log", json!({ "type": kind }))?.as_array().cloned().unwrap_or_default())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.ask("DELETE", &format!("/session/{}", self.session), &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn decoded(base64: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let codes: Vec<u32> = base64.bytes().filter(|c| *c != b'=').map(|c| u32::from(value(c))).collect();
    let whole = codes.chunks(4).flat_map(|four| {
        let bits = (0..4).fold(0, |bits, i| bits << 6 | four.get(i).copied().unwrap_or(0));
        [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8].into_iter().take(four.len() - 1)
    });
    whole.collect()
}

/// Where screenshots are kept: the folder for artefacts of this test.
fn shots() -> Result<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("report-screenshots");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Every page at both widths: figures draw, nothing overflows, a screenshot is kept.
fn look(browser: &Browser, folder: &Path, width: u32) -> Result<()> {
    browser.resize(width)?;
    let pages = browser.run("return [...document.querySelectorAll('article.page')].map((page) => page.id)")?;
    for page in pages.as_array().ok_or("no pages")?.iter().filter_map(Value::as_str) {
        browser.run(&format!("location.hash = {}", json!(page)))?;
        browser.wait(&format!("return document.querySelector('article.here').id === {}", json!(page)))?;
        browser.run(
            "document.querySelectorAll('article.here figure.chart').forEach((figure) => figure.scrollIntoView())",
        )?;
        let shown = "document.querySelectorAll('article.here figure.chart')";
        for at in 0..browser.run(&format!("return {shown}.length"))?.as_u64().unwrap_or_default() {
            browser.run(&format!("{shown}[{at}].scrollIntoView()"))?;
            browser.wait(&format!("return Boolean({shown}[{at}].dataset.state)"))?;
            let state = browser.run(&format!("return {shown}[{at}].dataset.state + ' ' + {shown}[{at}].querySelector('.plot').textContent.slice(0, 200)"))?;
            assert!(state.as_str().is_some_and(|state| state.starts_with("drawn")), "figure {at} of {page}: {state}");
            let label = browser
                .run(&format!("return {shown}[{at}].querySelector('.plot').getAttribute('aria-label').length > 20"))?;
            assert_eq!(label, Value::Bool(true), "figure {at} of {page} has no text");
        }
        let over =
            browser.run("return document.documentElement.scrollWidth - innerWidth")?.as_i64().ok_or("no width")?;
        assert!(over <= 0, "page {page} is {over} pixels too wide at {width}");
        browser.run("scrollTo(0, 0)")?;
        browser.screenshot(&folder.join(format!("{page}-{width}.png")))?;
    }
    Ok(())
}

/// Hovering says what is there; choosing draws something else; sorting turns rows round.
fn ask(browser: &Browser) -> Result<()> {
    browser.resize(1280)?;
    browser.run("location.hash = 'scores-by-layer'")?;
    let figure = "document.querySelector('#scores-by-layer figure.chart')";
    browser.run(&format!("{figure}.scrollIntoView()"))?;
    browser.wait(&format!("return {figure}.dataset.state === 'drawn'"))?;
    let place = browser.run(&format!("const box = {figure}.querySelector('.scatterlayer .point').getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2].map(Math.round)"))?;
    browser.post(
        "actions",
        json!({ "actions": [{ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": [
        { "type": "pointerMove", "duration": 0, "x": place[0].as_i64().unwrap_or(0) + 40, "y": place[1] },
        { "type": "pointerMove", "duration": 50, "x": place[0], "y": place[1] }] }] }),
    )?;
    browser.wait(&format!(
        "return ({figure}.querySelector('.hoverlayer').textContent || '').includes('r of controls and layer')"
    ))?;
    let drawn = format!("return JSON.stringify({figure}.querySelector('.plot').data.map((trace) => [...trace.y]))");
    let before = browser.run(&drawn)?;
    browser.run(&format!(
        "const select = {figure}.querySelector('select'); select.value = '1'; select.dispatchEvent(new Event('change'))"
    ))?;
    thread::sleep(Duration::from_millis(400));
    assert_ne!(browser.run(&drawn)?, before, "another measure is drawn as the first was");
    browser.run("location.hash = 'what-was-found'")?;
    let column = "[...document.querySelectorAll('#provenance, article.here table.sorts tbody tr')].map((row) => row.cells[1].textContent).join()";
    let first =
        browser.run(&format!("document.querySelectorAll('article.here thead button')[1].click(); return {column}"))?;
    let second = browser.run("return document.querySelector('article.here th[aria-sort=ascending]') !== null")?;
    assert!(first.is_string() && second == Value::Bool(true), "a heading does not sort");
    Ok(())
}

#[test]
fn the_report_opens_draws_and_answers_in_a_browser() -> Result<()> {
    let study = SmallStudy::new()?;
    study.edit("study.toml", "A study of nobody", &HOSTILE.replace('"', ""))?;
    study.edit("study.toml", "name = \"tiny\"", "name = \"<b onclick=alert(2)>tiny\"")?;
    walk(&study)?;
    let Some(browser) = Browser::open(&study.path("profile"))? else {
        println!("skipped: there is no chromedriver");
        return Ok(());
    };
    let page = format!("file://{}", study.results().join("report.html").display());
    let begun = Instant::now();
    browser.post("url", json!({ "url": page }))?;
    browser.wait("return document.documentElement.dataset.state === 'open'")?;
    println!("opened in {:.2} s", begun.elapsed().as_secs_f64());
    let folder = shots()?;
    println!("screenshots: {}", folder.display());
    look(&browser, &folder, 1280)?;
    look(&browser, &folder, 390)?;
    ask(&browser)?;
    assert_eq!(browser.run("return document.querySelectorAll('img[onerror], b[onclick]').length")?, json!(0));
    assert_eq!(browser.run("return document.querySelector('h1').textContent.includes('<img')")?, Value::Bool(true));
    let errors: Vec<Value> = browser.log("browser")?.into_iter().filter(|entry| entry["level"] == "SEVERE").collect();
    assert!(errors.is_empty(), "{errors:?}");
    let sent = browser.log("performance")?.into_iter().filter_map(|entry| entry["message"].as_str().map(String::from));
    let sent = sent.filter(|message| message.contains("Network.requestWillBeSent\""));
    let urls: Vec<String> =
        sent.filter_map(|message| Some(message.split_once("\"url\":\"")?.1.split('"').next()?.to_owned())).collect();
    // `chrome` are the browser's own, of the empty page that it begins with.
    let own = ["file:", "data:", "blob:", "chrome:", "chrome-untrusted:"];
    let outside = urls.iter().filter(|url| !own.iter().any(|own| url.starts_with(own)));
    assert_eq!(outside.collect::<Vec<_>>(), Vec::<&String>::new());
    Ok(())
}
