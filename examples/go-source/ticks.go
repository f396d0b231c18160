// A source in Go: one numbered record per interval, continuing after a restart where it stopped. The same source as
// ../c-source/ticks.c.
//
// C may not keep memory of Go's after a call, so records are written straight into the batch's arena; and it gets a number for
// the task (a cgo.Handle), never a pointer.
package main

/*
#cgo pkg-config: kconnect-sdk
#cgo CFLAGS: -std=gnu17 -fvisibility=hidden
#include "plugin.h"
#include <stdlib.h>
*/
import "C"

import (
	"runtime/cgo"
	"strconv"
	"unsafe"
)

type ticks struct {
	topic      *C.struct_kc_topic
	schema     *C.struct_kc_schema
	text       string
	next       int64
	count      int64 // 0: no end
	intervalMs int64 // 0: as fast as they are taken
	leftMs     int64 // of the current interval; a poll may end before it does
	stopFd     C.int32_t
}

// tick is what one record points at; it has no pointer of Go's, because it lies in the arena.
type tick struct {
	fields [2]C.struct_kc_value
	seq    C.struct_kc_kv
	offset C.struct_kc_map
}

// fail fills the host's error; the text ends with a zero, which the host put there.
func fail(err *C.struct_kc_error, status C.int32_t, text string) C.int32_t {
	message := unsafe.Slice((*byte)(unsafe.Pointer(&err.message[0])), len(err.message))
	message[copy(message[:len(message)-1], text)] = 0
	err.status = status
	return status
}

// guard turns a panic into the error's text: it must not cross the boundary.
func guard(err *C.struct_kc_error, status *C.int32_t) {
	if p := recover(); p != nil {
		text, ok := p.(string)
		if e, isError := p.(error); isError {
			text = e.Error()
		} else if !ok {
			text = "?"
		}
		*status = fail(err, C.KC_ERR_FATAL, "the plugin panicked: "+text)
	}
}

// lent calls with s as the host takes text; it keeps none of it.
func lent(s string, call func(C.struct_kc_str)) {
	c := C.CString(s)
	defer C.free(unsafe.Pointer(c))
	call(C.struct_kc_str{ptr: c, len: C.uint32_t(len(s))})
}

func get(config *C.struct_kc_map, key string) *C.struct_kc_value {
	for i := range unsafe.Slice(config.kvs, config.len) {
		kv := &unsafe.Slice(config.kvs, config.len)[i]
		if C.GoStringN(kv.key.ptr, C.int(kv.key.len)) == key {
			return &kv.value
		}
	}
	panic("the host did not give the declared key " + key)
}

func getInt(config *C.struct_kc_map, key string) int64 {
	return *(*int64)(unsafe.Pointer(&get(config, key).as))
}

func getText(config *C.struct_kc_map, key string) string {
	v := get(config, key)
	return C.GoStringN(*(**C.char)(unsafe.Pointer(&v.as)), C.int(v.len))
}

//export goOpen
func goOpen(ctx *C.struct_kc_ctx, config *C.struct_kc_map, task *C.uintptr_t, err *C.struct_kc_error) (status C.int32_t) {
	defer guard(err, &status)
	t := &ticks{
		text:       getText(config, "text"),
		count:      getInt(config, "count"),
		intervalMs: getInt(config, "interval.ms"),
		leftMs:     getInt(config, "interval.ms"),
		stopFd:     C.get_stop_fd(ctx),
		next:       int64(C.stored_seq(ctx)) + 1,
	}
	name := getText(config, "topic")
	lent(name, func(s C.struct_kc_str) { t.topic = C.get_topic(ctx, s) })
	if t.topic == nil {
		return fail(err, C.KC_ERR_CONFIG, "topic: '"+name+"' is no legal name of a topic")
	}
	if t.schema = C.make_schema(ctx, err); t.schema == nil {
		return err.status
	}
	lent("begins with number "+strconv.FormatInt(t.next, 10), func(s C.struct_kc_str) { C.log_info(ctx, s) })
	*task = C.uintptr_t(cgo.NewHandle(t))
	return C.KC_OK
}

//export goClose
func goClose(task C.uintptr_t) {
	handle := cgo.Handle(task)
	C.drop_schema(handle.Value().(*ticks).schema)
	handle.Delete()
}

