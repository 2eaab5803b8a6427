package lock_test

import (
	"reflect"
	"runtime"
	"sync"
	"testing"
	"weak"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/lock"
)

// listener is a task whose wake calls a function.
type listener struct {
	task   sched.Task
	onWake func()
}

func (l *listener) Poll(*sched.Context) bool { panic("polled by hand") }
func (l *listener) Fail(any, []byte)         { panic("polled by hand") }
func (l *listener) Unpark()                  { l.onWake() }

// listen polls f, which waits: its wake calls onWake.
func listen[T any](t *testing.T, f edo.Future[T], onWake func()) {
	t.Helper()
	l := &listener{onWake: onWake}
	l.task.InitExternal(l)
	if _, p, err := f.Poll((*edo.Context)(sched.NewContext(nil, &l.task))); p != edo.Pending || !l.task.Suspend() {
		t.Fatalf("Poll = %v, %v, want Pending", p, err)
	}
}

func TestNoTaskIsWokenWithTheLatchHeld(t *testing.T) {
	type latched interface{ Unlatched() bool }
	for name, start := range map[string]func(t *testing.T, onWake func()) (x latched, wake func()){
		"Release": func(t *testing.T, onWake func()) (latched, func()) {
			s := lock.NewSemaphore(0)
			listen(t, s.AcquireFuture(1), onWake)
			listen(t, s.AcquireFuture(1), onWake)
			return s, func() { s.Release(2) }
		},
		"drop of a writer that waits": func(t *testing.T, onWake func()) (latched, func()) {
			m := &lock.RWMutex{}
			m.TryRLock()
			w := drive(t, m.LockFuture()).waits()
			listen(t, m.RLockFuture(), onWake)
			listen(t, m.RLockFuture(), onWake)
			return m, w.drop
		},
		"Close": func(t *testing.T, onWake func()) (latched, func()) {
			s := lock.NewSemaphore(0)
			listen(t, s.AcquireFuture(1), onWake)
			listen(t, s.AcquireFuture(1), onWake)
			return s, s.Close
		},
		"NotifyOne": func(t *testing.T, onWake func()) (latched, func()) {
			n := &lock.Notify{}
			listen(t, n.WaitFuture(), onWake)
			listen(t, n.WaitFuture(), onWake)
			return n, func() { n.NotifyOne(); n.NotifyLast() }
		},
		"NotifyAll": func(t *testing.T, onWake func()) (latched, func()) {
			n := &lock.Notify{}
			listen(t, n.WaitFuture(), onWake)
			listen(t, n.WaitFuture(), onWake)
			return n, n.NotifyAll
		},
		"the leader of a Barrier": func(t *testing.T, onWake func()) (latched, func()) {
			b := lock.NewBarrier(3)
			listen(t, b.WaitFuture(), onWake)
			listen(t, b.WaitFuture(), onWake)
			return b, func() { drive(t, b.WaitFuture()).gets() }
		},
	} {
		t.Run(name, func(t *testing.T) {
			var x latched
			woken := 0
			x, wake := start(t, func() {
				if woken++; !x.Unlatched() {
					t.Error("woken with the latch held")
				}
			})
			if wake(); woken != 2 {
				t.Fatalf("woken %d times, want 2", woken)
			}
		})
	}
}

