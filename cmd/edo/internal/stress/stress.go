package stress

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	roundLength = 1500 * time.Millisecond
	patience    = time.Minute // how long a round may take to end after that
)

// exit ends the process of a round that hangs.
var exit = os.Exit

// Run is the command edo stress. It returns the exit status: 0, or 1 when something
// was wrong, or 2 when args are. When a round hangs it prints the stacks of all
// goroutines and ends the process with status 2.
func Run(args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("edo stress", flag.ContinueOnError)
	flags.SetOutput(errs)
	length := flags.Duration("for", 5*time.Minute, "how `long` to go on")
	seed := flags.Uint64("seed", rand.Uint64()>>32, "the seed of the first `round`; the next round has the next seed")
	workers := flags.Int("workers", 0, "the `number` of workers; 0: another one in each round")
	flags.Usage = func() {
		fmt.Fprint(errs, "usage: edo stress [flags]\n\nRuns random programs on the scheduler, and checks them.\n\n")
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	for bad, why := range map[bool]string{
		flags.NArg() > 0: fmt.Sprintf("unexpected argument %q", flags.Arg(0)),
		*length <= 0:     fmt.Sprintf("--for is %v: use a duration such as 1m", *length),
		*workers < 0:     fmt.Sprintf("--workers is %d: use 0, or a positive number", *workers),
	} {
		if bad {
			fmt.Fprintln(errs, "edo stress:", why)
			return 2
		}
	}
	s := &session{out: out, errs: errs, workers: *workers, all: scenarios, round: roundLength, began: time.Now()}
	return s.run(*seed, *length)
}

// A session is a number of rounds.
type session struct {
	out, errs io.Writer
	workers   int
	all       []scenario
	round     time.Duration // how long one takes
	began     time.Time

	rounds, tasks int64
	programs      []int64 // of each scenario
}

// run plays rounds until the time is up, something is wrong, or the user has had
// enough, and returns the exit status.
func (s *session) run(seed uint64, length time.Duration) int {
	s.programs = make([]int64, len(s.all))
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(interrupt)
	for ; time.Since(s.began) < length; seed++ {
		if faults := s.play(seed, min(s.round, length)); len(faults) > 0 {
			for _, f := range faults {
				fmt.Fprintln(s.errs, "FAULT", f)
			}
			fmt.Fprintf(s.errs, "edo stress: round %d is faulty: edo stress --seed %d\n", s.rounds, seed)
			s.summary()
			return 1
		}
		select {
		case <-interrupt:
			s.summary()
			return 0
		default:
		}
	}
	s.summary()
	return 0
}

// play plays the round of a seed, under the eyes of a watchdog.
func (s *session) play(seed uint64, length time.Duration) (faults []string) {
	r, rng := newRound(seed, s.workers, length)
	s.rounds++
	fmt.Fprintf(s.out, "round %d: %s", s.rounds, r.describe())
	began := time.Now()
	defer func() {
		fmt.Fprintf(s.out, ", %v, %d tasks\n", time.Since(began).Round(time.Millisecond), r.tasks.Load())
	}()
	watchdog := time.AfterFunc(length+patience, func() {
		fmt.Fprintf(s.errs, "%s\n", stacks())
		for i := range r.tally {
			if n := r.tally[i].within.Load(); n > 0 {
				fmt.Fprintf(s.errs, "FAULT %d programs of %s do not end\n", n, r.tally[i].name)
			}
		}
		fmt.Fprintf(s.errs, "edo stress: round %d hangs: edo stress --seed %d\n", s.rounds, seed)
		exit(2)
	})
	defer watchdog.Stop()
	faults = r.play(rng, s.all)
	s.tasks += r.tasks.Load()
	for i := range r.tally {
		s.programs[i] += r.tally[i].begun.Load()
	}
	return faults
}

// summary prints what was played.
func (s *session) summary() {
	fmt.Fprintf(s.out, "\n%d rounds in %v, %d tasks\n", s.rounds, time.Since(s.began).Round(time.Millisecond), s.tasks)
	for i, n := range s.programs {
		fmt.Fprintf(s.out, "%8d  %s\n", n, s.all[i].name)
	}
}
