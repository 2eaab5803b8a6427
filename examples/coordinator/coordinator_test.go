package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

func TestMain(m *testing.M) { trial.Main(m, main) }

type program = func(task *edo.Task, t *transport, now clock, out io.Writer) error

// latency is how long the server of these tests waits before each pong.
const latency = 10 * time.Millisecond

// slow is a server of pongs that waits before each.
func slow(task *edo.Task, l *socket.Listener) error {
	for conn, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return err
		}
		t := newTransport(conn)
		edo.Spawn(task, stream.ForEachTask(t, func(task *edo.Task, frame []byte) error {
			if err := timer.Sleep(task, latency); err != nil {
				return err
			}
			return t.Send(task, pongFrame)
		}))
	}
	return task.Err()
}

// connected runs use with a transport to a server.
func connected(task *edo.Task, server trial.Server, use func(t *transport) error) error {
	return trial.Serve(task, server, func(addr string) error {
		conn, err := socket.Dial(task, "tcp", addr)
		if err != nil {
			return err
		}
		return use(newTransport(conn))
	})
}

// simulate runs main under seed, and returns how long it took on the clock of the
// simulation, which main gets.
func simulate(seed uint64, main func(task *edo.Task, now clock) error) (time.Duration, error) {
	s := sim.New(sim.Config{Seed: seed, Runtime: trial.Quiet})
	start := s.Now()
	s.Start(func(task *edo.Task) error { return main(task, s.Now) })
	err := s.Wait()
	return s.Now().Sub(start), err
}

// All four ask at once. If the clock started with the question, they would measure
// 10, 20, 30 and 40 ms; if two pings were under way at once, the test would end sooner.
func TestRequestsAreAnsweredOneByOneAndTimedFromTheirReceipt(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, program program) {
		sim.Explore(t, 1000, func(seed uint64) error {
			var out trial.Output
			took, err := simulate(seed, func(task *edo.Task, now clock) error {
				return connected(task, slow, func(t *transport) error { return program(task, t, now, &out) })
			})
			if err == nil && took != 4*latency {
				err = fmt.Errorf("it took %v", took)
			}
			if err == nil {
				err = trial.Is(strings.Repeat("duration = 10ms\n", 4))(out.String())
			}
			return err
		})
	})
}

func TestAllFourGetAnAnswerOnSeveralWorkers(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, program program) {
		trial.Threads(t, 20, func(task *edo.Task, out io.Writer) error {
			return connected(task, func(task *edo.Task, l *socket.Listener) error {
				return pongs(task, l, out)
			}, func(t *transport) error {
				return program(task, t, time.Now, out)
			})
		}, fourDurations)
	})
}

func fourDurations(output string) error {
	lines := strings.Split(strings.TrimSuffix(output, "\n"), "\n")
	for _, line := range lines {
		text, _ := strings.CutPrefix(line, "duration = ")
		if d, err := time.ParseDuration(text); err != nil || d < 0 || len(lines) != 4 {
			return fmt.Errorf("printed\n%s", output)
		}
	}
	return nil
}

func TestTheProgramEndsByItself(t *testing.T) { trial.Ends(t, fourDurations) }

// coordinators are the part of the program that owns the transport, and askers the
// part that asks.
var coordinators = map[string]func(t *transport, rx *mpsc.Receiver[message], now clock) edo.Future[edo.Unit]{
	"combinators": coordinating,
	"direct": func(t *transport, rx *mpsc.Receiver[message], now clock) edo.Future[edo.Unit] {
		return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, coordinate(task, t, rx, now) })
	},
}

var askers = map[string]func(tx *mpsc.Sender[message]) edo.Future[time.Duration]{
	"combinators": asking,
	"direct": func(tx *mpsc.Sender[message]) edo.Future[time.Duration] {
		return edo.Async(func(task *edo.Task) (time.Duration, error) { return rtt(task, tx) })
	},
}

