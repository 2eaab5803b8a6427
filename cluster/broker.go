package cluster

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// A Broker opens a folder with a NATS server in this process. The zero Broker is ready: nothing
// outside of the process reaches its server. Any number of tasks may use it; the fields must not
// change meanwhile.
type Broker struct {
	// Listen is a TCP address for other processes, "127.0.0.1:4222"; port 0 is one that is free,
	// and the same one as the last time if that is. "": the server listens nowhere.
	Listen string
	// Token is what a [Client] from elsewhere must know. "": the folder keeps a random one, and
	// only processes that may read the folder can connect.
	Token string
	// MaxPayload is the largest message, with its headers, in bytes: 16 KiB to 64 MiB. 0: 1 MiB.
	// NATS advises against more than 8 MiB.
	MaxPayload int
	// SyncAlways has the server write each message through to the disk before it confirms it.
	// Without it a power failure loses the last minutes; a process that is killed loses nothing.
	SyncAlways bool
}

// startLimit is how long a server may take until it is ready, and startLook how long one look waits.
const (
	startLimit = 30 * time.Second
	startLook  = 50 * time.Millisecond
)

// Open opens the folder by the zero [Broker].
//
//edo:step OpenStep
func Open(task *edo.Task, folder string) (*Conn, error) { return new(Broker).Open(task, folder) }

// OpenStep is the step form of [Open].
func OpenStep(task *edo.Task, st *edo.Step, folder string) (done bool, c *Conn, err error) {
	return new(Broker).OpenStep(task, st, folder)
}

// Open makes the folder if it is not there, locks it, and starts a NATS server on it, which ends
// with the [Conn]. When the folder has a server already, of another process or of this one, Open
// connects to it if it listens; the Conn then lives as long as its own owner wants, and waits for a
// server to come back when that one goes. Otherwise the error is an [*InUseError].
//
// Two servers on one folder would lose messages that both have confirmed. So a folder is locked;
// the lock is the system's, and a process that was killed leaves none. It must not lie on a network
// file system.
//
// It takes some 5 ms, more when the folder has much in it, and starts some 15 goroutines.
// Cancelled, it leaves nothing behind.
//
//edo:step OpenStep
func (b *Broker) Open(task *edo.Task, folder string) (*Conn, error) {
	tell := onErrorOf(task)
	return edo.Call(task, func(ctx context.Context) (*Conn, error) { return b.open(ctx, folder, tell) })
}

// OpenStep is the step form of [Broker.Open].
func (b *Broker) OpenStep(task *edo.Task, st *edo.Step, folder string) (done bool, c *Conn, err error) {
	tell := onErrorOf(task)
	return edo.CallStep(task, st, func(ctx context.Context) (*Conn, error) { return b.open(ctx, folder, tell) })
}

