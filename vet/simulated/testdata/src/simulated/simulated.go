package simulated

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"

	"clocks"
)

func test(senders map[string]*mpsc.Sender[int]) error {
	begin := time.Now()
	err := sim.Run(1, func(task *edo.Task) error {
		now := time.Now()      // want `a simulation runs this, and it calls time.Now, which differs from run to run: use package timer`
		if rand.IntN(2) == 0 { // want `calls rand.IntN, which differs from run to run: use edo.Rand`
			clocks.Stamp() // want `calls Stamp, which calls time.Now`
		}
		clocks.Pure(1)
		rand.New(rand.NewPCG(1, 2)).IntN(2)
		edo.Rand(task).IntN(2)
		for _, tx := range senders { // want `a simulation runs this loop in the order of the map`
			tx.Send(task, 1)
		}
		for tx := range maps.Values(senders) { // want `in the order of the map`
			tx.TrySend(1)
		}
		for _, name := range slices.Sorted(maps.Keys(senders)) {
			senders[name].Send(task, 1)
		}
		n := 0
		for _, tx := range senders {
			n += tx.Len()
		}
		edo.Go(task, func(task *edo.Task) error {
			return serve(task)
		})
		edo.Call(task, func(context.Context) (string, error) { return clocks.Stamp(), nil })
		_ = now
		return nil
	})
	_ = time.Since(begin)
	simulate(func(task *edo.Task) error {
		time.Sleep(1) // want `a simulation runs this, and it calls time.Sleep` `a task calls time.Sleep`
		return nil
	})
	sim.Run(2, named)
	return err
}

func simulate(main func(task *edo.Task) error) error { return sim.Run(7, main) }

func serve(task *edo.Task) error {
	time.Since(time.Time{}) // want `calls time.Since`
	time.Now()              //edo:allow simulated it goes into the log alone
	return nil
}

func named(task *edo.Task) error {
	<-time.After(1) // want `calls time.After` `receives from a channel`
	return nil
}

func elsewhere(task *edo.Task) { time.Now() }
