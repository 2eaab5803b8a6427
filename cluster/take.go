package cluster

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	pullTime  = 30 * time.Second       // how long one question for jobs waits at the broker
	pullBeat  = 5 * time.Second        // how often the broker says meanwhile that it has the question
	pullRest  = 250 * time.Millisecond // how long a line rests after a question for jobs that has failed
	statusKey = "Status"
)

// puller asks the broker for the jobs of a line. The worker guards it.
//
// One subscription of the worker has all jobs, and what the broker says of the questions. It is there
// for as long as the worker takes jobs, and then drained: so a job that the broker has sent before it
// knows that the worker has stopped is given back. A subscription for each question, which ends with it,
// as that of the client's own Fetch, loses such a job until the broker's patience is over.
//
// Rules:
//
//  1. A line has one question under way: wants is how many of its jobs have not come.
//  2. What the broker says of an older question is not heard.
type puller struct {
	wants     int
	asked     uint64    // the number of the latest question
	heard     time.Time // when the broker was heard of, or asked
	isResting bool
	isLooking bool // it asks whether the line is still there
}

// ask asks for the jobs for which there is room, unless a question is under way.
func (w *Worker[T]) ask() {
	for i := range w.pullers {
		w.mu.Lock()
		m := w.questionFor(i)
		w.mu.Unlock()
		if m != nil {
			// When the connection is lost, Reconnected asks.
			w.q.conn.NATS().PublishMsg(m)
		}
	}
}

// questionFor returns the next question for jobs of a line, or nil; mu is locked.
func (w *Worker[T]) questionFor(i int) *nats.Msg {
	p, l := &w.pullers[i], w.q.lines[i]
	if w.state != taking || p.wants > 0 || p.isResting {
		return nil
	}
	n := w.roomFor(l)
	if n <= 0 {
		return nil
	}
	p.wants, p.heard = n, time.Now()
	p.asked++
	body := strconv.AppendInt([]byte(`{"batch":`), int64(n), 10)
	body = append(body, pullTail...)
	return &nats.Msg{Subject: l.pull, Reply: w.inbox + l.name + "." + strconv.FormatUint(p.asked, 36), Data: body}
}

// pullTail is the end of a question for jobs.
var pullTail = fmt.Sprintf(`,"expires":%d,"idle_heartbeat":%d}`, pullTime.Nanoseconds(), pullBeat.Nanoseconds())

// roomFor returns how many jobs of l the worker may take; mu is locked.
//
// A worker of one line asks for as many jobs as it has calls free, and so holds none that another
// worker could do. One of several lines holds at most one job of each, or else it would not know of
// the most urgent one.
func (w *Worker[T]) roomFor(l *line) int {
	if len(w.q.lines) == 1 {
		return w.limit - len(w.running) - len(w.held)
	}
	for _, d := range w.held {
		if d.line == l {
			return 0
		}
	}
	return 1
}

// hear is told of each message of the subscription: a job, or what the broker says of a question.
func (w *Worker[T]) hear(m *nats.Msg) {
	if question, isStatus := strings.CutPrefix(m.Subject, w.inbox); isStatus {
		w.status(question, m)
		return
	}
	for i, l := range w.q.lines {
		if l.subject == m.Subject {
			w.taken(i, m)
		}
	}
}

// taken holds a job that has come, until a call is free.
func (w *Worker[T]) taken(i int, m *nats.Msg) {
	d, err := newDelivery(w.q.lines[i], m)
	if err != nil {
		return
	}
	_, d.link = w.q.conn.in().Up()
	// A broker that has begun again counts the time of a job from its publication: without a sign
	// it would give an old job to another worker at once.
	if time.Since(d.meta.Timestamp) > w.q.cfg.Patience/2 {
		w.signs([]*delivery{d})
	}
	w.mu.Lock()
	p := &w.pullers[i]
	p.wants, p.heard = max(0, p.wants-1), time.Now()
	isLate, isNew := w.state != taking, true
	var waker edo.Waker
	switch {
	case (d.meta.NumDelivered > 1 || d.link > 0) && w.adopt(d):
		isLate, isNew = false, false
	case !isLate:
		d.isSettled = w.forgotten.took(d)
		w.held = append(w.held, d)
		waker, w.waker = w.waker, edo.Waker{}
	}
	w.mu.Unlock()
	if isLate {
		w.giveBack(d)
	}
	if !isNew {
		w.ask()
	}
	waker.Wake()
}

// status is told what the broker says of a question for jobs.
func (w *Worker[T]) status(question string, m *nats.Msg) {
	name, text, _ := strings.Cut(question, ".")
	number, err := strconv.ParseUint(text, 36, 64)
	if err != nil {
		return
	}
	for i, l := range w.q.lines {
		if l.name == name {
			w.statusOf(i, number, m)
		}
	}
}

