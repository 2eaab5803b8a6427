package cluster

import (
	"cmp"
	"fmt"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
)

// Work returns a worker, a future that gives the jobs of q to fn, at most limit of them at a time.
// Each call of fn is a task of its own, in direct style. When fn returns nil, the job is done, and
// the broker is told; the task ends when the broker has confirmed it. An error, or a panic, is a
// try that has failed: the job rests and is tried again, or goes to the dead letters after
// QueueConfig.Tries, with the error as the reason; at once when the error is [Permanent]. A panic is
// also told to OnPanic and OnError of the runtime.
//
// While fn runs, the worker tells the broker so: fn may take as long as it likes. It is given to
// another worker when this process is lost for longer than QueueConfig.Patience. So a job may be
// done twice, see [Job]: QueueConfig.Once makes that rarer, and a handler that uses the id makes it
// harmless.
//
// The future is ready when [Worker.Stop] was called, or the [Conn] closes, and the last call has
// ended; its error is that of the broker, when the queue is not there any more. A broker that is away
// is waited for. When the future is dropped, as when its task is cancelled, the tasks of the calls
// are aborted, and the jobs that they leave undone are given back at once.
//
// The worker takes no more jobs than it has calls free. Of a queue with priorities or lanes it takes
// one of each besides, so as to begin the most urgent one, and a lane whose job waits in a busy worker
// stands still: there limit is best at least the number of lanes. It has one goroutine, that of its
// subscription. A job costs a task and a coroutine.
//
//edo:spawn WorkStep
func Work[T any](q *Queue[T], limit int, fn func(task *edo.Task, job *Job[T]) error) *Worker[T] {
	return newWorker(q, limit, func(job *Job[T]) edo.Future[edo.Unit] {
		return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task, job) })
	})
}

// WorkStep is [Work] with a function that returns the frame of each call.
func WorkStep[T, F any, P edo.ErrorFrame[F]](q *Queue[T], limit int, frame func(job *Job[T]) F) *Worker[T] {
	return newWorker(q, limit, func(job *Job[T]) edo.Future[edo.Unit] {
		return edo.AsyncStep[edo.Unit](workFrame[F, P]{frame(job)})
	})
}

// workFrame is a call of a handler: that has a function of its own around the user's.
type workFrame[F any, P edo.ErrorFrame[F]] struct{ f F }

// Poll is a step of the user's function.
func (f *workFrame[F, P]) Poll(task *edo.Task) (done bool, _ edo.Unit, err error) {
	done, err = P(&f.f).Poll(task)
	return done, edo.Unit{}, err
}

// FunctionName is the name of the function in direct style.
func (*workFrame[F, P]) FunctionName() string {
	return handlerName + "[...].func1.1"
}

// handlerName begins the name of the function in which a handler in direct style runs.
const handlerName = "github.com/edo-go/edo/cluster.Work"

// WorkFuture is [Work] with a function that returns a future, without a stack.
func WorkFuture[T any](q *Queue[T], limit int, fn func(job *Job[T]) edo.Future[edo.Unit]) *Worker[T] {
	return newWorker(q, limit, fn)
}

// A Worker is the future of [Work]. It is polled by one task, which drops it as well; Stop may be
// called from anywhere.
type Worker[T any] struct {
	q     *Queue[T]
	limit int
	fn    func(job *Job[T]) edo.Future[edo.Unit]

	mu        sync.Mutex // guards the following; held for no call of nats.go, and no task is woken with it
	held      []*delivery
	running   map[*call[T]]struct{}
	state     workerState
	isQuiet   bool // it takes no more, and no call runs
	err       error
	waker     edo.Waker
	inbox     string             // of what the broker says of questions for jobs, with the last dot
	sub       *nats.Subscription // nil: it has not begun, or has ended
	pullers   []puller           // of the lines
	pullTimer *time.Timer
	signTimer *time.Timer
	forgotten forgotten
}

// workerState is how far a worker is.
type workerState uint8

