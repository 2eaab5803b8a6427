package mpsc_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// request is a message to an actor.
type request struct {
	question int
	reply    *oneshot.Sender[int]
}

// dies has an actor answer some requests and then panic, with one request received and others
// in its queue. It returns the answers and errors of the tasks that have asked.
func dies[M any](make func(request) M, open func(M) request) (answered, closed int, err error) {
	err = sim.Run(3, func(task *edo.Task) error {
		tx, rx := mpsc.New[M](16)
		edo.Go(task, func(task *edo.Task) error {
			timer.Sleep(task, time.Second) // all have asked
			for served := 0; ; served++ {
				m, err := rx.Recv(task)
				if err != nil {
					return err
				}
				r := open(m)
				if served == 3 {
					defer r.reply.Drop()
					panic("the actor dies")
				}
				if err := r.reply.Send(r.question); err != nil {
					return err
				}
			}
		}, edo.Owns(rx), edo.Name("actor"))
		for q := range 7 {
			edo.Go(task, func(task *edo.Task) error {
				reply, answer := oneshot.New[int]()
				defer answer.Drop()
				if err := tx.Send(task, make(request{q, reply})); err != nil {
					return fmt.Errorf("asker %d: %w", q, err)
				}
				_, err := answer.Recv(task)
				if errors.Is(err, edo.ErrClosed) {
					closed++
				} else if err == nil {
					answered++
				} else {
					return err
				}
				return nil
			})
		}
		return nil
	}, sim.WithConfig(sim.Config{Runtime: edo.Config{OnError: func(error) {}}}))
	if _, ok := errors.AsType[*edo.PanicError](err); ok {
		err = nil
	}
	return answered, closed, err
}

func TestRequestsInTheQueueOfAnActorThatDiesAreClosed(t *testing.T) {
	test := func(what string) func(answered, closed int, err error) {
		return func(answered, closed int, err error) {
			if answered != 3 || closed != 4 || err != nil {
				t.Errorf("%s: %d of 3 answered, %d of 4 closed, %v", what, answered, closed, err)
			}
		}
	}
	test("structs")(dies(func(r request) request { return r }, func(r request) request { return r }))
	test("pointers")(dies(func(r request) *request { return &r }, func(r *request) request { return *r }))
	test("slices")(dies(func(r request) []request { return []request{r} }, func(r []request) request { return r[0] }))
	test("arrays")(dies(func(r request) [1]request { return [1]request{r} }, func(r [1]request) request { return r[0] }))
	test("anything")(dies(func(r request) any { return r }, func(r any) request { return r.(request) }))
}

func TestRequestThatIsNotAcceptedIsClosedWithWhatSendsIt(t *testing.T) {
	tx, _ := mpsc.New[request](1)
	defer tx.Close()
	reply, answer := oneshot.New[int]()
	f := tx.SendFuture(request{1, reply})
	f.Drop()
	if _, err := answer.TryRecv(); !errors.Is(err, edo.ErrClosed) {
		t.Errorf("the asker gets %v", err)
	}
}
