package stream_test

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/window"
)

// handles is a stream of values with an owner.
type handles = stream.Stream[*owntest.Handle]

// A guided operation is a row of docs/streams.md.
type guided struct {
	name  string
	when  string // to take it
	holds string // values that were taken and not given
	// For the test of what it holds: the most values, and the operation over src, which calls
	// give with each value that it gives away.
	most  int
	build func(src handles, give func(...*owntest.Handle)) edo.Stream[int]
}

// eachOne is a stream of src, whose values it gives away.
func eachOne(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
	return stream.Map(src, func(h *owntest.Handle) int { give(h); return 0 })
}

// eachChunk is eachOne for chunks.
func eachChunk(src stream.Stream[[]*owntest.Handle], give func(...*owntest.Handle)) edo.Stream[int] {
	return stream.Map(src, func(all []*owntest.Handle) int { give(all...); return 0 })
}

// fewPolls returns a future of h that is pending for some polls.
func fewPolls(h *owntest.Handle) edo.Future[*owntest.Handle] {
	return &pendingHandle{h: h, polls: h.N % 4}
}

type pendingHandle struct {
	h     *owntest.Handle
	polls int
}

func (f *pendingHandle) Poll(cx *edo.Context) (*owntest.Handle, edo.Poll, error) {
	if !cx.Proceed(nil) {
		return nil, edo.Pending, nil
	}
	if f.polls--; f.polls >= 0 {
		cx.Waker().WakeBy(cx)
		return nil, edo.Pending, nil
	}
	h := f.h
	f.h = nil
	return h, edo.Ready, nil
}

func (f *pendingHandle) Drop() {
	if f.h != nil {
		f.h.Drop()
	}
}

// whichIs returns a function that owns values: it gives those on whose number is returns true, and drops the others.
func whichIs(is func(n int) bool) func(h *owntest.Handle) (*owntest.Handle, bool) {
	return func(h *owntest.Handle) (*owntest.Handle, bool) {
		if !is(h.N) {
			h.Drop()
			return nil, false
		}
		return h, true
	}
}

// orNone is h, or no dropper.
func orNone(h *owntest.Handle) any {
	if h == nil {
		return nil
	}
	return h
}

// madeOf returns a function that owns values, gives them away, and makes a stream of each.
func madeOf(give func(...*owntest.Handle)) func(h *owntest.Handle) stream.Stream[int] {
	return func(h *owntest.Handle) stream.Stream[int] {
		give(h)
		return stream.Then(stream.Values(1, 2), func(v int) edo.Future[int] { return slow(v, v) })
	}
}

// readTwice is two streams of h, one of which is slow. A value that both have given is given once.
func readTwice(h *stream.Shared[*owntest.Handle], give func(...*owntest.Handle)) edo.Stream[int] {
	defer h.Drop()
	seen := map[*owntest.Handle]bool{}
	once := func(h *owntest.Handle) int {
		if !seen[h] {
			seen[h] = true
			give(h)
		}
		return 0
	}
	waits := stream.Then(h.Subscribe(), func(h *owntest.Handle) edo.Future[int] { return slow(once(h), 3) })
	return stream.Map(h.Subscribe(), once).Merge(waits)
}

// eachWindow gives away the values of windows by event: the number of a value is its second.
func eachWindow(src handles, shape window.Shape, give func(...*owntest.Handle)) edo.Stream[int] {
	at := func(h *owntest.Handle) time.Time { return time.Unix(int64(h.N), 0) }
	windows := window.ByEvent(src, shape, at, 0, window.Collect[*owntest.Handle]())
	return stream.Map(windows, func(w window.Window[[]*owntest.Handle]) int { give(w.Value...); return 0 })
}

// slowSink is a sink that gives values away, and has room in one of three polls.
func slowSink(give func(...*owntest.Handle)) edo.Sink[*owntest.Handle] {
	return &givingSink{give: give}
}

type givingSink struct {
	give  func(...*owntest.Handle)
	polls int
}

func (s *givingSink) PollReady(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed(nil) {
		return edo.Pending, nil
	}
	if s.polls++; s.polls%3 != 0 {
		cx.Waker().WakeBy(cx)
		return edo.Pending, nil
	}
	return edo.Ready, nil
}

func (s *givingSink) StartSend(h *owntest.Handle) error        { s.give(h); return nil }
func (s *givingSink) PollFlush(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }
func (s *givingSink) PollClose(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }

// forwarded is a stream without items that forwards src into to.
func forwarded(to edo.Sink[*owntest.Handle], src handles) edo.Stream[int] {
	return forwarding{stream.ForwardFuture(to, src)}
}

type forwarding struct{ f edo.Future[edo.Unit] }

func (f forwarding) PollNext(cx *edo.Context) (int, edo.Poll, error) {
	if _, p, err := f.f.Poll(cx); p == edo.Pending || err != nil {
		return 0, p, err
	}
	return 0, edo.End, nil
}

func (f forwarding) Drop() { edo.Drop(f.f) }
