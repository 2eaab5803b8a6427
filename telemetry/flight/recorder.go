package flight

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/trace"
	"strings"
	"sync"
	"time"

	"github.com/edo-go/edo"
)

// Config says what a [Recorder] keeps. A field that is zero has its default, but for Dir.
type Config struct {
	// Dir is the folder of the files. It is made. Files of other programs may be in it.
	Dir string
	// Window is how far back a file goes at least; 0: 10 s. It is some half a second more.
	Window time.Duration
	// WindowBytes is how large the window may become in memory, approximately, whatever Window
	// says; 0: 16 MiB.
	WindowBytes uint64
	// MaxFiles is how many files there may be. The oldest are removed, also those of earlier runs.
	// 0: 8.
	MaxFiles int
	// MaxBytes is how large a file may be: a larger one is not kept, which is an error. 0: 64 MiB.
	MaxBytes int64
	// Pause is the least time between two files; 0: a minute.
	Pause time.Duration
	// SlowPoll is the edo.Config.SlowPoll of programs that set none; 0: 200 ms; less than 0: slow
	// polls are not looked for.
	SlowPoll time.Duration
	// Recorder is the flight recorder of the program itself, if it has one: there can be one in a
	// process. Window and WindowBytes do not count then. One that has been started is left running by
	// Close.
	Recorder *trace.FlightRecorder
	// OnWrite is told of each file, and why it was written. nil: slog.Warn. It is called, as OnError
	// is, by a goroutine of its own.
	OnWrite func(file string, cause error)
	// OnError is told of a file that cannot be written. nil: slog.Error.
	OnError func(err error)
}

// withDefaults returns c with the defaults.
func (c Config) withDefaults() Config {
	if c.Window == 0 {
		c.Window = 10 * time.Second
	}
	if c.WindowBytes == 0 {
		c.WindowBytes = 16 << 20
	}
	if c.MaxFiles == 0 {
		c.MaxFiles = 8
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 64 << 20
	}
	if c.Pause == 0 {
		c.Pause = time.Minute
	}
	if c.SlowPoll == 0 {
		c.SlowPoll = 200 * time.Millisecond
	}
	if c.OnWrite == nil {
		c.OnWrite = func(file string, cause error) {
			slog.Warn("flight: a trace was written", "file", file, "cause", headOf(cause))
		}
	}
	if c.OnError == nil {
		c.OnError = func(err error) { slog.Error(err.Error()) }
	}
	return c
}

func (c *Config) check() error {
	switch {
	case c.Dir == "":
		return errors.New("flight: Config.Dir is empty: name the folder of the files")
	case c.Window < 0, c.MaxFiles < 0, c.MaxBytes < 0, c.Pause < 0:
		return errors.New("flight: Config.Window, MaxFiles, MaxBytes and Pause must not be negative")
	}
	return nil
}

// A Recorder writes the window of the flight recorder to files. Any number of goroutines may use it.
// The owner closes it.
type Recorder struct {
	cfg     Config
	folder  folder
	now     func() time.Time
	written sync.WaitGroup // files that are being written

	mu       sync.Mutex // guards the following
	rec      *trace.FlightRecorder
	isOurs   bool      // Close stops rec
	last     time.Time // when the last file was begun
	isBusy   bool      // a file is being written
	isClosed bool
}

// Start starts the flight recorder, and returns what writes its window. An error says that the
// folder cannot be made, or that c is wrong.
//
// There can be one flight recorder in a process. When the program has started one that is not
// Config.Recorder, Config.OnError is told so; the Recorder tries again each time that it is to write.
func Start(c Config) (*Recorder, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("flight: %w", err)
	}
	r := &Recorder{cfg: c, folder: folder{c.Dir, c.MaxFiles, c.MaxBytes}, now: time.Now, rec: c.Recorder}
	if r.rec == nil {
		r.rec = trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: c.Window, MaxBytes: c.WindowBytes})
	}
	if err := r.record(); err != nil {
		c.OnError(err)
	}
	return r, nil
}