// A waker retains the memory of its task, and so does a holder: both are cleared at once.
func TestTasksAreForgottenWithTheirWakers(t *testing.T) {
	for name, use := range map[string]func(task *edotest.Task) (kept any){
		"dropped while it waits for a lock": func(task *edotest.Task) any {
			m := &lock.Mutex{}
			m.TryLock()
			f := m.LockFuture()
			edotest.Poll(task, edo.Future[*lock.Guard](f))
			f.Drop()
			return f
		},
		"dropped with a lock": func(task *edotest.Task) any {
			m := &lock.Mutex{}
			m.TryLock()
			f := m.LockFuture()
			edotest.Poll(task, edo.Future[*lock.Guard](f))
			m.Unlock()
			f.Drop()
			return f
		},
		"waited for a lock": func(task *edotest.Task) any {
			m := &lock.Mutex{}
			m.TryLock()
			f := m.LockFuture()
			edotest.Poll(task, edo.Future[*lock.Guard](f))
			m.Unlock()
			g, _, _ := edotest.Poll(task, edo.Future[*lock.Guard](f))
			g.Unlock() // before this a report names the task
			return []any{f, m}
		},
		"released everything": func(task *edotest.Task) any {
			var (
				m  lock.Mutex
				rw lock.RWMutex
				s  = lock.NewSemaphore(2)
				o  lock.Once[int]
			)
			lockAll := func(task *edo.Task) error {
				if _, err := o.GetOrInit(task, func(*edo.Task) (int, error) { return 1, nil }); err != nil {
					return err
				}
				m.Lock(task)
				defer m.Unlock()
				rw.Lock(task)
				rw.Downgrade()
				rw.RUnlock()
				rw.RLock(task)
				defer rw.RUnlock()
				s.Acquire(task, 1)
				defer s.Release(1)
				return nil
			}
			edotest.Poll(task, direct(lockAll))
			p, _, _ := edotest.Poll(task, edo.Future[*lock.Permit](s.AcquireFuture(1)))
			p.Forget()
			return []any{&m, &rw, s, &o}
		},
		"dropped while it waits for a notification": func(task *edotest.Task) any {
			n := &lock.Notify{}
			f := n.WaitFuture()
			edotest.Poll(task, edo.Future[edo.Unit](f))
			f.Drop()
			return f
		},
		"waited for a notification": func(task *edotest.Task) any {
			n := &lock.Notify{}
			f := n.WaitFuture()
			edotest.Poll(task, edo.Future[edo.Unit](f))
			n.NotifyOne()
			edotest.Poll(task, edo.Future[edo.Unit](f))
			return f
		},
		"notified with many": func(task *edotest.Task) any { // the wakers are in a slice from a pool
			n := &lock.Notify{}
			for range 3 {
				edotest.Poll(task, edo.Future[edo.Unit](n.WaitFuture()))
			}
			n.NotifyAll()
			return n
		},
		"dropped before a barrier": func(task *edotest.Task) any {
			f := lock.NewBarrier(2).WaitFuture()
			edotest.Poll(task, edo.Future[bool](f))
			f.Drop()
			return f
		},
		"let through a barrier": func(task *edotest.Task) any {
			b := lock.NewBarrier(2)
			f := b.WaitFuture()
			edotest.Poll(task, edo.Future[bool](f))
			edotest.Poll(edotest.NewTask(), edo.Future[bool](b.WaitFuture()))
			edotest.Poll(task, edo.Future[bool](f))
			return f
		},
	} {
		t.Run(name, func(t *testing.T) {
			task := edotest.NewTask()
			ref := weak.Make(task)
			kept := use(task)
			runtime.GC()
			if ref.Value() != nil {
				t.Error("the task is still reachable")
			}
			runtime.KeepAlive(kept)
		})
	}
}

// go vet complains of copies of a struct with a field that is a [sync.Locker].
func TestVetSeesCopies(t *testing.T) {
	for _, v := range []any{
		lock.Mutex{}, lock.RWMutex{}, lock.Semaphore{}, lock.Notify{}, lock.Barrier{}, lock.Once[int]{},
		lock.Guard{}, lock.Permit{},
		lock.LockFuture{}, lock.AcquireFuture{}, lock.Notified{}, lock.Arrival{}, lock.InitFuture[int]{},
	} {
		if typ := reflect.TypeOf(v); !hasLocker(typ) {
			t.Errorf("go vet does not notice a copy of a %v", typ)
		}
	}
}

func hasLocker(t reflect.Type) bool {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[sync.Locker]()) {
		return true
	}
	if t.Kind() == reflect.Struct {
		for i := range t.NumField() {
			if hasLocker(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}
