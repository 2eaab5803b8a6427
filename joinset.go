package edo

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/edo-go/edo/internal/sched"
)

// JoinSet is a set of tasks whose results come in the order in which the tasks end: it
// is a [Stream] of them, in which a task that failed is an error item. It ends when the
// set is empty, and goes on when something is spawned again. With a limit, spawning
// waits while so many tasks run. An end costs the same however many tasks there are.
//
// The zero value is a set without a limit. A set must not be copied. Its methods may
// be called from any goroutine. One task at a time waits for results: a second one gets
// a [*BusyError]. The owner of the set drops it, which aborts what is left.
//
// A set that is spawned into and never joined keeps the handle and the result of every
// task that has ended, which grows without a bound in a server. Tasks whose results
// are of no interest belong into a [Scope], or are spawned with [Go] and a limit taken
// from a semaphore of package lock.
//
// It is no [Spawner]: what is spawned with a Spawner may have any result, and those of
// a set are of one type. So its methods take the Spawner, and the set is only where
// the results go.
type JoinSet[T any] struct {
	// Where a task is:
	//
	//	running   spawned, and not ended. With those in line that have been granted a
	//	          room they are no more than limit.
	//	ready     ended, and not joined
	//
	// Rules:
	//
	//  1. While anybody is in line no room is free: one that becomes free is granted, under
	//     the same lock, to the first in line, who is woken, and passes it on when it is
	//     dropped. So nobody is overtaken.
	//  2. joiner is set only while nothing is ready.
	//  3. After closed nothing is running or ready, and nobody in line.

	limit int // 0: none; not changed

	mu      sync.Mutex // guards the following
	running roster[*sched.Task]
	granted int              // rooms of those that were in line
	ready   []*JoinHandle[T] // from head on
	head    int
	joiner  Waker
	line    line[T]
	closed  bool
}

var (
	errSetFull   = NewError(ErrFull, "edo: as many tasks of the set run as its limit allows")
	errSetClosed = NewError(ErrClosed, "edo: spawn in a join set that was closed")
)

// NewJoinSet returns a set in which at most limit tasks run at the same time. 0 means
// that there is no limit, and a negative number is a mistake in the program, and
// panics.
func NewJoinSet[T any](limit int) *JoinSet[T] {
	if limit < 0 {
		panic(fmt.Errorf("edo: NewJoinSet with the limit %d: use a positive number, or 0 for none", limit))
	}
	return &JoinSet[T]{limit: limit}
}

// TrySpawn spawns f as [Spawn] does, and its result will be one of the set's. It never
// waits. The error matches [ErrFull] when as many tasks run as the limit allows, or
// others wait to spawn, and [ErrClosed] when the set was closed; then f is still the
// caller's.
func (s *JoinSet[T]) TrySpawn(sp Spawner, f Future[T], opts ...SpawnOption) (AbortHandle, error) {
	if sp == nil {
		panic(errNilSpawner)
	}
	h := newBoxed(f, opts)
	if err := s.enlist(h); err != nil {
		return AbortHandle{}, err
	}
	h.start(sp)
	return h.AbortHandle(), nil
}

// enlist puts the task of h, which is about to be spawned, among those that run.
func (s *JoinSet[T]) enlist(h *JoinHandle[T]) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return errSetClosed
	case !s.room():
		return errSetFull
	}
	s.count(h)
	return nil
}

// room says whether another task may run. Locked.
func (s *JoinSet[T]) room() bool {
	return s.limit == 0 || s.running.len()+s.granted < s.limit
}

// count puts the task of h among those that run. Locked.
func (s *JoinSet[T]) count(h *JoinHandle[T]) {
	b := h.more().tied() // which is h's alone until it is in the roster
	b.set = s
	b.counted.who = &h.task
	s.running.add(&b.counted)
}

// ended is told that a task has ended. It is ready now, and somebody may have its room.
func (s *JoinSet[T]) ended(t *sched.Task, x *extra) {
	h := t.Body().(body[T]).handle()
	s.mu.Lock()
	var joiner, spawner Waker
	closed := s.closed
	if !closed {
		s.running.remove(&x.bonds.counted)
		s.ready = append(s.ready, h)
		joiner, s.joiner = s.joiner, Waker{}
		spawner = s.grant()
	}
	s.mu.Unlock()
	joiner.Wake()
	spawner.Wake()
	if closed {
		h.forsake()
	}
}

// forsake is for a task of a closed set that has ended: nobody will join it. It drops
// the value, and tells OnError of a failure; a panic while dropping is one.
func (h *JoinHandle[T]) forsake() {
	x := h.more()
	if x.err == nil {
		if r := reflect.ValueOf(h.value); r.Kind() == reflect.Pointer && r.IsNil() {
			return
		}
		guard(taskName(&h.task), x, func() { Drop(h.value) })
		if x.err != nil {
			x.failure = &failure{task: taskName(&h.task), err: x.err, rt: x.bonds.rt}
			x.bonds.rt.failures.add(x.failure)
		}
	}
	if f := x.failure; f != nil {
		f.rt.onError(fmt.Errorf("edo: task %s failed: %w", taskName(&h.task), x.err))
	}
}

