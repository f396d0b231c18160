//! The part of the plugin ABI that this source needs, as it stands in `<kconnect/*.h>`, which is the manual.
//!
//! Written by hand, because it is small. For the whole ABI let bindgen write it:
//! `bindgen "$(pkg-config --variable=includedir kconnect-sdk)/kconnect/plugin.h" --allowlist-type 'kc_.*' --allowlist-var 'KC_.*'
//! -o src/kconnect.rs -- $(pkg-config --cflags kconnect-sdk)`. What keeps either honest are the sizes at the end of this file.

use std::os::raw::{c_char, c_void};

pub const OK: i32 = 0;
pub const NOTHING: i32 = 1;
pub const ERR_FATAL: i32 = -1;
pub const ERR_CONFIG: i32 = -4;
pub const ERR_STOPPED: i32 = -5;

pub const INT64: u8 = 4;
pub const STRING: u8 = 8;
pub const STRUCT: u8 = 12;

pub const LOG_INFO: i32 = 2;
pub const POLL_IDLE: u32 = 1;
pub const ANY_PARTITION: i32 = -1;
pub const NO_TIMESTAMP: i64 = i64::MIN;
pub const KIND_SOURCE: u32 = 1;

pub const CFG_STRING: u32 = 2;
pub const CFG_INT: u32 = 3;
pub const CFG_LONG: u32 = 5;
pub const CFG_REQUIRED: u32 = 1;
pub const CFG_RANGE: u32 = 2;
pub const CFG_NON_EMPTY: u32 = 8;

