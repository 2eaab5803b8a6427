package console

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// workers is what the workers of a runtime were seen to do. They are looked at often, which takes
// some loads: so a poll that takes long is seen while it runs, and no worker measures one.
type workers struct {
	looks []sched.WorkerLook
	after []sched.WorkerLook // when the stacks were taken; room
	polls map[int]*poll      // the poll of each worker that is not idle
	long  []*poll            // the longest that have returned or still run, the longest first
	last  time.Time          // the last look
}

// poll is a poll that was seen.
type poll struct {
	worker    int
	address   uintptr
	progress  uint64
	polls     uint64
	goroutine uintptr // as it was seen last
	began     time.Time
	last      time.Time // when it was seen last
	isOlder   bool      // it may have begun long before it was seen first
	runs      bool
	isKept    bool // it is in long
	task      TaskRef
	stack     string // the last that was taken; it stays with the poll
}

// isAt reports whether the worker is in this poll.
func (p *poll) isAt(l *sched.WorkerLook) bool {
	return !l.IsIdle && p.address == l.Polled && p.progress == l.Progress && p.polls == l.Polls
}

// took returns how long the poll has taken, as far as it was seen.
func (p *poll) took() time.Duration { return p.last.Sub(p.began) }

const (
	glance   = 20 * time.Millisecond  // between two looks at the workers
	longPoll = 50 * time.Millisecond  // from which on a poll is kept
	badPoll  = 100 * time.Millisecond // from which on a poll is a warning, and its stack is taken
	faulty   = 2 * time.Second        // from which on it is a fault
	maxPolls = 12
)

// glance looks at the workers, and may take the stacks of the polls that take long.
func (ws *workers) glance(s *subject, now time.Time, mayTakeStacks bool) {
	if ws.polls == nil {
		ws.polls = map[int]*poll{}
	}
	bad, isFirst := false, now.Sub(ws.last) > longPoll
	ws.last = now
	ws.looks = s.rt.Sched.Workers(ws.looks[:0])
	for i := range ws.looks {
		l := &ws.looks[i]
		p := ws.polls[l.ID]
		if p != nil && !p.isAt(l) {
			p.runs = false
			delete(ws.polls, l.ID)
			p = nil
		}
		if l.IsIdle {
			continue
		}
		if p == nil {
			p = &poll{worker: l.ID, address: l.Polled, progress: l.Progress, polls: l.Polls, began: now, isOlder: isFirst, runs: true}
			ws.polls[l.ID] = p
		}
		p.last, p.goroutine = now, l.Goroutine
		if d := p.took(); d >= longPoll {
			ws.keep(p)
			if d >= badPoll && p.task.Name == "" {
				p.task = s.taskAt(p.address)
			}
			bad = bad || d >= badPoll
		}
	}
	if bad && mayTakeStacks && s.all.mayTakeStacks(now) {
		s.all.noteStacks(badPoll)
	}
	for id, p := range ws.polls { // those of workers that have retired
		if p.last != now {
			p.runs = false
			delete(ws.polls, id)
		}
	}
}

// keep makes p one of the longest polls, if it is.
func (ws *workers) keep(p *poll) {
	if !p.isKept {
		p.isKept = true
		ws.long = append(ws.long, p)
	}
	slices.SortStableFunc(ws.long, func(a, b *poll) int { return cmp.Compare(b.took(), a.took()) })
	if len(ws.long) > maxPolls {
		ws.long[maxPolls].isKept = false
		ws.long = ws.long[:maxPolls]
	}
}

// taskAt returns the task at an address, which is not dereferenced: the registry is searched.
func (s *subject) taskAt(address uintptr) TaskRef {
	spans, _ := s.rt.Sched.Spans()
	var room []*sched.Task
	for _, span := range spans {
		room = s.rt.Sched.TasksIn(span, room[:0])
		for _, t := range room {
			if addressOf(t) == address {
				return s.ref(t)
			}
		}
	}
	return TaskRef{Name: "a task that has not waited yet"}
}

// views returns the workers and the longest polls as a frame has them.
func (ws *workers) views(s *subject) (workers []Worker, polls []Poll) {
	workers, polls = []Worker{}, []Poll{}
	now := s.rt.Driver.Now()
	for i := range ws.looks {
		l := &ws.looks[i]
		w := Worker{
			ID: l.ID, Spare: l.IsSpare, State: "polls", Queued: l.Queued, Timers: l.Timers, Next: -1,
			Polls: l.Polls, Steals: l.Steals, Parks: l.Parks,
		}
		if l.NextTimer != sched.Never {
			w.Next = max(0, millis(time.Duration(l.NextTimer-now)))
		}
		p := ws.polls[l.ID]
		switch {
		case l.IsIdle:
			w.State = "idle"
		case p != nil && p.took() >= longPoll:
			w.State, w.For = "stuck", millis(p.took())
		}
		workers = append(workers, w)
	}
	for _, p := range ws.long {
		polls = append(polls, Poll{
			Task: p.task, Worker: p.worker, Began: p.began, Took: millis(p.took()), Older: p.isOlder, Runs: p.runs, Stack: p.stack,
		})
	}
	return workers, polls
}

// headline returns which poll a stack is of.
func (p *poll) headline() string {
	name := p.task.Name
	if name == "" {
		name = "a task"
	}
	took := p.took()
	if took < longPoll {
		return fmt.Sprintf("a poll of %s on worker %d, which has just begun", name, p.worker)
	}
	return fmt.Sprintf("a poll of %s on worker %d, which has taken %s%v and has not returned", name, p.worker, atLeast(p.isOlder), took.Round(10*time.Millisecond))
}

// atLeast returns the words before the time of what may have begun before it was seen first.
func atLeast(isOlder bool) string {
	if isOlder {
		return "at least "
	}
	return ""
}

// key returns what tells a poll from others.
func (p *Poll) key() string { return fmt.Sprint(p.Worker, p.Began.UnixNano()) }

// describe returns what a poll is, for a finding.
func (p *Poll) describe(goroutines int) string {
	name := p.Task.Name
	if at := firstCall(p.Stack); at != "" {
		name = fmt.Sprintf("%s, in %s", name, at)
	}
	text := fmt.Sprintf("a poll of %s on worker %d has taken %s%v and has not returned: a task that does not yield holds its worker up",
		name, p.Worker, atLeast(p.Older), time.Duration(p.Took*Millis(time.Millisecond)).Round(10*time.Millisecond))
	if p.Stack == "" && goroutines > fewGoroutines {
		text += fmt.Sprintf("; its stack is taken when it is asked for, as there are %d goroutines", goroutines)
	}
	return text
}