// statusOf is told what the broker says of a question for jobs of a line.
func (w *Worker[T]) statusOf(i int, number uint64, m *nats.Msg) {
	code := m.Header.Get(statusKey)
	w.mu.Lock()
	p := &w.pullers[i]
	if p.asked != number || p.wants == 0 || w.state != taking {
		w.mu.Unlock()
		return
	}
	p.heard = time.Now()
	isOver := code != "100"
	if isOver {
		p.wants = 0
	}
	mayBeGone := code == "503" || strings.Contains(strings.ToLower(m.Header.Get("Description")), "deleted")
	looks := isOver && mayBeGone && !p.isLooking
	switch {
	case looks:
		p.isLooking, p.isResting = true, true
	case isOver && code != "408" && code != "404": // its time was not over
		p.isResting = true
		w.restOf(i)
	}
	w.mu.Unlock()
	if looks {
		w.look(i)
	} else if isOver {
		w.ask()
	}
}

// restOf has the line asked for jobs again, some time later.
func (w *Worker[T]) restOf(i int) {
	time.AfterFunc(pullRest, func() {
		w.mu.Lock()
		w.pullers[i].isResting = false
		w.mu.Unlock()
		w.ask()
	})
}

// look asks whether the line is still there, after the broker has said that it is not: one that has
// just begun says so too. If it is not, the worker ends.
func (w *Worker[T]) look(i int) {
	q := link.Question{
		Subject: "$JS.API.CONSUMER.INFO." + w.q.stream() + "." + w.q.lines[i].name, On: "cluster: whether the queue " + w.q.name + " is there",
	}
	w.q.conn.in().Asks().Tell(q, func(m *nats.Msg, err error) {
		if err == nil {
			_, err = infoOf(m)
		}
		if link.HasCode(err, jetstream.JSErrCodeConsumerNotFound) || link.HasCode(err, jetstream.JSErrCodeStreamNotFound) {
			w.halt(fmt.Errorf("cluster: the queue %s is not there any more: %w", w.q.name, gone(err)))
			return
		}
		w.mu.Lock()
		w.pullers[i].isLooking = false
		w.mu.Unlock()
		w.restOf(i)
	})
}

// gone returns the error of the client that err, of the broker, stands for.
func gone(err error) error {
	if link.HasCode(err, jetstream.JSErrCodeStreamNotFound) {
		return jetstream.ErrStreamNotFound
	}
	return jetstream.ErrConsumerNotFound
}

// lookAfterPulls asks again for what the broker has not spoken of for long: the server that had the
// question may be gone, although that of the connection is there.
func (w *Worker[T]) lookAfterPulls() {
	w.mu.Lock()
	for i := range w.pullers {
		if p := &w.pullers[i]; p.wants > 0 && time.Since(p.heard) > 2*pullBeat {
			p.wants = 0
		}
	}
	if w.state == taking {
		w.pullTimer.Reset(pullBeat)
	}
	w.mu.Unlock()
	w.ask()
}

// giveSigns tells the broker of the jobs that the worker has, until it has none and takes none. The
// timer calls it, on a goroutine: handlers that keep the processors do not hold it up.
func (w *Worker[T]) giveSigns() {
	w.signs(w.deliveries())
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.isQuiet {
		w.signTimer.Reset(w.q.cfg.Patience / 3)
	}
}

// deliveries returns the jobs that the worker has.
func (w *Worker[T]) deliveries() []*delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := append([]*delivery(nil), w.held...)
	for c := range w.running {
		if !c.isSettled {
			all = append(all, c.newest)
		}
	}
	return all
}

// signs gives a sign of life for each of the jobs. One that comes too late does not make the job the
// worker's again: another may have it.
func (w *Worker[T]) signs(of []*delivery) {
	for _, d := range of {
		at, isMine := time.Now(), w.isMine(d)
		if w.q.conn.NATS().IsConnected() && d.tell(w.q.conn, "+WPI") && isMine {
			w.mu.Lock()
			d.sign = at
			w.mu.Unlock()
		}
	}
}

// Reconnected is told when a connection that was lost is there again: questions for jobs that were
// under way are lost, and the broker has heard of no job for some time.
func (m *member[T]) Reconnected() {
	w := (*Worker[T])(m)
	w.signs(w.deliveries())
	w.mu.Lock()
	for i := range w.pullers {
		w.pullers[i].wants = 0
	}
	isDraining := w.state >= stopping
	w.mu.Unlock()
	if isDraining { // what was on the way to it is lost
		w.closed()
	}
	w.ask()
}

// drain ends the subscription: what is on the way to it is given back first.
func (w *Worker[T]) drain(sub *nats.Subscription) {
	switch {
	case sub == nil:
		return
	case w.q.conn.NATS().IsConnected():
		sub.SetClosedHandler(func(string) { w.closed() })
		if sub.Drain() == nil {
			return
		}
	default: // nothing is on the way
		sub.Unsubscribe()
	}
	w.closed()
}

// closed is told that the subscription has ended. It may be called twice.
func (w *Worker[T]) closed() {
	w.mu.Lock()
	w.sub = nil
	waker := w.waker
	w.waker = edo.Waker{}
	isOver := w.isOver()
	w.mu.Unlock()
	if isOver {
		w.q.conn.in().Leave((*member[T])(w))
	}
	waker.Wake()
}
