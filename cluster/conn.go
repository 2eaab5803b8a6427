package cluster

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Conn is a connection to a broker. Any number of tasks may use it.
//
// When the connection breaks it is made again, for as long as the Conn is open: operations that
// wait go on to wait, and ask again what may be asked twice. A program that does not want to wait
// for ever sets a time limit of its own, as by [github.com/edo-go/edo/timer.Timeout].
//
// The owner closes it by [Conn.Close], or drops it.
type Conn struct {
	nc      *nats.Conn
	js      jetstream.JetStream
	home    *home // the server that lives with the Conn; nil: it has none
	answers answers
	sends   *lock.Semaphore // messages on the way to the broker that it has not confirmed

	mu       sync.Mutex // guards the following
	workers  map[stopper]struct{}
	closing  bool
	isClosed bool
	closers  []edo.Waker   // tasks that wait until there are no workers
	link     chan struct{} // closed when the connection is another one: then what was asked is lost
}

// stopper is a worker, as its Conn sees it.
type stopper interface {
	Stop()
	reconnected()
	name() string
}

// maxSends is how many messages a Conn sends before the first of them is confirmed: the broker
// refuses more than 10,000 at a time.
const maxSends = 1024

// A Client connects to a broker at a URL. The zero Client is ready. Any number of tasks may use
// it; the fields must not change meanwhile.
type Client struct {
	// TLS makes the connection one of TLS, whatever the scheme of the URL. nil: TLS is used when
	// the scheme is tls, or when the server demands it.
	TLS *tls.Config
	// Token, or User and Password, or a CredentialsFile are what the server asks for.
	Token           string
	User, Password  string
	CredentialsFile string
	// Name is that of the program, which the server shows among its connections.
	Name string
}

// Connect connects to a URL by the zero [Client].
//
//edo:step ConnectStep
func Connect(task *edo.Task, url string) (*Conn, error) { return new(Client).Connect(task, url) }

// ConnectStep is the step form of [Connect].
func ConnectStep(task *edo.Task, st *edo.Step, url string) (done bool, c *Conn, err error) {
	return new(Client).ConnectStep(task, st, url)
}

// Connect connects to a NATS server with JetStream, or to a cluster of them: to the URLs
// "nats://host:4222,nats://other:4222" in turn. The first connection is tried once, for some
// seconds; after that a lost one is made again.
//
//edo:step ConnectStep
func (c *Client) Connect(task *edo.Task, url string) (*Conn, error) {
	return edo.Call(task, func(ctx context.Context) (*Conn, error) { return c.connect(ctx, url) })
}

// ConnectStep is the step form of [Client.Connect].
func (c *Client) ConnectStep(task *edo.Task, st *edo.Step, url string) (done bool, conn *Conn, err error) {
	return edo.CallStep(task, st, func(ctx context.Context) (*Conn, error) { return c.connect(ctx, url) })
}

func (c *Client) connect(ctx context.Context, url string) (*Conn, error) {
	if url == "" {
		return nil, errors.New("cluster: the URL is empty: Open has a broker in the process")
	}
	options := []nats.Option{nats.Name(c.Name)}
	if c.TLS != nil {
		options = append(options, nats.Secure(c.TLS))
	}
	if c.Token != "" {
		options = append(options, nats.Token(c.Token))
	}
	if c.User != "" {
		options = append(options, nats.UserInfo(c.User, c.Password))
	}
	if c.CredentialsFile != "" {
		options = append(options, nats.UserCredentials(c.CredentialsFile))
	}
	return connect(ctx, url, options)
}

// connect connects, and asks whether there is JetStream.
func connect(ctx context.Context, url string, options []nats.Option) (*Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := &Conn{workers: map[stopper]struct{}{}, sends: lock.NewSemaphore(maxSends), link: make(chan struct{})}
	options = append(options,
		nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.ReconnectJitter(50*time.Millisecond, 50*time.Millisecond),
		nats.PingInterval(10*time.Second), nats.MaxPingsOutstanding(2),
		nats.ReconnectBufSize(-1), // what waits for an answer is sent again
		nats.ReconnectHandler(func(*nats.Conn) { c.reconnected() }),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // nats.go would print
	)
	nc, err := nats.Connect(url, options...)
	if err != nil {
		return nil, fmt.Errorf("cluster: connect: %w", err)
	}
	c.nc = nc
	if c.js, err = jetstream.New(nc); err == nil {
		err = c.answers.open(nc)
	}
	if err == nil {
		_, err = c.js.AccountInfo(ctx)
		if errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrJetStreamNotEnabled) {
			err = errors.New("the server at " + nc.ConnectedUrlRedacted() + " has no JetStream, which queues need")
		}
	}
	if err != nil {
		c.answers.close(ErrClosed)
		nc.Close()
		return nil, fmt.Errorf("cluster: connect: %w", err)
	}
	return c, nil
}

// IsBroker reports whether the broker lives in this Conn, and ends with it.
func (c *Conn) IsBroker() bool { return c.home != nil }

