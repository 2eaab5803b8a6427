package lease

import (
	"sort"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
)

// A Change says what has become of a lease.
type Change struct {
	Name   string
	IsHeld bool
	Holder string // that has it; "": none
	Token  uint64 // of the holder; 0: none
}

// A Watch is a stream of the changes of the leases of a space. It is polled by one task, which owns
// it, and drops it.
type Watch struct {
	k      *keeper
	reader *reader
	told   map[string]uint64 // the tokens of the leases that are held, as it has told
	only   string            // the name of the only lease; "": all
	isOver bool
}

// Watch returns the changes of all leases of s, or of the one with the name: at first all that are
// held, and then each that gets a holder, or loses it. Of several changes of one lease between two
// polls it tells the last. So it keeps no more than the names. While the broker is away it tells
// nothing, and what has changed meanwhile afterwards. It ends with [cluster.ErrClosed] when the
// connection is closed.
//
// The watches of a connection share what the broker sends, all signs of life of the space among it.
// They have one goroutine.
func (s *Space) Watch(name ...string) *Watch {
	w := &Watch{k: s.k, told: map[string]uint64{}}
	prefix := leases
	if len(name) > 0 {
		w.only = leaseKey(name[0])
		prefix = w.only
	}
	s.k.locked(func(after *later) { w.reader = s.k.reads(prefix, after) })
	return w
}

// Waits says what is watched.
func (w *Watch) Waits(*edo.Context) edo.Wait {
	on := "lease: a change of the leases of the space " + w.k.space
	if w.only != "" {
		name, _ := unescape(strings.TrimPrefix(w.only, leases))
		on = "lease: a change of the lease \"" + name + "\" of the space " + w.k.space
	}
	return edo.Wait{On: on, Outside: true}
}

// PollNext is ready with the next change.
func (w *Watch) PollNext(cx *edo.Context) (c Change, poll edo.Poll, err error) {
	if !cx.Proceed(w) {
		return c, edo.Pending, nil
	}
	k := w.k
	k.mu.Lock()
	defer k.mu.Unlock()
	for !w.isOver {
		if k.isOver {
			w.end()
			return c, edo.Ready, link.ErrClosed
		}
		key, ok := w.reader.next()
		if !ok {
			if err := w.reader.seat.take(k, cx, w); err != nil {
				return c, edo.Ready, err
			}
			return c, edo.Pending, nil
		}
		if c, ok = w.change(key); ok {
			return c, edo.Ready, nil
		}
	}
	return c, edo.End, nil
}

// change returns what has become of the key, unless the watch has told that; mu is locked.
func (w *Watch) change(key string) (c Change, isNew bool) {
	name, ok := unescape(strings.TrimPrefix(key, leases))
	if !ok || w.only != "" && key != w.only {
		return c, false
	}
	c.Name = name
	before := w.told[key]
	if r := w.k.news.known[key]; r.ID != "" {
		c.IsHeld, c.Holder, c.Token = true, r.Holder, r.token()
		w.told[key] = c.Token
	} else {
		delete(w.told, key)
	}
	return c, c.Token != before
}

// end ends the watch; mu is locked.
func (w *Watch) end() {
	w.isOver = true
	w.reader.leave()
}

// Drop ends the watch. It may be called twice.
func (w *Watch) Drop() {
	w.k.mu.Lock()
	defer w.k.mu.Unlock()
	w.end()
}

// Held returns the leases of s that are held, in the order of their names. It waits until the broker
// has told of all, the first time on a connection; after that it returns what the broker has told, which
// may be some milliseconds old: a lease that was just acquired may be missing, also an own one.
// [Space.TryAcquire] asks the broker anew.
//
//edo:step HeldStep
func (s *Space) Held(task *edo.Task) ([]Change, error) {
	h := s.heldFuture()
	defer h.Drop()
	return edo.Await(task, edo.Future[[]Change](h))
}

// HeldStep is the step form of [Space.Held].
func (s *Space) HeldStep(task *edo.Task, st *edo.Step) (done bool, all []Change, err error) {
	h := edo.StepState[holders](st)
	if h == nil {
		h = s.heldFuture()
		st.Set(h)
	}
	if done, all, err = edo.AwaitStep(task, edo.Future[[]Change](h)); done {
		st.Set(nil)
		h.Drop()
	}
	return done, all, err
}

// HeldFuture is [Space.Held] as a future.
func (s *Space) HeldFuture() edo.Future[[]Change] { return s.heldFuture() }

func (s *Space) heldFuture() *holders { return (*holders)(s.Watch()) }

// holders is a Watch as a future of all that it tells at first.
type holders Watch

// Waits says what is asked for.
func (h *holders) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "lease: the leases of the space " + h.k.space + " that are held", Outside: true}
}

// Poll is ready when the first keys are all there.
func (h *holders) Poll(cx *edo.Context) (all []Change, poll edo.Poll, err error) {
	if !cx.Proceed(h) {
		return nil, edo.Pending, nil
	}
	w, k := (*Watch)(h), h.k
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case w.isOver:
		return nil, edo.Ready, errPolledAgain
	case k.isOver:
		w.end()
		return nil, edo.Ready, link.ErrClosed
	case !w.reader.hasRead:
		if err := w.reader.seat.take(k, cx, h); err != nil {
			return nil, edo.Ready, err
		}
		return nil, edo.Pending, nil
	}
	for key, ok := w.reader.next(); ok; key, ok = w.reader.next() {
		if c, isNew := w.change(key); isNew {
			all = append(all, c)
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	w.end()
	return all, edo.Ready, nil
}

// Drop gives the question up.
func (h *holders) Drop() { (*Watch)(h).Drop() }
