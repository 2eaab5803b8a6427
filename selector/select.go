package selector

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
)

// Stop is the error that a handler of a [Select] returns to end [Select.Run]. It reports no
// failure, hence its name.
//
//lint:ignore ST1012 it reports no failure, hence its name
var Stop = errors.New("selector: stop")

// Select waits for the first of several streams and futures, again and again. It is made once,
// for a loop, of branches. A branch is a stream or a future, and a handler: the function that
// is called with the item or the result.
//
//	sel := selector.New(
//		selector.On(rx, func(n int, err error) error {
//			if err != nil { // edo.ErrClosed: rx has ended
//				return selector.Stop
//			}
//			sum += n
//			return nil
//		}),
//		selector.On(ticks, func(time.Time, error) error {
//			fmt.Println(sum)
//			return nil
//		}),
//	)
//	return sel.Run(task)
//
// In each turn ([Select.Next]) the branches are polled one after the other until one is
// ready: that one wins, and its handler runs. No other branch has lost an item. In each turn
// the first branch to poll is drawn at random, with the seed of the runtime if it has one, and
// the others follow in order. So no branch starves the others: neither one that is always
// ready, nor one that uses up the budget of each poll and is never ready. See
// [Select.Biased] for another order. A branch whose [StreamBranch.If] returns false is not
// polled.
//
// The handler runs on the caller's goroutine, outside of any poll. It may wait with the task,
// also for the streams and futures of the other branches. Its error is that of the turn.
//
// # Ownership
//
// A Select borrows its streams and futures: it never drops one, neither when another branch
// wins, nor at the end, nor in [Select.Drop]. A future that lost keeps its place in line until
// the Select polls it again or its owner drops it.
//
// A Select is used by one goroutine at a time. A turn allocates nothing. It costs one poll of
// each branch that is polled, and 30 ns more; a turn that has to wait polls all branches.
type Select struct {
	branches []Branch
	orElse   callback[func() error, elseStep]
	isBiased bool

	waiter    atomic.Pointer[edo.Task] // the task that waits in Next
	caller    *edo.Task                // the task that is in Next; nil: none is
	inTurn    bool                     // a turn has begun: the guards were called, and first is drawn
	isStopped bool                     // as a stream it has ended
	hasLines  bool                     // a branch has a stream that keeps a place in line
	first     int                      // the branch to poll first in this turn
}

// New returns a Select of these branches. It panics when there are none, or when one is nil or
// belongs to another Select.
func New(branches ...Branch) *Select {
	if len(branches) == 0 {
		panic(errors.New("selector: New of no branches: give it at least one On or OnFuture"))
	}
	s := &Select{branches: branches}
	for i, b := range branches {
		if b == nil {
			panic(fmt.Errorf("selector: New: branch %d is nil", i))
		}
		if !b.claim(s) {
			panic(fmt.Errorf("selector: New: branch %d is in a Select already: make another with On or OnFuture", i))
		}
		s.hasLines = s.hasLines || b.hasLine()
	}
	return s
}

// Biased makes each turn poll the branches in the order in which New got them. A branch that
// is always ready, or uses up the budget, then starves those behind it. Biased returns s.
func (s *Select) Biased() *Select {
	s.isBiased = true
	return s
}

// Else makes a turn call fn when there is no branch to poll: each has ended or was turned off
// by its If. The error of fn is that of the turn. Else returns s.
//
//edo:step ElseStep
func (s *Select) Else(fn func() error) *Select {
	s.orElse.direct = fn
	return s
}

var (
	errNothingLeft = edo.NewError(Stop, "selector: every branch has ended")
	errTurnedOff   = errors.New("selector: every branch that is left is turned off by its If: turn one on, or use Else")
	errDropped     = edo.NewError(edo.ErrClosed, "selector: used after it was dropped")
)

// Next takes one turn: it waits until a branch is ready, calls the handler, and returns the
// handler's error. If there is no branch to poll and no Else, the error matches [Stop] when
// all branches have ended, and says so when some are turned off. When the task is cancelled
// the error is [edo.ErrCancelled], and no branch has lost an item.
//
//edo:step NextStep
func (s *Select) Next(task *edo.Task) error {
	if w := s.otherWaiter(task); w != nil {
		if err := task.Proceed(nil); err != nil {
			return err
		}
		return busy(w, task)
	}
	s.caller = task
	defer func() { s.waiter.Store(nil); s.caller = nil }() // also when a poll panics or calls Goexit
	won, err := edo.Await[Branch](task, (*turn)(s))
	if won != nil {
		s.waiter.Store(nil) // the handler may take long
		return won.handle(task, nil)
	}
	if isWithoutBranch(err) {
		return s.callElse(task, nil, err)
	}
	s.giveUp()
	return err
}

// otherWaiter returns the task that waits in Next, if it is not task.
func (s *Select) otherWaiter(task *edo.Task) *edo.Task {
	if w := s.waiter.Load(); w != task {
		return w
	}
	return nil
}

// busy returns the error of a second task in Next.
func busy(first, second *edo.Task) error {
	return &edo.BusyError{On: "selector: next turn", First: first.Name(), Second: second.Name(), Use: "each task has a Select of its own"}
}