// due says how many records may be sent now.
func (t *ticks) due(how *C.struct_kc_poll) int64 {
	n := int64(how.max_records)
	if how.flags&C.KC_POLL_IDLE != 0 || (t.count > 0 && t.next >= t.count) {
		return 0
	}
	if t.intervalMs > 0 && n > 1 {
		n = 1
	}
	if t.count > 0 && n > t.count-t.next {
		n = t.count - t.next
	}
	return n
}

func setInt(v *C.struct_kc_value, i int64) {
	*v = C.struct_kc_value{_type: C.KC_INT64}
	*(*int64)(unsafe.Pointer(&v.as)) = i
}

func setPointer(v *C.struct_kc_value, kind C.uint8_t, length int, p unsafe.Pointer) {
	*v = C.struct_kc_value{_type: kind, len: C.uint32_t(length)}
	*(*unsafe.Pointer)(unsafe.Pointer(&v.as)) = p
}

var seqName = C.CString("seq") // C's memory, kept as long as the process lives

// fill makes one record of memory in the arena.
func (t *ticks) fill(r *C.struct_kc_record, k *tick, text []byte) {
	setInt(&k.fields[0], t.next)
	setPointer(&k.fields[1], C.KC_STRING, len(text), unsafe.Pointer(&text[0]))
	k.seq.key = C.struct_kc_str{ptr: seqName, len: 3}
	setInt(&k.seq.value, t.next)
	k.offset = C.struct_kc_map{kvs: &k.seq, len: 1}
	*r = C.struct_kc_record{
		partition:     C.KC_ANY_PARTITION,
		timestamp_ms:  C.KC_NO_TIMESTAMP,
		topic:         t.topic,
		value_schema:  t.schema,
		offset:        &k.offset, // a resume point: a restart continues behind this record
		event_us:      C.KC_NO_TIMESTAMP,
		checkpoint_ms: C.KC_NO_TIMESTAMP,
	}
	setPointer(&r.value, C.KC_STRUCT, len(k.fields), unsafe.Pointer(&k.fields[0]))
	t.next++
}

// batch makes n records; false when there is no memory for them.
func (t *ticks) batch(out *C.struct_kc_batch, n int64) bool {
	recordBytes, tickBytes := unsafe.Sizeof(C.struct_kc_record{}), unsafe.Sizeof(tick{})
	recordMemory := C.kc_arena_alloc(out.arena, C.uint64_t(uintptr(n)*recordBytes))
	tickMemory := C.kc_arena_alloc(out.arena, C.uint64_t(uintptr(n)*tickBytes))
	if recordMemory == nil || tickMemory == nil {
		return false
	}
	records := unsafe.Slice((*C.struct_kc_record)(recordMemory), n)
	memory := unsafe.Slice((*tick)(tickMemory), n)
	for i := range records {
		text := t.text + " " + strconv.FormatInt(t.next, 10)
		place := C.kc_arena_alloc(out.arena, C.uint64_t(len(text)))
		if place == nil {
			return false
		}
		bytes := unsafe.Slice((*byte)(place), len(text))
		copy(bytes, text)
		t.fill(&records[i], &memory[i], bytes)
	}
	out.records = &records[0]
	out.n_records = C.uint32_t(n)
	out.record_size = C.uint32_t(recordBytes)
	out.partitions = &C.ticks_partition
	out.n_partitions = 1
	return true
}

//export goPoll
func goPoll(task C.uintptr_t, how *C.struct_kc_poll, out *C.struct_kc_batch, err *C.struct_kc_error) (status C.int32_t) {
	defer guard(err, &status)
	t := cgo.Handle(task).Value().(*ticks)
	n, wait := t.due(how), int64(how.timeout_ms)
	if n > 0 && t.leftMs < wait {
		wait = t.leftMs
	}
	if C.wait_for_stop(t.stopFd, C.int32_t(wait)) != 0 { // the one place where it waits, so interrupt() isn't needed
		return C.KC_ERR_STOPPED
	}
	if n == 0 {
		return C.KC_NOTHING
	}
	if t.leftMs -= wait; t.leftMs > 0 {
		return C.KC_NOTHING
	}
	t.leftMs = t.intervalMs
	if !t.batch(out, n) {
		return fail(err, C.KC_ERR_NOMEM, "no room for the records")
	}
	return C.KC_OK
}

func main() {} // -buildmode=c-shared wants one; it never runs
