package future_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
)

type val = *chaos.Value

// producers spawns tasks that send a few values each, and may be aborted.
func producers(w *chaos.World, prefix string, tx *mpsc.Sender[val]) {
	for i := range 2 {
		tx, name := tx.Clone(), fmt.Sprint(prefix, i)
		w.Go(name, func(task *edo.Task) error {
			for range 3 {
				v := w.Ledger.New(name)
				if err := tx.Send(task, v); err != nil {
					v.Kept()
					return nil
				}
			}
			return nil
		}, edo.Owns(tx))
	}
	tx.Close()
}

// take counts a value, and says whether the channel has ended.
func take(v val, err error) (over bool) {
	if err == nil {
		v.Received()
	}
	return err != nil
}

func TestNothingIsLostInRacesOfReceivesThatAreAborted(t *testing.T) {
	chaos.Explore(t, 400, func(w *chaos.World) {
		tx1, rx1 := mpsc.New[val](1 + w.Rand.IntN(2))
		tx2, rx2 := mpsc.New[val](1)
		producers(w, "left ", tx1)
		producers(w, "right ", tx2)
		direct := w.Rand.IntN(2) == 0
		racer := func(task *edo.Task) error {
			for {
				var v val
				var err error
				if direct {
					v, err = future.RaceTask(task, rx1.Recv, rx2.Recv)
				} else {
					v, err = edo.Await(task, future.Race(rx1.RecvFuture(), rx2.RecvFuture()))
				}
				if errors.Is(err, edo.ErrCancelled) {
					return err
				}
				if take(v, err) {
					break // of one of them; the other is read to its end
				}
			}
			for _, rx := range []*mpsc.Receiver[val]{rx1, rx2} {
				for {
					v, err := rx.Recv(task)
					if errors.Is(err, edo.ErrCancelled) {
						return err
					}
					if take(v, err) {
						break
					}
				}
			}
			return nil
		}
		if w.Rand.IntN(2) == 0 {
			w.Go("racer", racer, edo.Owns(rx1, rx2))
		} else {
			w.Steady("racer", racer, edo.Owns(rx1, rx2))
		}
	})
}

func TestNothingIsLostInRacesOfSendsThatAreAborted(t *testing.T) {
	chaos.Explore(t, 400, func(w *chaos.World) {
		tx1, rx1 := mpsc.New[val](1)
		tx2, rx2 := mpsc.New[val](1)
		for i, rx := range []*mpsc.Receiver[val]{rx1, rx2} {
			w.Steady(fmt.Sprint("receiver ", i), func(task *edo.Task) error {
				for {
					v, err := rx.Recv(task)
					if take(v, err) {
						return nil
					}
					if w.Rand.IntN(2) == 0 {
						edo.Yield(task)
					}
				}
			}, edo.Owns(rx))
		}
		for i := range 3 {
			tx1, tx2, name := tx1.Clone(), tx2.Clone(), fmt.Sprint("sender ", i)
			send := func(tx *mpsc.Sender[val]) func(task *edo.Task) (edo.Unit, error) {
				return func(task *edo.Task) (u edo.Unit, err error) {
					v := w.Ledger.New(name)
					if err = tx.Send(task, v); err != nil {
						v.Kept()
					}
					return u, err
				}
			}
			how := w.Rand.IntN(3)
			w.Go(name, func(task *edo.Task) (err error) {
				for range 3 {
					switch how {
					case 0:
						_, err = future.JoinTask(task, send(tx1), send(tx2))
					case 1:
						_, err = future.RaceTask(task, send(tx1), send(tx2))
					case 2:
						race := future.Race[*mpsc.Sender[val]](tx1.SendFuture(w.Ledger.New(name)), tx2.SendFuture(w.Ledger.New(name)))
						_, err = edo.Await(task, race)
						race.Drop()
					}
					if err != nil {
						return err
					}
				}
				return nil
			}, edo.Owns(tx1, tx2))
		}
		tx1.Close()
		tx2.Close()
	})
}

func TestNothingIsLostInJoinsThatAreAborted(t *testing.T) {
	chaos.Explore(t, 400, func(w *chaos.World) {
		var rxs []edo.Future[val]
		for i := range 5 {
			tx, rx := oneshot.New[val]()
			rxs = append(rxs, rx)
			name := fmt.Sprint("responder ", i)
			w.Go(name, func(task *edo.Task) error {
				v := w.Ledger.New(name)
				for range w.Rand.IntN(4) {
					if err := edo.Yield(task); err != nil {
						v.Kept()
						return err
					}
				}
				if tx.Send(v) != nil {
					v.Kept()
				}
				return nil
			}, edo.Owns(tx))
		}
		received := func(vs []val) (u edo.Unit) {
			for _, v := range vs {
				v.Received()
			}
			return u
		}
		results := func(rs []future.Result[val]) (u edo.Unit) {
			for _, r := range rs {
				take(r.Get())
			}
			return u
		}
		triple := func(t future.Triple[val, future.Pair[future.Result[val], future.Result[val]], val]) (u edo.Unit) {
			results([]future.Result[val]{t.Second.First, t.Second.Second})
			return received([]val{t.First, t.Third})
		}
		var f edo.Future[edo.Unit]
		switch w.Rand.IntN(3) {
		case 0:
			f = future.Map(future.Join(rxs...), results)
		case 1:
			f = future.Map(future.TryJoin(rxs...), received)
		case 2:
			f = future.Map(future.TryJoin3(future.Race(rxs[:2]...), future.Join2(rxs[2], rxs[3]), rxs[4]), triple)
		}
		f = future.Of(f).OrElse(func(error) edo.Future[edo.Unit] { return future.Ready(edo.Unit{}) })
		if w.Rand.IntN(2) == 0 {
			chaos.Spawn(w, "asker", f)
		} else {
			chaos.SpawnSteady(w, "asker", f)
		}
	})
}
