package sim_test

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

// points asks 20 points, each 40 times, and returns how often each was true.
func points(seed uint64) (counts [20]int, err error) {
	err = sim.Run(seed, func(task *edo.Task) error {
		ask := []func() bool{
			func() bool { return sim.Buggify(task) }, func() bool { return sim.Buggify(task) },
			func() bool { return sim.Buggify(task) }, func() bool { return sim.Buggify(task) },
			func() bool { return sim.Buggify(task) }, func() bool { return sim.Buggify(task) },
			func() bool { return sim.Buggify(task) }, func() bool { return sim.Buggify(task) },
			func() bool { return sim.Buggify(task) }, func() bool { return sim.Buggify(task) },
			func() bool { return sim.Buggify(task) }, func() bool { return sim.Buggify(task) },
			func() bool { return sim.Buggify(task) }, func() bool { return sim.Buggify(task) },
			func() bool { return sim.Buggify(task) }, func() bool { return sim.Buggify(task) },
			func() bool { return sim.Buggify(task) }, func() bool { return sim.Buggify(task) },
			func() bool { return sim.Buggify(task) }, func() bool { return sim.Buggify(task) },
		}
		for range 40 {
			for i, fn := range ask {
				if fn() {
					counts[i]++
				}
			}
		}
		return nil
	})
	return counts, err
}

func TestAQuarterOfThePointsAreTrueAQuarterOfTheTime(t *testing.T) {
	on, sum, runs := 0, 0, 200
	different := map[string]bool{}
	for seed := range uint64(runs) {
		counts, err := points(seed)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := points(seed); again != counts {
			t.Fatalf("seed %d: %v and then %v", seed, counts, again)
		}
		different[fmt.Sprint(counts)] = true
		for _, n := range counts {
			if n > 0 {
				on++
				sum += n
			}
		}
	}
	if on < runs*20/5 || on > runs*20*3/10 {
		t.Errorf("%d of %d points are on", on, runs*20)
	}
	if per := float64(sum) / float64(on); per < 9 || per > 11 {
		t.Errorf("a point is true %v times of 40", per)
	}
	if len(different) < runs/2 {
		t.Errorf("%d different runs of %d", len(different), runs)
	}
}

func TestBuggifyIsFalseOutsideOfASimulation(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		for range 1000 {
			if sim.Buggify(task) {
				return fmt.Errorf("a point was true")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = sim.Run(1, func(task *edo.Task) error {
		_, err := edo.Await(task, edo.Future[int](edo.Blocking(task, func(task *edo.Task) (int, error) {
			for range 1000 {
				if sim.Buggify(task) {
					return 0, fmt.Errorf("a point was true in a blocking task")
				}
			}
			return 0, nil
		})))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
