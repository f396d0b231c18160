//! A source in Rust: one numbered record per interval, continuing after a restart where it stopped. The same source as
//! `../c-source/ticks.c`; what differs is who owns a batch: here the batch owns its records, and `release` drops it.

mod kconnect;

use kconnect::*;
use std::os::raw::{c_char, c_int, c_short, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::{mem, ptr, slice};

static mut HOST: *const Host = ptr::null();

/// Set by the entry function before anything else runs; lives as long as the process.
fn host() -> &'static Host {
    unsafe { &*HOST }
}

struct Ticks {
    topic: *const Topic,
    schema: *const Schema,
    text: String,
    next: i64,
    count: i64,       // 0: no end
    interval_ms: i64, // 0: as fast as they are taken
    left_ms: i64,     // of the current interval; a poll may end before it does
    stop_fd: i32,
}

impl Drop for Ticks {
    fn drop(&mut self) {
        unsafe { (host().schema_unref)(self.schema) }
    }
}

/// What a call fails with; `report` writes it into the host's struct.
struct Failure {
    status: i32,
    message: String,
}

fn config_error(message: String) -> Failure {
    Failure { status: ERR_CONFIG, message }
}

/// Runs one call of the host. A panic must not cross the boundary: it becomes a failure with its text.
fn guarded(err: *mut Error, call: impl FnOnce() -> Result<i32, Failure>) -> i32 {
    let failure = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(status)) => return status,
        Ok(Err(failure)) => failure,
        Err(panic) => Failure {
            status: ERR_FATAL,
            message: panic.downcast_ref::<&str>().map_or("the plugin panicked".to_string(), |s| s.to_string()),
        },
    };
    unsafe {
        let message = &mut (*err).message;
        let n = failure.message.len().min(message.len() - 1);
        message[..n].copy_from_slice(&failure.message.as_bytes()[..n]);
        message[n] = 0;
        (*err).status = failure.status;
    }
    failure.status
}

// ---- values ----

fn text(s: &str) -> Str {
    Str { ptr: s.as_ptr(), len: s.len() as u32, reserved: 0 }
}

const fn value(kind: u8, len: u32, data: Data) -> Value {
    Value { kind, flags: 0, reserved: 0, len, data }
}

const NULL: Value = value(0, 0, Data { i64: 0 });

unsafe fn bytes_of<'a>(ptr: *const u8, len: u32) -> &'a [u8] {
    if len == 0 {
        &[]
    } else {
        slice::from_raw_parts(ptr, len as usize)
    }
}

/// The value of `key`; the map outlives the call it was lent for, and nothing else.
unsafe fn get<'a>(map: &'a Map, key: &str) -> Option<&'a Value> {
    let kvs = if map.len == 0 { &[] } else { slice::from_raw_parts(map.kvs, map.len as usize) };
    kvs.iter().find(|kv| bytes_of(kv.key.ptr, kv.key.len) == key.as_bytes()).map(|kv| &kv.value)
}

unsafe fn string(map: &Map, key: &str) -> String {
    get(map, key).map_or(String::new(), |v| String::from_utf8_lossy(bytes_of(v.data.str, v.len)).into_owned())
}

unsafe fn integer(map: &Map, key: &str) -> i64 {
    get(map, key).map_or(0, |v| v.data.i64)
}

// ---- the source partition {"source": "ticks"} ----

static WHERE: Constant<Kv> = Constant(Kv {
    key: Str { ptr: b"source".as_ptr(), len: 6, reserved: 0 },
    value: value(STRING, 5, Data { str: b"ticks".as_ptr() }),
});
static PARTITION: Constant<Map> = Constant(Map { kvs: &WHERE.0, len: 1, reserved: 0 });

// ---- open ----

fn schema_spec(kind: u8, name: &str, fields: &[Field]) -> Schema {
    Schema {
        struct_size: mem::size_of::<Schema>() as u32,
        kind,
        optional: 0,
        reserved: 0,
        id: 0,
        fingerprint: 0,
        name: text(name),
        doc: text(""),
        version: 0,
        n_fields: fields.len() as u32,
        fields: fields.as_ptr(),
        key_schema: ptr::null(),
        item_schema: ptr::null(),
        default_value: ptr::null(),
        params: Map { kvs: ptr::null(), len: 0, reserved: 0 },
    }
}

/// {"seq": int64, "text": string}, one reference of ours.
unsafe fn make_schema(ctx: *mut Ctx, err: *mut Error) -> *const Schema {
    let new = host().schema_new;
    let seq = new(ctx, &schema_spec(INT64, "", &[]), err);
    let string = new(ctx, &schema_spec(STRING, "", &[]), err);
    let fields = [Field { name: text("seq"), schema: seq }, Field { name: text("text"), schema: string }];
    let made = new(ctx, &schema_spec(STRUCT, "Tick", &fields), err);
    (host().schema_unref)(seq); // the struct's schema holds its own references
    (host().schema_unref)(string);
    made
}

