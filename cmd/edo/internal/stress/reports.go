package stress

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/report"
	"github.com/edo-go/edo/timer"
	"github.com/edo-go/edo/watch"
)

// reports spawns tasks with a known reason to wait, and asks for reports until each task is
// in one, with its reason: while all the others run, and ask as well.
func reports(r *round) program {
	bodies := r.account("report: functions that were started")
	var number, within atomic.Int64
	return func(task *edo.Task, rng *rand.Rand) error {
		// A report of so many tasks takes long: a few programs are enough.
		defer within.Add(-1)
		if within.Add(1) > 3 {
			return edo.Yield(task)
		}
		p := &reportPlay{round: r, bodies: bodies, name: fmt.Sprintf("witness %d.", number.Add(1))}
		return p.play(task, rng)
	}
}

// reportPlay is a number of witnesses.
type reportPlay struct {
	*round
	bodies *account
	name   string // the names of all of them begin with it
	all    []*witness
}

// witness is a task that waits for a known reason.
type witness struct {
	name    string
	waits   string // the reason in the report must begin with it
	handle  *edo.JoinHandle[edo.Unit]
	release func()
	seen    bool // it was in a report
}

// start spawns a witness, which waits until release is called, or it is aborted.
func (p *reportPlay) start(task *edo.Task, waits string, fn func(*edo.Task) error, release func()) {
	p.tasks.Add(1)
	w := &witness{name: fmt.Sprintf("%s%d", p.name, len(p.all)), waits: waits, release: release}
	w.handle = edo.Go(task, func(task *edo.Task) error {
		open := p.bodies.open()
		defer open.end()
		fn(task)
		return task.Err()
	}, edo.Name(w.name))
	p.all = append(p.all, w)
}

// kinds are the kinds of witnesses.
var kinds = []func(p *reportPlay, task *edo.Task){
	func(p *reportPlay, task *edo.Task) {
		tx, rx := mpsc.New[int](1)
		p.start(task, "mpsc: receive", func(task *edo.Task) error { _, err := rx.Recv(task); return err }, tx.Close)
	},
	func(p *reportPlay, task *edo.Task) {
		tx, rx := oneshot.New[int]()
		p.start(task, "oneshot: ", func(task *edo.Task) error { _, err := rx.Recv(task); return err }, tx.Close)
	},
	func(p *reportPlay, task *edo.Task) {
		tx, rx := broadcast.New[int](1)
		p.start(task, "broadcast: ", func(task *edo.Task) error { _, err := rx.Recv(task); return err }, tx.Close)
	},
	func(p *reportPlay, task *edo.Task) {
		tx, rx := watch.New(0)
		p.start(task, "watch: ", rx.Changed, tx.Close)
	},
	func(p *reportPlay, task *edo.Task) {
		m := new(lock.Mutex)
		m.TryLock()
		p.start(task, "lock: ", m.Lock, m.Unlock)
	},
	func(p *reportPlay, task *edo.Task) {
		n := new(lock.Notify)
		p.start(task, "lock: ", n.Wait, n.NotifyOne)
	},
	func(p *reportPlay, task *edo.Task) {
		p.start(task, "timer: ", func(task *edo.Task) error { return timer.Sleep(task, time.Hour) }, func() {})
		w := p.all[len(p.all)-1]
		w.release = w.handle.Abort
	},
}

func (p *reportPlay) play(task *edo.Task, rng *rand.Rand) (err error) {
	defer func() {
		for _, w := range p.all {
			w.release()
		}
		if err == nil {
			err = p.joinAndCheckGone(task)
		}
	}()
	for range 1 + rng.IntN(5) {
		kinds[rng.IntN(len(kinds))](p, task)
	}
	for seen := 0; seen < len(p.all); {
		if err := timer.Sleep(task, time.Duration(1+rng.IntN(4))*time.Millisecond); err != nil {
			return err
		}
		s := task.Runtime().Snapshot()
		p.checkSnapshot(s)
		if seen, err = p.find(s); err != nil {
			return err
		}
	}
	return nil
}

// find returns how many of the witnesses were in reports up to now, or an error that says
// what is wrong with s.
func (p *reportPlay) find(s report.Snapshot) (seen int, err error) {
	listed := map[string]report.Task{}
	for _, t := range s.Tasks {
		if !strings.HasPrefix(t.Name, p.name) {
			continue
		}
		if _, twice := listed[t.Name]; twice {
			return 0, fmt.Errorf("report: %s is there twice", t.Name)
		}
		listed[t.Name] = t
	}
	for _, w := range p.all {
		t, ok := listed[w.name]
		if !ok && (w.seen || p.config.Trace) {
			return 0, fmt.Errorf("report: %s is not there", w.name)
		}
		if len(t.Waits) > 1 || len(t.Waits) == 1 && !strings.HasPrefix(t.Waits[0].On, w.waits) {
			return 0, fmt.Errorf("report: %s waits for %v, and not for %q", w.name, t.Waits, w.waits)
		}
		if w.seen = w.seen || len(t.Waits) == 1; w.seen {
			seen++
		}
	}
	return seen, nil
}

// joinAndCheckGone joins the witnesses, and checks that a report does not list them any
// more.
func (p *reportPlay) joinAndCheckGone(task *edo.Task) error {
	var handles []*edo.JoinHandle[edo.Unit]
	for _, w := range p.all {
		handles = append(handles, w.handle)
	}
	if err := joinAll(p.round, task, handles); err != nil {
		return err
	}
	for _, t := range task.Runtime().Snapshot().Tasks {
		if strings.HasPrefix(t.Name, p.name) {
			return fmt.Errorf("report: %s has ended, and is there", t.Name)
		}
	}
	return nil
}
