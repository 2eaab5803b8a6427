package hold

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/scope"
)

// A process is a part, as its parent sees it. The parent asks one thing at a time.
type process struct {
	name    string // such as "server 2 of 6"
	cmd     *exec.Cmd
	pipe    io.WriteCloser // orders
	orders  *json.Encoder
	reports *mpsc.Receiver[report]
	open    atomic.Int64 // connections, by its last report
	ending  atomic.Bool  // it was told to end
}

// maxEnding is how long a process may take to end.
const maxEnding = 15 * time.Second

// startProcess starts a part, with its first order. A task of the scope reads what the part
// reports; it fails, and so cancels the scope, when the part ends before it is told to.
func startProcess(s *scope.Scope, name string, first order, errs io.Writer) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{name: name, cmd: exec.Command(self, "demo")}
	p.cmd.Env = append(os.Environ(), partVariable+"=1")
	p.cmd.Stderr = errs // of a panic
	if p.pipe, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p.orders = json.NewEncoder(p.pipe)
	tx, rx := mpsc.New[report](4)
	p.reports = rx
	edo.Blocking(s, func(*edo.Task) (edo.Unit, error) {
		defer tx.Close()
		return edo.Unit{}, p.watch(out, tx)
	}, edo.Name(name))
	p.orders.Encode(first) // if it fails, watch tells why
	return p, nil
}

// watch passes the reports on, until the process has ended.
func (p *process) watch(out io.Reader, tx *mpsc.Sender[report]) error {
	lines := json.NewDecoder(out)
	failure := ""
	for {
		var r report
		if lines.Decode(&r) != nil {
			break
		}
		switch {
		case r.Failed != "" && failure == "" && !p.ending.Load():
			failure = r.Failed
			p.end()
		case r.Failed != "":
		case r.Open != nil:
			p.open.Store(int64(*r.Open))
		default:
			tx.TrySend(r) // there is room: each is the answer to an order
		}
	}
	err := p.cmd.Wait()
	switch {
	case failure != "":
		return &endedError{process: p, reason: failure}
	case err == nil && p.ending.Load():
		return nil
	case err == nil:
		return &endedError{process: p, reason: "it has ended by itself", died: true}
	}
	if status := p.cmd.ProcessState; status.ExitCode() >= 0 && p.ending.Load() {
		return nil // it has failed on the way out
	}
	return &endedError{process: p, reason: "it has ended: " + err.Error(), died: true}
}

// end tells the process to end: it sees that its input ends. One that takes too long is
// killed. end may be called twice.
func (p *process) end() {
	if p.ending.Swap(true) {
		return
	}
	p.pipe.Close()
	time.AfterFunc(maxEnding, func() { p.cmd.Process.Kill() })
}

// endedError says why a process has ended that should not have.
type endedError struct {
	process *process
	reason  string
	died    bool // without a word: it was killed, or has panicked
}

func (e *endedError) Error() string {
	return fmt.Sprintf("%s (process %d): %s", e.process.name, e.process.cmd.Process.Pid, e.reason)
}

// reason returns the error that tells most: what a process says that broke off is often
// that another one has.
func reason(err error) error {
	for _, died := range []bool{true, false} {
		for _, e := range ended(err) {
			if e.died == died {
				return e
			}
		}
	}
	return err
}

// ended returns the processes that have ended, of an error that may be a joined one.
func ended(err error) (all []*endedError) {
	switch e := err.(type) {
	case *endedError:
		return []*endedError{e}
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			all = append(all, ended(err)...)
		}
	case interface{ Unwrap() error }:
		return ended(e.Unwrap())
	}
	return all
}

// askAll gives the same order to all, and waits for all reports.
func askAll(task *edo.Task, processes []*process, o order) ([]report, error) {
	for _, p := range processes {
		if err := p.orders.Encode(o); err != nil {
			return nil, err
		}
	}
	reports := make([]report, len(processes))
	for i, p := range processes {
		var err error
		if reports[i], err = p.reports.Recv(task); err != nil {
			return nil, err
		}
	}
	return reports, nil
}

// synced is a writer that several goroutines use.
type synced struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *synced) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}