// take takes out the next handle that is ready; without one it is Pending, or the End.
// Locked.
func (s *JoinSet[T]) take() (*JoinHandle[T], Poll) {
	if s.head == len(s.ready) {
		if s.running.len() == 0 {
			return nil, End
		}
		return nil, Pending
	}
	h := s.ready[s.head]
	s.ready[s.head] = nil
	s.head++
	switch {
	case s.head == len(s.ready) && cap(s.ready) <= slack:
		s.ready, s.head = s.ready[:0], 0
	case s.head == len(s.ready) || s.head > slack && s.head > len(s.ready)/2:
		s.ready, s.head = append([]*JoinHandle[T](nil), s.ready[s.head:]...), 0 // after a peak the memory goes
	}
	return h, Ready
}

// next is the poll of both streams. The error is that another task waits for the set.
func (s *JoinSet[T]) next(cx *Context) (*JoinHandle[T], Poll, error) {
	if !cx.Proceed((*joinWait[T])(s)) {
		return nil, Pending, nil
	}
	me := cx.Waker()
	var asked Waker // has gone; and may be back by now
	s.mu.Lock()
	for w := s.joiner; !w.IsZero() && w != me && w != asked; w = s.joiner {
		s.mu.Unlock()
		if err := cx.Sole(w, (*joinWait[T])(s), useOneJoiner); err != nil {
			return nil, Ready, err
		}
		s.mu.Lock()
		asked = w
	}
	h, p := s.take()
	if p != Pending {
		s.mu.Unlock()
		return h, p, nil
	}
	s.joiner = me
	s.mu.Unlock()
	cx.Displace(asked, (*joinWait[T])(s))
	return nil, Pending, nil
}

const useOneJoiner = "one task joins a set and hands the results on, for example through package mpmc"

// PollNext returns the result of the next task that has ended. It is the End when there
// is no task; the set goes on when one is spawned.
func (s *JoinSet[T]) PollNext(cx *Context) (v T, p Poll, err error) {
	h, p, err := s.next(cx)
	if h != nil {
		v, err = h.value, h.joined()
	}
	return v, p, err
}

// Join waits for the next task that ends, and returns its result: it is [Next] of the
// set. ok says that there was a task, of which err is the error. Without ok the set is
// empty, or, with an error, the waiting task was cancelled; then no result is lost.
func (s *JoinSet[T]) Join(task *Task) (v T, ok bool, err error) { return Next[T](task, s) }

// JoinNext is [JoinSet.Join] for those who want to know which task has ended: it
// returns its handle, which has resolved. Asking the handle joins the task.
func (s *JoinSet[T]) JoinNext(task *Task) (h *JoinHandle[T], ok bool, err error) {
	return Next[*JoinHandle[T]](task, (*joinWait[T])(s))
}

// TryJoin returns the result of the next task that has ended, without waiting. What
// says so is a [Poll], because the error may be any, and be the task's: Pending, none
// has ended, but some run; End, the set is empty; Ready, here it is.
func (s *JoinSet[T]) TryJoin() (v T, p Poll, err error) {
	s.mu.Lock()
	h, p := s.take()
	s.mu.Unlock()
	if p == Ready {
		v, err = h.value, h.joined()
	}
	return v, p, err
}

// Len returns how many tasks have been spawned and not been joined, running or not.
func (s *JoinSet[T]) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running.len() + len(s.ready) - s.head
}

// AbortAll aborts the tasks that run. They stay in the set, and each gives its result,
// [ErrCancelled] most of them. Those that have ended keep theirs.
func (s *JoinSet[T]) AbortAll() {
	s.mu.Lock()
	all := s.running.all()
	s.mu.Unlock()
	for _, t := range all {
		t.Cancel()
	}
}

// Close ends the set: it aborts the tasks that run, and lets go of all. Values that
// nobody has joined are dropped, and what fails with more than a cancellation is
// reported as of any task that nobody joined. Spawns that wait fail, and so do those to
// come. It may be called twice, and does not wait.
func (s *JoinSet[T]) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	all := s.running.all()
	ready := s.ready[s.head:]
	s.ready, s.head = nil, 0
	wakers := append(s.line.clear(), s.joiner)
	s.joiner = Waker{}
	s.running = roster[*sched.Task]{}
	s.mu.Unlock()
	for _, t := range all {
		t.Cancel()
	}
	for _, w := range wakers {
		w.Wake()
	}
	for _, h := range ready {
		h.forsake()
	}
}

// Drop is [JoinSet.Close].
func (s *JoinSet[T]) Drop() { s.Close() }

// joinWait is the set as the stream of handles, and the wait for them.
type joinWait[T any] JoinSet[T]

func (w *joinWait[T]) PollNext(cx *Context) (*JoinHandle[T], Poll, error) {
	return (*JoinSet[T])(w).next(cx)
}

// Waits names some of the tasks.
func (w *joinWait[T]) Waits(*Context) Wait {
	s := (*JoinSet[T])(w)
	s.mu.Lock()
	all, n, ready := s.running.first(maxHolders+1), s.running.len(), len(s.ready)-s.head
	s.mu.Unlock()
	if ready != 0 {
		return Wait{On: fmt.Sprintf("edo: a result of a join set (%d have ended)", ready)}
	}
	wait := Wait{On: fmt.Sprintf("edo: the end of one of the %d tasks of a join set", n), Held: heldBy(false, all...)}
	for _, t := range all[:min(len(all), maxBy)] {
		wait.By = append(wait.By, labelOf(t))
	}
	return wait
}
