package world_test

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/timer"
)

// A host counts its starts in a file. It syncs the file, and forgets that the name of a file is
// data of its directory: under some seeds a crash loses the count.
func Example() {
	count := func(task *edo.Task) error {
		d := world.Here(task).Disk()
		p, _ := d.ReadFile("starts")
		f, err := d.Create("starts.new")
		if err != nil {
			return err
		}
		defer f.Close()
		if _, err := f.Write(append(p, '|')); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
		if err := d.Rename("starts.new", "starts"); err != nil {
			return err
		}
		return timer.Sleep(task, time.Hour)
	}
	for seed := range uint64(100) {
		err := sim.Run(seed, func(task *edo.Task) error {
			w, err := world.New(task, world.Config{})
			if err != nil {
				return err
			}
			h := w.Host("counter", count)
			w.At(time.Second, h.Restart) // the power fails
			if err := timer.Sleep(task, 2*time.Second); err != nil {
				return err
			}
			if p, _ := h.Disk().ReadFile("starts"); string(p) != "||" {
				return fmt.Errorf("two starts are counted as %q", p)
			}
			return nil
		})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output: two starts are counted as "|"
}