unsafe fn open(ctx: *mut Ctx, config: &Map, err: *mut Error) -> Result<Box<Ticks>, Failure> {
    let topic = string(config, "topic");
    let interval_ms = integer(config, "interval.ms");
    let mut ticks = Box::new(Ticks {
        topic: (host().topic)(ctx, text(&topic), 1),
        schema: make_schema(ctx, err),
        text: string(config, "text"),
        next: 0,
        count: integer(config, "count"),
        interval_ms,
        left_ms: interval_ms,
        stop_fd: (host().stop_fd)(ctx),
    });
    if ticks.topic.is_null() {
        return Err(config_error(format!("topic: '{}' is no legal name of a topic", topic)));
    }
    if ticks.schema.is_null() {
        return Err(Failure { status: ERR_FATAL, message: "the host made no schema".to_string() });
    }
    let mut stored = Map { kvs: ptr::null(), len: 0, reserved: 0 };
    if (host().offset_get)(ctx, &PARTITION.0, &mut stored) == OK {
        ticks.next = get(&stored, "seq").map_or(0, |seq| seq.data.i64 + 1);
    }
    let line = format!("begins with number {}", ticks.next);
    (host().log)(ctx, LOG_INFO, b"lib.rs\0".as_ptr() as *const c_char, line!() as i32, text(&line));
    Ok(ticks)
}

unsafe extern "C" fn ticks_open(ctx: *mut Ctx, config: *const Map, task: *mut *mut c_void, err: *mut Error) -> i32 {
    guarded(err, || {
        *task = Box::into_raw(open(ctx, &*config, err)?) as *mut c_void;
        Ok(OK)
    })
}

unsafe extern "C" fn ticks_close(task: *mut c_void) {
    drop(Box::from_raw(task as *mut Ticks));
}

// ---- poll ----

/// What one record points at.
struct Tick {
    fields: [Value; 2],
    seq: Kv,
    offset: Map,
    text: String,
}

/// All memory of one batch. Boxed, and not touched again until `release`: the records point into `ticks`.
struct Memory {
    records: Vec<Record>,
    ticks: Vec<Tick>,
}

unsafe extern "C" fn release(batch: *mut Batch) {
    drop(Box::from_raw((*batch).release_data as *mut Memory));
}

impl Ticks {
    fn due(&self, how: &Poll) -> i64 {
        if how.flags & POLL_IDLE != 0 || (self.count > 0 && self.next >= self.count) {
            return 0;
        }
        let n = if self.interval_ms > 0 { how.max_records.min(1) } else { how.max_records } as i64;
        if self.count > 0 {
            n.min(self.count - self.next)
        } else {
            n
        }
    }

    fn tick(&mut self) -> Tick {
        let seq = self.next;
        self.next += 1;
        Tick {
            fields: [value(INT64, 0, Data { i64: seq }), NULL],
            seq: Kv { key: text("seq"), value: value(INT64, 0, Data { i64: seq }) },
            offset: Map { kvs: ptr::null(), len: 1, reserved: 0 },
            text: format!("{} {}", self.text, seq),
        }
    }

    fn record(&self, tick: &Tick) -> Record {
        Record {
            flags: 0,
            partition: ANY_PARTITION,
            timestamp_ms: NO_TIMESTAMP,
            topic: self.topic,
            key_schema: ptr::null(),
            value_schema: self.schema,
            key: NULL,
            value: value(STRUCT, 2, Data { items: tick.fields.as_ptr() }),
            headers: ptr::null(),
            n_headers: 0,
            source: 0,
            offset: &tick.offset, // a resume point: a restart continues behind this record
            origin: ptr::null(),
            cookie: 0,
            event_us: NO_TIMESTAMP,
            checkpoint_ms: NO_TIMESTAMP,
            sequence: 0,
            reserved: 0,
        }
    }

    fn batch(&mut self, n: i64) -> Box<Memory> {
        let mut memory = Box::new(Memory { records: Vec::new(), ticks: (0..n).map(|_| self.tick()).collect() });
        for tick in memory.ticks.iter_mut() {
            // Only now do they have their final places.
            tick.fields[1] = value(STRING, tick.text.len() as u32, Data { str: tick.text.as_ptr() });
            tick.offset.kvs = &tick.seq;
        }
        memory.records = memory.ticks.iter().map(|tick| self.record(tick)).collect();
        memory
    }
}

#[repr(C)]
struct PollFd {
    fd: c_int,
    events: c_short,
    revents: c_short,
}
extern "C" {
    fn poll(fds: *mut PollFd, n: std::os::raw::c_ulong, timeout_ms: c_int) -> c_int;
}

/// Waits; true when the host wants the task to stop. The one place where it waits, so interrupt() isn't needed.
fn stopped(stop_fd: i32, wait_ms: i64) -> bool {
    let mut stop = PollFd { fd: stop_fd, events: 1, revents: 0 };
    unsafe { poll(&mut stop, 1, wait_ms as c_int) > 0 }
}