// ask has four tasks ask the coordinator, the first of which gives up after a time
// that is too short for any answer. It returns the answer and the error of each, and the
// error of the coordinator.
func ask(
	task *edo.Task,
	coordinator edo.Future[edo.Unit],
	asker func(tx *mpsc.Sender[message]) edo.Future[time.Duration],
	tx *mpsc.Sender[message],
	t *transport,
) (durations [4]time.Duration, errs [4]error, err error) {
	c := edo.Spawn(task, coordinator, edo.Owns(t))
	var clients [4]*edo.JoinHandle[time.Duration]
	for i := range clients {
		tx := tx.Clone()
		clients[i] = edo.Spawn(task, asker(tx), edo.Owns(tx))
	}
	tx.Close()
	if err := timer.Sleep(task, latency/2); err != nil {
		return durations, errs, err
	}
	clients[0].Abort()
	for i, h := range clients {
		durations[i], errs[i] = h.Await(task)
	}
	_, err = c.Await(task)
	return durations, errs, err
}

func TestARequesterThatGivesUpLosesItsOwnRequestAlone(t *testing.T) {
	trial.Styles(t, coordinators, func(t *testing.T, coordinator func(*transport, *mpsc.Receiver[message], clock) edo.Future[edo.Unit]) {
		trial.Styles(t, askers, func(t *testing.T, asker func(tx *mpsc.Sender[message]) edo.Future[time.Duration]) {
			sim.Explore(t, 250, func(seed uint64) error {
				_, err := simulate(seed, func(task *edo.Task, now clock) error {
					return connected(task, slow, func(t *transport) error {
						tx, rx := mpsc.New[message](1024)
						durations, errs, err := ask(task, coordinator(t, rx, now), asker, tx, t)
						if err != nil {
							return err
						}
						if !errors.Is(errs[0], edo.ErrCancelled) {
							return fmt.Errorf("the one that gave up got %v, %v", durations[0], errs[0])
						}
						for i := range durations[1:] {
							if durations[i+1] != latency || errs[i+1] != nil {
								return fmt.Errorf("another one got %v, %v", durations[i+1], errs[i+1])
							}
						}
						return nil
					})
				})
				return err
			})
		})
	})
}

// unwrapping is the coordinator of Tokio's guide, which panics when it cannot deliver
// an answer.
func unwrapping(t *transport, rx *mpsc.Receiver[message], now clock) edo.Future[edo.Unit] {
	return stream.ForEachTask(rx, func(task *edo.Task, reply message) error {
		defer reply.Drop()
		start := now()
		if err := t.ping(task); err != nil {
			return err
		}
		if err := reply.Send(now().Sub(start)); err != nil {
			panic(err)
		}
		return nil
	})
}

func TestACoordinatorThatPanicsDropsTheRequestsAndRunReturns(t *testing.T) {
	survivors, deaths := 0, 0
	trial.Styles(t, askers, func(t *testing.T, asker func(tx *mpsc.Sender[message]) edo.Future[time.Duration]) {
		sim.Explore(t, 250, func(seed uint64) error {
			_, err := simulate(seed, func(task *edo.Task, now clock) error {
				return connected(task, slow, func(t *transport) error {
					tx, rx := mpsc.New[message](1024)
					_, errs, err := ask(task, unwrapping(t, rx, now), asker, tx, t)
					var died *edo.PanicError
					if !errors.As(err, &died) || !errors.Is(err, edo.ErrClosed) {
						return fmt.Errorf("the coordinator ended with %v", err)
					}
					if !errors.Is(errs[0], edo.ErrCancelled) {
						return fmt.Errorf("the one that gave up got %v", errs[0])
					}
					for _, err := range errs[1:] {
						switch {
						case err == nil: // asked before the one that gave up
							survivors++
						case errors.Is(err, edo.ErrClosed):
							deaths++
						default:
							return err
						}
					}
					return nil
				})
			})
			return err
		})
	})
	if (survivors == 0 || deaths == 0) && os.Getenv(sim.SeedVariable) == "" {
		t.Errorf("%d were answered before the death of the coordinator, %d were not", survivors, deaths)
	}
}