// Address returns where the broker is that the Conn is connected to, or was last: of one that does
// not listen, "".
func (c *Conn) Address() string {
	if c.home != nil {
		return c.home.note.Address
	}
	return c.nc.ConnectedAddr()
}

// MaxPayload returns how large a message may be, with its headers, in bytes.
func (c *Conn) MaxPayload() int { return int(c.nc.MaxPayload()) }

// reconnected is called when a lost connection is there again.
func (c *Conn) reconnected() {
	c.answers.resend(func(*ask) bool { return true })
	c.mu.Lock()
	close(c.link)
	c.link = make(chan struct{})
	var workers []stopper
	for w := range c.workers {
		workers = append(workers, w)
	}
	c.mu.Unlock()
	for _, w := range workers {
		w.reconnected()
	}
}

// enter makes w a worker of c.
func (c *Conn) enter(w stopper) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return ErrClosed
	}
	c.workers[w] = struct{}{}
	return nil
}

// leave is for a worker that has ended.
func (c *Conn) leave(w stopper) {
	c.mu.Lock()
	delete(c.workers, w)
	var closers []edo.Waker
	if len(c.workers) == 0 {
		closers, c.closers = c.closers, nil
	}
	c.mu.Unlock()
	for _, w := range closers {
		w.Wake()
	}
}

// Close ends the Conn in order. No new operation begins; workers take no more jobs, and their
// handlers go on to their ends; then operations that wait end with [ErrClosed], the connection is
// closed, and the broker, if it lives in the Conn, ends and gives up its folder. When Close returns,
// nothing of the Conn is left: no goroutine, and no descriptor.
//
// A worker ends in its task: so a task does not call Close while it is the one that works. When the
// task is cancelled while it waits for workers, Close drops the Conn, and returns
// [edo.ErrCancelled]. It may be called twice.
//
//edo:step CloseStep
func (c *Conn) Close(task *edo.Task) error {
	c.beginClose()
	_, err := edo.Await(task, edo.Future[edo.Unit]((*quiet)(c)))
	c.Drop()
	return err
}

// CloseStep is the step form of [Conn.Close].
func (c *Conn) CloseStep(task *edo.Task) (done bool, err error) {
	c.beginClose()
	done, _, err = edo.AwaitStep(task, edo.Future[edo.Unit]((*quiet)(c)))
	if done {
		c.Drop()
	}
	return done, err
}

// beginClose has the workers stop.
func (c *Conn) beginClose() {
	c.mu.Lock()
	var workers []stopper
	if !c.closing {
		for w := range c.workers {
			workers = append(workers, w)
		}
	}
	c.closing = true
	c.mu.Unlock()
	for _, w := range workers {
		w.Stop()
	}
}

// quiet is a Conn as a future that is ready when it has no workers.
type quiet Conn

// Waits names the workers.
func (q *quiet) Waits(*edo.Context) edo.Wait {
	q.mu.Lock()
	defer q.mu.Unlock()
	w := edo.Wait{On: "cluster: the end of the workers of a connection"}
	for worker := range q.workers {
		w.By = append(w.By, worker.name())
	}
	return w
}

// Poll is ready when there are no workers.
func (q *quiet) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(q) {
		return edo.Unit{}, edo.Pending, nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.workers) == 0 {
		return edo.Unit{}, edo.Ready, nil
	}
	q.closers = append(q.closers, cx.Waker())
	return edo.Unit{}, edo.Pending, nil
}

// Drop ends the Conn at once: a job that a handler works on will be given to another worker. With a
// broker in the Conn it waits for that to end, some ten milliseconds, on the goroutine that drops.
func (c *Conn) Drop() {
	c.beginClose()
	c.mu.Lock()
	isFirst := !c.isClosed
	c.isClosed = true
	c.mu.Unlock()
	if !isFirst {
		return
	}
	c.answers.close(ErrClosed)
	c.nc.Close()
	if c.home != nil {
		c.home.close()
	}
}

// linkOf returns the link, and ErrClosed when the Conn is closed.
func (c *Conn) linkOf() (link chan struct{}, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return nil, ErrClosed
	}
	return c.link, nil
}

// manage calls fn, which asks the broker something that may be asked twice, until the broker has
// answered, or ctx ends. It asks again when the connection was lost and is there again.
func (c *Conn) manage(ctx context.Context, fn func(ctx context.Context) error) error {
	for {
		link, err := c.linkOf()
		if err != nil {
			return err
		}
		err = withLink(ctx, link, fn)
		isAway := errors.Is(err, nats.ErrNoResponders) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrReconnectBufExceeded) ||
			errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
			errors.Is(err, nats.ErrConnectionReconnecting) || errors.Is(err, nats.ErrDisconnected)
		if errors.Is(err, nats.ErrConnectionClosed) {
			return ErrClosed
		}
		if err != nil && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !isAway {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-link:
		case <-time.After(retryWait):
		}
	}
}

// withLink calls fn with a context that ends with the link too.
func withLink(ctx context.Context, link chan struct{}, fn func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-link:
			cancel()
		case <-over:
		}
	}()
	return fn(ctx)
}