const (
	fresh    workerState = iota // not polled
	taking                      // takes jobs
	stopping                    // takes none; calls may run
	ended                       // its future was ready, or was dropped
)

func newWorker[T any](q *Queue[T], limit int, fn func(job *Job[T]) edo.Future[edo.Unit]) *Worker[T] {
	w := &Worker[T]{q: q, limit: limit, fn: fn, running: map[*call[T]]struct{}{}}
	if limit < 1 {
		w.err = fmt.Errorf("cluster: a worker of the queue %s has the limit %d: want at least 1", q.name, limit)
	}
	return w
}

// member is a worker as its Conn sees it.
type member[T any] Worker[T]

// Stop has the worker take no more.
func (m *member[T]) Stop() { (*Worker[T])(m).Stop() }

// Name is that of the worker in reports.
func (m *member[T]) Name() string { return "a worker of the queue " + m.q.name }

// Waits says what the worker waits for.
func (w *Worker[T]) Waits(*edo.Context) edo.Wait {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.state == stopping:
		return edo.Wait{On: fmt.Sprintf("cluster: the end of the last %d of its jobs of the queue %s", len(w.running), w.q.name)}
	case len(w.running) >= w.limit:
		return edo.Wait{On: fmt.Sprintf("cluster: the end of one of %d jobs of the queue %s", len(w.running), w.q.name)}
	}
	return edo.Wait{On: fmt.Sprintf("cluster: a job of the queue %s, from %s>", w.q.name, w.q.root()), Outside: true}
}

// Stop has the worker take no more jobs. Jobs that it has taken and not begun are given back. Its
// future is ready when the last call has ended. It may be called twice, and from any goroutine.
func (w *Worker[T]) Stop() { w.halt(nil) }

// halt is Stop, with an error for the future.
func (w *Worker[T]) halt(err error) {
	w.mu.Lock()
	if w.state == stopping || w.state == ended {
		w.mu.Unlock()
		return
	}
	w.state, w.err = stopping, cmp.Or(w.err, err)
	held, sub, waker := w.held, w.sub, w.waker
	w.held, w.waker = nil, edo.Waker{}
	if w.pullTimer != nil {
		w.pullTimer.Stop()
	}
	w.beQuiet()
	w.mu.Unlock()
	for _, d := range held {
		w.giveBack(d)
	}
	w.drain(sub)
	waker.Wake()
}

