package lease

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/edo-go/edo/timer"
)

// acquiring is an acquisition, as a future.
//
//	looks → claims → over         the key was free, and the claim has won
//	looks → claims → looks        another one has won
//	looks → waits → looks         all keys are held; there is news of one, or it has rested for long
type acquiring struct {
	s            *Space
	name, holder string
	keys         []string // one of them is enough
	permits      int      // of a semaphore; 0: it is a lease
	isTry        bool

	phase  phase
	todo   []string  // keys to look at
	look   *link.Ask // a new one each time: an old one may be under way again; nil: none
	held   record    // that was found last
	claim  *claim
	reader *reader // nil: it has not begun to read the news
	isRead bool    // it has looked since the news are complete
	rest   *timer.Sleeper
	seat   seat
	err    error // it ends with, before it has begun
}

type phase uint8

const (
	fresh phase = iota
	looks
	claims
	waits
	ended
)

// Acquire acquires the lease with the name, and waits until it is free. holder is a text for reports,
// errors and watches, which says who holds it. In no order of those that wait. When the task is
// cancelled meanwhile, it does not have the lease: one that was on its way is given back.
//
// The holder releases the lease, or drops it; see [Lease.Run]. It costs two questions to the broker.
//
//edo:step AcquireStep
func (s *Space) Acquire(task *edo.Task, name, holder string) (*Lease, error) {
	return s.leaseOf(name, holder).await(task)
}

// AcquireStep is the step form of [Space.Acquire].
func (s *Space) AcquireStep(task *edo.Task, st *edo.Step, name, holder string) (done bool, l *Lease, err error) {
	return acquireStep(task, st, func() *acquiring { return s.leaseOf(name, holder) })
}

// AcquireFuture is [Space.Acquire] as a future. It is dropped when it is not wanted any more.
func (s *Space) AcquireFuture(name, holder string) edo.Future[*Lease] { return s.leaseOf(name, holder) }

// TryAcquire acquires the lease if it is free. Otherwise the error is a [*HeldError].
//
//edo:step TryAcquireStep
func (s *Space) TryAcquire(task *edo.Task, name, holder string) (*Lease, error) {
	f := s.leaseOf(name, holder)
	f.isTry = true
	return f.await(task)
}

// TryAcquireStep is the step form of [Space.TryAcquire].
func (s *Space) TryAcquireStep(task *edo.Task, st *edo.Step, name, holder string) (done bool, l *Lease, err error) {
	return acquireStep(task, st, func() *acquiring {
		f := s.leaseOf(name, holder)
		f.isTry = true
		return f
	})
}

// leaseOf returns the acquisition of a lease.
func (s *Space) leaseOf(name, holder string) *acquiring {
	err := cmp.Or(checkName("lease", name), checkText("text of a holder", holder, maxHolder))
	return &acquiring{s: s, name: name, holder: holder, keys: []string{leaseKey(name)}, err: err}
}

// await waits for f in direct style.
func (f *acquiring) await(task *edo.Task) (*Lease, error) {
	defer f.Drop()
	return edo.Await(task, edo.Future[*Lease](f))
}

// acquireStep waits for the acquisition that begin makes.
func acquireStep(task *edo.Task, st *edo.Step, begin func() *acquiring) (done bool, l *Lease, err error) {
	f := edo.StepState[acquiring](st)
	if f == nil {
		f = begin()
		st.Set(f)
	}
	if done, l, err = edo.AwaitStep(task, edo.Future[*Lease](f)); done {
		st.Set(nil)
		f.Drop()
	}
	return done, l, err
}

// on names the lease in reports.
func (f *acquiring) on(what string) string {
	kind := "lease"
	if f.permits > 0 {
		kind = "semaphore"
	}
	return fmt.Sprintf("lease: %s of the %s %q of the space %s", what, kind, f.name, f.s.k.space)
}

// Waits names the lease, and its holder if it waits for that.
func (f *acquiring) Waits(*edo.Context) edo.Wait {
	switch {
	case f.phase != waits:
		return edo.Wait{On: f.on("the broker's word"), Outside: true}
	case f.permits > 0:
		return edo.Wait{On: f.on(fmt.Sprintf("one of %d permits", f.permits)), Outside: true}
	}
	return edo.Wait{On: f.on("the end") + ", which " + f.held.Holder + " holds", Outside: true}
}

// Poll is ready with the lease.
func (f *acquiring) Poll(cx *edo.Context) (l *Lease, poll edo.Poll, err error) {
	if !cx.Proceed(f) {
		return nil, edo.Pending, nil
	}
	for {
		isPending := false
		switch f.phase {
		case ended:
			return nil, edo.Ready, errPolledAgain
		case fresh:
			if f.err == nil {
				f.start()
			}
			err = f.err
		case looks:
			isPending, err = f.lookAround(cx)
		case claims:
			l, isPending, err = f.pollClaim(cx)
		case waits:
			isPending, err = f.pollNews(cx)
		}
		if _, isBusy := err.(*edo.BusyError); isBusy { // another task waits for it, and goes on to
			return nil, edo.Ready, err
		}
		switch {
		case err != nil || l != nil:
			f.Drop()
			return l, edo.Ready, err
		case isPending:
			return nil, edo.Pending, nil
		}
	}
}