/// Types that this side only hands around.
#[repr(C)]
pub struct Ctx {
    _private: [u8; 0],
}
#[repr(C)]
pub struct Topic {
    _private: [u8; 0],
}
#[repr(C)]
pub struct Header {
    _private: [u8; 0],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    pub ptr: *const u8,
    pub len: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub union Data {
    pub i64: i64,
    pub str: *const u8,
    pub items: *const Value,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Value {
    pub kind: u8,
    pub flags: u8,
    pub reserved: u16,
    pub len: u32,
    pub data: Data,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Kv {
    pub key: Str,
    pub value: Value,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Map {
    pub kvs: *const Kv,
    pub len: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct Error {
    pub struct_size: u32,
    pub status: i32,
    pub vendor_code: i32,
    pub retry_after_ms: u32,
    pub sqlstate: [u8; 8],
    pub message: [u8; 488],
}

#[repr(C)]
pub struct Field {
    pub name: Str,
    pub schema: *const Schema,
}

#[repr(C)]
pub struct Schema {
    pub struct_size: u32,
    pub kind: u8,
    pub optional: u8,
    pub reserved: u16,
    pub id: u64,
    pub fingerprint: u64,
    pub name: Str,
    pub doc: Str,
    pub version: i32,
    pub n_fields: u32,
    pub fields: *const Field,
    pub key_schema: *const Schema,
    pub item_schema: *const Schema,
    pub default_value: *const Value,
    pub params: Map,
}

#[repr(C)]
pub struct Record {
    pub flags: u32,
    pub partition: i32,
    pub timestamp_ms: i64,
    pub topic: *const Topic,
    pub key_schema: *const Schema,
    pub value_schema: *const Schema,
    pub key: Value,
    pub value: Value,
    pub headers: *const Header,
    pub n_headers: u32,
    pub source: u32,
    pub offset: *const Map,
    pub origin: *const c_void,
    pub cookie: u64,
    pub event_us: i64,
    pub checkpoint_ms: i64,
    pub sequence: u64,
    pub reserved: u64,
}

#[repr(C)]
pub struct Batch {
    pub struct_size: u32,
    pub record_size: u32,
    pub records: *mut Record,
    pub n_records: u32,
    pub flags: u32,
    pub partitions: *const Map,
    pub n_partitions: u32,
    pub reserved: u32,
    pub arena: *mut c_void,
    pub release: Option<unsafe extern "C" fn(*mut Batch)>,
    pub release_data: *mut c_void,
}

#[repr(C)]
pub struct Poll {
    pub struct_size: u32,
    pub flags: u32,
    pub timeout_ms: u32,
    pub max_records: u32,
    pub max_bytes: u64,
}

/// A call of the host that is not used here.
type Unused = *const c_void;

#[repr(C)]
pub struct Host {
    pub struct_size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub name: *const c_char,
    pub version: *const c_char,
    pub get_extension: Unused,
    pub log_enabled: Unused,
    pub log: unsafe extern "C" fn(*mut Ctx, i32, *const c_char, i32, Str),
    pub metric: [Unused; 3],
    pub offset_get: unsafe extern "C" fn(*mut Ctx, *const Map, *mut Map) -> i32,
    pub offset_each: Unused,
    pub state: [Unused; 2],
    pub topic: unsafe extern "C" fn(*mut Ctx, Str, u32) -> *const Topic,
    pub topics_ensure: Unused,
    pub schema_new: unsafe extern "C" fn(*mut Ctx, *const Schema, *mut Error) -> *const Schema,
    pub schema_ref: Unused,
    pub schema_unref: unsafe extern "C" fn(*const Schema),
    pub arena_grow: Unused,
    pub record_failed: Unused,
    pub request_reconfiguration: Unused,
    pub raise: Unused,
    pub alive: Unused,
    pub progress: Unused,
    pub stop_fd: unsafe extern "C" fn(*mut Ctx) -> i32,
    pub reports: [Unused; 5],
}

#[repr(C)]
pub struct ConfigKey {
    pub name: *const c_char,
    pub default_value: *const c_char,
    pub doc: *const c_char,
    pub group: *const c_char,
    pub display_name: *const c_char,
    pub kind: u32,
    pub flags: u32,
    pub importance: u32,
    pub width: u32,
    pub order: i32,
    pub reserved: u32,
    pub min: i64,
    pub max: i64,
    pub choices: Unused,
    pub dependents: Unused,
    pub check: Unused,
    pub recommend: Unused,
}

#[repr(C)]
pub struct ConfigDef {
    pub struct_size: u32,
    pub key_size: u32,
    pub keys: *const ConfigKey,
    pub n_keys: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct SourceOps {
    pub struct_size: u32,
    pub flags: u32,
    pub planner: Unused,
    pub open: unsafe extern "C" fn(*mut Ctx, *const Map, *mut *mut c_void, *mut Error) -> i32,
    pub poll: unsafe extern "C" fn(*mut c_void, *const Poll, *mut Batch, *mut Error) -> i32,
    pub committed: Unused,
    pub interrupt: Unused,
    pub close: unsafe extern "C" fn(*mut c_void),
    pub command: Unused,
}

#[repr(C)]
pub struct Component {
    pub struct_size: u32,
    pub kind: u32,
    pub id: *const c_char,
    pub version: *const c_char,
    pub title: *const c_char,
    pub doc: *const c_char,
    pub aliases: Unused,
    pub config: *const ConfigDef,
    pub ops: *const SourceOps,
    pub get_extension: Unused,
}

#[repr(C)]
pub struct Plugin {
    pub magic: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub struct_size: u32,
    pub min_minor: u16,
    pub reserved0: u16,
    pub flags: u32,
    pub n_components: u32,
    pub components: *const *const Component,
    pub name: *const c_char,
    pub version: *const c_char,
    pub vendor: *const c_char,
    pub license: *const c_char,
}

/// Constant data of a plugin may be read by any thread, at any time.
#[repr(transparent)]
pub struct Constant<T>(pub T);
unsafe impl<T> Sync for Constant<T> {}

#[allow(dead_code)] // rustc 1.63 does not see the use below
const fn size_is(size: usize, expected: usize) {
    assert!(size == expected, "a structure is not what the headers say");
}
const _: () = {
    use std::mem::size_of;
    size_is(size_of::<Value>(), 16);
    size_is(size_of::<Kv>(), 32);
    size_is(size_of::<Map>(), 16);
    size_is(size_of::<Error>(), 512);
    size_is(size_of::<Field>(), 24);
    size_is(size_of::<Schema>(), 112);
    size_is(size_of::<Record>(), 144);
    size_is(size_of::<Batch>(), 64);
    size_is(size_of::<ConfigKey>(), 112);
    size_is(size_of::<ConfigDef>(), 24);
    size_is(size_of::<Host>(), 240);
    size_is(size_of::<Poll>(), 24);
    size_is(size_of::<SourceOps>(), 64);
    size_is(size_of::<Component>(), 72);
    size_is(size_of::<Plugin>(), 64);
};