// record starts the flight recorder, unless it runs. The caller holds mu, or is Start.
func (r *Recorder) record() error {
	if r.rec.Enabled() {
		return nil
	}
	if err := r.rec.Start(); err != nil {
		return fmt.Errorf("flight: the program has a flight recorder already, which Config.Recorder should be: %w", err)
	}
	r.isOurs = true
	return nil
}

// Watch returns c so that the runtime made of it has a file written when its tasks stall (a
// [edo.StallError]), when one panics ([edo.PanicError]), and when a poll takes long
// ([edo.SlowPollError]). It sets SlowPoll, unless c does, and Regions. What c has in OnError and OnPanic is
// called as before.
func (r *Recorder) Watch(c edo.Config) edo.Config {
	c.Regions = true
	if c.SlowPoll == 0 && r.cfg.SlowPoll > 0 {
		c.SlowPoll = r.cfg.SlowPoll
	}
	c.AddWatcher(r.see)
	return c
}

// see has a file written if err is a reason for one. It does not wait.
func (r *Recorder) see(err error) {
	kind, cause := kindOf(err)
	if kind == "" {
		return
	}
	if err := r.begin(false); err != nil {
		if err != errNotNow {
			go r.cfg.OnError(err)
		}
		return
	}
	go func() {
		defer r.end()
		if file, err := r.write(kind); err != nil {
			r.cfg.OnError(err)
		} else {
			r.cfg.OnWrite(file, cause)
		}
	}()
}

// kindOf returns a word for what a file is named after, and the error that says so; "": err is no
// reason for a file.
func kindOf(err error) (kind string, cause error) {
	if e, ok := errors.AsType[*edo.StallError](err); ok {
		return "stall", e
	}
	if e, ok := errors.AsType[*edo.SlowPollError](err); ok {
		return "slow", e
	}
	if e, ok := errors.AsType[*edo.PanicError](err); ok {
		return "panic", e
	}
	return "", nil
}

// headOf returns the first line of the text of err.
func headOf(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// Write writes the window now, whatever Config.Pause says, and returns the name of the file. kind is a
// part of that: letters and digits. It blocks, for some ten milliseconds: a task calls it by edo.Call. It
// is an error while another file is being written.
func (r *Recorder) Write(kind string) (file string, err error) {
	if err := checkKind(kind); err != nil {
		return "", err
	}
	if err := r.begin(true); err != nil {
		return "", err
	}
	defer r.end()
	return r.write(kind)
}

var (
	errNotNow = errors.New("flight: a file is being written")
	errClosed = fmt.Errorf("flight: the recorder is %w", os.ErrClosed)
)

// begin makes the caller the one that writes.
func (r *Recorder) begin(always bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	switch {
	case r.isClosed && always:
		return errClosed
	case r.isClosed, r.isBusy, !always && !r.last.IsZero() && now.Sub(r.last) < r.cfg.Pause:
		return errNotNow
	}
	r.last = now // also when it fails: a program that fails again and again says so once in Pause
	if err := r.record(); err != nil {
		return err
	}
	r.isBusy = true
	r.written.Add(1)
	return nil
}

// end ends what begin has begun.
func (r *Recorder) end() {
	r.mu.Lock()
	r.isBusy = false
	r.mu.Unlock()
	r.written.Done()
}

// write writes a file.
func (r *Recorder) write(kind string) (file string, err error) {
	r.mu.Lock()
	at := r.last
	r.mu.Unlock()
	return r.folder.write(at, kind, r.rec)
}

// Close waits for a file that is being written, and stops the flight recorder, unless that was running
// before. It may be called twice.
func (r *Recorder) Close() {
	r.mu.Lock()
	isFirst := !r.isClosed
	r.isClosed = true
	r.mu.Unlock()
	r.written.Wait()
	if isFirst && r.isOurs {
		r.rec.Stop()
	}
}

// Drop is [Recorder.Close], for owners.
func (r *Recorder) Drop() { r.Close() }
