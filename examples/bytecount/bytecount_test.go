package main

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

func TestMain(m *testing.M) { trial.Main(m, main) }

type server = func(task *edo.Task, l *socket.Listener, period time.Duration, out io.Writer) error

func serve(task *edo.Task, server server, period time.Duration, out io.Writer, use func(addr string) error) error {
	return trial.Serve(task, func(task *edo.Task, l *socket.Listener) error {
		return server(task, l, period, out)
	}, use)
}

// stamp writes before each line the time at which it was printed.
type stamp struct {
	io.Writer
	s     *sim.Sim
	start time.Time
}

func (w stamp) Write(p []byte) (int, error) {
	return fmt.Fprintf(w.Writer, "%v %s", w.s.Now().Sub(w.start), p)
}

// Between the connections the clock of the simulation moves. The last count comes
// five seconds after a tick, and is not printed; the program ends there, although
// the interval has no end.
func TestTheSumIsPrintedAtEveryTickAndStartsAgain(t *testing.T) {
	const want = `30s bytes read = 12
1m0s bytes read = 100
1m30s bytes read = 0
1m35s the end
`
	trial.Styles(t, styles, func(t *testing.T, server server) {
		sim.Explore(t, 1000, func(seed uint64) error {
			var out trial.Output
			s := sim.New(sim.Config{Seed: seed})
			stamped := stamp{&out, s, s.Now()}
			s.Start(func(task *edo.Task) error {
				return serve(task, server, 30*time.Second, stamped, func(addr string) error {
					for _, step := range []struct {
						text  string
						after time.Duration
					}{
						{"12345", 0}, {"1234567", 10 * time.Second}, // until 30 s
						{strings.Repeat("x", 100), 30 * time.Second}, // until 60 s
						{"not printed", 55 * time.Second},
					} {
						if err := timer.Sleep(task, step.after); err != nil {
							return err
						}
						if _, err := trial.Talk(task, addr, step.text); err != nil {
							return err
						}
					}
					return nil
				})
			})
			if err := s.Wait(); err != nil {
				return err
			}
			fmt.Fprintln(stamped, "the end")
			return trial.Is(want)(out.String())
		})
	})
}

// total returns the sum of the printed numbers.
func total(output string) (sum int) {
	for line := range strings.Lines(output) {
		var n int
		fmt.Sscanf(line, "bytes read = %d", &n)
		sum += n
	}
	return sum
}

func TestNothingIsLostOrCountedTwiceOnSeveralWorkers(t *testing.T) {
	const clients, size = 20, 100_000
	text := strings.Repeat("x", size)
	trial.Styles(t, styles, func(t *testing.T, server server) {
		trial.Threads(t, 2, func(task *edo.Task, out io.Writer) error {
			return serve(task, server, time.Millisecond, out, func(addr string) error {
				err := trial.All(task, clients, func(task *edo.Task, _ int) error {
					_, err := trial.Talk(task, addr, text)
					return err
				})
				for err == nil && total(out.(*trial.Output).String()) < clients*size {
					err = timer.Sleep(task, time.Millisecond) // the next tick
				}
				return err
			})
		}, func(output string) error {
			if n := total(output); n != clients*size {
				return fmt.Errorf("counted %d bytes of %d:\n%s", n, clients*size, output)
			}
			return nil
		})
	})
}
