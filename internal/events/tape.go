package events

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// Tape records the polls of a runtime's workers, also while others read it: the last ones, some
// thirty thousand of each worker. A poll costs some 100 ns more for it. A tape refers to no task.
type Tape struct {
	driver interface{ Now() int64 }
	reels  [maxReels]atomic.Pointer[reel] // of the workers, by their IDs
	making sync.Mutex                     // held while a reel is made
}

const (
	maxReels   = 1024 // workers; further ones are not recorded
	reelBlocks = 32
	blockPolls = 1024
)

// TapePoll is one poll.
type TapePoll struct {
	Worker   int
	Task     uintptr // the address of the task, to be compared with
	Name     core.TaskName
	From, To int64 // instants of the runtime
	How      sched.Outcome
}

// reel is the polls of one worker. Its blocks are filled once and never changed: so a reader holds
// the lock for no longer than it takes to copy their headers.
type reel struct {
	mu     sync.Mutex // guards the following
	now    TapePoll   // the poll under way; From is 0: there is none
	blocks [][]TapePoll
}

var _ sched.Tape = (*Tape)(nil)

// NewTape returns a tape for the runtime with this driver.
func NewTape(driver interface{ Now() int64 }) *Tape { return &Tape{driver: driver} }

// reel returns that of a worker, or nil.
func (tp *Tape) reel(worker int) *reel {
	if worker >= maxReels {
		return nil
	}
	r := tp.reels[worker].Load()
	if r == nil {
		tp.making.Lock()
		defer tp.making.Unlock()
		if r = tp.reels[worker].Load(); r == nil {
			r = &reel{}
			tp.reels[worker].Store(r)
		}
	}
	return r
}

// Polls notes that a poll begins.
func (tp *Tape) Polls(worker int, t *sched.Task) {
	r := tp.reel(worker)
	if r == nil {
		return
	}
	name := core.TaskNameOf(t) // after its end a task may have none
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = TapePoll{Worker: worker, Task: uintptr(unsafe.Pointer(t)), Name: name, From: max(1, tp.driver.Now())}
}

// Polled records the poll that was under way.
func (tp *Tape) Polled(worker int, how sched.Outcome) {
	r := tp.reel(worker)
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now.From == 0 { // it began before the tape
		return
	}
	r.now.To, r.now.How = tp.driver.Now(), how
	last := len(r.blocks) - 1
	if last < 0 || len(r.blocks[last]) == blockPolls {
		if len(r.blocks) == reelBlocks {
			r.blocks = append(r.blocks[:0:0], r.blocks[1:]...) // a reader may have the array
		}
		r.blocks = append(r.blocks, make([]TapePoll, 0, blockPolls))
		last = len(r.blocks) - 1
	}
	r.blocks[last] = append(r.blocks[last], r.now)
	r.now.From = 0
}

// All returns the polls that are recorded, of each worker in their order. Any goroutine may call
// it.
func (tp *Tape) All() (polls []TapePoll) {
	for i := range tp.reels {
		r := tp.reels[i].Load()
		if r == nil {
			continue
		}
		r.mu.Lock()
		blocks := append([][]TapePoll(nil), r.blocks...)
		r.mu.Unlock()
		for _, b := range blocks {
			polls = append(polls, b...)
		}
	}
	return polls
}
