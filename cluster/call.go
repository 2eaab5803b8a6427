package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/timer"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// call is a job that a worker does: the future of its task.
//
//	begins → looks → handles → marks → acknowledges → over
//	                 handles → buries → acknowledges → over     the last try has failed
//	                 handles → over                             another try will follow
//	acknowledges → checks → acknowledges                        it had no answer
//	               checks → over                                the broker has forgotten the delivery
//
// It looks and marks with QueueConfig.Once alone. From handles on, with an outcome, the job is not
// given back, whatever happens to the task: the acknowledgement may be with the broker already.
type call[T any] struct {
	w         *Worker[T]
	d         *delivery
	task      edo.AbortHandle // guarded by the worker, as are the next two
	newest    *delivery       // of the job
	isSettled bool            // a further delivery is another call
	asked     *delivery       // that the question is about
	phase     phase
	handler   edo.Future[edo.Unit]
	ask       link.Ask
	rest      *timer.Sleeper // until it asks again what the broker could not store
	isKnown   bool           // how the handler has ended
}

type phase uint8

const (
	begins phase = iota
	looks
	handles
	marks
	buries
	acknowledges
	checks
	over
)

// storeWait is how long a call rests before it asks again what the broker could not store.
const storeWait = time.Second

// Waits names the job.
func (c *call[T]) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: c.on("a place where the broker can store what became"), Outside: true}
}

func (c *call[T]) on(what string) string {
	return "cluster: " + what + " of the " + c.title()
}