unsafe extern "C" fn ticks_poll(task: *mut c_void, how: *const Poll, out: *mut Batch, err: *mut Error) -> i32 {
    guarded(err, || {
        let (ticks, how, out) = (&mut *(task as *mut Ticks), &*how, &mut *out);
        let n = ticks.due(how);
        let timeout_ms = how.timeout_ms as i64;
        let wait_ms = if n > 0 { ticks.left_ms.min(timeout_ms) } else { timeout_ms };
        if stopped(ticks.stop_fd, wait_ms) {
            return Ok(ERR_STOPPED);
        }
        if n == 0 {
            return Ok(NOTHING);
        }
        ticks.left_ms -= wait_ms;
        if ticks.left_ms > 0 {
            return Ok(NOTHING);
        }
        ticks.left_ms = ticks.interval_ms;
        let mut memory = ticks.batch(n);
        out.records = memory.records.as_mut_ptr();
        out.n_records = n as u32;
        out.record_size = mem::size_of::<Record>() as u32;
        out.partitions = &PARTITION.0;
        out.n_partitions = 1;
        out.release = Some(release);
        out.release_data = Box::into_raw(memory) as *mut c_void;
        Ok(OK)
    })
}

// ---- the description ----

const fn c(text: &'static [u8]) -> *const c_char {
    assert!(text[text.len() - 1] == 0, "a C string ends with a zero");
    text.as_ptr() as *const c_char
}

const fn key(name: &'static [u8], kind: u32, flags: u32, default_value: *const c_char, order: i32, max: i64,
             doc: &'static [u8]) -> ConfigKey {
    ConfigKey {
        name: c(name),
        default_value,
        doc: c(doc),
        group: ptr::null(),
        display_name: ptr::null(),
        kind,
        flags,
        importance: if flags & CFG_REQUIRED != 0 { 1 } else { 3 },
        width: 0,
        order,
        reserved: 0,
        min: 0,
        max,
        choices: ptr::null(),
        dependents: ptr::null(),
        check: ptr::null(),
        recommend: ptr::null(),
    }
}

static KEYS: Constant<[ConfigKey; 4]> = Constant([
    key(b"topic\0", CFG_STRING, CFG_REQUIRED | CFG_NON_EMPTY, ptr::null(), 1, 0, b"The topic that the records go to.\0"),
    key(b"interval.ms\0", CFG_INT, CFG_RANGE, c(b"1000\0"), 2, 3600000,
        b"Milliseconds between two records; 0: as fast as they are taken.\0"),
    key(b"count\0", CFG_LONG, CFG_RANGE, c(b"0\0"), 3, i64::MAX,
        b"The number of records to send in all, restarts included; 0: no end.\0"),
    key(b"text\0", CFG_STRING, 0, c(b"tick\0"), 4, 0, b"What each record says before its number.\0"),
]);
static CONFIG: Constant<ConfigDef> = Constant(ConfigDef {
    struct_size: mem::size_of::<ConfigDef>() as u32,
    key_size: mem::size_of::<ConfigKey>() as u32,
    keys: &KEYS.0 as *const ConfigKey,
    n_keys: 4,
    reserved: 0,
});
static OPS: Constant<SourceOps> = Constant(SourceOps {
    struct_size: mem::size_of::<SourceOps>() as u32,
    flags: 0,
    planner: ptr::null(),
    open: ticks_open,
    poll: ticks_poll,
    committed: ptr::null(),
    interrupt: ptr::null(),
    close: ticks_close,
    command: ptr::null(),
});
static COMPONENT: Constant<Component> = Constant(Component {
    struct_size: mem::size_of::<Component>() as u32,
    kind: KIND_SOURCE,
    id: c(b"rust-ticks-source\0"),
    version: c(b"1.0.0\0"),
    title: c(b"Ticks, in Rust\0"),
    doc: c(b"Sends a numbered record at each interval.\0"),
    aliases: ptr::null(),
    config: &CONFIG.0,
    ops: &OPS.0,
    get_extension: ptr::null(),
});
static COMPONENTS: Constant<[*const Component; 1]> = Constant([&COMPONENT.0]);
static PLUGIN: Constant<Plugin> = Constant(Plugin {
    magic: 0x31434b63,
    abi_major: 0,
    abi_minor: 0,
    struct_size: mem::size_of::<Plugin>() as u32,
    min_minor: 0,
    reserved0: 0,
    flags: 0,
    n_components: 1,
    components: &COMPONENTS.0 as *const *const Component,
    name: c(b"rust-ticks\0"),
    version: c(b"1.0.0\0"),
    vendor: ptr::null(),
    license: c(b"Apache-2.0\0"),
});

/// The one symbol that the file exports.
///
/// # Safety
/// Called once, by the host, with a table that lives as long as the process.
#[no_mangle]
pub unsafe extern "C" fn kc_plugin_v0(host: *const Host) -> *const Plugin {
    HOST = host;
    &PLUGIN.0
}