// Poll begins the jobs that have been taken, and is ready when the worker has stopped.
func (w *Worker[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(w) {
		return edo.Unit{}, edo.Pending, nil
	}
	if err := w.sole(cx); err != nil {
		return edo.Unit{}, edo.Ready, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state == fresh && w.err == nil {
		w.mu.Unlock()
		w.begin()
		w.mu.Lock()
	}
	for w.state == taking && len(w.held) > 0 && len(w.running) < w.limit {
		w.start(cx, w.next())
	}
	switch {
	case w.state == ended:
		return edo.Unit{}, edo.Ready, link.ErrPolledAgain
	case w.state == fresh, w.state == stopping && len(w.running) == 0 && w.sub == nil:
		err := w.err
		w.state = ended
		w.mu.Unlock()
		w.q.conn.in().Leave((*member[T])(w))
		w.mu.Lock()
		return edo.Unit{}, edo.Ready, err
	}
	w.waker = cx.Waker()
	w.mu.Unlock()
	w.ask()
	w.mu.Lock()
	return edo.Unit{}, edo.Pending, nil
}

// sole returns an error when another task waits for the worker.
func (w *Worker[T]) sole(cx *edo.Context) error {
	w.mu.Lock()
	other := w.waker
	w.mu.Unlock()
	if other.IsZero() || other == cx.Waker() {
		return nil
	}
	if err := cx.Sole(other, w, "each task has a worker of its own"); err != nil {
		return err
	}
	cx.Displace(other, w)
	return nil
}

// begin enters the worker at its Conn, and subscribes to what the broker gives it.
func (w *Worker[T]) begin() {
	conn, nc := w.q.conn.in(), w.q.conn.NATS()
	err := conn.Enter((*member[T])(w))
	var sub *nats.Subscription
	inbox := nc.NewInbox() + "."
	if err == nil {
		if sub, err = nc.Subscribe(inbox+">", w.hear); err == nil {
			err = sub.SetPendingLimits(-1, -1) // what it has asked for is the limit
		}
		err = publishError(err)
	}
	w.mu.Lock()
	hasStopped := w.state != fresh
	if err != nil || hasStopped {
		w.err = cmp.Or(w.err, err)
		w.mu.Unlock()
		if sub != nil {
			sub.Unsubscribe()
		}
		return
	}
	w.state, w.sub, w.inbox, w.pullers = taking, sub, inbox, make([]puller, len(w.q.lines))
	w.pullTimer = time.AfterFunc(pullBeat, w.lookAfterPulls)
	w.signTimer = time.AfterFunc(w.q.cfg.Patience/3, w.giveSigns)
	w.mu.Unlock()
}

// next takes the most urgent job out of those that are held; mu is locked.
func (w *Worker[T]) next() *delivery {
	for _, l := range w.q.lines {
		for i, d := range w.held {
			if d.line == l {
				w.held = append(w.held[:i], w.held[i+1:]...)
				return d
			}
		}
	}
	return nil
}

// start spawns the task of a job; mu is locked.
func (w *Worker[T]) start(cx *edo.Context, d *delivery) {
	c := &call[T]{w: w, d: d, newest: d}
	w.running[c] = struct{}{}
	w.mu.Unlock()
	options := append(w.q.conn.in().Extract(d.msg.Header), edo.Name(c.title()), edo.OnEnd(c.ended), edo.Daemon())
	h := edo.Spawn(cx, edo.Future[edo.Unit](c), options...)
	w.mu.Lock()
	c.task = h.AbortHandle()
}

// finished is told when the task of a job has ended.
func (w *Worker[T]) finished(c *call[T]) {
	w.mu.Lock()
	delete(w.running, c)
	waker := w.waker
	if w.state == taking && len(w.held) == 0 { // the worker has nothing to begin
		waker = edo.Waker{}
	} else {
		w.waker = edo.Waker{}
	}
	w.beQuiet()
	isOver := w.isOver()
	w.mu.Unlock()
	if isOver {
		w.q.conn.in().Leave((*member[T])(w))
	}
	w.ask()
	waker.Wake()
}

// Drop stops the worker at once: see [Work]. It does not wait for the calls to end.
func (w *Worker[T]) Drop() {
	w.halt(nil)
	w.mu.Lock()
	w.state = ended
	var calls []edo.AbortHandle
	for c := range w.running {
		calls = append(calls, c.task)
	}
	isOver := w.isOver()
	w.mu.Unlock()
	for _, c := range calls {
		c.Abort()
	}
	if isOver {
		w.q.conn.in().Leave((*member[T])(w))
	}
}

// isOver reports whether nothing is left of a worker that has ended; mu is locked.
func (w *Worker[T]) isOver() bool { return w.state == ended && len(w.running) == 0 && w.sub == nil }

// beQuiet notes that the worker takes no more, and no call runs; mu is locked.
func (w *Worker[T]) beQuiet() {
	if w.isQuiet || w.state < stopping || len(w.running) > 0 {
		return
	}
	w.isQuiet = true
	if w.signTimer != nil {
		w.signTimer.Stop()
	}
}

// giveBack tells the broker that this worker does not do the job: another gets it at once. It is not
// for a job that another worker may have: that one would lose it.
func (w *Worker[T]) giveBack(d *delivery) {
	if w.isMine(d) {
		d.tell(w.q.conn, "-NAK")
	}
}

// isMine reports whether the broker cannot have given d to another worker meanwhile.
func (w *Worker[T]) isMine(d *delivery) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Since(d.sign) < w.q.cfg.Patience*9/10
}