// Poll does the job.
func (c *call[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for c.phase != over {
		var isPending bool
		switch c.phase {
		case begins:
			c.begin(cx)
		case handles:
			isPending = c.handle(cx)
		default:
			isPending = c.pollAsk(cx)
		}
		if isPending {
			return edo.Unit{}, edo.Pending, nil
		}
	}
	return edo.Unit{}, edo.Ready, nil
}

// Drop gives up: what the handler owns is dropped, and the handler is cancelled.
func (c *call[T]) Drop() {
	c.phase = over
	if h := c.handler; h != nil {
		c.handler = nil
		edo.Drop(h)
	}
	if c.rest != nil {
		c.rest.Drop()
	}
	c.ask.Drop()
}

// ended is called when the task has ended, and with it the handler.
func (c *call[T]) ended() {
	if !c.isKnown {
		c.w.giveBack(c.w.settle(c))
	}
	c.w.finished(c)
}

// begin begins the first try, or the next one. A job whose last try has left no outcome, as its
// worker has died, is given out once more, and not begun.
func (c *call[T]) begin(cx *edo.Context) {
	q := c.w.q
	switch {
	case c.d.isSettled:
		c.isKnown = true
		c.acknowledge()
	case int(c.d.meta.NumDelivered) > q.cfg.Tries:
		c.fail(cx, fmt.Errorf("cluster: %d tries have ended without an outcome: the last worker has died or was stopped", q.cfg.Tries))
	case q.cfg.Once > 0:
		c.phase = looks
		c.ask = q.conn.in().Asks().New(link.LastOf("KV_"+q.bucket(), c.mark(), q.cfg.Replicas > 1, c.on("whether it was done, a question")))
	default:
		c.handOut(cx)
	}
}

// handOut makes the handler.
func (c *call[T]) handOut(cx *edo.Context) {
	c.phase = handles
	job, err := jobOf(c.w.q, c.d)
	if err != nil {
		c.fail(cx, Permanent(err))
		return
	}
	c.guard(cx, func() error {
		c.handler = c.w.fn(job)
		return nil
	})
}

// guard calls fn, and makes its panic a try that has failed.
func (c *call[T]) guard(cx *edo.Context, fn func() error) {
	hasReturned := false
	defer func() {
		if !hasReturned {
			c.fail(cx, core.PanicOrGoexit(c.title(), recover(), debug.Stack()))
		}
	}()
	err := fn()
	hasReturned = true
	if err != nil { // the job says more of a panic than a function of this package, which is around the user's
		c.fail(cx, link.NamePanic(err, handlerName, c.title()))
	}
}

// title names the job, and so its task.
func (c *call[T]) title() string { return "job " + c.d.id + " of the queue " + c.w.q.name }

// handle polls the handler, and reports whether it is pending.
func (c *call[T]) handle(cx *edo.Context) (isPending bool) {
	c.guard(cx, func() error {
		_, poll, err := c.handler.Poll(cx)
		if isPending = poll == edo.Pending; isPending {
			return nil
		}
		h := c.handler
		c.handler = nil
		edo.Drop(h)
		if err == nil {
			c.done()
		}
		return err
	})
	return isPending
}

// done is told that the handler has done the job.
func (c *call[T]) done() {
	c.isKnown = true
	if c.w.q.cfg.Once == 0 {
		c.acknowledge()
		return
	}
	// The first mark wins: the broker refuses a second one.
	c.question(marks, c.mark(), nats.Header{headExpected: {"0"}}, []byte("done"), c.on("the confirmation of the mark"))
}

// mark is the subject of the mark of the job, in the bucket.
func (c *call[T]) mark() string { return "$KV." + c.w.q.bucket() + "." + digest(c.d.id) }

// acknowledge tells the broker that the job is over, and asks for a confirmation: without one a
// broker that is killed would forget it. When the connection is another one than that which has brought
// the job, it first asks whether the broker knows of the delivery.
func (c *call[T]) acknowledge() {
	c.asked = c.w.newestOf(c)
	if _, link := c.w.q.conn.in().Up(); link != c.asked.link {
		c.check()
		return
	}
	c.question(acknowledges, c.asked.msg.Reply, nil, []byte("+ACK"), c.on("the confirmation of the end"))
}

// check asks how far the broker has come, as it has not answered an acknowledgement. One that was
// killed knows deliveries only up to a time before: it will give out the later ones once more, and
// until then gives no answer to their acknowledgements. To wait for that answer could be for ever, as
// when all calls of all workers wait for theirs, and none takes the jobs that are given out.
func (c *call[T]) check() {
	q := c.w.q
	c.asked = c.w.newestOf(c)
	_, c.asked.link = q.conn.in().Up()
	c.question(checks, "$JS.API.CONSUMER.INFO."+q.stream()+"."+c.d.line.name, nil, nil, c.on("what the broker knows of the delivery"))
}

// checked reads how far the broker has come.
func (c *call[T]) checked(m *nats.Msg) {
	delivered, err := infoOf(m)
	switch {
	case err == nil && delivered >= c.d.meta.Sequence.Stream:
		c.acknowledge()
	case err == nil:
		if !c.w.forget(c, c.asked) {
			c.acknowledge()
			return
		}
		c.phase = over
	case link.HasCode(err, jetstream.JSErrCodeConsumerNotFound), link.HasCode(err, jetstream.JSErrCodeStreamNotFound):
		c.phase = over
	default:
		c.check()
		c.rest = timer.SleepFuture(storeWait)
	}
}

// infoOf reads the answer to a question about a consumer: up to which job of the stream it has given out.
func infoOf(m *nats.Msg) (delivered uint64, err error) {
	var info struct {
		Error     *jetstream.APIError `json:"error"`
		Delivered struct {
			Stream uint64 `json:"stream_seq"`
		} `json:"delivered"`
	}
	if err := json.Unmarshal(m.Data, &info); err != nil {
		return 0, err
	}
	if info.Error != nil {
		return 0, info.Error
	}
	return info.Delivered.Stream, nil
}

// fail is told that the try has failed. A panic is a fault of this program, whose runtime is told of it.
func (c *call[T]) fail(cx *edo.Context, err error) {
	defer link.TellOfPanic(cx, "a try of a job has failed", err)
	c.isKnown = true
	if h := c.handler; h != nil {
		c.handler = nil
		defer func() { recover() }() // the try has failed already
		defer edo.Drop(h)
	}
	try, cfg := int(c.w.newestOf(c).meta.NumDelivered), &c.w.q.cfg
	if isPermanent(err) || try >= cfg.Tries {
		c.bury(err)
		return
	}
	c.phase = over
	if d := c.w.settle(c); c.w.isMine(d) {
		d.tell(c.w.q.conn, fmt.Sprintf(`-NAK {"delay": %d}`, max(0, cfg.Backoff(try)).Nanoseconds()))
	}
}

// bury stores the job among the dead letters, before it leaves the queue.
func (c *call[T]) bury(reason error) {
	m, q := c.d.msg, c.w.q
	if q.buried != nil {
		q.buried(m.Data, reason)
	}
	head := nats.Header{
		headID: {c.d.id}, headCodec: {m.Header.Get(headCodec)}, headLine: {c.d.line.name},
		headTries:             {strconv.Itoa(int(c.w.newestOf(c).meta.NumDelivered))},
		jetstream.MsgIDHeader: {fmt.Sprint(c.d.id, "/", c.d.meta.Sequence.Stream)},
	}
	if key := m.Header.Get(headKey); key != "" {
		head.Set(headKey, key)
	}
	link.CopyTaken(head, m.Header)
	c.question(buries, q.deadRoot(), head, m.Data, c.on("the confirmation of the dead letter"))
	size := (&nats.Msg{Header: head, Data: m.Data}).Size()
	head[headReason] = []string{reasonText(reason, q.conn.MaxPayload()-size-100)}
}

// reasonText returns the text of err as a line of at most n bytes. A header holds no line end.
func reasonText(err error, n int) string {
	text := err.Error()
	text = text[:min(len(text), maxReason)]
	for {
		line, _ := json.Marshal(text)
		if len(line) <= max(n, 2) {
			return string(line)
		}
		text = text[:len(text)*3/4]
	}
}

// maxReason is how much of the reason of a dead letter is kept.
const maxReason = 8 << 10

// question begins a question, in the phase that waits for its answer.
func (c *call[T]) question(p phase, subject string, head nats.Header, data []byte, on string) {
	c.phase = p
	ask := link.Question{Subject: subject, Header: head, Data: data, On: on}
	switch p {
	case marks:
		ask.Stream = "KV_" + c.w.q.bucket()
	case buries:
		ask.Stream = c.w.q.deadStream()
	case acknowledges:
		ask.Once = true
	}
	c.ask = c.w.q.conn.in().Asks().New(ask)
}

// pollAsk waits for the answer to the question of the phase, and reports whether it is pending.
func (c *call[T]) pollAsk(cx *edo.Context) (isPending bool) {
	if c.rest != nil {
		if !cx.Proceed(c) {
			return true
		}
		if _, poll, _ := c.rest.Poll(cx); poll == edo.Pending {
			return true
		}
		c.rest = nil
	}
	m, poll, err := c.ask.Poll(cx)
	if poll == edo.Pending {
		return true
	}
	if err == link.ErrUnanswered {
		c.check()
		return false
	}
	if err != nil { // the connection was closed, or the queue is not there any more
		c.phase = over
		return false
	}
	switch c.phase {
	case looks:
		if last, err := link.ReadLast(m); last != nil && err == nil { // it is done
			c.isKnown = true
			c.acknowledge()
		} else {
			c.handOut(cx)
		}
	case acknowledges:
		c.phase = over
	case checks:
		c.checked(m)
	case marks, buries:
		const wrongLast = 10071 // it has a mark
		if _, err := link.Stored(m); err != nil && !link.HasCode(err, wrongLast) {
			if errors.Is(err, link.ErrNotJetStream) {
				c.phase = over
				return false
			}
			c.question(c.phase, c.ask.Subject, c.ask.Header, c.ask.Data, c.ask.On)
			c.rest = timer.SleepFuture(storeWait)
			return false
		}
		c.acknowledge()
	}
	return false
}