// start begins: it reads the news before the first look, so that it misses no change after it.
func (f *acquiring) start() {
	k := f.s.k
	k.locked(func(after *later) {
		if k.isClosing {
			f.err = link.ErrClosed
			return
		}
		if !f.isTry {
			prefix := f.keys[0]
			if f.permits > 0 {
				prefix = slotPrefix(f.name)
			}
			f.reader = k.reads(prefix, after)
			f.reader.queue, f.reader.isIn = nil, map[string]struct{}{} // it looks at all
			f.isRead = f.reader.hasRead
		}
		f.lookAtAll()
	})
}

// lookAtAll has all keys looked at, those first that are free as far as the news say; mu is locked.
func (f *acquiring) lookAtAll() {
	f.phase, f.todo = looks, nil
	for _, isHeld := range []bool{false, true} {
		for _, key := range f.keys {
			if (f.s.k.news.known[key].ID != "") == isHeld {
				f.todo = append(f.todo, key)
			}
		}
	}
}

// lookAround looks at the keys in turn, until one is free.
func (f *acquiring) lookAround(cx *edo.Context) (isPending bool, err error) {
	if len(f.todo) == 0 {
		if f.isTry {
			return false, &HeldError{Space: f.s.k.space, Name: f.name, Holder: f.held.Holder, Token: f.held.token(), Permits: f.permits}
		}
		f.phase, f.rest = waits, timer.SleepFuture(restOf(f.s.cfg.TTL))
		return false, nil
	}
	if f.look == nil {
		ask := f.s.k.conn.Asks().New(f.s.k.lookAt(f.todo[0], f.on("a look")))
		f.look = &ask
	}
	m, poll, err := f.look.Poll(cx)
	if poll == edo.Pending || err != nil {
		return err == nil, f.explain(err)
	}
	f.look.Drop()
	f.look = nil
	r, err := found(m)
	switch {
	case err != nil:
		return false, err
	case r.ID != "":
		f.held, f.todo = r, f.todo[1:]
	default:
		f.phase = claims
		f.begin(f.todo[0], r.revision)
	}
	return false, nil
}

// pollClaim waits for what becomes of the claim.
func (f *acquiring) pollClaim(cx *edo.Context) (l *Lease, isPending bool, err error) {
	k := f.s.k
	k.mu.Lock()
	defer k.mu.Unlock()
	l, isOver, err := f.claim.outcome()
	if !isOver {
		return nil, true, f.seat.take(k, cx, f)
	}
	switch {
	case l != nil || err != nil:
	case k.isClosing:
		err = link.ErrClosed
	default:
		f.phase = looks // at the same key
	}
	return l, false, f.explain(err)
}

// pollNews waits until a key may be free.
func (f *acquiring) pollNews(cx *edo.Context) (isPending bool, err error) {
	_, poll, err := f.rest.Poll(cx)
	if err != nil {
		return false, err
	}
	k := f.s.k
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.isClosing:
		return false, link.ErrClosed
	case poll == edo.Ready, f.reader.hasRead && !f.isRead:
		f.isRead = f.reader.hasRead
		f.lookAtAll()
		return false, nil
	}
	for key, ok := f.reader.next(); ok; key, ok = f.reader.next() {
		if k.news.known[key].ID == "" && f.wants(key) {
			f.todo = append(f.todo, key)
		}
	}
	if len(f.todo) > 0 {
		f.phase = looks
		return false, nil
	}
	return true, f.reader.seat.take(k, cx, f)
}

// wants reports whether key is one of the keys.
func (f *acquiring) wants(key string) bool {
	for _, k := range f.keys {
		if k == key {
			return true
		}
	}
	return false
}

// explain says which lease an error of the broker is about.
func (f *acquiring) explain(err error) error {
	_, isBusy := err.(*edo.BusyError)
	if err == nil || isBusy || errors.Is(err, link.ErrClosed) {
		return err
	}
	return fmt.Errorf("%s: %w", f.on("the acquisition"), err)
}

// Drop gives up: a lease that the broker has given, or will have given by now, is given back.
func (f *acquiring) Drop() {
	if f.phase == ended {
		return
	}
	f.phase = ended
	if f.look != nil {
		f.look.Drop()
	}
	if f.rest != nil {
		f.rest.Drop()
	}
	f.s.k.locked(func(after *later) {
		f.seat.waker = edo.Waker{}
		if f.claim != nil {
			f.claim.giveUp(after)
		}
		if f.reader != nil {
			f.reader.leave()
		}
	})
}
