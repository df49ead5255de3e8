// Package fettle is what a Go program says of itself to the `fettle run` around it.
//
//	p := fettle.Phase("db migrate")
//	defer p.End()
//	q := p.Phase("schema")	// lies in p
//	...
//	q.End()
//
//	db := fettle.Container("db", "postgres:16")
//	db.Ready(err == nil)
//	db.Stopped()
//
//	fettle.Count("rows", 120)
//	fettle.Value("queue_bytes", 4096)
//
// Outside of fettle all of it does nothing, at some nanoseconds a call. The package is this one file and
// needs nothing but the standard library: copy it, or import it.
//
// Every mark is on its way when the call returns (one append of one line, a microsecond or two), so a process
// that is killed or calls os.Exit has said all that it did. All calls may be made from any goroutine. Nothing
// here fails, panics or prints.
package fettle

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Status is how a span ended.
type Status string

// What a span may end as.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Skipped Status = "skipped"
	Error   Status = "error"
)

const nameBytes = 1000

// Span is a phase, scenario or container that has begun. A nil *Span is none: all its methods may be called.
type Span struct {
	id, root uint64
	kind     string
	ended    atomic.Bool
}

// The file and who we are: nil outside of fettle. Set once, before main.
var out *os.File
var who, inside string
var last atomic.Uint64

func init() {
	path := os.Getenv("FETTLE_EVENTS")
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return
	}
	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		binary.LittleEndian.PutUint64(random[:], uint64(time.Now().UnixNano()))
	}
	number := binary.LittleEndian.Uint64(random[:])>>2 | 1
	who = `,"pid":` + strconv.Itoa(os.Getpid()) + `,"proc":` + strconv.FormatUint(number, 10)
	if n, err := strconv.ParseInt(os.Getenv("FETTLE_INSIDE"), 10, 64); err == nil && n > 0 {
		inside = `,"inside":` + strconv.FormatInt(n, 10)
	}
	started, startedAt = time.Now(), monotonic()
	out = f
}

// Go tells its monotonic clock only as a difference; fettle wants that of the system.
var started time.Time
var startedAt int64

func now() string {
	return strconv.FormatInt(startedAt+int64(time.Since(started)), 10)
}

func quote(text string) string {
	if len(text) > nameBytes {
		text = text[:nameBytes]
	}
	b, err := json.Marshal(text)
	if err != nil {
		return `"?"`
	}
	return string(b)
}

// One write of one line, so that those of several processes do not mix.
func say(row string) {
	_, _ = out.WriteString(row)
}

func begin(kind, name, more string, around *Span) *Span {
	if out == nil {
		return nil
	}
	s := &Span{id: last.Add(1), kind: kind}
	s.root = s.id
	place := inside
	if around != nil {
		place = `,"in":` + strconv.FormatUint(around.id, 10)
		s.root = around.root
	}
	if kind == "container" {
		place = ""
	}
	say(`{"ev":"begin","kind":"` + kind + `","id":` + strconv.FormatUint(s.id, 10) + place + `,"t":` + now() + who +
		`,"thread":` + strconv.FormatUint(s.root, 10) + `,"name":` + quote(name) + more + "}\n")
	return s
}

// Phase begins a part of the work that deserves a line in the report.
func Phase(name string) *Span { return begin("phase", name, "", nil) }

// Phase begins a phase inside of s.
func (s *Span) Phase(name string) *Span { return begin("phase", name, "", s) }

// Do runs f as a phase.
func Do(name string, f func()) {
	s := Phase(name)
	defer s.End()
	f()
}

// Scenario begins a test, with a verdict: see EndAs.
func Scenario(name string) *Span { return begin("test", name, "", nil) }

// Container begins a container or service that this program starts; image may be empty.
func Container(name, image string) *Span {
	if image != "" && out != nil {
		image = `,"image":` + quote(image)
	}
	return begin("container", name, image, nil)
}

// End ends a span, passed. Ending it again does nothing.
func (s *Span) End() { s.EndAs(Passed) }

// EndAs ends a span with a status.
func (s *Span) EndAs(status Status) {
	if s == nil || s.ended.Swap(true) {
		return
	}
	if status != Passed && status != Failed && status != Skipped {
		status = Error
	}
	say(`{"ev":"end","kind":"` + s.kind + `","id":` + strconv.FormatUint(s.id, 10) + `,"t":` + now() + who + `,"st":"` +
		string(status) + "\"}\n")
}

// Ready says that a container serves now, or that it never will.
func (s *Span) Ready(success bool) {
	if s == nil || s.ended.Load() {
		return
	}
	num := `,"num":0`
	if success {
		num = `,"num":1`
	}
	say(`{"ev":"value","name":"ready"` + num + `,"in":` + strconv.FormatUint(s.id, 10) + `,"t":` + now() + who + "}\n")
}

// Stopped ends a container.
func (s *Span) Stopped() { s.End() }

func number(what, name string, n int64) {
	if out == nil {
		return
	}
	say(`{"ev":"value","what":"` + what + `","t":` + now() + who + `,"name":` + quote(name) + `,"num":` +
		strconv.FormatInt(n, 10) + "}\n")
}

// Count keeps a number that adds up.
func Count(name string, n int64) { number("count", name, n) }

// Value keeps a number as it is now. Whole: choose the unit so, and put it into the name (size_bytes).
func Value(name string, n int64) { number("value", name, n) }

// On tells whether somebody listens.
func On() bool { return out != nil }

func monotonic() int64 {
	var t syscall.Timespec
	if _, _, e := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 1, uintptr(unsafe.Pointer(&t)), 0); e != 0 {
		return 0
	}
	return t.Nano()
}
