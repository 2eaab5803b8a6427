package stress

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/command"
)

const about = `
Runs random programs on the scheduler, in rounds, until the time is up or
something is wrong: a task that does not end or ends twice, a message lost or out
of order, a lock that two hold or none gets, a report that is not true, an error
that was not reported, goroutines or descriptors left over.
With -race it finds more: go run -race ./cmd/edo stress

The seed of a round chooses its programs, and not how they are scheduled.
Status 1 means that something was wrong, and 2 that a round did not end, after the
stacks of all goroutines.`

// Run is the command edo stress. It returns the exit status. When a round hangs it
// prints the stacks of all goroutines and ends the process with status 2.
func Run(args []string, out, errs io.Writer) int {
	set := command.NewSet("edo stress", about, out, errs)
	var length time.Duration
	set.Time(&length, "for", 5*time.Minute, "`time` to run; the last round is played to its end")
	seed := set.Uint64("seed", 0, "`seed` of the first round; each round has the next one; 0: a random one")
	workers := set.Int("workers", 0, "`number` of workers; 0: another one in each round")
	status, ok := set.Parse(args, func() error {
		if *workers < 0 {
			return fmt.Errorf("--workers is %d: use 0, or a positive number", *workers)
		}
		return nil
	})
	if !ok {
		return status
	}
	for *seed == 0 {
		*seed = rand.Uint64() >> 40 // short enough to be typed
	}
	s := &session{
		out: out, errs: errs, workers: *workers, all: scenarios, began: time.Now(),
		round: time.Second, patience: time.Minute, exit: os.Exit,
	}
	return s.run(*seed, length)
}

// A session is a number of rounds.
type session struct {
	out, errs io.Writer
	workers   int
	all       []scenario
	began     time.Time
	round     time.Duration // how long one takes
	patience  time.Duration // how much longer it may take to end
	exit      func(status int)

	rounds, tasks int64
	programs      []int64 // of each scenario
}

// run plays rounds until the time is up, something is wrong, or the user interrupts, and
// returns the exit status.
func (s *session) run(seed uint64, length time.Duration) int {
	s.programs = make([]int64, len(s.all))
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(interrupt)
	for ; s.rounds == 0 || time.Since(s.began) < length; seed++ {
		if faults := s.play(seed, min(s.round, length)); len(faults) > 0 {
			for _, f := range faults {
				fmt.Fprintln(s.errs, "FAULT", f)
			}
			fmt.Fprintf(s.errs, "edo stress: round %d is faulty: edo stress --seed %d\n", s.rounds, seed)
			s.summary()
			return command.Failed
		}
		select {
		case <-interrupt:
			s.summary()
			return command.OK
		default:
		}
	}
	s.summary()
	return command.OK
}

// play plays the round of a seed, with a watchdog.
func (s *session) play(seed uint64, length time.Duration) (faults []string) {
	r, rng := newRound(seed, s.workers, length, s.all)
	s.rounds++
	fmt.Fprintf(s.out, "round %d: %s", s.rounds, r.describe())
	began := time.Now()
	defer func() {
		fmt.Fprintf(s.out, ", %v, %d tasks\n", time.Since(began).Round(time.Millisecond), r.tasks.Load())
	}()
	watchdog := time.AfterFunc(length+s.patience, func() {
		fmt.Fprintf(s.errs, "%s\n", stacks())
		for i := range r.tally {
			if n := r.tally[i].within.Load(); n > 0 {
				fmt.Fprintf(s.errs, "FAULT %d programs of %s do not end\n", n, s.all[i].name)
			}
		}
		fmt.Fprintf(s.errs, "edo stress: round %d hangs: edo stress --seed %d\n", s.rounds, seed)
		s.exit(2)
	})
	defer watchdog.Stop()
	faults = r.play(rng)
	s.tasks += r.tasks.Load()
	for i := range r.tally {
		s.programs[i] += r.tally[i].begun.Load()
	}
	return faults
}

// summary prints how many rounds and programs were played.
func (s *session) summary() {
	fmt.Fprintf(s.out, "\n%d rounds in %v, %d tasks\n", s.rounds, time.Since(s.began).Round(time.Millisecond), s.tasks)
	for i, n := range s.programs {
		fmt.Fprintf(s.out, "%8d  %s\n", n, s.all[i].name)
	}
}
