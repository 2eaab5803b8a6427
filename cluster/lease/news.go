package lease

import (
	"context"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/nats-io/nats.go/jetstream"
)

// news is what a keeper knows of the keys of its space. It begins when a task wants it, and has one
// goroutine then.
//
// A watcher of the client is deaf for 20 s after its broker has begun again, and does not tell of a
// bucket that was made anew. So each connection gets a watcher of its own, which reads all keys once
// more: a key that it does not have has ended.
type news struct {
	hasBegun bool // guarded by the keeper, as are the following
	isSynced bool // known is all that there is
	known    map[string]record
	readers  map[*reader]struct{}

	again chan struct{} // the connection is another one; it holds one
	ctx   context.Context
	end   context.CancelFunc
}

// watchRest is how long it rests before it asks for a watcher again.
const watchRest = 250 * time.Millisecond

func (n *news) init() {
	n.known, n.readers = map[string]record{}, map[*reader]struct{}{}
	n.again = make(chan struct{}, 1)
	n.ctx, n.end = context.WithCancel(context.Background())
}

// reader is told of keys that have changed: each is in the queue once, however often it changes.
type reader struct {
	k       *keeper
	prefix  string // of the keys
	queue   []string
	isIn    map[string]struct{}
	hasRead bool // the first keys were all there, or it was told again of all
	seat    seat
}

// reads begins a reader of the keys with the prefix; mu is locked.
func (k *keeper) reads(prefix string, after *later) *reader {
	r := &reader{k: k, prefix: prefix, isIn: map[string]struct{}{}}
	k.news.readers[r] = struct{}{}
	if !k.news.hasBegun && !k.isOver {
		k.news.hasBegun = true
		after.add(func() { go k.watch() })
	}
	for key, record := range k.news.known {
		if record.ID != "" {
			r.tell(key, after)
		}
	}
	r.hasRead = k.news.isSynced
	return r
}

// tell puts the key into the queue; mu is locked.
func (r *reader) tell(key string, after *later) {
	if _, isIn := r.isIn[key]; isIn || !strings.HasPrefix(key, r.prefix) {
		return
	}
	r.isIn[key] = struct{}{}
	r.queue = append(r.queue, key)
	after.wake(&r.seat)
}

// next takes a key out of the queue; mu is locked.
func (r *reader) next() (key string, ok bool) {
	if len(r.queue) == 0 {
		return "", false
	}
	key, r.queue = r.queue[0], r.queue[1:]
	delete(r.isIn, key)
	return key, true
}

// leave ends the reader; mu is locked.
func (r *reader) leave() {
	r.seat.waker = edo.Waker{}
	delete(r.k.news.readers, r)
}

// reconnected is told when the connection is another one.
func (n *news) reconnected() {
	select {
	case n.again <- struct{}{}:
	default:
	}
}

// close ends the news; mu is locked.
func (n *news) close(after *later) {
	n.end()
	for r := range n.readers {
		after.wake(&r.seat)
	}
}

// watch reads the news until the keeper is over. It is the function of the goroutine.
func (k *keeper) watch() {
	n := &k.news
	for n.ctx.Err() == nil {
		ctx, end := context.WithCancel(n.ctx)
		w, err := k.watcher(ctx)
		if err == nil {
			k.read(w)
			go func() { // it may ask the broker, which may be away
				w.Stop()
				end()
			}()
			continue
		}
		end()
		select {
		case <-n.ctx.Done():
		case <-n.again:
		case <-time.After(watchRest):
		}
	}
}

// watcher asks for a watcher of all keys.
func (k *keeper) watcher(ctx context.Context) (jetstream.KeyWatcher, error) {
	bucket, err := k.conn.JetStream().KeyValue(ctx, k.bucket)
	if err != nil {
		return nil, err
	}
	return bucket.WatchAll(ctx)
}

// read reads what w has, until w ends, or another watcher is due.
func (k *keeper) read(w jetstream.KeyWatcher) {
	n := &k.news
	seen := map[string]struct{}{} // nil: the first keys are all there
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-n.again:
			return
		case e, ok := <-w.Updates():
			switch {
			case !ok:
				return
			case e == nil:
				k.locked(func(after *later) { n.sync(seen, after) })
				seen = nil
			default:
				if seen != nil {
					seen[e.Key()] = struct{}{}
				}
				k.locked(func(after *later) { n.note(e, after) })
			}
		}
	}
}

// note notes a key; mu is locked.
func (n *news) note(e jetstream.KeyValueEntry, after *later) {
	key, before := e.Key(), n.known[e.Key()]
	if e.Revision() < before.revision {
		return
	}
	r := record{revision: e.Revision()}
	if e.Operation() == jetstream.KeyValuePut {
		r = parse(e.Value(), e.Revision())
	}
	if r.ID == "" {
		delete(n.known, key)
	} else {
		n.known[key] = r
	}
	if r.ID != before.ID || r.ID == "" { // and not a sign of life
		n.tell(key, after)
	}
}

// sync is called when the first keys of a watcher are all there: those that it has not seen have
// ended; mu is locked.
func (n *news) sync(seen map[string]struct{}, after *later) {
	n.isSynced = true
	for key := range n.known {
		if _, ok := seen[key]; !ok {
			delete(n.known, key)
			n.tell(key, after)
		}
	}
	for r := range n.readers {
		r.hasRead = true
		after.wake(&r.seat)
	}
}

// tell tells the readers of a key; mu is locked.
func (n *news) tell(key string, after *later) {
	for r := range n.readers {
		r.tell(key, after)
	}
}