// open opens the folder, or joins the server that has it: tell is told when that is away for long.
func (b *Broker) open(ctx context.Context, folder string, tell func(error)) (c *Conn, err error) {
	if b.MaxPayload != 0 && (b.MaxPayload < 16<<10 || b.MaxPayload > 64<<20) {
		return nil, fmt.Errorf("cluster: Broker.MaxPayload is %d, want 16 KiB to 64 MiB", b.MaxPayload)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	h, err := takeFolder(folder)
	if err != nil {
		return nil, err
	}
	if h == nil {
		return b.join(ctx, folder, tell)
	}
	if err := h.start(ctx, b); err != nil {
		h.Close()
		return nil, err
	}
	// A write has no deadline: it costs the pipe to the server a timer each, and only a server that stands still
	// would be late, which is this process.
	options := []nats.Option{nats.InProcessServer(h.server), nats.FlusherTimeout(0)}
	if h.note.Token != "" {
		options = append(options, nats.Token(h.note.Token))
	}
	l, err := link.Open(ctx, h.server.ClientURL(), options)
	if err != nil {
		h.Close()
		return nil, err
	}
	l.SetHome(h)
	h.log.mu.Lock()
	h.log.cannotStore = l.Asks().CannotStore
	h.log.mu.Unlock()
	return (*Conn)(l), nil
}

// join connects to the server that has the folder.
func (b *Broker) join(ctx context.Context, folder string, tell func(error)) (*Conn, error) {
	n := readNote(folder)
	if n.Address == "" {
		return nil, &InUseError{Folder: folder, PID: n.PID}
	}
	c, err := link.Open(ctx, "nats://"+n.Address, []nats.Option{nats.Token(n.Token)})
	if err != nil {
		return nil, fmt.Errorf("%w; the server is that of the folder %s", err, folder)
	}
	tellAway(c, AwayError{Folder: folder}, tell)
	return (*Conn)(c), nil
}

// home is a locked folder, with the server in it.
type home struct {
	folder string
	lock   *os.File
	note   note
	server *server.Server
	log    lastError
	once   sync.Once
}

// note is what a folder says of its server to processes that would join.
type note struct {
	PID     int    `json:"pid"`
	Address string `json:"address,omitempty"` // where the server listens; "": nowhere
	Last    string `json:"last,omitempty"`    // where one has listened before
	Token   string `json:"token,omitempty"`
}

const (
	lockName = "lock"
	noteName = "server.json"
)

// takeFolder locks the folder. h is nil when the folder is locked already.
func takeFolder(folder string) (h *home, err error) {
	f, err := openLock(filepath.Join(folder, lockName))
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	ok, err := lockFile(f)
	if !ok || err != nil {
		f.Close()
		if err != nil {
			err = fmt.Errorf("cluster: the folder %s cannot be locked: %w", folder, err)
		}
		return nil, err
	}
	return &home{folder: folder, lock: f}, nil
}

// readNote returns what the folder says; nothing, if it says nothing that is whole.
func readNote(folder string) (n note) {
	text, err := os.ReadFile(filepath.Join(folder, noteName))
	if err != nil || json.Unmarshal(text, &n) != nil {
		return note{}
	}
	return n
}

// write makes n what the folder says.
func (n note) write(folder string) error {
	text, err := json.Marshal(n)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, noteName)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// start starts the server.
func (h *home) start(ctx context.Context, b *Broker) error {
	old := readNote(h.folder)
	h.note = note{PID: os.Getpid(), Last: old.Last}
	o := &server.Options{
		ServerName: "edo", DontListen: b.Listen == "",
		// A signal would otherwise end the whole program, with exit code 0.
		NoSigs:    true,
		JetStream: true, StoreDir: h.folder, SyncAlways: b.SyncAlways, MaxPayload: int32(b.MaxPayload),
		DisableJetStreamBanner: true,
		// While it takes a connection for whole that is cut, it gives jobs and calls to it. Its default is two minutes.
		PingInterval: link.PingInterval,
	}
	isAgain := false
	if b.Listen != "" {
		h.note.Token = b.Token
		if h.note.Token == "" {
			h.note.Token = old.Token
		}
		if h.note.Token == "" {
			h.note.Token = rand.Text()
		}
		o.Authorization = h.note.Token
		var err error
		if o.Host, o.Port, isAgain, err = listenAt(b.Listen, old.Last); err != nil {
			return err
		}
	}
	err := h.serve(ctx, o.Clone())
	if err != nil && isAgain && ctx.Err() == nil && h.log.isFatal() { // the port may have been taken meanwhile
		h.server.Shutdown()
		h.server.WaitForShutdown()
		h.log.clear()
		o.Port = server.RANDOM_PORT
		err = h.serve(ctx, o)
	}
	if err != nil {
		return err
	}
	if b.Listen != "" {
		h.note.Address = h.server.Addr().String()
		h.note.Last = h.note.Address
	}
	if err := h.note.write(h.folder); err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	return nil
}

// serve starts a server, and waits until it is ready.
func (h *home) serve(ctx context.Context, o *server.Options) error {
	s, err := server.NewServer(o)
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	log := &h.log
	s.SetLoggerV2(log, false, false, false)
	h.server = s
	s.Start()
	for begin := time.Now(); !log.isFatal() && ctx.Err() == nil && !s.ReadyForConnections(startLook) && time.Since(begin) < startLimit; {
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if log.isFatal() || !s.ReadyForConnections(startLook) || !s.JetStreamEnabled() {
		return fmt.Errorf("cluster: the server on %s has not started: %w", h.folder, log.error())
	}
	return nil
}

// listenAt returns where to listen. If any port will do, that of the last time is taken again if it is free,
// as clients wait for it; otherwise the system chooses one when the server listens. Nothing keeps a port that
// was free from another program until then.
func listenAt(address, last string) (host string, port int, isAgain bool, err error) {
	host, text, err := net.SplitHostPort(address)
	if err == nil {
		port, err = strconv.Atoi(text)
	}
	if err != nil {
		return "", 0, false, fmt.Errorf("cluster: the address %q: want host:port: %w", address, err)
	}
	if port != 0 {
		return host, port, false, nil
	}
	if lastHost, _, err := net.SplitHostPort(last); err == nil && lastHost == host {
		if l, err := net.Listen("tcp", last); err == nil {
			port = l.Addr().(*net.TCPAddr).Port
			l.Close()
			return host, port, true, nil
		}
	}
	return host, server.RANDOM_PORT, false, nil
}

// Address returns where the server listens; "": nowhere.
func (h *home) Address() string { return h.note.Address }

// Close ends the server, and then unlocks the folder. It may be called twice.
func (h *home) Close() {
	h.once.Do(func() {
		if h.server != nil {
			h.server.Shutdown()
			h.server.WaitForShutdown()
			h.note.Address, h.note.PID = "", 0
			h.note.write(h.folder) // it is a hint alone: an old one names a port that refuses
		}
		h.lock.Close()
	})
}

// lastError is a logger of the server that keeps the latest error.
type lastError struct {
	mu    sync.Mutex
	text  string
	fatal bool
	// cannotStore is told of a stream that cannot store; nil: not yet.
	cannotStore func(stream string, why error)
}

// isFatal reports whether the server has given up.
func (l *lastError) isFatal() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fatal
}

// clear forgets the errors of a server.
func (l *lastError) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text, l.fatal = "", false
}

func (l *lastError) error() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.text == "" {
		return errors.New("it has not said why")
	}
	return errors.New(l.text)
}

func (l *lastError) Errorf(format string, v ...any) {
	l.mu.Lock()
	l.text = fmt.Sprintf(format, v...)
	tell := l.cannotStore
	l.mu.Unlock()
	if tell == nil || len(v) != 3 || format != writeError {
		return
	}
	stream, isName := v[1].(string)
	if err, ok := v[2].(error); ok && isName {
		tell(stream, err)
	}
}

// writeError is what the server logs, with an account, a stream and an error, when a stream can store
// nothing any more. It gives no answer then, and does not look again whether there is room.
const writeError = "JetStream stream '%s > %s' critical write error: %v"

// Fatalf does not end the process, as that of the server's own loggers does.
func (l *lastError) Fatalf(format string, v ...any) {
	l.Errorf(format, v...)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fatal = true
}

func (l *lastError) Noticef(string, ...any) {}
func (l *lastError) Warnf(string, ...any)   {}
func (l *lastError) Debugf(string, ...any)  {}
func (l *lastError) Tracef(string, ...any)  {}
