package joinset

import (
	"fmt"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/roster"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
	"github.com/edo-go/edo/internal/waiters"
)

// Set is a set of tasks that returns their results in the order in which the tasks end. It is
// an [edo.Stream] of the results; a task that failed is an error item. The stream ends when
// the set is empty, and goes on when a task is spawned again. With a limit, a spawn waits
// while so many tasks run. The end of a task costs the same, however many tasks there are.
//
// The zero value is a set without a limit. A set must not be copied. Its methods may be
// called from any goroutine. One task at a time waits for results: a second one gets an
// [*edo.BusyError]. The owner of the set drops it, which aborts the tasks that still run.
//
// The set keeps the handle and the result of each task that has ended until a task joins it.
// A server that spawns and never joins needs more and more memory. Tasks without a result
// belong to a scope (package scope), or are spawned with [edo.Go], limited by a semaphore of
// package lock.
//
// A set is no [edo.Spawner]: a task of a Spawner may have a result of any type, and the
// results of a set have one type. So the methods of a set take the Spawner; those that may
// wait take the Task of the caller, which spawns.
type Set[T any] struct {
	// Where a task is:
	//
	//	granted   about to be spawned, with a slot; it may have waited in line for the slot
	//	running   spawned, and not ended; the granted and the running are at most limit
	//	ready     ended, and not joined
	//
	// Rules:
	//
	//  1. While a spawn is in line no slot is free. A slot that becomes free is granted to
	//     the first spawn in line, in the same critical section. That spawn is woken; if it
	//     is dropped, it passes the slot on. So no spawn is overtaken.
	//  2. joiner is set only while no result is ready.
	//  3. After closed no task is running or ready, and the line is empty.

	limit int // 0: none; not changed

	mu      sync.Mutex // guards the following
	running roster.Roster[*sched.Task]
	granted int          // how many slots are granted, and not used by a task yet
	ready   []*joined[T] // ready[head:] are not joined
	head    int
	joiner  edo.Waker
	line    waiters.List[SpawnFuture[T]]
	closed  bool
}

var (
	errFull   = edo.NewError(edo.ErrFull, "joinset: as many tasks of the set run as its limit allows")
	errClosed = edo.NewError(edo.ErrClosed, "joinset: spawn in a join set that was closed")
)

// New returns a set in which at most limit tasks run at the same time. 0 means no limit. New
// panics when limit is negative.
func New[T any](limit int) *Set[T] {
	if limit < 0 {
		panic(fmt.Errorf("joinset: New with the limit %d: use a positive number, or 0 for none", limit))
	}
	return &Set[T]{limit: limit}
}

// takeReady removes the next ready handle. Without one it returns Pending, or End if the set
// is empty. Locked.
func (s *Set[T]) takeReady() (*edo.JoinHandle[T], edo.Poll) {
	if s.head == len(s.ready) {
		if s.running.Len() == 0 {
			return nil, edo.End
		}
		return nil, edo.Pending
	}
	h := s.ready[s.head].handle
	s.ready[s.head] = nil
	s.head++
	switch {
	case s.head == len(s.ready) && cap(s.ready) <= roster.Slack:
		s.ready, s.head = s.ready[:0], 0
	case s.head == len(s.ready) || s.head > roster.Slack && s.head > len(s.ready)/2:
		s.ready, s.head = append([]*joined[T](nil), s.ready[s.head:]...), 0 // after a peak the memory is freed
	}
	return h, edo.Ready
}

// poll is the poll of both streams, of results and of handles. The error says that another
// task waits for the set.
func (s *Set[T]) poll(cx *edo.Context) (*edo.JoinHandle[T], edo.Poll, error) {
	if !cx.Proceed((*handles[T])(s)) {
		return nil, edo.Pending, nil
	}
	me := cx.Waker()
	var gone edo.Waker // of a joiner that no longer waits; its task may wait again by now
	s.mu.Lock()
	for w := s.joiner; !w.IsZero() && w != me && w != gone; w = s.joiner {
		s.mu.Unlock()
		if err := cx.Sole(w, (*handles[T])(s), useOneJoiner); err != nil {
			return nil, edo.Ready, err
		}
		s.mu.Lock()
		gone = w
	}
	h, p := s.takeReady()
	if p != edo.Pending {
		s.mu.Unlock()
		return h, p, nil
	}
	s.joiner = me
	s.mu.Unlock()
	cx.Displace(gone, (*handles[T])(s))
	return nil, edo.Pending, nil
}

