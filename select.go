package edo

import (
	"errors"
	"fmt"
	"sync/atomic"
)

// Stop is what a handler of a [Select] returns when there is to be no next turn. It is
// named after what it says, as nothing has gone wrong.
//
//lint:ignore ST1012 it is no error to those who read it
var Stop = errors.New("edo: stop")

// Select waits for the first of several streams and futures, again and again. It is
// made once, for a loop, of branches: what to wait for, and a function that is called
// with what came.
//
//	sel := edo.NewSelect(
//		edo.On(rx, func(n int, err error) error {
//			if err != nil { // edo.ErrClosed: rx has ended
//				return edo.Stop
//			}
//			sum += n
//			return nil
//		}),
//		edo.On(ticks, func(time.Time, error) error {
//			fmt.Println(sum)
//			return nil
//		}),
//	)
//	return sel.Run(task)
//
// In each turn ([Select.Next]) the branches are asked one after the other until one is
// ready: that one wins, and its handler runs. Nothing was taken from any other. Which
// one is asked first is drawn in each turn from those that take part, by the seed of the
// runtime if it has one, and those behind it follow in order, so that a branch that is always ready starves
// none, nor does one that uses up the budget of each poll and is never ready; see
// [Select.Biased]. A branch whose [StreamBranch.If] says no is not asked.
//
// The handler runs on the caller's goroutine, outside of any poll: it may use the task
// to wait, what the other branches wait for included. Its error is that of the turn.
//
// # Ownership
//
// A Select borrows what its branches wait for: neither a branch that lost, nor the end,
// nor [Select.Drop] drops anything. A future that lost keeps its place in whatever queue
// it waits in, until the Select is asked again or whoever owns the future drops it.
//
// A Select is used by one goroutine at a time. A turn allocates nothing. It costs one
// poll of each branch that is asked, and 30 ns more; a turn that has to wait asks all.
type Select struct {
	branches []Branch
	els      func() error
	biased   bool

	waiter  atomic.Pointer[Task] // the one that waits in Next
	turning bool                 // a turn is under way: the guards were asked, and first is drawn
	stopped bool                 // as a stream it has ended
	first   int
	look    func(*Context) Poll // for reports, on a goroutine of its own; made when needed
}

// NewSelect returns a Select of the branches, which are used in no other. It panics
// when there are none, or when one is nil or used already.
func NewSelect(branches ...Branch) *Select {
	if len(branches) == 0 {
		panic(errors.New("edo: NewSelect of no branches: give it at least one On or OnFuture"))
	}
	s := &Select{branches: branches}
	for i, b := range branches {
		if b == nil {
			panic(fmt.Errorf("edo: NewSelect: branch %d is nil", i))
		}
		if !b.claim(s) {
			panic(fmt.Errorf("edo: NewSelect: branch %d is in a Select already: make another with On or OnFuture", i))
		}
	}
	return s
}

// Biased makes each turn ask the branches in the order in which they were given, the
// first one first: a branch that is always ready, or always busy, then starves those
// behind it. It returns s.
func (s *Select) Biased() *Select {
	s.biased = true
	return s
}

// Else makes a turn call fn when no branch can be asked: each has ended or was
// turned off by its If. What fn returns is the turn's error. It returns s.
func (s *Select) Else(fn func() error) *Select {
	s.els = fn
	return s
}

var (
	errNothingLeft = NewError(Stop, "edo: select: every branch has ended")
	errTurnedOff   = errors.New("edo: select: every branch that is left is turned off by its If: turn one on, or use Else")
	errSelectGone  = NewError(ErrClosed, "edo: select: used after it was dropped")
)

// Next waits for one turn: until a branch is ready, and its handler has returned, whose
// error it returns. Without a branch to ask and without an Else, the error matches
// [Stop] when all have ended, and says so when they are turned off. When the task is
// cancelled it is [ErrCancelled], and nothing was taken from any branch.
func (s *Select) Next(task *Task) error {
	if err := task.enter(); err != nil {
		return err
	}
	if w := s.waiter.Load(); w != nil && w != task {
		return &BusyError{On: "edo: select", First: w.Name(), Second: task.Name(), Use: "each task has a Select of its own"}
	}
	for {
		b, err := s.pollFor(task)
		if b != nil {
			return b.handle()
		}
		if err != nil {
			if err := task.Proceed(nil); err != nil {
				return err
			}
			return s.without(err)
		}
		if err := s.suspend(task); err != nil {
			s.turning = false
			return err
		}
	}
}

