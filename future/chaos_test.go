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

type value = *chaos.Value

// spawnProducers spawns tasks that send a few values each, and may be aborted.
func spawnProducers(w *chaos.World, prefix string, tx *mpsc.Sender[value]) {
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

// countReceived records that v was received, and reports whether the channel has ended.
func countReceived(v value, err error) (ended bool) {
	if err == nil {
		v.Received()
	}
	return err != nil
}

func TestNothingIsLostInRacesOfReceivesThatAreAborted(t *testing.T) {
	chaos.Explore(t, 400, func(w *chaos.World) {
		tx1, rx1 := mpsc.New[value](1 + w.Rand.IntN(2))
		tx2, rx2 := mpsc.New[value](1)
		spawnProducers(w, "left ", tx1)
		spawnProducers(w, "right ", tx2)
		direct := w.Rand.IntN(2) == 0
		racer := func(task *edo.Task) error {
			for {
				var v value
				var err error
				if direct {
					v, err = future.RaceTask(task, rx1.Recv, rx2.Recv)
				} else {
					v, err = edo.Await(task, future.Race(rx1.RecvFuture(), rx2.RecvFuture()))
				}
				if errors.Is(err, edo.ErrCancelled) {
					return err
				}
				if countReceived(v, err) {
					break // one channel has ended; the loop below reads the other to its end
				}
			}
			for _, rx := range []*mpsc.Receiver[value]{rx1, rx2} {
				for {
					v, err := rx.Recv(task)
					if errors.Is(err, edo.ErrCancelled) {
						return err
					}
					if countReceived(v, err) {
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
		tx1, rx1 := mpsc.New[value](1)
		tx2, rx2 := mpsc.New[value](1)
		for i, rx := range []*mpsc.Receiver[value]{rx1, rx2} {
			w.Steady(fmt.Sprint("receiver ", i), func(task *edo.Task) error {
				for {
					v, err := rx.Recv(task)
					if countReceived(v, err) {
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
			send := func(tx *mpsc.Sender[value]) func(task *edo.Task) (edo.Unit, error) {
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
						race := future.Race[*mpsc.Sender[value]](tx1.SendFuture(w.Ledger.New(name)), tx2.SendFuture(w.Ledger.New(name)))
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
		var rxs []edo.Future[value]
		for i := range 5 {
			tx, rx := oneshot.New[value]()
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
		countValues := func(vs []value) (u edo.Unit) {
			for _, v := range vs {
				v.Received()
			}
			return u
		}
		countResults := func(rs []future.Result[value]) (u edo.Unit) {
			for _, r := range rs {
				countReceived(r.Get())
			}
			return u
		}
		countTriple := func(t future.Triple[value, future.Pair[future.Result[value], future.Result[value]], value]) (u edo.Unit) {
			countResults([]future.Result[value]{t.Second.First, t.Second.Second})
			return countValues([]value{t.First, t.Third})
		}
		var f edo.Future[edo.Unit]
		switch w.Rand.IntN(3) {
		case 0:
			f = future.Map(future.Join(rxs...), countResults)
		case 1:
			f = future.Map(future.TryJoin(rxs...), countValues)
		case 2:
			f = future.Map(future.TryJoin3(future.Race(rxs[:2]...), future.Join2(rxs[2], rxs[3]), rxs[4]), countTriple)
		}
		f = future.Of(f).OrElse(func(error) edo.Future[edo.Unit] { return future.Ready(edo.Unit{}) })
		if w.Rand.IntN(2) == 0 {
			chaos.Spawn(w, "asker", f)
		} else {
			chaos.SpawnSteady(w, "asker", f)
		}
	})
}
