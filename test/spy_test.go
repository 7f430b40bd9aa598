package test

import (
	"bytes"
	"sync"
	"testing"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// expectation is a text that is to be written to a log and synced.
type expectation struct {
	path, marker    string
	written, synced bool
}

// state tells how far it has come.
func (e *expectation) state() (written, synced bool) {
	spy.mu.Lock()
	defer spy.mu.Unlock()
	return e.written, e.synced
}

// logSpy stands between SQLite and the write-ahead logs that this process
// opens. SQLite calls functions, not methods, so there is one for the process.
type logSpy struct {
	installed sync.Once
	mu        sync.Mutex
	expected  []*expectation
	paths     map[uintptr]string // of the logs, by SQLite's handle

	open    uintptr // what is called underneath
	methods sqlite3.Tsqlite3_io_methods
	ours    uintptr // the methods with the two that are watched
}

var spy = &logSpy{paths: map[uintptr]string{}}

// expect notes a text that a request is about to bring.
func (s *logSpy) expect(path, marker string) *expectation {
	e := &expectation{path: path, marker: marker}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expected = append(s.expected, e)
	return e
}

// watchWrites makes SQLite open its files through the spy from now on.
func watchWrites(t *testing.T) {
	t.Helper()
	spy.installed.Do(func() {
		tls := libc.NewTLS()
		under := (*sqlite3.Tsqlite3_vfs)(pointer(sqlite3.Xsqlite3_vfs_find(tls, 0)))
		at := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(*under)))
		name, err := libc.CString("sigap-spy")
		if err != nil || at == 0 {
			t.Fatalf("no memory for the spy: %v", err)
		}
		over := (*sqlite3.Tsqlite3_vfs)(pointer(at))
		*over = *under
		over.FzName, over.FpNext = name, 0
		spy.open, over.FxOpen = under.FxOpen, functionPointer(spyOpen)
		if code := sqlite3.Xsqlite3_vfs_register(tls, at, 1); code != 0 {
			t.Fatalf("SQLite does not take the spy: %d", code)
		}
	})
}

// spyOpen opens a file, and puts the spy over a write-ahead log's methods.
func spyOpen(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32 {
	code := function[func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32](spy.open)(tls, vfs, name, file, flags, out)
	if code != 0 || flags&sqlite3.SQLITE_OPEN_WAL == 0 {
		return code
	}
	f := (*sqlite3.Tsqlite3_file)(pointer(file))
	spy.mu.Lock()
	defer spy.mu.Unlock()
	if spy.ours == 0 {
		spy.methods = *(*sqlite3.Tsqlite3_io_methods)(pointer(f.FpMethods))
		spy.ours = libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(spy.methods)))
		ours := (*sqlite3.Tsqlite3_io_methods)(pointer(spy.ours))
		*ours = spy.methods
		ours.FxWrite, ours.FxSync = functionPointer(spyWrite), functionPointer(spySync)
	}
	f.FpMethods = spy.ours
	spy.paths[file] = libc.GoString(name)
	return code
}

// spyWrite writes, and notes which of the expected texts was among it.
func spyWrite(tls *libc.TLS, file, from uintptr, n int32, at sqlite3.Tsqlite3_int64) int32 {
	code := function[func(*libc.TLS, uintptr, uintptr, int32, sqlite3.Tsqlite3_int64) int32](spy.methods.FxWrite)(tls, file, from, n, at)
	written := unsafe.Slice((*byte)(pointer(from)), n)
	spy.mu.Lock()
	defer spy.mu.Unlock()
	for _, e := range spy.expected {
		if !e.written && code == 0 && e.path == spy.paths[file] && bytes.Contains(written, []byte(e.marker)) {
			e.written = true
		}
	}
	return code
}

// spySync syncs; what was written before it began is synced when it returns.
func spySync(tls *libc.TLS, file uintptr, flags int32) int32 {
	spy.mu.Lock()
	var covered []*expectation
	for _, e := range spy.expected {
		if e.written && e.path == spy.paths[file] {
			covered = append(covered, e)
		}
	}
	spy.mu.Unlock()
	code := function[func(*libc.TLS, uintptr, int32) int32](spy.methods.FxSync)(tls, file, flags)
	spy.mu.Lock()
	defer spy.mu.Unlock()
	for _, e := range covered {
		e.synced = e.synced || code == 0
	}
	return code
}

// pointer is an address of C's memory, which Go's collector does not move.
func pointer(address uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&address))
}

// functionPointer and function turn a plain function of Go into what the
// translated C takes for one, and back, as modernc.org/sqlite does it.
func functionPointer[T any](f T) uintptr {
	return *(*uintptr)(unsafe.Pointer(&struct{ f T }{f}))
}

func function[T any](address uintptr) T {
	return *(*T)(unsafe.Pointer(&struct{ address uintptr }{address}))
}