// isWithoutBranch reports whether err is that of a turn without a branch to poll.
func isWithoutBranch(err error) bool {
	return err == errNothingLeft || err == errTurnedOff || err == errDropped
}

// giveUp ends a turn whose task was cancelled.
func (s *Select) giveUp() {
	s.inTurn = false
	s.leaveLines(nil)
}

// turn is a Select as the future of the next turn's winner.
type turn Select

// Poll polls the branches of the turn, and returns the one that wins, or the error of a turn
// without a branch to poll. While it is pending the branches that it has polled keep the
// waker.
func (t *turn) Poll(cx *edo.Context) (Branch, edo.Poll, error) {
	s := (*Select)(t)
	if (*sched.Context)(cx).Inspecting() {
		s.inspect(cx)
		return nil, edo.Pending, nil
	}
	n := len(s.branches)
	if !s.inTurn {
		if err := s.beginTurn(cx); err != nil {
			return nil, edo.Ready, err
		}
	}
	for i, left := s.first, n; left != 0; left-- {
		if b := s.branches[i]; b.poll(cx) {
			s.inTurn = false
			if s.hasLines {
				s.leaveLines(b)
			}
			return b, edo.Ready, nil
		}
		if i++; i == n {
			i = 0
		}
	}
	if !s.isBiased && (*sched.Context)(cx).Budget() <= 0 { // the branches behind the one that used it up were not polled
		if s.first++; s.first == n {
			s.first = 0
		}
	}
	s.waiter.Store(s.caller)
	return nil, edo.Pending, nil
}

// Run takes turns until one returns an error, and returns that error. For an error that
// matches [Stop] it returns nil.
//
//edo:step RunStep
func (s *Select) Run(task *edo.Task) error {
	for {
		if err := s.Next(task); errors.Is(err, Stop) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// PollNext takes a turn inside a poll: a Select is an [edo.Stream] with an item for each turn.
// The handlers run inside the poll, and cannot wait. A handler's error is an error item.
// [Stop] ends the stream. The stream also ends when all branches have ended, but goes on when
// one is Reset.
func (s *Select) PollNext(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if s.isStopped {
		return edo.Unit{}, edo.End, nil
	}
	b, p, err := (*turn)(s).Poll(cx)
	switch {
	case p == edo.Pending || err != nil && !cx.Proceed(nil):
		return edo.Unit{}, edo.Pending, nil
	case err != nil:
		err = s.callElse(nil, cx, err)
	default:
		err = b.handle(nil, cx)
	}
	if errors.Is(err, Stop) || err == errDropped {
		s.isStopped = err != errNothingLeft
		return edo.Unit{}, edo.End, nil
	}
	return edo.Unit{}, edo.Ready, err
}

// callElse returns the error of a turn without a branch to poll: that of Else, or err. A task
// waits in Next, or cx polls.
func (s *Select) callElse(task *edo.Task, cx *edo.Context, err error) error {
	switch {
	case err == errDropped:
		return err
	case s.orElse.step != nil:
		return inDirectStyle(task, cx, s.orElse.step)
	case s.orElse.direct != nil:
		return s.orElse.direct()
	}
	return err
}

// leaveLines makes the branches that lost a turn give up the places in line that their streams
// keep, because the handler of the winner may take long.
func (s *Select) leaveLines(winner Branch) {
	for _, b := range s.branches {
		if b != winner {
			b.leaveLine()
		}
	}
}

// beginTurn arms the branches of a turn, and draws the one to poll first.
func (s *Select) beginTurn(cx *edo.Context) error {
	nArmed, anyOff := 0, false
	for _, b := range s.branches {
		switch b.arm() {
		case armed:
			nArmed++
		case turnedOff:
			anyOff = true
		}
	}
	switch {
	case nArmed != 0:
	case len(s.branches) == 0:
		return errDropped
	case anyOff:
		return errTurnedOff
	default:
		return errNothingLeft
	}
	s.inTurn, s.first = true, 0
	if nArmed < 2 || s.isBiased {
		return nil
	}
	// The first branch is drawn from those that are armed. To draw from all branches, and skip
	// those that are not armed, would draw their neighbours more often.
	n := int(uint64((*sched.Context)(cx).Rand()) * uint64(nArmed) >> 32)
	for i, b := range s.branches {
		if b.isArmed() {
			if n == 0 {
				s.first = i
				break
			}
			n--
		}
	}
	return nil
}

// inspect asks all branches of the current turn what they wait for. A branch that is ready all
// the same keeps its result, and the task is woken to handle it.
func (s *Select) inspect(cx *edo.Context) {
	isReady := false
	for _, b := range s.branches {
		isReady = s.inTurn && b.poll(cx) || isReady
	}
	if isReady {
		cx.Waker().Wake()
	}
}

// Drop forgets the branches, and drops none of their streams and futures. It may be called
// twice; the Select is not used afterwards.
func (s *Select) Drop() {
	for _, b := range s.branches {
		b.release()
	}
	s.branches, s.inTurn = nil, false
	s.orElse = callback[func() error, elseStep]{}
}