// suspend waits until the task is woken. On a goroutine of its own a report may ask
// meanwhile.
func (s *Select) suspend(task *Task) error {
	if task.coro == nil {
		if s.look == nil {
			s.look = func(cx *Context) Poll {
				s.poll(cx)
				return Pending
			}
		}
		task.await = s.look
		defer func() { task.await = nil }()
	}
	s.waiter.Store(task)
	err := task.suspend()
	s.waiter.Store(nil)
	return err
}

// pollFor is poll, on behalf of a function in direct style.
func (s *Select) pollFor(task *Task) (Branch, error) {
	defer task.polled() // also when the poll panics
	task.polls = true
	return s.poll(task.cx)
}

// Run takes turns until one has an error, which it returns; but nil for [Stop], the
// value itself and what matches it.
func (s *Select) Run(task *Task) error {
	for {
		if err := s.Next(task); errors.Is(err, Stop) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// PollNext is a turn without a stack: a Select is a [Stream] with an item for each turn.
// The handlers run inside the poll then, and cannot wait. A handler's error is an error
// item; [Stop] is the end, and so is that all branches have ended, until one is Reset.
func (s *Select) PollNext(cx *Context) (Unit, Poll, error) {
	if s.stopped {
		return Unit{}, End, nil
	}
	b, err := s.poll(cx)
	if b != nil {
		err = b.handle()
	} else if err != nil {
		if !cx.Proceed(nil) {
			return Unit{}, Pending, nil
		}
		err = s.without(err)
	} else {
		return Unit{}, Pending, nil
	}
	if errors.Is(err, Stop) || err == errSelectGone {
		s.stopped = err != errNothingLeft
		return Unit{}, End, nil
	}
	return Unit{}, Ready, err
}

// without returns the error of a turn for which there was no branch to ask.
func (s *Select) without(err error) error {
	if s.els != nil && err != errSelectGone {
		return s.els()
	}
	return err
}

// poll returns the branch that has won the turn, or why there is none to ask, or
// neither: then those that were asked have kept the waker.
func (s *Select) poll(cx *Context) (Branch, error) {
	if cx.in().Inspecting() {
		s.inspect(cx)
		return nil, nil
	}
	n := len(s.branches)
	if !s.turning {
		if err := s.begin(cx); err != nil {
			return nil, err
		}
	}
	for i, left := s.first, n; left != 0; left-- {
		if b := s.branches[i]; b.poll(cx) {
			s.turning = false
			return b, nil
		}
		if i++; i == n {
			i = 0
		}
	}
	if !s.biased && cx.in().Budget() <= 0 { // those behind who used it up were not asked
		if s.first++; s.first == n {
			s.first = 0
		}
	}
	return nil, nil
}

// begin begins a turn.
func (s *Select) begin(cx *Context) error {
	on, left := 0, false
	for _, b := range s.branches {
		switch b.arm() {
		case armed:
			on++
		case turnedOff:
			left = true
		}
	}
	switch {
	case on != 0:
	case len(s.branches) == 0:
		return errSelectGone
	case left:
		return errTurnedOff
	default:
		return errNothingLeft
	}
	s.turning, s.first = true, 0
	if on > 1 && !s.biased {
		s.first = s.armed(int(uint64(cx.in().Rand()) * uint64(on) >> 32))
	}
	return nil
}

// armed returns the index of the branch which is the n-th that is asked. To draw one of
// all, and pass over those that are turned off, would draw their neighbours more often.
func (s *Select) armed(n int) int {
	for i, b := range s.branches {
		if !b.isArmed() {
			continue
		}
		if n == 0 {
			return i
		}
		n--
	}
	return 0
}

// inspect asks all branches of the turn under way what they wait for. One that is ready
// all the same, because it waits for nothing, keeps what it gave, and the task comes
// back for it.
func (s *Select) inspect(cx *Context) {
	ready := false
	for _, b := range s.branches {
		ready = s.turning && b.poll(cx) || ready
	}
	if ready {
		cx.Waker().Wake()
	}
}

// Drop lets go of the branches and what they wait for, and drops none of that. It may
// be called twice; a Select is not used afterwards.
func (s *Select) Drop() {
	for _, b := range s.branches {
		b.release()
	}
	s.branches, s.els, s.turning = nil, nil, false
}