const useOneJoiner = "one task joins a set and hands the results on, for example through package mpmc"

// PollNext returns the result of the next task that has ended. It returns End when the set is
// empty, and goes on when a task is spawned.
func (s *Set[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	h, p, err := s.poll(cx)
	if h != nil {
		v, _, err = h.TryJoin()
	}
	return v, p, err
}

// Join waits for the next task that ends, and returns its result: it is [edo.Next] of the set.
// If ok is true, err is the error of the task that has ended. Otherwise the set is empty, or,
// if err is not nil, the waiting task was cancelled; then no result is lost.
//
//edo:step JoinStep
func (s *Set[T]) Join(task *edo.Task) (v T, ok bool, err error) { return edo.Next[T](task, s) }

// JoinNext is [Set.Join], but returns the handle of the task that has ended. The handle has
// resolved; to join it is to join the task.
//
//edo:step JoinNextStep
func (s *Set[T]) JoinNext(task *edo.Task) (h *edo.JoinHandle[T], ok bool, err error) {
	return edo.Next[*edo.JoinHandle[T]](task, (*handles[T])(s))
}

// TryJoin returns the result of the next task that has ended, and does not wait. The
// [edo.Poll] is Ready with a result, of which err is the error; Pending, if no task has ended
// but some run; End, if the set is empty.
func (s *Set[T]) TryJoin() (v T, p edo.Poll, err error) {
	s.mu.Lock()
	h, p := s.takeReady()
	s.mu.Unlock()
	if p == edo.Ready {
		v, _, err = h.TryJoin()
	}
	return v, p, err
}

// Len returns how many tasks have been spawned and not joined, whether they have ended or not.
func (s *Set[T]) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running.Len() + len(s.ready) - s.head
}

// AbortAll aborts the tasks that run. They stay in the set, and their results will be ready,
// most of them [edo.ErrCancelled]. Tasks that have ended keep their results.
func (s *Set[T]) AbortAll() {
	s.mu.Lock()
	all := s.running.All()
	s.mu.Unlock()
	for _, t := range all {
		t.Cancel()
	}
}

// Close closes the set: it aborts the tasks that run, and removes all. Values that no task has
// joined are dropped; a failure other than a cancellation is reported like that of any task
// that is not joined. Spawns that wait fail, and so do later ones. Close does not wait, and
// may be called twice.
func (s *Set[T]) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	all := s.running.All()
	ready := s.ready[s.head:]
	s.ready, s.head = nil, 0
	wakers := append(s.refuseLine(), s.joiner)
	s.joiner = edo.Waker{}
	s.running = roster.Roster[*sched.Task]{}
	s.mu.Unlock()
	for _, t := range all {
		t.Cancel()
	}
	for _, w := range wakers {
		w.Wake()
	}
	for _, b := range ready {
		core.Forsake(b.place.Member, b.rt)
	}
}

// Drop is [Set.Close].
func (s *Set[T]) Drop() { s.Close() }

// handles is the set as the stream of handles, and as the leaf that waits for the next one.
type handles[T any] Set[T]

func (w *handles[T]) PollNext(cx *edo.Context) (*edo.JoinHandle[T], edo.Poll, error) {
	return (*Set[T])(w).poll(cx)
}

// Waits names some of the tasks that run.
func (w *handles[T]) Waits(cx *edo.Context) edo.Wait {
	s := (*Set[T])(w)
	s.mu.Lock()
	all, n, ready := s.running.First(survey.MaxHolders+1), s.running.Len(), len(s.ready)-s.head
	s.mu.Unlock()
	if ready != 0 {
		return edo.Wait{On: fmt.Sprintf("joinset: a result (%d have ended)", ready)}
	}
	wait := edo.Wait{On: fmt.Sprintf("joinset: the end of one of %d tasks", n)}
	wait.SetHeld(survey.HeldBy(false, all...))
	for _, t := range all[:min(len(all), survey.MaxNames)] {
		wait.By = append(wait.By, core.LabelIn((*sched.Context)(cx), t))
	}
	return wait
}
