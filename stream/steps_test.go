package stream_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/stream"
)

// items is a stream that gives what a test has put there, waits when there is nothing, and
// counts its drops. It does not use the budget.
type items struct {
	all   []any // an int, an error, nil for the end
	waker edo.Waker
	drops int
}

func (s *items) PollNext(cx *edo.Context) (v int, _ edo.Poll, _ error) {
	if len(s.all) == 0 {
		s.waker = cx.Waker()
		return 0, edo.Pending, nil
	}
	it := s.all[0]
	s.all = s.all[1:]
	switch it := it.(type) {
	case int:
		return it, edo.Ready, nil
	case error:
		return 0, edo.Ready, it
	case string:
		panic(it)
	}
	return 0, edo.End, nil
}

func (s *items) Drop() { s.drops++ }

// put puts an item there.
func (s *items) put(it any) {
	s.all = append(s.all, it)
	s.waker.Wake()
}

// leaves says how the body of a loop ends it, at an item.
type leaves struct {
	at    int
	panic bool
}

// body is a step of the body of a loop.
func (l leaves) body(n int) (breaks bool) {
	if n == l.at && l.panic {
		panic("in the body")
	}
	return n == l.at
}

// loopFrame is a function with a loop over All or Each, as the compiler would write it.
type loopFrame struct {
	log    func(format string, args ...any)
	leaves leaves
	src    edo.Stream[int]
	each   bool

	err     error
	loop    edo.Step
	yields  bool
	n       int
	v       int
	suspend bool
}

func (f *loopFrame) step(task *edo.Task, st *edo.Step) (done bool, err error) {
	f.suspend = false
	defer func() {
		if f.suspend {
			return
		}
		if f.each {
			stream.EachEnd(&f.loop, f.src, &f.err)
		} else {
			stream.AllEnd(&f.loop, f.src)
		}
	}()
	for {
		if !f.yields {
			var done, more bool
			var e error
			if f.each {
				done, more, f.v = stream.EachStep(task, &f.loop, f.src, &f.err)
			} else {
				done, more, f.v, e = stream.AllStep(task, &f.loop, f.src)
			}
			if !done {
				f.suspend = true
				return false, nil
			}
			if !more {
				break
			}
			f.log("%d: %d, %v; budget %d", f.n, f.v, e, inside.Task(task).Cx.Budget())
			if f.leaves.body(f.n) {
				break
			}
			f.n++
		}
		if f.yields = f.v%3 == 0; f.yields { // the body waits, in some turns
			done, _ := edo.YieldStep(task)
			if !done {
				f.suspend = true
				return false, nil
			}
			f.yields = false
		}
	}
	f.log("ends: %v", f.err)
	return true, task.Err()
}

// run is the same in direct style.
func (f *loopFrame) run(task *edo.Task) error {
	body := func(v int, e error) (breaks bool) {
		f.log("%d: %d, %v; budget %d", f.n, v, e, inside.Task(task).Cx.Budget())
		if f.leaves.body(f.n) {
			return true
		}
		f.n++
		if v%3 == 0 {
			edo.Yield(task)
		}
		return false
	}
	if f.each {
		for v := range stream.Each(task, f.src, &f.err) {
			if body(v, nil) {
				break
			}
		}
	} else {
		for v, e := range stream.All(task, f.src) {
			if body(v, e) {
				break
			}
		}
	}
	f.log("ends: %v", f.err)
	return task.Err()
}

func TestALoopInStepsDoesWhatItDoesInDirectStyle(t *testing.T) {
	for n := range 60 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			tasktest.RequireSameInBothStyles(t, 12, func(s *tasktest.Stage, task *edo.Task) error {
				r := rand.New(rand.NewPCG(uint64(n), 2))
				src := &items{}
				f := &loopFrame{log: s.Log, src: src, each: n%2 == 0, leaves: leaves{at: -1}}
				if r.IntN(3) == 0 {
					f.leaves = leaves{r.IntN(5), r.IntN(2) == 0}
				}
				if r.IntN(10) == 0 {
					f.src = nil
				}
				h := s.Go(task, "f", f.run, func(task *edo.Task, st *edo.Step) (bool, error) { return f.step(task, st) })
				for range r.IntN(8) {
					tasktest.YieldTimes(task, r.IntN(3))
					switch r.IntN(12) {
					case 0:
						src.put(errors.New("an error item"))
					case 1:
						src.put(nil)
					case 2:
						h.Abort()
					case 3:
						src.put("a panic")
					case 4:
						for i := range 300 {
							src.put(3*i + 1)
						}
					default:
						src.put(r.IntN(10))
					}
				}
				src.put(nil)
				_, err := h.Await(task)
				s.Log("ended: %v; %d drops", err, src.drops)
				return nil
			})
		})
	}
}

// A loop that finds that another task waits for the stream does not drop it.
func TestALoopInStepsLeavesAStreamToTheTaskThatWaitsForIt(t *testing.T) {
	for _, each := range []bool{false, true} {
		tasktest.RequireSameInBothStyles(t, 20, func(s *tasktest.Stage, task *edo.Task) error {
			tx, rx := mpsc.New[int](1)
			for i := range 2 {
				f := &loopFrame{log: s.Log, src: rx, each: each, leaves: leaves{at: -1}}
				s.Go(task, fmt.Sprint("f", i), f.run, func(task *edo.Task, st *edo.Step) (bool, error) { return f.step(task, st) })
			}
			tasktest.YieldTimes(task, 3)
			for i := range 5 {
				s.Log("send: %v", tx.Send(task, i))
			}
			tx.Close()
			return nil
		})
	}
}

