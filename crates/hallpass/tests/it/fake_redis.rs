//! A Redis of a few lines, for tests that stop it, stall it and look into it.
//!
//! The real server stands beside a live Django in `tests/live`; this one needs nothing installed.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// One entry: its bytes, and how many seconds it was given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) value: Vec<u8>,
    pub(crate) age: Option<i64>,
}

#[derive(Default)]
struct State {
    entries: Mutex<HashMap<String, Entry>>,
    connections: Mutex<Vec<TcpStream>>,
    stopping: AtomicBool,
    stalled: AtomicBool,
    loading: AtomicBool,
    before_next_set: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

/// The server; it ends with the value.
pub(crate) struct FakeRedis {
    address: SocketAddr,
    state: Arc<State>,
    listener: Option<JoinHandle<()>>,
}

impl FakeRedis {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut server = Self {
            address: listener.local_addr().unwrap(),
            state: Arc::default(),
            listener: None,
        };
        server.listen(listener);
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}/1", self.address)
    }

    pub(crate) fn entry(&self, key: &str) -> Option<Entry> {
        self.state.entries.lock().unwrap().get(key).cloned()
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.state.entries.lock().unwrap().keys().cloned().collect()
    }

    pub(crate) fn put(&self, key: &str, value: &[u8]) {
        let entry = Entry {
            value: value.to_vec(),
            age: None,
        };
        self.state
            .entries
            .lock()
            .unwrap()
            .insert(key.to_owned(), entry);
    }

    /// Refuses and drops all connections; the entries stay.
    pub(crate) fn stop(&mut self) {
        self.state.stopping.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(listener) = self.listener.take() {
            listener.join().unwrap();
        }
        for connection in self.state.connections.lock().unwrap().drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// Listens on the same port again.
    pub(crate) fn restart(&mut self) {
        self.state.stopping.store(false, Ordering::SeqCst);
        for _ in 0..100 {
            match TcpListener::bind(self.address) {
                Ok(listener) => return self.listen(listener),
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
        panic!("the port is taken");
    }

    /// Reads requests and answers none of them, or goes on.
    pub(crate) fn stall(&self, stalled: bool) {
        self.state.stalled.store(stalled, Ordering::SeqCst);
    }

    /// Refuses everything, as Redis does while it reads its data after a start.
    pub(crate) fn load(&self, loading: bool) {
        self.state.loading.store(loading, Ordering::SeqCst);
    }

    /// What somebody else does just before the next entry is written.
    pub(crate) fn before_next_set(&self, work: impl FnOnce() + Send + 'static) {
        *self.state.before_next_set.lock().unwrap() = Some(Box::new(work));
    }

    fn listen(&mut self, listener: TcpListener) {
        let state = Arc::clone(&self.state);
        self.listener = Some(std::thread::spawn(move || {
            for connection in listener.incoming() {
                if state.stopping.load(Ordering::SeqCst) {
                    return;
                }
                let connection = connection.unwrap();
                let kept = connection.try_clone().unwrap();
                state.connections.lock().unwrap().push(kept);
                let state = Arc::clone(&state);
                std::thread::spawn(move || serve(&connection, &state));
            }
        }));
    }
}

impl Drop for FakeRedis {
    fn drop(&mut self) {
        self.stop();
    }
}

fn serve(connection: &TcpStream, state: &State) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    let mut writer = connection;
    while let Some(words) = command(&mut reader) {
        while state.stalled.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(10));
        }
        if words[0] == b"SET"
            && let Some(work) = state.before_next_set.lock().unwrap().take()
        {
            work();
        }
        if writer.write_all(&answer(&words, state)).is_err() {
            return;
        }
    }
}

/// One command as a client sends it: an array of byte strings.
fn command(reader: &mut impl BufRead) -> Option<Vec<Vec<u8>>> {
    let count = header(reader, b'*')?;
    (0..count)
        .map(|_| {
            let mut word = vec![0; header(reader, b'$')? + 2];
            reader.read_exact(&mut word).ok()?;
            word.truncate(word.len() - 2);
            Some(word)
        })
        .collect()
}

fn header(reader: &mut impl BufRead, kind: u8) -> Option<usize> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).ok()?;
    let text = std::str::from_utf8(line.strip_prefix(&[kind])?).ok()?;
    text.trim().parse().ok()
}

fn answer(words: &[Vec<u8>], state: &State) -> Vec<u8> {
    if state.loading.load(Ordering::SeqCst) {
        return b"-LOADING Redis is loading the dataset in memory\r\n".to_vec();
    }
    let word = |place: usize| String::from_utf8_lossy(&words[place]).into_owned();
    let mut entries = state.entries.lock().unwrap();
    match word(0).to_ascii_uppercase().as_str() {
        "GET" => match entries.get(&word(1)) {
            Some(entry) => {
                let mut bulk = format!("${}\r\n", entry.value.len()).into_bytes();
                bulk.extend(&entry.value);
                bulk.extend(b"\r\n");
                bulk
            }
            None => b"$-1\r\n".to_vec(),
        },
        "SET" => {
            let options: Vec<String> = (3..words.len()).map(word).collect();
            let present = entries.contains_key(&word(1));
            let has = |name: &str| options.iter().any(|option| option == name);
            if (has("NX") && present) || (has("XX") && !present) {
                return b"$-1\r\n".to_vec();
            }
            let age = options.iter().skip_while(|option| *option != "EX").nth(1);
            let entry = Entry {
                value: words[2].clone(),
                age: age.map(|age| age.parse().unwrap()),
            };
            entries.insert(word(1), entry);
            b"+OK\r\n".to_vec()
        }
        "DEL" => format!(":{}\r\n", u8::from(entries.remove(&word(1)).is_some())).into_bytes(),
        _ => b"+OK\r\n".to_vec(),
    }
}
