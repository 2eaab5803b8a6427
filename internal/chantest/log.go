package chantest

import (
	"bytes"
	"log/slog"
	"runtime"
	"sync"
)

// Log is a text that a logger writes. The goroutine of the collector writes it.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends p.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String returns the text so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// CaptureLog calls fn, and passes it the log of the time in which it runs.
func CaptureLog(fn func(log *Log)) {
	log := &Log{}
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(log, nil)))
	defer slog.SetDefault(old)
	fn(log)
}

// Collect runs the collector until done returns true, and no longer than it takes any
// clean-up to run. It returns the last result of done.
func Collect(done func() bool) bool {
	for range 1000 {
		if done() {
			return true
		}
		runtime.GC()
		runtime.Gosched()
	}
	return done()
}