// value is a value that notes that it was dropped.
type value struct {
	n   int
	log *[]string
}

func (v value) Drop() { *v.log = append(*v.log, fmt.Sprint("dropped ", v.n)) }

func (v value) String() string { return fmt.Sprint(v.n) }

func TestTheStepFormsDoWhatTheDirectFormsDo(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) (w tasktest.World) {
		tx, rx := mpsc.New[value](1 + r.IntN(2))
		var sink edo.Sink[value] = tx.Sink()
		sources := map[*edo.Task]edo.Stream[value]{}
		forwards := map[*edo.Task]edo.Sink[value]{}
		var dropped []string
		n := 0
		next := func() value {
			n++
			return value{n, &dropped}
		}
		source := func() edo.Stream[value] { return stream.Values(next(), next(), next()) }
		values := map[*edo.Task]value{}
		told := func(err error) (string, error) {
			s := strings.Join(dropped, ", ")
			dropped = nil
			return s, err
		}
		w.Ops = []tasktest.Op{
			tasktest.OpOf("Send",
				func(task *edo.Task) (string, error) { return told(stream.Send(task, sink, next())) },
				func(task *edo.Task, st *edo.Step) (bool, string, error) {
					v, ok := values[task]
					if !ok {
						v = next()
						values[task] = v
					}
					done, err := stream.SendStep(task, st, sink, v)
					if !done {
						return false, "", nil
					}
					delete(values, task)
					s, err := told(err)
					return true, s, err
				}),
			tasktest.OpOf("SendAll",
				func(task *edo.Task) (string, error) { return told(stream.SendAll(task, sink, source())) },
				func(task *edo.Task, st *edo.Step) (bool, string, error) {
					src := sources[task]
					if src == nil {
						src = source()
						sources[task] = src
					}
					done, err := stream.SendAllStep(task, st, sink, src)
					if !done {
						return false, "", nil
					}
					delete(sources, task)
					s, err := told(err)
					return true, s, err
				}),
			tasktest.OpOf("Forward",
				func(task *edo.Task) (string, error) { return told(stream.Forward(task, tx.Clone().Sink(), source())) },
				func(task *edo.Task, st *edo.Step) (bool, string, error) {
					src := sources[task]
					if src == nil {
						src = source()
						sources[task], forwards[task] = src, tx.Clone().Sink()
					}
					done, err := stream.ForwardStep(task, st, forwards[task], src)
					if !done {
						return false, "", nil
					}
					delete(sources, task)
					s, err := told(err)
					return true, s, err
				}),
			tasktest.OpOf("Recv", rx.Recv, tasktest.WithoutStep(rx.RecvStep)),
		}
		if r.IntN(3) == 0 {
			w.Events = []func(){rx.Close, func() {}, func() {}}
		}
		return w
	})
}

// adder is a function of a FoldTask or a ForEachTask, as a frame.
type adder struct {
	acc, v int
}

func (a *adder) Poll(task *edo.Task) (done bool, acc int, err error) {
	if done, err := edo.YieldStep(task); !done || err != nil {
		return done, 0, err
	}
	acc, err = a.end()
	return true, acc, err
}

func (a *adder) run(task *edo.Task) (int, error) {
	if err := edo.Yield(task); err != nil {
		return 0, err
	}
	return a.end()
}

func (a *adder) end() (int, error) {
	switch a.v {
	case 7:
		panic("seven")
	case 8:
		return 0, errors.New("eight")
	}
	return a.acc + a.v, nil
}

func (*adder) FunctionName() string { return "stream_test.adder" }

// each is an adder that returns an error alone.
type each struct{ adder }

func (e *each) Poll(task *edo.Task) (done bool, err error) {
	done, _, err = e.adder.Poll(task)
	return done, err
}

func TestFoldTaskAndForEachTaskInStepsDoWhatTheyDoInDirectStyle(t *testing.T) {
	for _, values := range [][]int{nil, {1, 2, 3}, {1, 7, 2}, {1, 8, 2}} {
		for _, aborts := range []bool{false, true} {
			tasktest.RequireSameInBothStyles(t, 20, func(s *tasktest.Stage, task *edo.Task) error {
				var fold edo.Future[int]
				var forEach edo.Future[edo.Unit]
				if s.ByFrames {
					fold = stream.FoldTaskStep(stream.Values(values...), 100, func(acc, v int) adder { return adder{acc: acc, v: v} })
					forEach = stream.ForEachTaskStep(stream.Values(values...), func(v int) each { return each{adder{v: v}} })
				} else {
					fold = stream.FoldTask(stream.Values(values...), 100, func(task *edo.Task, acc, v int) (int, error) {
						return (&adder{acc: acc, v: v}).run(task)
					})
					forEach = stream.ForEachTask(stream.Values(values...), func(task *edo.Task, v int) error {
						_, err := (&adder{v: v}).run(task)
						return err
					})
				}
				a, b := edo.Spawn(task, fold, edo.Name("fold")), edo.Spawn(task, forEach, edo.Name("each"))
				if aborts {
					tasktest.YieldTimes(task, 2)
					a.Abort()
					b.Abort()
				}
				v, err := a.Await(task)
				s.Log("fold: %v, %v", v, err)
				_, err = b.Await(task)
				s.Log("each: %v", err)
				return nil
			})
		}
	}
}
